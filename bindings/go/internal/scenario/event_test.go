package scenario

import (
	"strings"

	driftline "github.com/driftline/driftline/bindings/go"
)

func (s *story) apply(events ...driftline.Event) {
	s.events = append(s.events, events...)
	if s.collecting {
		return
	}
	err := s.state.Apply(s.events...)
	// An inventory is told what has happened, not what was refused.
	if err == nil && s.inventory != nil {
		err = s.inventory.Follow(s.events...)
	}
	s.printAny(err)
	s.events = s.events[:0]
}

func (s *story) loadMembership(membership driftline.Membership) {
	err := s.state.Load(membership)
	if err == nil && s.inventory != nil {
		err = s.inventory.Load(membership)
	}
	s.printAny(err)
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

func ofNode(event func(driftline.NodeID) driftline.Event) func(*story, *arguments) {
	return func(s *story, a *arguments) {
		node := a.node()
		a.end()
		s.apply(event(node))
	}
}

func ofChainAndNode(event func(driftline.ChainID, driftline.NodeID) driftline.Event) func(*story, *arguments) {
	return func(s *story, a *arguments) {
		chain, node := a.chain(), a.node()
		a.end()
		s.apply(event(chain, node))
	}
}

func ofChainAnd[T any](
	key string, parse func(string) T, event func(driftline.ChainID, T) driftline.Event,
) func(*story, *arguments) {
	return func(s *story, a *arguments) {
		chain, value := a.chain(), parse(a.value(key))
		a.end()
		s.apply(event(chain, value))
	}
}

func ofNodeAnd(key string, event func(driftline.NodeID, driftline.Timestamp) driftline.Event) func(*story, *arguments) {
	return func(s *story, a *arguments) {
		node, at := a.node(), timestamp(a.value(key))
		a.end()
		s.apply(event(node, at))
	}
}

func (s *story) freeze(a *arguments) {
	until := timestamp(a.value("until"))
	a.end()
	s.apply(driftline.FreezeUntil(until))
}

func (s *story) thaw(a *arguments) {
	a.end()
	s.apply(driftline.Thaw())
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
	s.loadMembership(membership)
}

func (s *story) loadRaw(a *arguments) {
	membership := driftline.Membership{
		Chains:        list(a.value("chains"), chainID),
		Leaders:       list(a.value("leaders"), leaderID),
		HolderOffsets: list(a.value("offsets"), integer),
		Holders:       list(a.value("holders"), nodeID),
	}
	a.end()
	s.loadMembership(membership)
}
