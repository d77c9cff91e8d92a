package driftline_test

import (
	"bytes"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	driftline "github.com/driftline/driftline/bindings/go"
)

// moved is a state in which chain 7 was evicted from at 5 s, and the digest of what is remembered of that alone.
func moved(t *testing.T) *driftline.MeshState {
	t.Helper()
	state := ledState(t, 7)
	scheduler := newScheduler(t, driftline.WithScorer(badThird()))
	wantEqual(t, "the actions", len(must(scheduler.Tick(state, 5e9)).Actions), 1)
	return state
}

func TestAChainIsHandedOver(t *testing.T) {
	state := moved(t)
	exported := must(state.ExportChain(7))
	next := ledState(t, 7)
	wantEqual(t, "the chain", must(next.ImportChain(exported)), 7)
	wantEqual(t, "the last rebalance", must(next.Chain(7)).LastRebalance, driftline.When{At: 5e9, Known: true})
	wantEqual(t, "the digest", must(next.Digest()), must(state.Digest()))
	wantEqual(t, "the verdict of the next leader", must(newScheduler(t, driftline.WithScorer(badThird())).Tick(next, 6e9)).
		Report.Verdicts[driftline.VerdictCooldown], 1)

	// What is there stays in front, and room is used.
	room := append(make([]byte, 0, 1024), "ab"...)
	list := must(state.AppendExport(room, 7))
	if !bytes.Equal(list, append([]byte("ab"), exported...)) || &list[0] != &room[0] {
		t.Errorf("appended are %v", list)
	}
	list, err := state.AppendExport(room, 8)
	wantIs(t, err, driftline.ErrUnknownChain)
	wantEqual(t, "the slice after a refusal", string(list), "ab")
	_, err = state.ExportChain(8)
	var refused *driftline.Error
	if !errors.As(err, &refused) || !refused.ChainKnown || refused.Chain != 8 {
		t.Errorf("the error is %v", err)
	}
}

// Every number is a chain.
func TestTheLastChainIsHandedOver(t *testing.T) {
	state := newState(t)
	noError(t, state.Apply(driftline.HolderAdded(math.MaxUint64, 1)))
	exported := must(state.ExportChain(math.MaxUint64))
	wantEqual(t, "the chain", must(newState(t).ImportChain(exported)), math.MaxUint64)
	_, err := newState(t).ExportChain(math.MaxUint64)
	var refused *driftline.Error
	if !errors.As(err, &refused) || !refused.ChainKnown || refused.Chain != math.MaxUint64 {
		t.Errorf("the error is %v", err)
	}
}

func TestDamagedBytesAreRefused(t *testing.T) {
	exported := must(moved(t).ExportChain(7))
	state := ledState(t, 7)
	before := must(state.Digest())
	refuse := func(what string, given []byte, wanted string) {
		t.Helper()
		kept := slices.Clone(given)
		_, err := state.ImportChain(given)
		if !errors.Is(err, driftline.ErrImport) || !strings.Contains(err.Error(), wanted) {
			t.Errorf("%s: the error is %v", what, err)
		}
		wantEqual(t, "what was given", given, kept)
	}
	refuse("nothing", nil, "")
	refuse("an empty slice", []byte{}, "")
	refuse("other bytes", bytes.Repeat([]byte{7}, 64), "not an export")
	refuse("one byte more", append(slices.Clone(exported), 0), "")
	for length := range exported {
		refuse("a beginning", exported[:length:length], "")
	}
	for at := range exported {
		for bit := range 8 {
			damaged := slices.Clone(exported)
			damaged[at] ^= 1 << bit
			refuse("a bit that is turned over", damaged, "")
		}
	}
	middle := slices.Clone(exported)
	middle[len(middle)/2] ^= 1
	refuse("the middle", middle, "damaged")
	refuse("the first bytes", exported[:5], "truncated")
	wantEqual(t, "the digest after refusals", must(state.Digest()), before)
	must(state.ImportChain(exported))
}
