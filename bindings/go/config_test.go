package driftline_test

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	driftline "github.com/driftline/driftline/bindings/go"
)

func TestDefaultConfig(t *testing.T) {
	wantEqual(t, "the default", driftline.DefaultConfig(), driftline.SchedulerConfig{
		ScoreFloor: 0.5, HysteresisGap: 0.2, Cooldown: 300 * time.Second, DecisionInterval: 30 * time.Second,
		CostPerSec: 0.1, OnScorerError: driftline.Abort, FingerprintMode: driftline.Poll, PinTTL: time.Minute,
		MaxAlternatives: 1, WarmupMax: 300 * time.Second,
	})
}

// Its figures are the library's to tune; what makes it safe is not.
func TestProductionConfig(t *testing.T) {
	config := driftline.ProductionConfig()
	noError(t, config.Validate())
	for what, is := range map[string]bool{
		"the scorer may fail":             config.OnScorerError == driftline.SkipChain,
		"backstops are spread":            config.BackstopSpread,
		"refused chains wait":             config.RetryBackoff > 0,
		"the last holder stays":           config.MinHolders > 0,
		"moves are tracked":               config.MoveTimeout > 0,
		"a tick is limited":               config.MaxMovesPerTick > 0,
		"the cluster is limited":          config.MaxInFlight > 0,
		"sources are limited":             config.MaxInFlightPerSource > 0,
		"targets are limited":             config.MaxInFlightPerTarget > 0,
		"moves to a node count":           config.TargetPenalty > 0,
		"there is more than one way":      config.MaxAlternatives > 1,
		"flapping is held":                config.FlapWindow > 0,
		"a start is slow":                 config.WarmupCoverage > 0 && config.WarmupMax > 0,
		"the rest is as in the default":   config.ScoreFloor == 0.5 && config.CostPerSec == 0.1,
		"fingerprints are asked":          config.FingerprintMode == driftline.Poll,
		"evictions are before placements": config.MoveOrder == driftline.EvictFirst && config.PinTTL == time.Minute,
	} {
		if !is {
			t.Errorf("not so: %s: %+v", what, config)
		}
	}
}

// Every field goes in and comes out again.
func TestConfigGoesThere(t *testing.T) {
	config := driftline.SchedulerConfig{
		ScoreFloor: 0.25, HysteresisGap: 0.125, Cooldown: 7, DecisionInterval: 11, CostPerSec: 3,
		OnScorerError: driftline.SkipChain, FingerprintMode: driftline.Push, MaxScoresPerTick: 13, BackstopSpread: true,
		RetryBackoff: 17, MinHolders: math.MaxUint32, MoveOrder: driftline.PlaceFirst, PinTTL: 19, MoveTimeout: 23,
		MaxMovesPerTick: 29, MaxInFlight: 31, MaxInFlightPerSource: 37, MaxInFlightPerTarget: math.MaxUint64, TargetPenalty: 0.5,
		MaxAlternatives: math.MaxUint32, FlapWindow: 41, WarmupCoverage: 0.75, WarmupMax: 43,
	}
	scheduler := newScheduler(t, driftline.WithConfig(config))
	wantEqual(t, "the config at the start", must(scheduler.Config()), config)
	for _, duration := range []*time.Duration{
		&config.Cooldown, &config.DecisionInterval, &config.RetryBackoff, &config.PinTTL, &config.MoveTimeout, &config.FlapWindow,
		&config.WarmupMax,
	} {
		*duration = driftline.Forever
	}
	noError(t, scheduler.Configure(config))
	wantEqual(t, "the config for ever", must(scheduler.Config()), config)
}

func TestRefusedConfigs(t *testing.T) {
	nan := float32(math.NaN())
	for field, change := range map[string]func(*driftline.SchedulerConfig){
		"score_floor":       func(c *driftline.SchedulerConfig) { c.ScoreFloor = 1.5 },
		"hysteresis_gap":    func(c *driftline.SchedulerConfig) { c.HysteresisGap = nan },
		"cost_per_sec":      func(c *driftline.SchedulerConfig) { c.CostPerSec = -1 },
		"cooldown":          func(c *driftline.SchedulerConfig) { c.Cooldown = -1 },
		"decision_interval": func(c *driftline.SchedulerConfig) { c.DecisionInterval = -1 },
		"retry_backoff":     func(c *driftline.SchedulerConfig) { c.RetryBackoff = -time.Second },
		"on_scorer_error":   func(c *driftline.SchedulerConfig) { c.OnScorerError = 2 },
		"fingerprint_mode":  func(c *driftline.SchedulerConfig) { c.FingerprintMode = 9 },

		"move_order":       func(c *driftline.SchedulerConfig) { c.MoveOrder = 2 },
		"pin_ttl":          func(c *driftline.SchedulerConfig) { c.PinTTL = -1 },
		"move_timeout":     func(c *driftline.SchedulerConfig) { c.MoveTimeout = -1 },
		"flap_window":      func(c *driftline.SchedulerConfig) { c.FlapWindow = -1 },
		"warmup_max":       func(c *driftline.SchedulerConfig) { c.WarmupMax = -1 },
		"max_alternatives": func(c *driftline.SchedulerConfig) { c.MaxAlternatives = 0 },
		"warmup_coverage":  func(c *driftline.SchedulerConfig) { c.WarmupCoverage = nan },
		// Without a MoveTimeout (F0).
		"max_in_flight":            func(c *driftline.SchedulerConfig) { c.MaxInFlight = 1 },
		"max_in_flight_per_source": func(c *driftline.SchedulerConfig) { c.MaxInFlightPerSource = 1 },
		"max_in_flight_per_target": func(c *driftline.SchedulerConfig) { c.MaxInFlightPerTarget = 1 },
		"target_penalty":           func(c *driftline.SchedulerConfig) { c.TargetPenalty = 0.1 },
	} {
		config := driftline.DefaultConfig()
		change(&config)
		scheduler := newScheduler(t)
		state := ledState(t)
		_, atStart := driftline.NewLocalScheduler(1, driftline.WithConfig(config))
		_, inDiff := driftline.DiffScheduler(state, badThird(), config, 1, 0, nil)
		for _, err := range []error{config.Validate(), scheduler.Configure(config), atStart, inDiff} {
			var refused *driftline.ConfigError
			if !errors.As(err, &refused) || refused.Field != field || !strings.Contains(err.Error(), field) {
				t.Errorf("%s: the error is %v", field, err)
			}
			wantIs(t, err, driftline.ErrConfig)
		}
		wantEqual(t, "the config after a refused one", must(scheduler.Config()), driftline.DefaultConfig())
	}
	config := driftline.DefaultConfig()
	config.DecisionInterval = 0
	wantIs(t, config.Validate(), driftline.ErrConfig)
	wantIs(t, driftline.SchedulerConfig{}.Validate(), driftline.ErrConfig)
}

func TestMigrationCosts(t *testing.T) {
	model := driftline.MigrationCostModel{CostPerSec: 0.25}
	for _, one := range []struct {
		cost driftline.MigrationCost
		want float32
	}{
		{driftline.MigrationCost{}, 0},
		{driftline.MigrationCost{StateTransfer: 2 * time.Second}, 0.5},
		{driftline.MigrationCost{Disruption: 4 * time.Second}, 1},
		{driftline.MigrationCost{StateTransfer: time.Second, Disruption: time.Second, ReliabilityFactor: 3}, 1.5},
		{driftline.MigrationCost{StateTransfer: time.Second, ReliabilityFactor: -1}, 0.25},
		{driftline.MigrationCost{StateTransfer: driftline.Forever}, 0.25 * float32(18446744073.709551615)},
	} {
		wantEqual(t, "the score equivalent", must(model.ScoreEquivalent(one.cost)), one.want)
	}
	_, err := driftline.MigrationCostModel{CostPerSec: -1}.ScoreEquivalent(driftline.MigrationCost{})
	wantIs(t, err, driftline.ErrConfig)
	for _, cost := range []driftline.MigrationCost{{StateTransfer: -1}, {Disruption: -1}} {
		_, err = model.ScoreEquivalent(cost)
		wantIs(t, err, driftline.ErrConfig)
	}
}
