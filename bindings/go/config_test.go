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
		CostPerSec: 0.1, OnScorerError: driftline.Abort, FingerprintMode: driftline.Poll,
	})
}

// Every field goes in and comes out again.
func TestConfigGoesThere(t *testing.T) {
	config := driftline.SchedulerConfig{
		ScoreFloor: 0.25, HysteresisGap: 0.125, Cooldown: 7, DecisionInterval: 11, CostPerSec: 3,
		OnScorerError: driftline.SkipChain, FingerprintMode: driftline.Push, MaxScoresPerTick: 13, BackstopSpread: true,
		RetryBackoff: 17,
	}
	scheduler := newScheduler(t, driftline.WithConfig(config))
	wantEqual(t, "the config at the start", must(scheduler.Config()), config)
	config.Cooldown, config.DecisionInterval, config.RetryBackoff = driftline.Forever, driftline.Forever, driftline.Forever
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
