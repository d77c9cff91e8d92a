package driftline_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	driftline "github.com/driftline/driftline/bindings/go"
)

// Go's build cache sees no header outside the package, so the package has a copy.
func TestTheHeaderIsTheRepositorys(t *testing.T) {
	ours, theirs := must(os.ReadFile("driftline.h")), must(os.ReadFile("../../include/driftline.h"))
	if !bytes.Equal(ours, theirs) {
		t.Error("driftline.h differs from include/driftline.h; copy that here and see what has changed")
	}
}

func TestVersions(t *testing.T) {
	wantEqual(t, "the ABI of the library", int(driftline.ABI()), driftline.HeaderABI)
	manifest := string(must(os.ReadFile("../../Cargo.toml")))
	if !strings.Contains(manifest, `version = "`+driftline.Version()+`"`) {
		t.Errorf("%q is not the version of Cargo.toml", driftline.Version())
	}
	if !strings.Contains(driftline.BuildInfo(), driftline.Version()) {
		t.Errorf("%q does not tell the version", driftline.BuildInfo())
	}
}

func TestConstants(t *testing.T) {
	wantEqual(t, "HistoryLength", driftline.HistoryLength, 64)
	wantEqual(t, "HistorySmoothing", driftline.HistorySmoothing, 0.3)
	wantEqual(t, "HistoryDeadBand", driftline.HistoryDeadBand, 0.02)
	wantEqual(t, "RetryBackoffFirstNS", driftline.RetryBackoffFirstNS, 1_000_000_000)
	wantEqual(t, "VerdictCount", driftline.VerdictCount, 32)
	wantEqual(t, "MoveBackoffFirstNS", driftline.MoveBackoffFirstNS, 60_000_000_000)
	wantEqual(t, "MoveBackoffMaxNS", driftline.MoveBackoffMaxNS, 3_600_000_000_000)
	wantEqual(t, "FlapMemory", driftline.FlapMemory, 8)
	wantEqual(t, "FlapCooldownMaxNS", driftline.FlapCooldownMaxNS, 7_200_000_000_000)
	wantEqual(t, "TransitionRingLength", driftline.TransitionRingLength, 1024)
}

func TestNames(t *testing.T) {
	for verdict, name := range map[driftline.Verdict]string{
		driftline.VerdictNotSampled: "not sampled", driftline.VerdictHealthy: "healthy",
		driftline.VerdictNoScore: "no score", driftline.VerdictCooldown: "cooldown",
		driftline.VerdictClaimHeld: "claim held", driftline.VerdictRecovered: "recovered",
		driftline.VerdictNoAlternative: "no alternative", driftline.VerdictGapTooSmall: "gap too small",
		driftline.VerdictCostTooHigh: "cost too high", driftline.VerdictEvict: "evict",
		driftline.VerdictScorerFailed: "scorer failed", driftline.VerdictAlreadyMoved: "already moved",
		driftline.VerdictRetryLater: "retry later", driftline.VerdictDeferred: "deferred",
		driftline.VerdictLastHolder: "last holder", driftline.VerdictFrozen: "frozen", driftline.VerdictInFlight: "in flight",
		driftline.VerdictTickLimit: "tick limit", driftline.VerdictClusterLimit: "cluster limit",
		driftline.VerdictSourceLimit: "source limit", driftline.VerdictTargetLimit: "target limit",
		driftline.VerdictFlapHold: "flap hold", driftline.VerdictWarmingUp: "warming up", driftline.VerdictPinned: "pinned",
		driftline.VerdictProposeOnly: "propose only", driftline.NoVerdict: "none", 31: "unknown",
	} {
		wantEqual(t, "a verdict", verdict.String(), name)
	}
	for method, name := range []string{
		"score", "live_score", "best_alternative", "node_fingerprint", "chain_fingerprint", "migration_cost", "begin", "unknown",
	} {
		wantEqual(t, "a method", driftline.Method(method).String(), name)
	}
	for arm, name := range []string{"forced", "count", "drain", "scheduler", "unknown"} {
		wantEqual(t, "an arm", driftline.Arm(arm).String(), name)
	}
	for kind, name := range []string{"unknown", "evict", "place", "unknown"} {
		wantEqual(t, "a kind", driftline.ActionKind(kind).String(), name)
	}
	for mode, name := range []string{"eager", "lazy", "pinned", "propose only", "unknown"} {
		wantEqual(t, "a mode", driftline.ClassMode(mode).String(), name)
	}
	for health, name := range []string{"healthy", "cordoned", "failed", "unknown"} {
		wantEqual(t, "a health", driftline.NodeHealth(health).String(), name)
	}
	wantEqual(t, "no cause", driftline.SampleCause(3).String(), "unknown")
	wantEqual(t, "no trend", driftline.Trend(1<<32-1).String(), "unknown")
	wantEqual(t, "nobody", driftline.NoNode.String(), "none")
	wantEqual(t, "a code", driftline.ErrNotLed.Error(), "driftline: not led")
	wantEqual(t, "no code", driftline.Code(77).Error(), "driftline: unknown")
}

// What the README shows runs as an example, word for word.
func TestTheReadmesCodeIsTheExample(t *testing.T) {
	var example string
	for _, path := range must(filepath.Glob("example_*test.go")) {
		example += string(must(os.ReadFile(path)))
	}
	_, rest, found := strings.Cut(string(must(os.ReadFile("README.md"))), "```go\n")
	for count := 0; ; count++ {
		if !found {
			wantEqual(t, "the number of blocks", count, 5)
			return
		}
		var block string
		block, rest, _ = strings.Cut(rest, "```\n")
		indented := strings.ReplaceAll("\t"+strings.TrimSpace(block), "\n", "\n\t")
		indented = strings.ReplaceAll(indented, "\n\t\n", "\n\n")
		if !strings.Contains(example, strings.TrimSpace(block)) && !strings.Contains(example, indented) {
			t.Errorf("example_test.go does not have\n%s", block)
		}
		_, rest, found = strings.Cut(rest, "```go\n")
	}
}
