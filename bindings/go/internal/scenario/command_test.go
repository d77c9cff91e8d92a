package scenario

import (
	"math"
	"strings"
	"time"

	driftline "github.com/driftline/driftline/bindings/go"
)

type command struct {
	isEvent  bool
	function func(*story, *arguments)
}

var commands map[string]command

func init() {
	commands = map[string]command{
		"node": {false, (*story).node}, "config": {false, (*story).config},
		"install": {false, (*story).install}, "uninstall": {false, (*story).uninstall}, "scorer": {false, (*story).scorer},
		"add": {true, holders(driftline.HolderAdded)}, "remove": {true, holders(driftline.HolderRemoved)},
		"lead": {true, (*story).lead}, "unlead": {true, ofChain(driftline.LeaderCleared)},
		"delete": {true, ofChain(driftline.ChainRemoved)}, "claim": {true, ofChain(driftline.ClaimAcquired)},
		"release": {true, ofChain(driftline.ClaimReleased)}, "touch": {true, (*story).touch},
		"begin": {false, (*story).beginSlice}, "commit": {true, (*story).commit},
		"load": {false, (*story).load}, "load-raw": {false, (*story).loadRaw},
		"score": {false, (*story).score}, "live": {false, (*story).live}, "fingerprint": {false, (*story).fingerprint},
		"chainprint": {false, (*story).chainprint}, "alternative": {false, (*story).alternative}, "cost": {false, (*story).cost},
		"tick": {false, (*story).tick}, "sample": {false, (*story).sample}, "samples": {false, (*story).samples},
		"decide": {false, (*story).decide}, "diff": {false, (*story).diff},
		"explain": {false, (*story).explain}, "history": {false, (*story).history}, "ewma": {false, (*story).ewma},
		"cells": {false, (*story).cells}, "state": {false, (*story).stateOf}, "chains": {false, (*story).chains},
		"on": {false, (*story).on}, "asked": {false, (*story).asked}, "verdicts": {false, (*story).verdicts},
		"digest": {false, (*story).digest}, "digest-mark": {false, (*story).digestMark},
		"digest-check": {false, (*story).digestCheck},
	}
}

func (s *story) end() {
	if s.scheduler != nil {
		if err := s.scheduler.Close(); err != nil {
			s.disagree("the scheduler could not be closed: %v", err)
		}
	}
	if s.state != nil {
		if err := s.state.Close(); err != nil {
			s.disagree("the state could not be closed: %v", err)
		}
	}
	s.scheduler, s.state = nil, nil
}

func (s *story) node(a *arguments) {
	node := nodeID(a.bare())
	a.end()
	s.end()
	s.thisNode, s.world, s.needsNode = node, newWorld(), true
	s.world.batch = s.alwaysBatch
	s.lastReport = driftline.TickReport{}
	s.maxScores = 0
	var err error
	if s.state, err = driftline.NewMeshState(); err == nil {
		s.scheduler, err = driftline.NewLocalScheduler(node, driftline.WithScorer(s.world.scorer()))
	}
	if err != nil {
		s.printError(err)
		return
	}
	s.needsNode = false
}

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

func (s *story) config(a *arguments) {
	config, err := s.scheduler.Config()
	if err != nil {
		s.disagree("no config: %v", err)
	}
	set := func(key string, use func(string)) {
		if value, ok := a.optional(key); ok {
			use(value)
		}
	}
	set("score_floor", func(v string) { config.ScoreFloor = number(v) })
	set("hysteresis_gap", func(v string) { config.HysteresisGap = number(v) })
	set("cost_per_sec", func(v string) { config.CostPerSec = number(v) })
	set("cooldown", func(v string) { config.Cooldown = duration(v) })
	set("decision_interval", func(v string) { config.DecisionInterval = duration(v) })
	set("retry_backoff", func(v string) { config.RetryBackoff = duration(v) })
	set("max_scores_per_tick", func(v string) { config.MaxScoresPerTick = integer(v) })
	set("backstop_spread", func(v string) { config.BackstopSpread = choose(v, "off", "on") })
	set("on_scorer_error", func(v string) {
		config.OnScorerError = driftline.Abort
		if choose(v, "abort", "skip_chain") {
			config.OnScorerError = driftline.SkipChain
		}
	})
	set("fingerprint_mode", func(v string) {
		config.FingerprintMode = driftline.Poll
		if choose(v, "poll", "push") {
			config.FingerprintMode = driftline.Push
		}
	})
	a.end()
	valid := config.Validate()
	err = s.scheduler.Configure(config)
	if (err == nil) != (valid == nil) {
		s.disagree("Validate says %v, Configure %v", valid, err)
	}
	if err != nil {
		s.printError(err)
		return
	}
	s.maxScores = config.MaxScoresPerTick
}

func (s *story) install(a *arguments) {
	a.end()
	if _, err := s.scheduler.Install(s.world.scorer()); err != nil {
		s.printError(err)
	}
}

func (s *story) uninstall(a *arguments) {
	a.end()
	if _, err := s.scheduler.Uninstall(); err != nil {
		s.printError(err)
	}
}

func (s *story) scorer(a *arguments) {
	for key, option := range map[string]*bool{
		"batch": &s.world.batch, "live": &s.world.hasLive, "chain_fingerprints": &s.world.hasChainFingerprints,
	} {
		if value, ok := a.optional(key); ok {
			*option = choose(value, "off", "on")
		}
	}
	s.install(a)
}

// ---- Events ----

func (s *story) apply(events ...driftline.Event) {
	s.events = append(s.events, events...)
	if s.collecting {
		return
	}
	if err := s.state.Apply(s.events...); err != nil {
		s.printError(err)
	}
	s.events = s.events[:0]
}

func holders(event func(driftline.ChainID, driftline.NodeID) driftline.Event) func(*story, *arguments) {
	return func(s *story, a *arguments) {
		chain, nodes := a.chain(), list(a.value("nodes"), nodeID)
		a.end()
		var events []driftline.Event
		for _, node := range nodes {
			events = append(events, event(chain, node))
		}
		s.apply(events...)
	}
}

func ofChain(event func(driftline.ChainID) driftline.Event) func(*story, *arguments) {
	return func(s *story, a *arguments) {
		chain := a.chain()
		a.end()
		s.apply(event(chain))
	}
}

func (s *story) lead(a *arguments) {
	chain, node := a.chain(), a.node()
	a.end()
	s.apply(driftline.LeaderSet(chain, node))
}

func (s *story) touch(a *arguments) {
	node, ok := a.optional("node")
	if !ok {
		ofChain(driftline.ChainTouched)(s, a)
		return
	}
	a.end()
	s.apply(driftline.NodeTouched(nodeID(node)))
}

func (s *story) beginSlice(a *arguments) {
	a.end()
	s.collecting = true
}

func (s *story) commit(a *arguments) {
	if !s.collecting {
		refuse("commit without begin")
	}
	a.end()
	s.collecting = false
	s.apply()
}

// ---- Membership ----

func (s *story) load(a *arguments) {
	membership := driftline.Membership{HolderOffsets: []uint64{0}}
	for {
		found, ok := a.find(func(t token) bool { return !t.isPair })
		if !ok {
			break
		}
		parts := strings.Split(found.key, ":")
		if len(parts) != 3 {
			refuse("%q is not CHAIN:LEADER:HOLDERS", found.key)
		}
		membership.Chains = append(membership.Chains, chainID(parts[0]))
		membership.Leaders = append(membership.Leaders, leaderID(parts[1]))
		membership.Holders = append(membership.Holders, list(parts[2], nodeID)...)
		membership.HolderOffsets = append(membership.HolderOffsets, uint64(len(membership.Holders)))
	}
	a.end()
	if err := s.state.Load(membership); err != nil {
		s.printError(err)
	}
}

func (s *story) loadRaw(a *arguments) {
	membership := driftline.Membership{
		Chains:        list(a.value("chains"), chainID),
		Leaders:       list(a.value("leaders"), leaderID),
		HolderOffsets: list(a.value("offsets"), integer),
		Holders:       list(a.value("holders"), nodeID),
	}
	a.end()
	if err := s.state.Load(membership); err != nil {
		s.printError(err)
	}
}

// ---- Tables ----

func (s *story) score(a *arguments) {
	chain := a.chain()
	a.pairs(func(node, score string) {
		s.world.scores[place{chain, nodeID(node)}] = parseAnswer(score, number)
	})
	a.end()
}

func (s *story) live(a *arguments) {
	chain := a.chain()
	a.pairs(func(node, score string) {
		if score == "unset" {
			delete(s.world.live, place{chain, nodeID(node)})
			return
		}
		s.world.live[place{chain, nodeID(node)}] = parseAnswer(score, number)
	})
	a.end()
}

func (s *story) fingerprint(a *arguments) {
	a.pairs(func(node, value string) { s.world.fingerprints[nodeID(node)] = parseAnswer(value, integer) })
	a.end()
}

func (s *story) chainprint(a *arguments) {
	a.pairs(func(chain, value string) { s.world.chainFingerprints[chainID(chain)] = parseAnswer(value, integer) })
	a.end()
}

// withoutValue takes `none`, `fail(CODE)` or `interrupt` in place of values.
func (a *arguments) withoutValue() error {
	found, _ := a.find(func(t token) bool { return !t.isPair && noValue(t.key) != nil })
	return noValue(found.key)
}

func (s *story) alternative(a *arguments) {
	chain := a.chain()
	said := answer[driftline.Alternative]{err: a.withoutValue()}
	if said.err == nil {
		said.value = driftline.Alternative{Node: a.node(), Score: number(a.value("score"))}
	}
	a.end()
	s.world.alternatives[chain] = said
}

func (s *story) cost(a *arguments) {
	at := place{a.chain(), a.node()}
	said := answer[driftline.MigrationCost]{err: a.withoutValue()}
	if said.err == nil {
		said.value.ReliabilityFactor = 1
		if value, ok := a.optional("transfer"); ok {
			said.value.StateTransfer = duration(value)
		}
		if value, ok := a.optional("disruption"); ok {
			said.value.Disruption = duration(value)
		}
		if value, ok := a.optional("reliability"); ok {
			said.value.ReliabilityFactor = number(value)
		}
	}
	a.end()
	s.world.costs[at] = said
}
