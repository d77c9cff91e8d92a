package driftline_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	driftline "github.com/driftline/driftline/bindings/go"
)

// What scorers of the library do without has failed nobody, and is in no report.
func TestDiffComposedTellsOnlyWhatFailed(t *testing.T) {
	config := driftline.DefaultConfig()
	config.OnScorerError = driftline.SkipChain
	cause := &failing{"no route"}
	spring := func() error { return cause }
	failures := func(scorer driftline.Part) string {
		t.Helper()
		report := must(driftline.DiffComposed(ledState(t, 7, 8), scorer, config, 1, 0, nil)).Report
		wantEqual(t, "how many chains have failed", report.Verdicts[driftline.VerdictScorerFailed], uint64(len(report.Failures)))
		return fmt.Sprint(report.Failures)
	}
	for how, compose := range compositions {
		for method, wanted := range methods {
			config.MaxAlternatives = driftline.DefaultConfig().MaxAlternatives
			if method == "alternatives" {
				config.MaxAlternatives = 2
			}
			// Of two chains an override has only one.
			wantedCount := map[string]int{"override": 1}[how]
			if wantedCount == 0 {
				wantedCount = 2
			}
			if wanted.Method == driftline.MethodNodeFingerprint || wanted.Method == driftline.MethodChainFingerprint {
				wantedCount = 0
			}
			text := failures(must(compose(driftline.PartOf(trap(method, spring)))))
			wantEqual(t, how+" of "+method+": "+text, strings.Count(text, "no route"), wantedCount)
		}
	}
	// What has failed beside that is told.
	scorer := trap("live_score", spring)
	scorer.LiveScoreFunc = func(chain driftline.ChainID, _ driftline.NodeID) (float32, error) {
		if chain == 8 {
			return 0, cause
		}
		return 0.4, nil
	}
	for _, method := range []string{"node", "chain"} {
		scorer := scorer
		if method == "node" {
			scorer.NodeFingerprintFunc = func(driftline.NodeID) (uint64, error) { return 0, cause }
		} else {
			scorer.ChainFingerprintFunc = func(driftline.ChainID) (uint64, error) { return 0, cause }
		}
		wantEqual(t, "a fingerprint of a "+method+" and a score", failures(must(driftline.Cached(driftline.PartOf(scorer), 10))),
			"[live_score of chain 8 at node 3: no route]")
	}
}

// A part that panics while it is put together leaves those before it as they were.
func TestPanicsOfPartsBeforeTheyAreParts(t *testing.T) {
	kept := must(driftline.Minimum(part(0.5)))
	nobody := struct{ driftline.Part }{}
	for range 2 {
		if value := recovered(func() { _, _ = driftline.Minimum(kept, part(1), nobody) }); value == nil {
			t.Error("nothing has panicked")
		}
	}
	wantEqual(t, "its score", must(kept.Score(7, 1)), 0.5)
	noError(t, kept.Close())
}

func TestScorersThatAreNil(t *testing.T) {
	var nobody *driftline.ComposedScorer
	for what, err := range map[string]error{
		"DiffComposed":    second(driftline.DiffComposed(newState(t), nobody, driftline.DefaultConfig(), 1, 0, nil)),
		"Cached":          second(driftline.Cached(nobody, 1)),
		"InstallComposed": second(newScheduler(t).InstallComposed(nobody)),
	} {
		if !errors.Is(err, driftline.ErrNil) {
			t.Errorf("%s: the error is %v", what, err)
		}
	}
	// A scorer that uses what is asking it is told so, and not that it is a part.
	var composed *driftline.ComposedScorer
	var known *driftline.Error
	composed = asking(t, trap("score", func() error {
		if err := second(composed.Score(7, 1)); !errors.As(err, &known) || known.Code != driftline.ErrReentrant {
			t.Errorf("the error is %v", err)
		}
		return nil
	}))
	must(composed.Score(7, 1))
	if known != nil {
		wantEqual(t, "the index", known.Index, -1)
	}
}
