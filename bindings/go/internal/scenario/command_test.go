package scenario

import (
	driftline "github.com/driftline/driftline/bindings/go"
)

type command struct {
	isEvent  bool
	function func(*story, *arguments)
}

var commands map[string]command

func init() {
	commands = map[string]command{}
	for name, function := range map[string]func(*story, *arguments){
		"node": (*story).node, "config": (*story).config, "policy": (*story).policy,
		"install": (*story).install, "uninstall": (*story).uninstall, "scorer": (*story).scorer,
		"begin": (*story).beginSlice, "load": (*story).load, "load-raw": (*story).loadRaw,
		"export": (*story).export, "import": (*story).importChain,
		"score": (*story).score, "live": (*story).live, "fingerprint": (*story).fingerprint,
		"chainprint": (*story).chainprint, "alternative": (*story).alternative, "alternatives": (*story).alternatives,
		"cost":      (*story).cost,
		"inventory": (*story).openInventory, "compose": (*story).compose, "report": (*story).report, "rtt": (*story).rtt,
		"bandwidth": (*story).bandwidth, "profile": (*story).profile, "forget": (*story).forget, "push": (*story).push,
		"axes": (*story).axes,
		"tick": (*story).tick, "sample": (*story).sample, "samples": (*story).samples,
		"decide": (*story).decide, "diff": (*story).diff,
		"explain": (*story).explain, "why": (*story).why, "history": (*story).history, "ewma": (*story).ewma,
		"cells": (*story).cells, "state": (*story).stateOf, "chains": (*story).chains, "on": (*story).on,
		"drain-status": (*story).drainStatus, "transitions": (*story).transitions,
		"asked": (*story).asked, "verdicts": (*story).verdicts,
		"digest": (*story).digest, "digest-mark": (*story).digestMark, "digest-check": (*story).digestCheck,
	} {
		commands[name] = command{false, function}
	}
	for name, function := range map[string]func(*story, *arguments){
		"add": holders(driftline.HolderAdded), "remove": holders(driftline.HolderRemoved),
		"lead": ofChainAndNode(driftline.LeaderSet), "unlead": ofChain(driftline.LeaderCleared),
		"delete": ofChain(driftline.ChainRemoved), "claim": ofChain(driftline.ClaimAcquired),
		"release": ofChain(driftline.ClaimReleased), "touch": (*story).touch,
		"desire":   ofChainAnd("count", smallInteger, driftline.DesiredReplicas),
		"revision": ofChainAnd("value", integer, driftline.ChainRevision),
		"class":    ofChainAnd("class", classID, driftline.ChainClass),
		"drain":    ofNodeAnd("deadline", driftline.Drain), "undrain": ofNode(driftline.DrainCancelled),
		"avoid": ofNodeAnd("until", driftline.Avoid), "freeze": (*story).freeze, "thaw": (*story).thaw,
		"force-evict": ofChainAndNode(driftline.ForceEvict), "force-place": ofChainAndNode(driftline.ForcePlace),
		"fail": ofChain(driftline.MoveFailed), "commit": (*story).commit,
	} {
		commands[name] = command{true, function}
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
	s.closeInventory()
	s.scheduler, s.state = nil, nil
}

func (s *story) node(a *arguments) {
	node := nodeID(a.bare())
	a.end()
	s.end()
	s.thisNode, s.world, s.needsNode = node, newWorld(), true
	s.world.batch = s.alwaysBatch
	s.lastReport = driftline.TickReport{}
	s.limits, s.nextTransition = driftline.DefaultConfig(), 0
	var err error
	if s.state, err = driftline.NewMeshState(); err == nil {
		s.scheduler, err = driftline.NewLocalScheduler(node, driftline.WithScorer(s.world.scorer()))
	}
	if err != nil {
		s.printError(err)
		return
	}
	s.needsNode, s.isTable = false, true
}

func (s *story) install(a *arguments) {
	a.end()
	if _, err := s.scheduler.Install(s.world.scorer()); err != nil {
		s.printError(err)
	}
	s.isTable = true
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
	delete(s.world.homes, chain)
}

func (s *story) alternatives(a *arguments) {
	chain := a.chain()
	var homes []driftline.Alternative
	a.pairs(func(node, score string) {
		homes = append(homes, driftline.Alternative{Node: nodeID(node), Score: number(score)})
	})
	a.end()
	s.world.homes[chain] = homes
	delete(s.world.alternatives, chain)
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
