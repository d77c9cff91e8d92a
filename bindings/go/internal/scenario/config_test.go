package scenario

import (
	"errors"
	"math"
	"time"

	driftline "github.com/driftline/driftline/bindings/go"
)

func choose(word, zero, one string) bool {
	if word != zero && word != one {
		refuse("%q is neither %s nor %s", word, zero, one)
	}
	return word == one
}

// duration: the library's 64 bits and Go's 63 meet in Forever.
func duration(text string) time.Duration {
	value := timestamp(text)
	if value == math.MaxUint64 {
		return driftline.Forever
	}
	if value >= math.MaxInt64 {
		refuse("%q cannot be said in Go", text)
	}
	return time.Duration(value)
}

var configFields = map[string]func(*driftline.SchedulerConfig, string){
	"score_floor":         func(c *driftline.SchedulerConfig, v string) { c.ScoreFloor = number(v) },
	"hysteresis_gap":      func(c *driftline.SchedulerConfig, v string) { c.HysteresisGap = number(v) },
	"cost_per_sec":        func(c *driftline.SchedulerConfig, v string) { c.CostPerSec = number(v) },
	"cooldown":            func(c *driftline.SchedulerConfig, v string) { c.Cooldown = duration(v) },
	"decision_interval":   func(c *driftline.SchedulerConfig, v string) { c.DecisionInterval = duration(v) },
	"retry_backoff":       func(c *driftline.SchedulerConfig, v string) { c.RetryBackoff = duration(v) },
	"max_scores_per_tick": func(c *driftline.SchedulerConfig, v string) { c.MaxScoresPerTick = integer(v) },
	"backstop_spread":     func(c *driftline.SchedulerConfig, v string) { c.BackstopSpread = choose(v, "off", "on") },
	"on_scorer_error": func(c *driftline.SchedulerConfig, v string) {
		c.OnScorerError = map[bool]driftline.OnScorerError{
			false: driftline.Abort, true: driftline.SkipChain,
		}[choose(v, "abort", "skip_chain")]
	},
	"fingerprint_mode": func(c *driftline.SchedulerConfig, v string) {
		c.FingerprintMode = map[bool]driftline.FingerprintMode{
			false: driftline.Poll, true: driftline.Push,
		}[choose(v, "poll", "push")]
	},
	"min_holders": func(c *driftline.SchedulerConfig, v string) { c.MinHolders = smallInteger(v) },
	"move_order": func(c *driftline.SchedulerConfig, v string) {
		c.MoveOrder = map[bool]driftline.MoveOrder{
			false: driftline.EvictFirst, true: driftline.PlaceFirst,
		}[choose(v, "evict_first", "place_first")]
	},
	"pin_ttl":                  func(c *driftline.SchedulerConfig, v string) { c.PinTTL = duration(v) },
	"move_timeout":             func(c *driftline.SchedulerConfig, v string) { c.MoveTimeout = duration(v) },
	"max_moves_per_tick":       func(c *driftline.SchedulerConfig, v string) { c.MaxMovesPerTick = integer(v) },
	"max_in_flight":            func(c *driftline.SchedulerConfig, v string) { c.MaxInFlight = integer(v) },
	"max_in_flight_per_source": func(c *driftline.SchedulerConfig, v string) { c.MaxInFlightPerSource = integer(v) },
	"max_in_flight_per_target": func(c *driftline.SchedulerConfig, v string) { c.MaxInFlightPerTarget = integer(v) },
	"target_penalty":           func(c *driftline.SchedulerConfig, v string) { c.TargetPenalty = number(v) },
	"max_alternatives":         func(c *driftline.SchedulerConfig, v string) { c.MaxAlternatives = smallInteger(v) },
	"flap_window":              func(c *driftline.SchedulerConfig, v string) { c.FlapWindow = duration(v) },
	"warmup_coverage":          func(c *driftline.SchedulerConfig, v string) { c.WarmupCoverage = number(v) },
	"warmup_max":               func(c *driftline.SchedulerConfig, v string) { c.WarmupMax = duration(v) },
}

func (s *story) config(a *arguments) {
	config, err := s.scheduler.Config()
	if err != nil {
		s.disagree("no config: %v", err)
	}
	given := a.flag("production")
	if given {
		config = driftline.ProductionConfig()
	}
	for key, set := range configFields {
		if value, ok := a.optional(key); ok {
			set(&config, value)
			given = true
		}
	}
	a.end()
	if !given {
		refuse("nothing is given")
	}
	valid := config.Validate()
	err = s.scheduler.Configure(config)
	if (err == nil) != (valid == nil) {
		s.disagree("Validate says %v, Configure %v", valid, err)
	}
	if err != nil {
		s.printError(err)
		return
	}
	s.limits = config
}

var modes = map[string]driftline.ClassMode{
	"eager": driftline.Eager, "lazy": driftline.Lazy, "pinned": driftline.Pinned, "propose_only": driftline.ProposeOnly,
}

func (s *story) policy(a *arguments) {
	class := classID(a.value("class"))
	if a.flag("none") {
		a.end()
		s.clearPolicy(class)
		return
	}
	policy := takePolicy(a)
	a.end()
	if err := s.scheduler.SetClassPolicy(class, policy); err != nil {
		s.printError(err)
		return
	}
	if back, err := s.scheduler.ClassPolicy(class); err != nil || back != policy {
		s.disagree("the policy of class %d is %v, %v, not %v", class, back, err, policy)
	}
}

func (s *story) clearPolicy(class driftline.ClassID) {
	if err := s.scheduler.ClearClassPolicy(class); err != nil {
		s.printError(err)
		return
	}
	if _, err := s.scheduler.ClassPolicy(class); !errors.Is(err, driftline.ErrNoPolicy) {
		s.disagree("the policy of class %d was taken away, but %v", class, err)
	}
}

func takePolicy(a *arguments) (policy driftline.ClassPolicy) {
	given := false
	numberOf := func(key string) (number32 driftline.Optional[float32]) {
		if value, ok := a.optional(key); ok {
			number32, given = driftline.Some(number(value)), true
		}
		return number32
	}
	policy.ScoreFloor, policy.HysteresisGap = numberOf("score_floor"), numberOf("hysteresis_gap")
	policy.CostPerSec = numberOf("cost_per_sec")
	if value, ok := a.optional("cooldown"); ok {
		policy.Cooldown, given = driftline.Some(duration(value)), true
	}
	if value, ok := a.optional("mode"); ok {
		mode, known := modes[value]
		if !known {
			refuse("%q is no mode", value)
		}
		policy.Mode, given = mode, true
	}
	critical := numberOf("critical_floor")
	if critical.Known != (policy.Mode == driftline.Lazy) {
		refuse("critical_floor goes with mode=lazy")
	}
	if !given {
		refuse("nothing is given")
	}
	policy.CriticalFloor = critical.Value
	return policy
}
