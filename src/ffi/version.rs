//! Which library this is.

use libc::c_char;

use super::guard::{Failure, guard_value};
use super::result::DRIFTLINE_RESULT_ABI;

/// The ABI of this header. It goes up only when something breaks; a library with another one refuses to make handles.
pub const DRIFTLINE_ABI: u32 = 1;

/// The ABI of the library that is linked. May be called by any thread at any time.
#[unsafe(no_mangle)]
pub extern "C" fn driftline_abi() -> u32 {
    guard_value(DRIFTLINE_ABI, || DRIFTLINE_ABI)
}

/// The version of the library that is linked, such as "0.1.0". Static, never NULL.
#[unsafe(no_mangle)]
pub extern "C" fn driftline_version() -> *const c_char {
    guard_value(VERSION, || VERSION)
}

/// Version, profile, features and compiler of the library that is linked, in one line. Static, never NULL.
#[unsafe(no_mangle)]
pub extern "C" fn driftline_build_info() -> *const c_char {
    guard_value(BUILD_INFO, || BUILD_INFO)
}

const VERSION: *const c_char = concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast();
const BUILD_INFO: *const c_char = concat!(env!("DRIFTLINE_BUILD_INFO"), "\0").as_ptr().cast();

/// Refuses a caller that was compiled against another header.
pub(super) fn check_abi(abi: u32) -> Result<(), Failure> {
    if abi == DRIFTLINE_ABI {
        return Ok(());
    }
    let text = format_args!("the caller has ABI {abi}, this library has {DRIFTLINE_ABI}");
    Err(Failure::new(DRIFTLINE_RESULT_ABI, text))
}
