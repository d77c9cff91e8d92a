package driftline_test

import (
	"errors"
	"slices"
	"testing"

	driftline "github.com/driftline/driftline/bindings/go"
)

// chainOf is a chain without orders.
func chainOf(chain driftline.Chain) driftline.Chain {
	chain.PendingEviction, chain.PendingPlacement = driftline.NoNode, driftline.NoNode
	return chain
}

func TestEveryEvent(t *testing.T) {
	state := newState(t)
	see := func(leader driftline.NodeID, claim bool, holders ...driftline.NodeID) {
		t.Helper()
		chain := must(state.Chain(7))
		wantEqual(t, "the chain", chain, chainOf(driftline.Chain{ID: 7, Leader: leader, Holders: holders, ClaimHeld: claim}))
	}
	noError(t, state.Apply(driftline.HolderAdded(7, 3), driftline.HolderAdded(7, 2)))
	see(driftline.NoNode, false, 2, 3)
	noError(t, state.Apply(driftline.LeaderSet(7, 5), driftline.ClaimAcquired(7)))
	see(5, true, 2, 3)
	noError(t, state.Apply(driftline.HolderRemoved(7, 2), driftline.ClaimReleased(7)))
	see(5, false, 3)
	noError(t, state.Apply(driftline.LeaderCleared(7), driftline.NodeTouched(3), driftline.ChainTouched(7)))
	see(driftline.NoNode, false, 3)
	noError(t, state.Apply(driftline.ChainRemoved(7)))
	_, err := state.Chain(7)
	wantIs(t, err, driftline.ErrUnknownChain)
	noError(t, state.Apply())
}

func TestTouchesMakeDirty(t *testing.T) {
	config := driftline.DefaultConfig()
	config.FingerprintMode = driftline.Push
	state := ledState(t, 7, 8)
	scheduler := newScheduler(t, driftline.WithConfig(config), driftline.WithScorer(badThird()))
	must(scheduler.Sample(state, 0))
	noError(t, state.Apply(driftline.ChainTouched(8)))
	wantEqual(t, "dirty after a touched chain", must(scheduler.Sample(state, 1)).Dirty, 1)
	noError(t, state.Apply(driftline.NodeTouched(2)))
	wantEqual(t, "dirty after a touched node", must(scheduler.Sample(state, 2)).Dirty, 2)
}

func TestABadEventUndoesItsSlice(t *testing.T) {
	state := newState(t)
	err := state.Apply(driftline.HolderAdded(7, 1), driftline.HolderAdded(7, driftline.NoNode))
	var refused *driftline.Error
	if !errors.As(err, &refused) || refused.Index != 1 || refused.Code != driftline.ErrReservedNode {
		t.Errorf("the error is %#v", err)
	}
	wantIs(t, state.Apply(driftline.Event{Kind: 99}), driftline.ErrEvent)
	wantIs(t, state.Apply(driftline.Event{Kind: driftline.EventChainTouched, Chain: 1, Node: 2}), driftline.ErrReserved)
	for range state.Chains() {
		t.Error("a chain came out of refused events")
	}
}

func TestLoad(t *testing.T) {
	state := newState(t)
	membership := driftline.Membership{
		Chains:        []driftline.ChainID{8, 7},
		Leaders:       []driftline.NodeID{1, driftline.NoNode},
		HolderOffsets: []uint64{0, 2, 3},
		Holders:       []driftline.NodeID{2, 1, 3},
	}
	noError(t, state.Load(membership))
	wantEqual(t, "chain 8", must(state.Chain(8)),
		chainOf(driftline.Chain{ID: 8, Leader: 1, Holders: []driftline.NodeID{1, 2}}))
	wantEqual(t, "chain 7", must(state.Chain(7)),
		chainOf(driftline.Chain{ID: 7, Leader: driftline.NoNode, Holders: []driftline.NodeID{3}}))

	other := newState(t)
	noError(t, other.Apply(driftline.HolderAdded(7, 3), driftline.LeaderSet(8, 1), driftline.HolderAdded(8, 1),
		driftline.HolderAdded(8, 2)))
	wantEqual(t, "the digest of equal content", must(other.Digest()), must(state.Digest()))

	for what, breakIt := range map[string]func(*driftline.Membership){
		"too few leaders":  func(m *driftline.Membership) { m.Leaders = m.Leaders[:1] },
		"too few offsets":  func(m *driftline.Membership) { m.HolderOffsets = []uint64{0, 3} },
		"too many offsets": func(m *driftline.Membership) { m.HolderOffsets = []uint64{0, 1, 2, 3} },
		"no offsets":       func(m *driftline.Membership) { m.HolderOffsets = nil },
		"too few holders":  func(m *driftline.Membership) { m.Holders = m.Holders[:2] },
		"too many holders": func(m *driftline.Membership) { m.HolderOffsets = []uint64{0, 1, 2} },
		"an offset beyond": func(m *driftline.Membership) { m.HolderOffsets = []uint64{0, 1 << 63, 3} },
	} {
		broken := membership
		breakIt(&broken)
		if err := state.Load(broken); !errors.Is(err, driftline.ErrMembership) {
			t.Errorf("%s: the error is %v", what, err)
		}
	}
	wantEqual(t, "the digest after refusals", must(other.Digest()), must(state.Digest()))
	noError(t, state.Load(driftline.Membership{}))
	for range state.Chains() {
		t.Error("a chain outlived an empty membership")
	}
}

func TestDuplicatesNameWhatIsTwice(t *testing.T) {
	state := newState(t)
	err := state.Load(driftline.Membership{
		Chains: []driftline.ChainID{7}, Leaders: []driftline.NodeID{1}, HolderOffsets: []uint64{0, 2},
		Holders: []driftline.NodeID{3, 3},
	})
	var refused *driftline.Error
	if !errors.As(err, &refused) {
		t.Fatalf("the error is %v", err)
	}
	wantEqual(t, "the code", refused.Code, driftline.ErrDuplicate)
	wantEqual(t, "the place", []any{refused.Index, refused.Chain, refused.ChainKnown, refused.Node},
		[]any{1, driftline.ChainID(7), true, driftline.NodeID(3)})
}

func TestQueries(t *testing.T) {
	var chains []driftline.ChainID
	for chain := driftline.ChainID(1); chain <= 300; chain++ {
		chains = append(chains, chain)
	}
	state := ledState(t, chains...)
	noError(t, state.Apply(driftline.HolderAdded(1000, 9)))

	collect := func(all func(func(driftline.ChainID, error) bool)) (list []driftline.ChainID) {
		for chain, err := range all {
			noError(t, err)
			list = append(list, chain)
		}
		return list
	}
	wantEqual(t, "all chains", collect(state.Chains()), append(slices.Clone(chains), 1000))
	wantEqual(t, "those on node 9", collect(state.ChainsOn(9)), []driftline.ChainID{1000})
	wantEqual(t, "those on node 2", collect(state.ChainsOn(2)), chains)
	wantEqual(t, "those that node 1 leads", collect(state.LedBy(1)), chains)
	wantEqual(t, "those that node 9 leads", collect(state.LedBy(9)), nil)

	// A loop may end early, and begin again.
	for chain := range state.Chains() {
		if chain == 2 {
			break
		}
	}
	// What is there stays in front, and room is used.
	room := make([]driftline.ChainID, 1, 8)
	list := must(state.AppendChainsOn(room, 9))
	wantEqual(t, "the appended", list, []driftline.ChainID{0, 1000})
	if &list[0] != &room[0] {
		t.Error("there was room, but another slice was made")
	}
	for _, err := range state.ChainsOn(driftline.NoNode) {
		wantIs(t, err, driftline.ErrReservedNode)
	}
	_, err := state.AppendLedBy(nil, driftline.NoNode)
	wantIs(t, err, driftline.ErrReservedNode)
}

func TestChainIntoUsesItsRoom(t *testing.T) {
	state := ledState(t, 7)
	chain := driftline.Chain{Holders: make([]driftline.NodeID, 5, 8)}
	room := &chain.Holders[0]
	noError(t, state.ChainInto(7, &chain))
	wantEqual(t, "the holders", chain.Holders, []driftline.NodeID{1, 2, 3})
	if &chain.Holders[0] != room {
		t.Error("there was room, but another slice was made")
	}
	wantIs(t, state.ChainInto(8, &chain), driftline.ErrUnknownChain)
	wantEqual(t, "the chain after a refusal", chain.ID, 7)
}

func TestAClaimIsAVetoByType(t *testing.T) {
	state := ledState(t, 7)
	eligible, ok := driftline.CheckMigrationEligible(must(state.Chain(7)))
	if !ok || eligible.Chain() != 7 {
		t.Error("a chain without a claim is not eligible")
	}
	noError(t, state.Apply(driftline.ClaimAcquired(7)))
	if _, ok := driftline.CheckMigrationEligible(must(state.Chain(7))); ok {
		t.Error("a claimed chain is eligible")
	}
}
