//! A membership of very many chains is filled in another way than a small one; nobody can tell (E2).

use driftline::{ChainId, Error, Event, Membership, MeshState, NodeId};

const CHAINS: usize = 5_000;

/// The arrays of a membership: ids as hashes are spread, three holders each.
#[derive(Clone)]
struct Arrays {
    chains: Vec<ChainId>,
    leaders: Vec<NodeId>,
    holder_offsets: Vec<u64>,
    holders: Vec<NodeId>,
}

impl Arrays {
    fn new(count: usize) -> Self {
        let numbers = || 0..count as u64;
        Arrays {
            chains: numbers().map(|number| ChainId(number.wrapping_mul(0x9E37_79B9_7F4A_7C15))).collect(),
            leaders: numbers().map(|number| if number % 5 == 0 { NodeId::NONE } else { NodeId(number % 3) }).collect(),
            holder_offsets: (0..=count as u64).map(|number| 3 * number).collect(),
            holders: numbers().flat_map(|number| [3, 1, 2].map(|third| NodeId(3 * (number % 40) + third))).collect(),
        }
    }

    fn load(&self, state: &mut MeshState) -> Result<(), Error> {
        let Arrays { chains, leaders, holder_offsets, holders } = self;
        state.load(&Membership { chains, leaders, holder_offsets, holders })
    }

    /// The same membership, event by event.
    fn applied(&self) -> MeshState {
        let mut state = MeshState::new();
        for (index, &chain) in self.chains.iter().enumerate() {
            for &node in &self.holders[3 * index..3 * index + 3] {
                state.apply(&[Event::HolderAdded { chain, node }]).expect("the node is not reserved");
            }
            if !self.leaders[index].is_none() {
                state.apply(&[Event::LeaderSet { chain, node: self.leaders[index] }]).expect("it is not reserved");
            }
        }
        state
    }
}

#[test]
fn a_large_load_is_what_its_events_are() {
    let arrays = Arrays::new(CHAINS);
    let (mut state, applied) = (MeshState::new(), arrays.applied());
    arrays.load(&mut state).expect("it is valid");
    assert_eq!(state.digest(), applied.digest());
    assert_eq!(state.chains(), applied.chains());
    assert_eq!(state.chains_on(NodeId(4)), applied.chains_on(NodeId(4)));
    assert_eq!(state.led_by(NodeId(2)), applied.led_by(NodeId(2)));
    // Loaded again it is known.
    arrays.load(&mut state).expect("it is valid");
    assert_eq!(state.digest(), applied.digest());
}

#[test]
fn a_large_load_that_is_refused_names_the_first_fault_and_leaves_nothing() {
    let sound = Arrays::new(CHAINS);
    type Spoil = fn(&mut Arrays);
    let faults: [(Spoil, &str); 5] = [
        (|arrays| arrays.chains[4_000] = arrays.chains[17], "duplicate chain at 4000"),
        (
            |arrays| (arrays.chains[4_000], arrays.chains[3_000]) = (arrays.chains[17], arrays.chains[18]),
            "duplicate chain at 3000",
        ),
        (
            |arrays| (arrays.chains[4_000], arrays.holders[6_001]) = (arrays.chains[17], arrays.holders[6_000]),
            "duplicate holder at 6001",
        ),
        (|arrays| arrays.holders[9_002] = NodeId::NONE, "reserved at 9002"),
        (
            |arrays| (arrays.chains[100], arrays.holders[9_002]) = (arrays.chains[17], NodeId::NONE),
            "duplicate chain at 100",
        ),
    ];
    for (spoil, expected) in faults {
        let mut arrays = sound.clone();
        spoil(&mut arrays);
        let mut state = MeshState::new();
        let fault = match arrays.load(&mut state) {
            Err(Error::DuplicateChain { index, .. }) => format!("duplicate chain at {index}"),
            Err(Error::DuplicateHolder { index, .. }) => format!("duplicate holder at {index}"),
            Err(Error::ReservedNode { index: Some(index), .. }) => format!("reserved at {index}"),
            other => format!("{other:?}"),
        };
        assert_eq!(fault, expected);
        assert_eq!((state.chain_count(), state.digest()), (0, MeshState::new().digest()));
        assert_eq!(state.chains_on(NodeId(4)), []);
        sound.load(&mut state).expect("it is valid");
        assert_eq!(state.digest(), sound.applied().digest());
    }
}
