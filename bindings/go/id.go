package driftline

import (
	"math"
	"strconv"
)

// ChainID names a chain: anything that is replicated and has holders. Every number is one.
type ChainID uint64

// NodeID names a node. Every number but [NoNode] is one.
type NodeID uint64

// ClassID names a class of chains, which may have a policy of its own (Y1). Class 0 is that of all chains that were never given
// one.
type ClassID uint32

// NoNode is "nobody", where a leader or another node may be missing. As an id of a node it is refused with
// [ErrReservedNode].
const NoNode NodeID = math.MaxUint64

// String is the number, or "none".
func (n NodeID) String() string {
	if n == NoNode {
		return "none"
	}
	return strconv.FormatUint(uint64(n), 10)
}
