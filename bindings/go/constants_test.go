package driftline_test

import (
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	driftline "github.com/driftline/driftline/bindings/go"
)

// constants are those of the header that Go has under names of its own.
var constants = map[string]uint64{
	"ABI": driftline.HeaderABI, "NONE": uint64(driftline.NoNode),
	"ON_SCORER_ERROR_ABORT": uint64(driftline.Abort), "ON_SCORER_ERROR_SKIP_CHAIN": uint64(driftline.SkipChain),
	"FINGERPRINT_POLL": uint64(driftline.Poll), "FINGERPRINT_PUSH": uint64(driftline.Push),
	"MOVE_ORDER_EVICT_FIRST": uint64(driftline.EvictFirst), "MOVE_ORDER_PLACE_FIRST": uint64(driftline.PlaceFirst),
	"CLASS_MODE_EAGER": uint64(driftline.Eager), "CLASS_MODE_LAZY": uint64(driftline.Lazy),
	"CLASS_MODE_PINNED": uint64(driftline.Pinned), "CLASS_MODE_PROPOSE_ONLY": uint64(driftline.ProposeOnly),

	"EVENT_HOLDER_ADDED":     uint64(driftline.EventHolderAdded),
	"EVENT_HOLDER_REMOVED":   uint64(driftline.EventHolderRemoved),
	"EVENT_LEADER_SET":       uint64(driftline.EventLeaderSet),
	"EVENT_LEADER_CLEARED":   uint64(driftline.EventLeaderCleared),
	"EVENT_CHAIN_REMOVED":    uint64(driftline.EventChainRemoved),
	"EVENT_CLAIM_ACQUIRED":   uint64(driftline.EventClaimAcquired),
	"EVENT_CLAIM_RELEASED":   uint64(driftline.EventClaimReleased),
	"EVENT_NODE_TOUCHED":     uint64(driftline.EventNodeTouched),
	"EVENT_CHAIN_TOUCHED":    uint64(driftline.EventChainTouched),
	"EVENT_DESIRED_REPLICAS": uint64(driftline.EventDesiredReplicas),
	"EVENT_CHAIN_REVISION":   uint64(driftline.EventChainRevision),
	"EVENT_CHAIN_CLASS":      uint64(driftline.EventChainClass),
	"EVENT_DRAIN":            uint64(driftline.EventDrain),
	"EVENT_DRAIN_CANCELLED":  uint64(driftline.EventDrainCancelled),
	"EVENT_AVOID":            uint64(driftline.EventAvoid),
	"EVENT_FREEZE_UNTIL":     uint64(driftline.EventFreezeUntil),
	"EVENT_THAW":             uint64(driftline.EventThaw),
	"EVENT_FORCE_EVICT":      uint64(driftline.EventForceEvict),
	"EVENT_FORCE_PLACE":      uint64(driftline.EventForcePlace),
	"EVENT_MOVE_FAILED":      uint64(driftline.EventMoveFailed),

	"ACTION_EVICT": uint64(driftline.ActionEvict), "ACTION_PLACE": uint64(driftline.ActionPlace),
	"ARM_FORCED": uint64(driftline.ArmForced), "ARM_COUNT": uint64(driftline.ArmCount),
	"ARM_DRAIN": uint64(driftline.ArmDrain), "ARM_SCHEDULER": uint64(driftline.ArmScheduler),

	"VERDICT_COUNT":          driftline.VerdictCount,
	"VERDICT_NONE":           uint64(driftline.NoVerdict),
	"VERDICT_NOT_SAMPLED":    uint64(driftline.VerdictNotSampled),
	"VERDICT_HEALTHY":        uint64(driftline.VerdictHealthy),
	"VERDICT_NO_SCORE":       uint64(driftline.VerdictNoScore),
	"VERDICT_COOLDOWN":       uint64(driftline.VerdictCooldown),
	"VERDICT_CLAIM_HELD":     uint64(driftline.VerdictClaimHeld),
	"VERDICT_RECOVERED":      uint64(driftline.VerdictRecovered),
	"VERDICT_NO_ALTERNATIVE": uint64(driftline.VerdictNoAlternative),
	"VERDICT_GAP_TOO_SMALL":  uint64(driftline.VerdictGapTooSmall),
	"VERDICT_COST_TOO_HIGH":  uint64(driftline.VerdictCostTooHigh),
	"VERDICT_EVICT":          uint64(driftline.VerdictEvict),
	"VERDICT_SCORER_FAILED":  uint64(driftline.VerdictScorerFailed),
	"VERDICT_ALREADY_MOVED":  uint64(driftline.VerdictAlreadyMoved),
	"VERDICT_LAST_HOLDER":    uint64(driftline.VerdictLastHolder),
	"VERDICT_FROZEN":         uint64(driftline.VerdictFrozen),
	"VERDICT_IN_FLIGHT":      uint64(driftline.VerdictInFlight),
	"VERDICT_RETRY_LATER":    uint64(driftline.VerdictRetryLater),
	"VERDICT_TICK_LIMIT":     uint64(driftline.VerdictTickLimit),
	"VERDICT_CLUSTER_LIMIT":  uint64(driftline.VerdictClusterLimit),
	"VERDICT_SOURCE_LIMIT":   uint64(driftline.VerdictSourceLimit),
	"VERDICT_TARGET_LIMIT":   uint64(driftline.VerdictTargetLimit),
	"VERDICT_FLAP_HOLD":      uint64(driftline.VerdictFlapHold),
	"VERDICT_WARMING_UP":     uint64(driftline.VerdictWarmingUp),
	"VERDICT_PINNED":         uint64(driftline.VerdictPinned),
	"VERDICT_PROPOSE_ONLY":   uint64(driftline.VerdictProposeOnly),
	"VERDICT_DEFERRED":       uint64(driftline.VerdictDeferred),

	"CAUSE_NEW": uint64(driftline.CauseNew), "CAUSE_DIRTY": uint64(driftline.CauseDirty),
	"CAUSE_BACKSTOP": uint64(driftline.CauseBackstop),
	"TREND_STABLE":   uint64(driftline.TrendStable), "TREND_DEGRADING": uint64(driftline.TrendDegrading),
	"TREND_IMPROVING": uint64(driftline.TrendImproving),
	"METHOD_SCORE":    uint64(driftline.MethodScore), "METHOD_LIVE_SCORE": uint64(driftline.MethodLiveScore),
	"METHOD_BEST_ALTERNATIVE":  uint64(driftline.MethodBestAlternative),
	"METHOD_NODE_FINGERPRINT":  uint64(driftline.MethodNodeFingerprint),
	"METHOD_CHAIN_FINGERPRINT": uint64(driftline.MethodChainFingerprint),
	"METHOD_MIGRATION_COST":    uint64(driftline.MethodMigrationCost),
	"METHOD_BEGIN":             uint64(driftline.MethodBegin),

	"NODE_HEALTH_HEALTHY": uint64(driftline.Healthy), "NODE_HEALTH_CORDONED": uint64(driftline.Cordoned),
	"NODE_HEALTH_FAILED": uint64(driftline.Failed),

	"HISTORY_LENGTH": driftline.HistoryLength, "RETRY_BACKOFF_FIRST_NS": driftline.RetryBackoffFirstNS,
	"MOVE_BACKOFF_FIRST_NS": driftline.MoveBackoffFirstNS, "MOVE_BACKOFF_MAX_NS": driftline.MoveBackoffMaxNS,
	"FLAP_MEMORY": driftline.FlapMemory, "FLAP_COOLDOWN_MAX_NS": driftline.FlapCooldownMaxNS,
	"TRANSITION_RING_LENGTH": driftline.TransitionRingLength,

	"RESULT_NULL": uint64(driftline.ErrNil), "RESULT_ABI": uint64(driftline.ErrABI),
	"RESULT_HANDLE": uint64(driftline.ErrClosed), "RESULT_RESERVED": uint64(driftline.ErrReserved),
	"RESULT_BUSY": uint64(driftline.ErrBusy), "RESULT_REENTRANT": uint64(driftline.ErrReentrant),
	"RESULT_POISONED": uint64(driftline.ErrPoisoned), "RESULT_CAPACITY": uint64(driftline.ErrCapacity),
	"RESULT_CONFIG": uint64(driftline.ErrConfig), "RESULT_EVENT": uint64(driftline.ErrEvent),
	"RESULT_ID": uint64(driftline.ErrReservedNode), "RESULT_DUPLICATE": uint64(driftline.ErrDuplicate),
	"RESULT_NOT_LED": uint64(driftline.ErrNotLed), "RESULT_TIME": uint64(driftline.ErrTimeReversed),
	"RESULT_NO_MEMORY": uint64(driftline.ErrOutOfMemory), "RESULT_UNKNOWN_CHAIN": uint64(driftline.ErrUnknownChain),
	"RESULT_MEMBERSHIP": uint64(driftline.ErrMembership), "RESULT_TOO_MANY": uint64(driftline.ErrTooMany),
	"RESULT_IMPORT": uint64(driftline.ErrImport), "RESULT_NO_POLICY": uint64(driftline.ErrNoPolicy),
	"RESULT_CALIBRATION": uint64(driftline.ErrCalibration),
	"RESULT_INVENTORY":   uint64(driftline.ErrInventory), "RESULT_UNKNOWN_NODE": uint64(driftline.ErrUnknownNode),
	"RESULT_SCORER": uint64(driftline.ErrScorer), "RESULT_NO_SCORER": uint64(driftline.ErrNoScorer),
	"RESULT_PANIC": uint64(driftline.ErrInternalPanic),
}

var (
	// The package uses these, and shows what they say in other ways.
	flags = regexp.MustCompile(`^((CHAIN|CLASS_POLICY|ACTION_FLAG|EXPLANATION|NODE_INVENTORY|SCORE_AXES|SCORER)_.*|DERIVED|RESULT_OK|HISTORY_(SMOOTHING|DEAD_BAND))$`)
	// The package gives the library no cause for the first two, and NoNode says as much as the others.
	never = regexp.MustCompile(`^(RESULT_(STRUCT_SIZE|ALIGNMENT)|CHAIN_PENDING_(EVICTION|PLACEMENT))$`)

	defineForm = regexp.MustCompile(`(?m)^#define DRIFTLINE_(\w+) (\S+)$`)
	structForm = regexp.MustCompile(`(?s)typedef struct \{(.*?)\n\} driftline_(\w+);`)
	fieldForm  = regexp.MustCompile(`(?m)^  [^/(]*?(\w+)(?:\[\d+\])?;$`)
	usedForm   = regexp.MustCompile(`\.(\w+)|(\w+): `)
	// The code of an error is what the function has returned.
	notNeeded = regexp.MustCompile(`^(reserved(_\d+)?|code)$`)
)

// packageSources is the package without its tests.
func packageSources(t *testing.T) string {
	t.Helper()
	var sources strings.Builder
	for _, path := range must(filepath.Glob("*.go")) {
		if !strings.HasSuffix(path, "_test.go") {
			sources.Write(must(os.ReadFile(path)))
		}
	}
	return sources.String()
}

// A constant that the header gets and Go has not makes this fail.
func TestEveryConstantOfTheHeader(t *testing.T) {
	sources := packageSources(t)
	names := map[string]bool{}
	for _, define := range defineForm.FindAllStringSubmatch(string(must(os.ReadFile("driftline.h"))), -1) {
		name, text := define[1], define[2]
		names[name] = true
		if word, ok := map[string]uint64{"UINT64_MAX": math.MaxUint64, "UINT32_MAX": math.MaxUint32}[text]; ok {
			text = strconv.FormatUint(word, 10)
		}
		value, isOurs := constants[name]
		switch {
		case isOurs:
			wantEqual(t, name, strconv.FormatUint(value, 10), text)
		case never.MatchString(name):
		case !flags.MatchString(name):
			t.Errorf("Go does not know %s", name)
		case !strings.Contains(sources, "C.DRIFTLINE_"+name):
			t.Errorf("nothing uses %s", name)
		}
	}
	for name := range constants {
		if !names[name] {
			t.Errorf("the header does not know %s", name)
		}
	}
}

// A field that a struct of the header gets and Go does not look at makes this fail. layout.go looks at those of structs that
// cross as they are.
func TestEveryFieldOfTheHeader(t *testing.T) {
	used := map[string]bool{}
	for _, use := range usedForm.FindAllStringSubmatch(packageSources(t), -1) {
		used[use[1]+use[2]] = true
	}
	structs := structForm.FindAllStringSubmatch(string(must(os.ReadFile("driftline.h"))), -1)
	fields := 0
	for _, one := range structs {
		// The scorer is filled in by shim.c, and handles are only passed on.
		if slices.Contains([]string{"scorer", "scheduler", "state", "inventory", "any_scorer"}, one[2]) {
			continue
		}
		for _, field := range fieldForm.FindAllStringSubmatch(one[1], -1) {
			fields++
			if !used[field[1]] && !notNeeded.MatchString(field[1]) {
				t.Errorf("nothing uses %s of driftline_%s", field[1], one[2])
			}
		}
	}
	if len(structs) < 20 || fields < 150 {
		t.Errorf("only %d structs and %d fields were understood", len(structs), fields)
	}
}
