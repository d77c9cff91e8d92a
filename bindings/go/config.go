package driftline

// #include "shim.h"
// #cgo noescape driftline_config_init
// #cgo nocallback driftline_config_init
// #cgo noescape driftline_config_production
// #cgo nocallback driftline_config_production
// #cgo noescape driftline_config_validate
// #cgo nocallback driftline_config_validate
import "C"

import (
	"fmt"
	"time"
)

// OnScorerError is what a failure of the scorer does (P2).
type OnScorerError uint32

// The policies of P2.
const (
	Abort     OnScorerError = C.DRIFTLINE_ON_SCORER_ERROR_ABORT      // the call fails with a [*ScorerError]
	SkipChain OnScorerError = C.DRIFTLINE_ON_SCORER_ERROR_SKIP_CHAIN // the chain sits the pass out; the report has the error
)

// FingerprintMode is how the scheduler learns what moved (S6).
type FingerprintMode uint32

// The modes of S6.
const (
	Poll FingerprintMode = C.DRIFTLINE_FINGERPRINT_POLL // ask the scorer's fingerprints in every tick
	Push FingerprintMode = C.DRIFTLINE_FINGERPRINT_PUSH // never ask; touches say what moved, the backstop is the net
)

// MoveOrder is which half of a move goes first (R4). Under [PlaceFirst] the victim stays where the target comes later than a
// MoveTimeout after it was asked for.
type MoveOrder uint32

// The orders of R4.
const (
	EvictFirst MoveOrder = C.DRIFTLINE_MOVE_ORDER_EVICT_FIRST // the victim leaves, then the chain is placed on the target
	PlaceFirst MoveOrder = C.DRIFTLINE_MOVE_ORDER_PLACE_FIRST // the victim leaves when the target has come: never a replica less
)

// SchedulerConfig is what the operator decides: thresholds, times and policies (A7). Start from [DefaultConfig] or
// [ProductionConfig]: the zero value is no config. Durations must not be negative; [Forever] is without end.
//
// Under [Poll] the wait of RetryBackoff grows only for a [NodeFingerprinter] or [BatchFingerprinter]: without one every node
// counts as changed, every chain is re-scored in each tick, and while one is stuck NextDue is a second away.
//
// Chains whose moves have failed come after all others, and have at most a quarter of MaxMovesPerTick and MaxInFlight, and at
// least one. Each time that a chain flaps its cooldown doubles, up to two hours. The pace of a drain leaves a MoveTimeout
// before the deadline.
type SchedulerConfig struct {
	ScoreFloor       float32         // a holder below it is a candidate for eviction; in [0, 1]; 0.5
	HysteresisGap    float32         // an alternative must be better by more than this; in [0, 1]; 0.2
	Cooldown         time.Duration   // how long a chain is left alone after an eviction; 300 s
	DecisionInterval time.Duration   // no score is older; above zero; 30 s
	CostPerSec       float32         // score that one second of migration costs; finite, at least zero; 0.1
	OnScorerError    OnScorerError   // [Abort]
	FingerprintMode  FingerprintMode // [Poll]
	MaxScoresPerTick uint64          // so many scores are asked for in one tick, the rest stays due (L3); 0 is no limit; 0
	BackstopSpread   bool            // backstops are spread over the interval by chain id (L3); false
	RetryBackoff     time.Duration   // the longest that a refused chain waits (L4), see above; 0 is no wait; 0

	MinHolders  uint32        // no eviction leaves a chain with fewer holders (R5); 0
	MoveOrder   MoveOrder     // [EvictFirst]
	PinTTL      time.Duration // how long the target of an eviction is that of the placement that follows (R3); 60 s
	MoveTimeout time.Duration // after it a move counts as failed (F1); 0 is no tracking, actions are repeated (F0); 0

	MaxMovesPerTick      uint64 // so many new moves in one tick (L1); 0 is no limit, here and in the next three; 0
	MaxInFlight          uint64 // so many moves in flight; needs a MoveTimeout, as do the next two; 0
	MaxInFlightPerSource uint64 // so many of them away from one node; 0
	MaxInFlightPerTarget uint64 // so many of them to one node; 0

	TargetPenalty   float32       // lowers a node's score for each move in flight to it (L2); in [0, 1]; needs a MoveTimeout; 0
	MaxAlternatives uint32        // so many are considered before giving up (L2); above zero; 1, which asks BestAlternative
	FlapWindow      time.Duration // who came back, or moved three times, within it is left alone for as long (O1); 0 is off; 0
	WarmupCoverage  float32       // share of led chains with a score before the first move for a score (V2); in [0, 1]; 0 is off; 0
	WarmupMax       time.Duration // for how long such moves wait for that at most (V2); 300 s
}

// DefaultConfig does nothing that is not asked for: no tracking, no limits (G3). Its values stand beside the fields.
func DefaultConfig() SchedulerConfig {
	var config C.driftline_config
	C.driftline_config_init(&config, C.sizeof_driftline_config)
	return configOf(&config)
}

// ProductionConfig is what a cluster that people depend on should run with: moves are tracked and limited, flapping is held,
// no chain loses its last holder, and a scorer may fail. A MoveTimeout is on, so report what has happened, and [MoveFailed]. The
// table of fields in the README of the repository has its values. MoveOrder is [EvictFirst] and MinHolders 1: a chain of two
// has one holder for the time of a move, and a chain of one never moves.
func ProductionConfig() SchedulerConfig {
	var config C.driftline_config
	C.driftline_config_production(&config, C.sizeof_driftline_config)
	return configOf(&config)
}

// Validate checks every field (G1). The error is a [*ConfigError].
func (c SchedulerConfig) Validate() error {
	config, err := c.inC()
	if err != nil {
		return err
	}
	cause := newError()
	return check(C.driftline_config_validate(&config, &cause), &cause)
}

func configOf(config *C.driftline_config) SchedulerConfig {
	return SchedulerConfig{
		ScoreFloor:       float32(config.score_floor),
		HysteresisGap:    float32(config.hysteresis_gap),
		Cooldown:         durationOf(uint64(config.cooldown_ns)),
		DecisionInterval: durationOf(uint64(config.decision_interval_ns)),
		CostPerSec:       float32(config.cost_per_sec),
		OnScorerError:    OnScorerError(config.on_scorer_error),
		FingerprintMode:  FingerprintMode(config.fingerprint_mode),
		MaxScoresPerTick: uint64(config.max_scores_per_tick),
		BackstopSpread:   config.backstop_spread != 0,
		RetryBackoff:     durationOf(uint64(config.retry_backoff_ns)),

		MinHolders:           uint32(config.min_holders),
		MoveOrder:            MoveOrder(config.move_order),
		PinTTL:               durationOf(uint64(config.pin_ttl_ns)),
		MoveTimeout:          durationOf(uint64(config.move_timeout_ns)),
		MaxMovesPerTick:      uint64(config.max_moves_per_tick),
		MaxInFlight:          uint64(config.max_in_flight),
		MaxInFlightPerSource: uint64(config.max_in_flight_per_source),
		MaxInFlightPerTarget: uint64(config.max_in_flight_per_target),
		TargetPenalty:        float32(config.target_penalty),
		MaxAlternatives:      uint32(config.max_alternatives),
		FlapWindow:           durationOf(uint64(config.flap_window_ns)),
		WarmupCoverage:       float32(config.warmup_coverage),
		WarmupMax:            durationOf(uint64(config.warmup_max_ns)),
	}
}

func (c SchedulerConfig) inC() (config C.driftline_config, err error) {
	err = notNegative(
		length{"cooldown", c.Cooldown}, length{"decision_interval", c.DecisionInterval},
		length{"retry_backoff", c.RetryBackoff}, length{"pin_ttl", c.PinTTL}, length{"move_timeout", c.MoveTimeout},
		length{"flap_window", c.FlapWindow}, length{"warmup_max", c.WarmupMax})
	if err != nil {
		return config, err
	}
	config.struct_size = C.sizeof_driftline_config
	config.on_scorer_error = C.uint32_t(c.OnScorerError)
	config.fingerprint_mode = C.uint32_t(c.FingerprintMode)
	config.score_floor = C.float(c.ScoreFloor)
	config.hysteresis_gap = C.float(c.HysteresisGap)
	config.cost_per_sec = C.float(c.CostPerSec)
	config.cooldown_ns = C.uint64_t(nanosecondsOf(c.Cooldown))
	config.decision_interval_ns = C.uint64_t(nanosecondsOf(c.DecisionInterval))
	config.max_scores_per_tick = C.uint64_t(c.MaxScoresPerTick)
	config.retry_backoff_ns = C.uint64_t(nanosecondsOf(c.RetryBackoff))
	if c.BackstopSpread {
		config.backstop_spread = 1
	}
	config.min_holders = C.uint32_t(c.MinHolders)
	config.move_order = C.uint32_t(c.MoveOrder)
	config.pin_ttl_ns = C.uint64_t(nanosecondsOf(c.PinTTL))
	config.move_timeout_ns = C.uint64_t(nanosecondsOf(c.MoveTimeout))
	config.max_moves_per_tick = C.uint64_t(c.MaxMovesPerTick)
	config.max_in_flight = C.uint64_t(c.MaxInFlight)
	config.max_in_flight_per_source = C.uint64_t(c.MaxInFlightPerSource)
	config.max_in_flight_per_target = C.uint64_t(c.MaxInFlightPerTarget)
	config.target_penalty = C.float(c.TargetPenalty)
	config.max_alternatives = C.uint32_t(c.MaxAlternatives)
	config.flap_window_ns = C.uint64_t(nanosecondsOf(c.FlapWindow))
	config.warmup_coverage = C.float(c.WarmupCoverage)
	config.warmup_max_ns = C.uint64_t(nanosecondsOf(c.WarmupMax))
	return config, nil
}

// length is a duration of a config or policy, by its name in errors.
type length struct {
	name     string
	duration time.Duration
}

// notNegative refuses what the library has no way to be told.
func notNegative(lengths ...length) error {
	for _, one := range lengths {
		if one.duration < 0 {
			message := fmt.Sprintf("config field %s: %v is not at least zero", one.name, one.duration)
			return &ConfigError{Field: one.name, Message: message}
		}
	}
	return nil
}
