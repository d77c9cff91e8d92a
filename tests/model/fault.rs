//! What can be broken on purpose, to see that a walk finds it.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Executors do not compare revisions (R8).
    NoCompareAndSwap,
    /// Executors do not look for claims, nor at revisions.
    NoCare,
    /// Control planes take the holders of whatever they hear last, under the newest revision that they know.
    MembershipOutOfOrder,
    /// Control planes sometimes take a revision without what came with it.
    RevisionBeforeMembership,
    /// Nobody carries out placements, even when all is calm.
    NobodyPlaces,
    /// The book does not note the moves that placements begin.
    UnnotedPlacements,
    /// The book does not hear that a claim is released.
    UnheardReleases,
    /// The book does not hear that all is thawed.
    UnheardThaw,
    /// The book thinks that a limit is lower by one.
    LowerLimit,
    /// The book does not take over the moves in flight that are handed over.
    UnnotedHandOver,
    /// The book forgets orders.
    ForgottenOrders,
    /// The book does not drop orders when the leader changes.
    OutlivedOrders,
    /// The book thinks that an untracked eviction may still be carried out, however long ago it was said.
    LastingWords,
    /// The book thinks that a second half waits for no longer than a second.
    HastyMoves,
    /// The book thinks that a drain may make one move less.
    SlowDrains,
    /// Whoever hears that all is thawed panics.
    Panics,
}

impl Fault {
    pub const ALL: [Fault; 16] = [
        Fault::NoCompareAndSwap,
        Fault::NoCare,
        Fault::MembershipOutOfOrder,
        Fault::RevisionBeforeMembership,
        Fault::NobodyPlaces,
        Fault::UnnotedPlacements,
        Fault::UnheardReleases,
        Fault::UnheardThaw,
        Fault::LowerLimit,
        Fault::UnnotedHandOver,
        Fault::ForgottenOrders,
        Fault::OutlivedOrders,
        Fault::LastingWords,
        Fault::HastyMoves,
        Fault::SlowDrains,
        Fault::Panics,
    ];
}
