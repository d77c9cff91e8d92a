package driftline_test

import (
	"errors"
	"math"
	"testing"
	"time"

	driftline "github.com/driftline/driftline/bindings/go"
)

// Every field goes in and comes out again, zeroes that are known among them.
func TestClassPolicyGoesThere(t *testing.T) {
	scheduler := newScheduler(t)
	for _, policy := range []driftline.ClassPolicy{
		{},
		{Mode: driftline.Pinned},
		{Mode: driftline.ProposeOnly},
		{Mode: driftline.Lazy, CriticalFloor: 0.25},
		{Mode: driftline.Lazy},
		{ScoreFloor: driftline.Some[float32](0)},
		{HysteresisGap: driftline.Some[float32](0)},
		{Cooldown: driftline.Some[time.Duration](0)},
		{CostPerSec: driftline.Some[float32](0)},
		{
			ScoreFloor: driftline.Some[float32](0.25), HysteresisGap: driftline.Some[float32](0.125),
			Cooldown: driftline.Some(driftline.Forever), CostPerSec: driftline.Some[float32](7), Mode: driftline.Lazy,
			CriticalFloor: 1,
		},
	} {
		noError(t, scheduler.SetClassPolicy(math.MaxUint32, policy))
		wantEqual(t, "the policy", must(scheduler.ClassPolicy(math.MaxUint32)), policy)
	}
	for range 2 {
		noError(t, scheduler.ClearClassPolicy(math.MaxUint32))
		_, err := scheduler.ClassPolicy(math.MaxUint32)
		wantIs(t, err, driftline.ErrNoPolicy)
	}
}

func TestRefusedClassPolicies(t *testing.T) {
	nan := float32(math.NaN())
	scheduler := newScheduler(t)
	good := driftline.ClassPolicy{Mode: driftline.Pinned}
	noError(t, scheduler.SetClassPolicy(5, good))
	for field, policy := range map[string]driftline.ClassPolicy{
		"score_floor":    {ScoreFloor: driftline.Some[float32](1.5)},
		"hysteresis_gap": {HysteresisGap: driftline.Some(nan)},
		"cooldown":       {Cooldown: driftline.Some[time.Duration](-1)},
		"cost_per_sec":   {CostPerSec: driftline.Some[float32](-1)},
		"critical_floor": {Mode: driftline.Lazy, CriticalFloor: -0.5},
		"mode":           {Mode: 4},
	} {
		err := scheduler.SetClassPolicy(5, policy)
		var refused *driftline.ConfigError
		if !errors.As(err, &refused) || refused.Field != field {
			t.Errorf("%s: the error is %v", field, err)
		}
		wantIs(t, err, driftline.ErrConfig)
	}
	for what, policy := range map[string]driftline.ClassPolicy{
		"a critical floor that is not lazy": {CriticalFloor: 0.25},
		"a floor that nobody marked":        {ScoreFloor: driftline.Optional[float32]{Value: 0.5}},
		"a gap that nobody marked":          {HysteresisGap: driftline.Optional[float32]{Value: 0.5}},
		"a cooldown that nobody marked":     {Cooldown: driftline.Optional[time.Duration]{Value: 1}},
		"a price that nobody marked":        {CostPerSec: driftline.Optional[float32]{Value: 0.5}},
	} {
		if err := scheduler.SetClassPolicy(5, policy); !errors.Is(err, driftline.ErrReserved) {
			t.Errorf("%s: the error is %v", what, err)
		}
	}
	wantEqual(t, "the policy after refused ones", must(scheduler.ClassPolicy(5)), good)
}

func TestTooManyClassPolicies(t *testing.T) {
	scheduler := newScheduler(t)
	for class := range driftline.ClassID(255) {
		noError(t, scheduler.SetClassPolicy(class, driftline.ClassPolicy{Mode: driftline.Pinned}))
	}
	wantIs(t, scheduler.SetClassPolicy(255, driftline.ClassPolicy{}), driftline.ErrTooMany)
	noError(t, scheduler.SetClassPolicy(7, driftline.ClassPolicy{}))
	noError(t, scheduler.ClearClassPolicy(7))
	noError(t, scheduler.SetClassPolicy(255, driftline.ClassPolicy{}))
}

// Y1: chains of a class are judged by its policy, all others by the config.
func TestClassPoliciesAreUsed(t *testing.T) {
	state := ledState(t, 7, 8, 9)
	noError(t, state.Apply(driftline.ChainClass(8, 5), driftline.ChainClass(9, 6)))
	scheduler := newScheduler(t, driftline.WithScorer(badThird()))
	noError(t, scheduler.SetClassPolicy(5, driftline.ClassPolicy{Mode: driftline.ProposeOnly}))
	noError(t, scheduler.SetClassPolicy(6, driftline.ClassPolicy{ScoreFloor: driftline.Some[float32](0.25)}))
	decision := must(scheduler.Tick(state, 0))
	wantEqual(t, "the number of actions", len(decision.Actions), 1)
	wantEqual(t, "the chain that moves", decision.Actions[0].Chain, 7)
	wantEqual(t, "what is proposed", must(scheduler.Explain(state, 8)).String(),
		"8 propose only 3 -> 9: live 0.40 under 0.50, gain 0.55 over 0.20, cost none")
	healthy := must(scheduler.Explain(state, 9))
	wantEqual(t, "the verdict of the class", healthy.Verdict, driftline.VerdictHealthy)
	wantEqual(t, "the floor of the class", healthy.ScoreFloor, 0.25)
}
