package driftline

// #include "shim.h"
// #cgo noescape driftline_config_init
// #cgo nocallback driftline_config_init
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

// SchedulerConfig is what the operator decides: thresholds, times and policies (A7). Start from [DefaultConfig].
// Durations must not be negative; [Forever] is without end.
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
	RetryBackoff     time.Duration   // the longest that a refused chain waits (L4); 0 is no wait; 0
}

// DefaultConfig is Part A of the specification exactly (G3).
func DefaultConfig() SchedulerConfig {
	var config C.driftline_config
	C.driftline_config_init(&config, C.sizeof_driftline_config)
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
	}
}

func (c SchedulerConfig) inC() (config C.driftline_config, err error) {
	for _, field := range []struct {
		name     string
		duration time.Duration
	}{
		{"cooldown", c.Cooldown},
		{"decision_interval", c.DecisionInterval},
		{"retry_backoff", c.RetryBackoff},
	} {
		if field.duration < 0 {
			message := fmt.Sprintf("config field %s: %v is not at least zero", field.name, field.duration)
			return config, &ConfigError{Field: field.name, Message: message}
		}
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
	return config, nil
}
