//! Structs that carry their size, arrays that come with their element size, and pointers from C in general.

use super::guard::Failure;
use super::result::{
    DRIFTLINE_RESULT_ALIGNMENT, DRIFTLINE_RESULT_CAPACITY, DRIFTLINE_RESULT_NULL, DRIFTLINE_RESULT_STRUCT_SIZE,
};

/// No struct of ours will ever be larger. A larger `struct_size` is garbage, and reading so far would be a crash.
const SIZE_MAX: usize = 4096;

/// A plain C struct whose first field is `uint32_t struct_size`.
///
/// # Safety
///
/// Any bit pattern must be a valid value, the struct must have no padding, and `BOUNDARIES` must list the ends of its
/// fields, ascending, beginning with the smallest size that is accepted and ending with the size of the struct.
pub(super) unsafe trait SizedStruct: Copy {
    /// Sizes that an older caller may have.
    const BOUNDARIES: &'static [usize];
}

/// Lists the field ends of a struct from the named field on: what an older caller's struct may have ended before.
macro_rules! sized_struct {
    ($name:ident, $($field:ident),+) => {
        // SAFETY: the struct is `repr(C)` of integers, floats and nullable function pointers without padding, and an
        // older caller's struct ended where one of these fields begins.
        unsafe impl crate::ffi::sized::SizedStruct for $name {
            const BOUNDARIES: &'static [usize] =
                &[$(core::mem::offset_of!($name, $field),)+ core::mem::size_of::<$name>()];
        }
    };
}
pub(super) use sized_struct;

/// Refuses NULL and misaligned pointers.
pub(super) fn check_pointer<T>(pointer: *const T, name: &str) -> Result<(), Failure> {
    if pointer.is_null() {
        return Err(Failure::new(DRIFTLINE_RESULT_NULL, format_args!("{name} is NULL")));
    }
    if !pointer.is_aligned() {
        return Err(Failure::new(DRIFTLINE_RESULT_ALIGNMENT, format_args!("{name} is not aligned")));
    }
    Ok(())
}

/// The size that a struct claims, if it is one that can be read.
fn claimed_size<T: SizedStruct>(pointer: *const T, name: &str) -> Result<usize, Failure> {
    check_pointer(pointer, name)?;
    // SAFETY: the pointer is aligned and not NULL, and every struct of this kind begins with its size, which is thus
    // the least that the caller must have made readable.
    let size = unsafe { pointer.cast::<u32>().read() } as usize;
    let known = size_of::<T>();
    let refused = || {
        let text = format_args!("{name}: struct_size {size} is none that this library knows (its own is {known})");
        Failure::new(DRIFTLINE_RESULT_STRUCT_SIZE, text)
    };
    if size <= known {
        return if T::BOUNDARIES.contains(&size) { Ok(size) } else { Err(refused()) };
    }
    if size > SIZE_MAX {
        return Err(refused());
    }
    // SAFETY: the caller says that the struct has `size` bytes, and `known < size <= SIZE_MAX`.
    let tail = unsafe { core::slice::from_raw_parts(pointer.cast::<u8>().add(known), size - known) };
    if tail.iter().any(|&byte| byte != 0) {
        let text = format_args!("{name}: the {} bytes that this library does not know must be zero", size - known);
        return Err(Failure::new(DRIFTLINE_RESULT_STRUCT_SIZE, text));
    }
    Ok(size)
}

/// Writes a whole struct, its size included, as far as a caller knows it who says beside the pointer how large it is.
/// The value has that size already.
pub(super) fn fill_sized<T: SizedStruct>(
    pointer: *mut T,
    struct_size: usize,
    value: T,
    name: &str,
) -> Result<(), Failure> {
    check_pointer(pointer.cast_const(), name)?;
    let known = size_of::<T>();
    if !(T::BOUNDARIES.contains(&struct_size) || (known < struct_size && struct_size <= SIZE_MAX)) {
        let text = format_args!("struct_size {struct_size} is none that this library knows (its own is {known})");
        return Err(Failure::new(DRIFTLINE_RESULT_STRUCT_SIZE, text));
    }
    // SAFETY: not NULL, and the caller says that `struct_size` bytes are there, a size that was found plausible.
    unsafe { write_element(pointer.cast::<u8>(), struct_size, value) };
    Ok(())
}

/// Reads a struct of the caller's; what an older caller does not have is as in `defaults`.
pub(super) fn read_sized<T: SizedStruct>(pointer: *const T, defaults: T, name: &str) -> Result<T, Failure> {
    let size = claimed_size(pointer, name)?.min(size_of::<T>());
    Ok(read_prefix(pointer, defaults, size))
}

/// Reads the first `size` bytes of a struct over its defaults.
fn read_prefix<T: SizedStruct>(pointer: *const T, defaults: T, size: usize) -> T {
    let mut value = defaults;
    // SAFETY: `size` is at most the size of `T` and at most what the caller says is there; any bytes make a valid `T`;
    // `value` is a fresh local, so the two do not overlap.
    unsafe {
        core::ptr::copy_nonoverlapping(pointer.cast::<u8>(), (&raw mut value).cast::<u8>(), size);
    }
    value
}

/// A checked struct of the caller's that will be written if the call succeeds.
#[derive(Debug)]
pub(super) struct SizedOutput<T> {
    pointer: *mut T,
    size: usize,
}

impl<T: SizedStruct> SizedOutput<T> {
    /// Writes as much as the caller knows, all but the size itself.
    pub(super) fn write(self, value: T) {
        let size = self.size.min(size_of::<T>());
        const HEAD: usize = size_of::<u32>();
        // SAFETY: `check_output` saw a struct of at least `size` bytes there, `size` is at most that of `T`, and
        // `value` is a local, so the two do not overlap.
        unsafe {
            let from = (&raw const value).cast::<u8>().add(HEAD);
            core::ptr::copy_nonoverlapping(from, self.pointer.cast::<u8>().add(HEAD), size - HEAD);
        }
    }
}

/// Checks a struct to be written; NULL is none.
pub(super) fn check_output<T: SizedStruct>(pointer: *mut T, name: &str) -> Result<Option<SizedOutput<T>>, Failure> {
    if pointer.is_null() {
        return Ok(None);
    }
    let size = claimed_size(pointer.cast_const(), name)?;
    Ok(Some(SizedOutput { pointer, size }))
}

/// Checks a struct to be written that must be there.
pub(super) fn check_required_output<T: SizedStruct>(pointer: *mut T, name: &str) -> Result<SizedOutput<T>, Failure> {
    check_pointer(pointer.cast_const(), name)?;
    let size = claimed_size(pointer.cast_const(), name)?;
    Ok(SizedOutput { pointer, size })
}

/// An array of the caller's. NULL is fine when it is empty.
pub(super) fn input_slice<'a, T: Copy>(pointer: *const T, count: usize, name: &str) -> Result<&'a [T], Failure> {
    check_count::<T>(count, size_of::<T>(), name)?;
    if count == 0 {
        return Ok(&[]);
    }
    check_pointer(pointer, name)?;
    // SAFETY: not NULL, aligned, no larger than memory; the caller says that `count` elements are there and leaves them
    // alone until the call returns.
    Ok(unsafe { core::slice::from_raw_parts(pointer, count) })
}

/// Refuses a count that cannot be true.
fn check_count<T>(count: usize, element_size: usize, name: &str) -> Result<(), Failure> {
    match count.checked_mul(element_size.max(size_of::<T>())) {
        Some(bytes) if isize::try_from(bytes).is_ok() => Ok(()),
        _ => Err(Failure::new(
            DRIFTLINE_RESULT_CAPACITY,
            format_args!("{name}: {count} elements are more than memory has"),
        )),
    }
}

/// Refuses an element size that is none: elements are made of 64-bit words.
fn check_element_size(element_size: usize, least: usize, name: &str) -> Result<(), Failure> {
    if element_size < least || element_size > SIZE_MAX || !element_size.is_multiple_of(8) {
        let text = format_args!("{name}: {element_size} is no element size that this library knows");
        return Err(Failure::new(DRIFTLINE_RESULT_STRUCT_SIZE, text));
    }
    Ok(())
}

/// An array of structs as an older or newer caller lays it out.
#[derive(Clone, Copy, Debug)]
pub(super) struct InputElements<T> {
    pointer: *const T,
    count: usize,
    element_size: usize,
}

/// Checks an array of structs; the elements themselves are read one by one.
pub(super) fn input_elements<T: Copy>(
    pointer: *const T,
    count: usize,
    element_size: usize,
    least: usize,
    name: &str,
) -> Result<InputElements<T>, Failure> {
    check_element_size(element_size, least, name)?;
    check_count::<T>(count, element_size, name)?;
    if count > 0 {
        check_pointer(pointer, name)?;
    }
    Ok(InputElements { pointer, count, element_size })
}

impl<T: Copy> InputElements<T> {
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// The element at `index`, over its defaults; refused if it says something that this library does not know.
    pub(super) fn read(&self, index: usize, defaults: T, name: &str) -> Result<T, Failure> {
        debug_assert!(index < self.count);
        let known = self.element_size.min(size_of::<T>());
        let mut value = defaults;
        // SAFETY: `index` is below the count that the caller gave, each element has `element_size` bytes, and at most
        // that many are read. `T` is a plain C struct, for which any bytes are valid.
        let tail = unsafe {
            let element = self.pointer.cast::<u8>().add(index * self.element_size);
            core::ptr::copy_nonoverlapping(element, (&raw mut value).cast::<u8>(), known);
            core::slice::from_raw_parts(element.add(known), self.element_size - known)
        };
        if tail.iter().any(|&byte| byte != 0) {
            let text = format_args!("{name}: element {index} sets bytes that this library does not know");
            return Err(Failure::new(DRIFTLINE_RESULT_STRUCT_SIZE, text).at_index(index));
        }
        Ok(value)
    }
}

/// A checked array that will be written if the call succeeds.
#[derive(Debug)]
pub(super) struct OutputElements<T> {
    pointer: *mut T,
    capacity: usize,
    element_size: usize,
    count: *mut usize,
}

/// Checks an array to be written. NULL with a capacity of 0 asks for the count alone.
pub(super) fn output_elements<T: Copy>(
    pointer: *mut T,
    capacity: usize,
    element_size: usize,
    count: *mut usize,
    name: &str,
) -> Result<OutputElements<T>, Failure> {
    let least = size_of::<T>().min(16);
    check_element_size(element_size, least, name)?;
    check_count::<T>(capacity, element_size, name)?;
    if capacity > 0 {
        check_pointer(pointer.cast_const(), name)?;
    }
    check_pointer(count.cast_const(), "count")?;
    Ok(OutputElements { pointer, capacity, element_size, count })
}

/// The same for bytes, which have no element size.
pub(super) fn output_bytes(
    pointer: *mut u8,
    capacity: usize,
    count: *mut usize,
    name: &str,
) -> Result<OutputElements<u8>, Failure> {
    check_count::<u8>(capacity, 1, name)?;
    if capacity > 0 {
        check_pointer(pointer.cast_const(), name)?;
    }
    check_pointer(count.cast_const(), "count")?;
    Ok(OutputElements { pointer, capacity, element_size: 1, count })
}

impl<T: Copy> OutputElements<T> {
    /// Writes the elements and their count. When they do not fit, the count is all that is written.
    pub(super) fn write(self, elements: impl ExactSizeIterator<Item = T>) -> Result<(), Failure> {
        let needed = elements.len();
        // SAFETY: `output_elements` saw a pointer that is aligned and not NULL.
        unsafe { self.count.write(needed) };
        if self.pointer.is_null() {
            return Ok(());
        }
        if needed > self.capacity {
            let text = format_args!("{needed} elements do not fit into {}", self.capacity);
            return Err(Failure::new(DRIFTLINE_RESULT_CAPACITY, text));
        }
        for (index, element) in elements.take(needed).enumerate() {
            // SAFETY: `index < needed <= capacity`, and the caller says that so many elements of this size are there.
            unsafe {
                write_element(self.pointer.cast::<u8>().add(index * self.element_size), self.element_size, element)
            };
        }
        Ok(())
    }
}

/// Writes one element as far as the caller knows it, and zeros where the caller knows more than we do.
///
/// # Safety
///
/// `to` must be writable for `element_size` bytes.
pub(super) unsafe fn write_element<T: Copy>(to: *mut u8, element_size: usize, element: T) {
    let known = element_size.min(size_of::<T>());
    // SAFETY: `known <= element_size`, which is writable; `element` is a local, so the two do not overlap.
    unsafe {
        core::ptr::copy_nonoverlapping((&raw const element).cast::<u8>(), to, known);
        core::ptr::write_bytes(to.add(known), 0, element_size - known);
    }
}

/// A checked place for one plain value. It is only ever written, and only when the call succeeds: until then callbacks
/// may have the same memory to themselves, so it is no reference.
#[derive(Debug)]
pub(super) struct Place<T>(*mut T);

impl<T: Copy> Place<T> {
    pub(super) fn set(&self, value: T) {
        // SAFETY: `required` saw a pointer that is aligned and not NULL; the caller says that a `T` may be written
        // there.
        unsafe { self.0.write(value) };
    }
}

/// Checks a place for one plain value that must be there.
pub(super) fn required<T: Copy>(pointer: *mut T, name: &str) -> Result<Place<T>, Failure> {
    check_pointer(pointer.cast_const(), name)?;
    Ok(Place(pointer))
}

/// The same for one that may be NULL.
pub(super) fn optional<T: Copy>(pointer: *mut T, name: &str) -> Result<Option<Place<T>>, Failure> {
    if pointer.is_null() { Ok(None) } else { required(pointer, name).map(Some) }
}

/// Checks the element size of an array that the library keeps and lends.
pub(super) fn check_lent_size(element_size: usize, name: &str) -> Result<(), Failure> {
    check_element_size(element_size, 16, name)
}

/// Writes a line of text with its NUL, and its length without. When it does not fit, the length is all that is written.
pub(super) fn write_text(
    out: *mut libc::c_char,
    capacity: usize,
    length: *mut usize,
    text: &str,
) -> Result<(), Failure> {
    check_count::<u8>(capacity, 1, "out")?;
    if capacity > 0 {
        check_pointer(out.cast_const(), "out")?;
    }
    required(length, "length")?.set(text.len());
    if out.is_null() {
        return Ok(());
    }
    if text.len() >= capacity {
        let failure = format_args!("{} bytes and a NUL do not fit into {capacity}", text.len());
        return Err(Failure::new(DRIFTLINE_RESULT_CAPACITY, failure));
    }
    // SAFETY: the caller says that `capacity` bytes are there, and the text and its NUL are not more.
    unsafe {
        core::ptr::copy_nonoverlapping(text.as_ptr(), out.cast::<u8>(), text.len());
        out.add(text.len()).write(0);
    }
    Ok(())
}
