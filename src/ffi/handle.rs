//! The table behind the handles: who may enter which object, decided without waiting and without touching freed memory.

use core::cell::{RefCell, UnsafeCell};
use core::marker::PhantomData;
use core::sync::atomic::{AtomicPtr, AtomicU64, Ordering};
use std::sync::Mutex;

use smallvec::SmallVec;

use super::guard::Failure;
use super::parts::AnyScorer;
use super::result::{
    DRIFTLINE_RESULT_BUSY, DRIFTLINE_RESULT_HANDLE, DRIFTLINE_RESULT_NO_MEMORY, DRIFTLINE_RESULT_POISONED,
    DRIFTLINE_RESULT_REENTRANT, DRIFTLINE_RESULT_TOO_MANY,
};
use super::scheduler::SchedulerObject;
use crate::inventory::SharedInventory;
use crate::state::MeshState;

/// What a handle can stand for.
pub(super) enum Object {
    State(Box<MeshState>),
    Scheduler(Box<SchedulerObject>),
    Inventory(Box<SharedInventory>),
    AnyScorer(Box<AnyScorer>),
}

/// A kind of object, and how to find it in a slot.
pub(super) trait Kind: Sized {
    /// Part of the handle, so that one of another kind is refused before anything is read.
    const NUMBER: u64;
    const NAME: &'static str;
    fn wrap(self: Box<Self>) -> Object;
    fn unwrap(object: Object) -> Option<Box<Self>>;
    fn borrow(object: &Object) -> Option<&Self>;
    fn borrow_mut(object: &mut Object) -> Option<&mut Self>;
}

/// The one variant of `Object` that a kind is kept in, its number and its name.
macro_rules! kind {
    ($object:ty, $variant:ident, $number:literal, $name:literal) => {
        impl Kind for $object {
            const NUMBER: u64 = $number;
            const NAME: &'static str = $name;

            fn wrap(self: Box<Self>) -> Object {
                Object::$variant(self)
            }

            fn unwrap(object: Object) -> Option<Box<Self>> {
                if let Object::$variant(object) = object { Some(object) } else { None }
            }

            fn borrow(object: &Object) -> Option<&Self> {
                if let Object::$variant(object) = object { Some(object) } else { None }
            }

            fn borrow_mut(object: &mut Object) -> Option<&mut Self> {
                if let Object::$variant(object) = object { Some(object) } else { None }
            }
        }
    };
}

kind!(MeshState, State, 1, "state");
kind!(SchedulerObject, Scheduler, 2, "scheduler");
kind!(SharedInventory, Inventory, 3, "inventory");
kind!(AnyScorer, AnyScorer, 4, "any_scorer");

// A handle, from the top: 32 bits generation, 4 bits kind, 28 bits index. Generations begin at 1, so zero is no handle.
const INDEX_BITS: u32 = 28;
const KIND_SHIFT: u32 = INDEX_BITS;
const INDEX_MASK: u64 = (1 << INDEX_BITS) - 1;
const IDENTITY_MASK: u64 = !INDEX_MASK;

// The word of a slot has the generation and the kind where a handle has them, and below who is inside. Kind 0 is free.
const READER: u64 = 1;
const READERS_MASK: u64 = (1 << 24) - 1;
const EXCLUSIVE: u64 = 1 << 24;
const POISONED: u64 = 1 << 25;

/// Slots come in segments of doubling size that never move, so that a lookup needs no lock.
const FIRST_SEGMENT: usize = 64;
const SEGMENTS: usize = 23;

/// One cache line each, so that threads in different handles do not wait for each other's.
#[repr(align(64))]
struct Slot {
    word: AtomicU64,
    object: UnsafeCell<Option<Object>>,
}

const fn assert_send<T: Send>() {}
const fn assert_sync<T: Sync>() {}

// An object is used and freed by whichever thread comes, and readers share a state or an inventory. Readers of a
// scheduler never reach its scorer, which is not made for that: `explain`, `history` and the like answer from what was
// kept. Nobody reads an `any_scorer`: whoever enters one has it alone.
const _: () = {
    assert_send::<Object>();
    assert_sync::<MeshState>();
    assert_sync::<SharedInventory>();
};

struct Table {
    segments: [AtomicPtr<Slot>; SEGMENTS],
    allocator: Mutex<Allocator>,
}

/// Which slots are free; only `_new` and `_free` ask.
struct Allocator {
    free: Vec<u32>,
    /// Slots that were ever handed out.
    used: usize,
}

static TABLE: Table = Table {
    segments: [const { AtomicPtr::new(core::ptr::null_mut()) }; SEGMENTS],
    allocator: Mutex::new(Allocator { free: Vec::new(), used: 0 }),
};

std::thread_local! {
    /// The slots that this thread is inside of: what makes a refusal `REENTRANT` and not `BUSY`.
    /// Inline, so that entering needs no memory unless calls nest deeply, or many parts are put together.
    static INSIDE: RefCell<SmallVec<[u32; 8]>> = const { RefCell::new(SmallVec::new_const()) };
}

/// The segment of an index, and its place there.
fn locate(index: usize) -> (usize, usize) {
    let segment = (index / FIRST_SEGMENT + 1).ilog2() as usize;
    (segment, index - FIRST_SEGMENT * ((1 << segment) - 1))
}

fn slot_at(index: u32) -> Option<&'static Slot> {
    let (segment, place) = locate(index as usize);
    let slots = TABLE.segments.get(segment)?.load(Ordering::Acquire);
    if slots.is_null() {
        return None;
    }
    // SAFETY: a segment that is not NULL has `FIRST_SEGMENT << segment` slots, `place` is below that, and segments are
    // never freed.
    Some(unsafe { &*slots.add(place) })
}

fn refuse<K: Kind>(code: i32, text: &str) -> Failure {
    Failure::new(code, format_args!("{} handle: {text}", K::NAME))
}

fn no_such_handle<K: Kind>() -> Failure {
    refuse::<K>(DRIFTLINE_RESULT_HANDLE, "zero, stale, foreign or of another kind")
}

/// A place in the table that nobody can see yet. Dropping it gives it back.
pub(super) struct Seat<K> {
    slot: &'static Slot,
    index: u32,
    kind: PhantomData<K>,
}

/// Finds a place for an object that is not there yet, so that putting it there cannot fail.
pub(super) fn reserve<K: Kind>() -> Result<Seat<K>, Failure> {
    let mut allocator = TABLE.allocator.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let index = match allocator.free.pop() {
        Some(index) => index,
        None => {
            let index = allocator.used;
            if index >= 1 << INDEX_BITS {
                return Err(refuse::<K>(DRIFTLINE_RESULT_TOO_MANY, "too many handles"));
            }
            // `give_back` returns the index later and must not fail then.
            let capacity = index + 1 - allocator.free.len();
            allocator
                .free
                .try_reserve(capacity)
                .map_err(|_| refuse::<K>(DRIFTLINE_RESULT_NO_MEMORY, "out of memory"))?;
            make_segment(locate(index).0)?;
            allocator.used += 1;
            index as u32
        }
    };
    let slot = slot_at(index).ok_or_else(no_such_handle::<K>)?;
    Ok(Seat { slot, index, kind: PhantomData })
}

fn give_back(index: u32) {
    TABLE.allocator.lock().unwrap_or_else(std::sync::PoisonError::into_inner).free.push(index);
}

impl<K: Kind> Seat<K> {
    /// Puts the object there and returns its handle.
    pub(super) fn fill(self, object: Box<K>) -> u64 {
        let (slot, index) = (self.slot, self.index);
        core::mem::forget(self);
        let generation = slot.word.load(Ordering::Relaxed) & (u64::from(u32::MAX) << 32);
        // SAFETY: the slot is free, so its kind is 0 and no lookup admits anybody; the allocator gave it to us alone.
        unsafe { *slot.object.get() = Some(object.wrap()) };
        let identity = generation | K::NUMBER << KIND_SHIFT;
        // Release: whoever sees the kind sees the object.
        slot.word.store(identity, Ordering::Release);
        identity | u64::from(index)
    }
}

impl<K> Drop for Seat<K> {
    fn drop(&mut self) {
        give_back(self.index);
    }
}

/// Puts an object into the table and returns its handle.
pub(super) fn insert<K: Kind>(object: Box<K>) -> Result<u64, Failure> {
    Ok(reserve::<K>()?.fill(object))
}

fn make_segment(segment: usize) -> Result<(), Failure> {
    if !TABLE.segments[segment].load(Ordering::Acquire).is_null() {
        return Ok(());
    }
    let length = FIRST_SEGMENT << segment;
    let mut slots: Vec<Slot> = Vec::new();
    slots.try_reserve_exact(length).map_err(|_| Failure::new(DRIFTLINE_RESULT_NO_MEMORY, "out of memory"))?;
    // Generation 1, free.
    slots.resize_with(length, || Slot { word: AtomicU64::new(1 << 32), object: UnsafeCell::new(None) });
    let slots = Box::leak(slots.into_boxed_slice());
    TABLE.segments[segment].store(slots.as_mut_ptr(), Ordering::Release);
    Ok(())
}

/// Takes an object out of the table and ends it. Works on a poisoned one, too: this is how it is got rid of.
pub(super) fn remove<K: Kind>(bits: u64) -> Result<(), Failure> {
    drop(retire(enter_slot::<K>(bits, true, true)?));
    Ok(())
}

/// Takes the object out of a slot that somebody is inside of alone. From here on the handle is stale, whatever the
/// destructor of the object does.
fn retire(entry: Entry) -> Option<Object> {
    let (slot, index) = (entry.slot, entry.index);
    // SAFETY: we are inside exclusively.
    let object = unsafe { (*slot.object.get()).take() };
    core::mem::forget(entry);
    leave_thread(index);
    let generation = slot.word.load(Ordering::Relaxed) >> 32;
    slot.word.store((generation + 1) << 32 & (u64::from(u32::MAX) << 32), Ordering::Release);
    if generation < u64::from(u32::MAX) {
        give_back(index);
    }
    object
}

/// Being inside a slot; leaving it is dropping this.
struct Entry {
    slot: &'static Slot,
    index: u32,
    exclusive: bool,
    /// A caller may call from a destructor while it unwinds; that panic is not ours.
    was_panicking: bool,
}

impl Drop for Entry {
    fn drop(&mut self) {
        leave_thread(self.index);
        if std::thread::panicking() && !self.was_panicking {
            // A panic of ours: nobody knows what state the object is in.
            self.slot.word.fetch_or(POISONED, Ordering::Relaxed);
        }
        let inside = if self.exclusive { EXCLUSIVE } else { READER };
        // Release: the next to enter sees all that was written here.
        self.slot.word.fetch_sub(inside, Ordering::Release);
    }
}

fn leave_thread(index: u32) {
    let _ = INSIDE.try_with(|inside| {
        let mut inside = inside.borrow_mut();
        if let Some(position) = inside.iter().rposition(|&other| other == index) {
            inside.remove(position);
        }
    });
}

fn enter_slot<K: Kind>(bits: u64, exclusive: bool, even_if_poisoned: bool) -> Result<Entry, Failure> {
    let index = (bits & INDEX_MASK) as u32;
    let identity = bits & IDENTITY_MASK;
    if bits >> KIND_SHIFT & 0xf != K::NUMBER {
        return Err(no_such_handle::<K>());
    }
    let slot = slot_at(index).ok_or_else(no_such_handle::<K>)?;
    let has_room = INSIDE.try_with(|inside| inside.borrow_mut().try_reserve(1).is_ok()).unwrap_or(true);
    if !has_room {
        return Err(refuse::<K>(DRIFTLINE_RESULT_NO_MEMORY, "out of memory"));
    }
    let mut word = slot.word.load(Ordering::Relaxed);
    loop {
        if word & IDENTITY_MASK != identity {
            return Err(no_such_handle::<K>());
        }
        let occupied = if exclusive { EXCLUSIVE | READERS_MASK } else { EXCLUSIVE };
        if word & occupied != 0 || (!exclusive && word & READERS_MASK == READERS_MASK) {
            return Err(refuse_entry::<K>(index));
        }
        if word & POISONED != 0 && !even_if_poisoned {
            return Err(refuse::<K>(DRIFTLINE_RESULT_POISONED, "a panic left it unusable; free it"));
        }
        let inside = if exclusive { EXCLUSIVE } else { READER };
        // Acquire: all that the last to leave has written is seen.
        match slot.word.compare_exchange_weak(word, word + inside, Ordering::Acquire, Ordering::Relaxed) {
            Ok(_) => break,
            Err(now) => word = now,
        }
    }
    let _ = INSIDE.try_with(|inside| inside.borrow_mut().push(index));
    Ok(Entry { slot, index, exclusive, was_panicking: std::thread::panicking() })
}

/// Somebody is inside: this thread, from a callback, or another one.
fn refuse_entry<K: Kind>(index: u32) -> Failure {
    let is_ours = INSIDE.try_with(|inside| inside.borrow().contains(&index)).unwrap_or(false);
    if is_ours {
        refuse::<K>(DRIFTLINE_RESULT_REENTRANT, "called from inside one of its own callbacks")
    } else {
        refuse::<K>(DRIFTLINE_RESULT_BUSY, "another thread is inside")
    }
}

/// Inside an object to read it, together with any number of other readers.
pub(super) struct Shared<K> {
    entry: Entry,
    kind: PhantomData<K>,
}

/// Inside an object alone.
pub(super) struct Exclusive<K> {
    entry: Entry,
    kind: PhantomData<K>,
}

/// Enters an object to read it.
pub(super) fn enter_shared<K: Kind>(bits: u64) -> Result<Shared<K>, Failure> {
    Ok(Shared { entry: enter_slot::<K>(bits, false, false)?, kind: PhantomData })
}

/// Enters an object alone.
pub(super) fn enter_exclusive<K: Kind>(bits: u64) -> Result<Exclusive<K>, Failure> {
    Ok(Exclusive { entry: enter_slot::<K>(bits, true, false)?, kind: PhantomData })
}

impl<K: Kind> Shared<K> {
    pub(super) fn get(&self) -> Result<&K, Failure> {
        // SAFETY: while a reader is inside, nobody is admitted who would write.
        let object = unsafe { &*self.entry.slot.object.get() };
        object.as_ref().and_then(K::borrow).ok_or_else(no_such_handle::<K>)
    }
}

impl<K: Kind> Exclusive<K> {
    pub(super) fn get(&mut self) -> Result<&mut K, Failure> {
        // SAFETY: nobody else is admitted while we are inside, and `&mut self` keeps us from borrowing twice.
        let object = unsafe { &mut *self.entry.slot.object.get() };
        object.as_mut().and_then(K::borrow_mut).ok_or_else(no_such_handle::<K>)
    }

    /// Whether these bits are the handle by which this was entered.
    pub(super) fn has_handle(&self, bits: u64) -> bool {
        let identity = self.entry.slot.word.load(Ordering::Relaxed) & IDENTITY_MASK;
        bits == identity | u64::from(self.entry.index)
    }

    /// Takes the object out of the table: its handle is stale from here on.
    pub(super) fn take(self) -> Option<Box<K>> {
        retire(self.entry).and_then(K::unwrap)
    }
}
