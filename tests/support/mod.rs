//! What the integration tests share.

// Each test binary compiles all of this and uses a part of it.
#![allow(dead_code, unused_imports)]

pub mod oracle;
pub mod random;
pub mod scenario;
pub mod world;
