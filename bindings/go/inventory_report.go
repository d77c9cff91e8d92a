package driftline

// #include "shim.h"
// #cgo noescape driftline_inventory_report_nodes
// #cgo nocallback driftline_inventory_report_nodes
// #cgo noescape driftline_inventory_report_rtts
// #cgo nocallback driftline_inventory_report_rtts
// #cgo noescape driftline_inventory_report_bandwidths
// #cgo nocallback driftline_inventory_report_bandwidths
// #cgo noescape driftline_inventory_report_profiles
// #cgo nocallback driftline_inventory_report_profiles
import "C"

import (
	"errors"
	"runtime"
	"slices"
	"time"
)

// NodeHealth is what a node may have.
type NodeHealth uint32

// The states of health.
const (
	Healthy  NodeHealth = C.DRIFTLINE_NODE_HEALTH_HEALTHY  // it may have chains
	Cordoned NodeHealth = C.DRIFTLINE_NODE_HEALTH_CORDONED // it may keep what it has and gets no more
	Failed   NodeHealth = C.DRIFTLINE_NODE_HEALTH_FAILED   // it is no home; what it has should go
)

// String is the health in a word.
func (h NodeHealth) String() string {
	return nameOf([]string{Healthy: "healthy", Cordoned: "cordoned", Failed: "failed"}, uint32(h))
}

// NodeInventory is what is known of one node. What is left out stays as it was said before; what was never said is no opinion.
//
// Uses are what all chains on the node use now, those that driftline does not know included. Capacities and the bandwidth are
// finite and above zero, uses finite, at least zero, and at most their capacity.
type NodeInventory struct {
	Node                 NodeID
	CPUCapacityCores     Optional[float64]
	CPUUseCores          Optional[float64]
	MemoryCapacityBytes  Optional[float64]
	MemoryUseBytes       Optional[float64]
	DiskCapacityBytes    Optional[float64]
	DiskUseBytes         Optional[float64]
	BandwidthBytesPerSec Optional[float64]    // what the node can send or receive, where a path was not measured
	Tags                 Optional[uint64]     // what the node has, one bit for each of up to 64 tags of yours
	Zone                 Optional[uint32]     // the failure domain that it is in, a number of yours; MaxUint32 is reserved
	Health               Optional[NodeHealth] // [Healthy] if it was never said
}

// RTT is a measured round-trip time.
type RTT struct {
	From NodeID        // who measured: a client of chains
	To   NodeID        // the node that answered
	RTT  time.Duration // how long it took; must not be negative
}

// Bandwidth is a measured bandwidth. Only costs depend on it.
type Bandwidth struct {
	From        NodeID  // who sent
	To          NodeID  // who received
	BytesPerSec float64 // finite, above zero
}

// Client is who uses a chain.
type Client struct {
	Node   NodeID  // where it is, or what it is near to: the From of its [RTT]; need not be a node that can hold chains
	Weight float32 // how much it uses the chain, relative to the others; finite, above zero
	_      uint32
}

// ChainProfile is what is known of one chain. It replaces what was said before as a whole; what is left out is not known.
type ChainProfile struct {
	Chain        ChainID
	SizeBytes    Optional[float64] // what has to be shipped, and what it needs of a disk; finite, at least zero
	CPUCores     Optional[float64] // what one replica needs of a node's processors; likewise
	MemoryBytes  Optional[float64] // what one replica needs of its memory; likewise
	RequiredTags uint64            // tags that every home must have
	Clients      []Client          // who uses it; no node twice
	ServiceValue Optional[float32] // how much more a disturbance matters: the ReliabilityFactor of its moves; above zero

	Disruption       Optional[time.Duration] // how long it serves worse while it moves; must not be negative
	Group            Optional[uint64]        // chains of one group are better off together
	ZoneAntiAffinity bool                    // two holders in one zone are forbidden, not just worse
}

// ReportNodes takes reports of nodes that were made at this time, in order. All or nothing.
//
// Uses are smoothed by the times of their reports, so it does not matter how often you report. The time is of the clock that
// ticks are given, and never earlier than that of a report before.
//
// Errors: [ErrInventory] with a message that names field and value, [ErrReservedNode], [ErrReserved] for a Value that is not
// Known, each with the index; [ErrTimeReversed]; [ErrTooMany], [ErrOutOfMemory].
func (i *Inventory) ReportNodes(now Timestamp, reports []NodeInventory) error {
	defer runtime.KeepAlive(i)
	inC := make([]C.driftline_node_inventory, len(reports))
	for at := range reports {
		reports[at].fill(&inC[at])
	}
	cause := newError()
	return check(C.driftline_inventory_report_nodes(i.handle, C.uint64_t(now), pointerTo[C.driftline_node_inventory](inC),
		C.size_t(len(inC)), C.sizeof_driftline_node_inventory, &cause), &cause)
}

// ReportRTTs takes round-trip times that were measured at this time, in order, and smooths them as uses are. All or nothing;
// the slice is only read. Errors: as of ReportNodes.
func (i *Inventory) ReportRTTs(now Timestamp, reports []RTT) error {
	defer runtime.KeepAlive(i)
	for at, report := range reports {
		if report.RTT < 0 {
			err := failure(ErrInventory, "index %d: node %v: rtt: %v is not at least zero", at, report.To, report.RTT)
			err.Index, err.Node = at, report.To
			return err
		}
	}
	if slices.ContainsFunc(reports, isForever) {
		reports = slices.Clone(reports)
		for at := range reports {
			if isForever(reports[at]) {
				reports[at].RTT = -1 // all bits, which is without end in C
			}
		}
	}
	cause := newError()
	return check(C.driftline_inventory_report_rtts(i.handle, C.uint64_t(now), pointerTo[C.driftline_rtt](reports),
		C.size_t(len(reports)), C.sizeof_driftline_rtt, &cause), &cause)
}

func isForever(report RTT) bool { return report.RTT == Forever }

// ReportBandwidths takes bandwidths, in order; each replaces what was measured before. All or nothing; the slice is only read.
// Errors: as of ReportNodes.
func (i *Inventory) ReportBandwidths(reports []Bandwidth) error {
	defer runtime.KeepAlive(i)
	cause := newError()
	return check(C.driftline_inventory_report_bandwidths(i.handle, pointerTo[C.driftline_bandwidth](reports),
		C.size_t(len(reports)), C.sizeof_driftline_bandwidth, &cause), &cause)
}

// ReportProfiles takes profiles of chains, in order; each replaces that of its chain as a whole. All or nothing.
// Errors: as of ReportNodes; the index is that of the profile, also where one of its clients is at fault.
func (i *Inventory) ReportProfiles(profiles []ChainProfile) error {
	defer runtime.KeepAlive(i)
	count := 0
	for at := range profiles {
		if profiles[at].Disruption.Value < 0 {
			return profiles[at].at(failure(ErrInventory, "index %d: chain %d: disruption: %v is not at least zero", at,
				uint64(profiles[at].Chain), profiles[at].Disruption.Value), at)
		}
		count += len(profiles[at].Clients)
	}
	// C finds a pointer of Go's in each profile, and only what is pinned may be there.
	clients := make([]Client, 0, count)
	var pinned runtime.Pinner
	defer pinned.Unpin()
	if count > 0 {
		pinned.Pin(&clients[:1][0])
	}
	inC := make([]C.driftline_chain_profile, len(profiles))
	for at := range profiles {
		begin := len(clients)
		clients = append(clients, profiles[at].Clients...)
		profiles[at].fill(&inC[at], clients[begin:])
	}
	cause := newError()
	err := check(C.driftline_inventory_report_profiles(i.handle, pointerTo[C.driftline_chain_profile](inC),
		C.size_t(len(inC)), C.sizeof_driftline_chain_profile, &cause), &cause)
	if known := (*Error)(nil); errors.As(err, &known) && known.Index >= 0 {
		return profiles[known.Index].at(known, known.Index)
	}
	return err
}

// at is an error about this profile. Every number is a chain, so the library cannot say of each whether it is known.
func (p *ChainProfile) at(err *Error, index int) *Error {
	err.Index, err.Chain, err.ChainKnown = index, p.Chain, true
	return err
}

func (n *NodeInventory) fill(inC *C.driftline_node_inventory) {
	inC.node = C.uint64_t(n.Node)
	inC.health = C.uint32_t(n.Health.Value)
	inC.cpu_capacity_cores = C.double(n.CPUCapacityCores.Value)
	inC.cpu_use_cores = C.double(n.CPUUseCores.Value)
	inC.memory_capacity_bytes = C.double(n.MemoryCapacityBytes.Value)
	inC.memory_use_bytes = C.double(n.MemoryUseBytes.Value)
	inC.disk_capacity_bytes = C.double(n.DiskCapacityBytes.Value)
	inC.disk_use_bytes = C.double(n.DiskUseBytes.Value)
	inC.bandwidth_bytes_per_sec = C.double(n.BandwidthBytesPerSec.Value)
	inC.tags = C.uint64_t(n.Tags.Value)
	inC.zone = C.uint32_t(n.Zone.Value)
	// A value that is not known went there, too: the library refuses what somebody forgot to mark.
	inC.fields = fieldsOf(
		given{n.CPUCapacityCores.Known, C.DRIFTLINE_NODE_INVENTORY_CPU_CAPACITY},
		given{n.CPUUseCores.Known, C.DRIFTLINE_NODE_INVENTORY_CPU_USE},
		given{n.MemoryCapacityBytes.Known, C.DRIFTLINE_NODE_INVENTORY_MEMORY_CAPACITY},
		given{n.MemoryUseBytes.Known, C.DRIFTLINE_NODE_INVENTORY_MEMORY_USE},
		given{n.DiskCapacityBytes.Known, C.DRIFTLINE_NODE_INVENTORY_DISK_CAPACITY},
		given{n.DiskUseBytes.Known, C.DRIFTLINE_NODE_INVENTORY_DISK_USE},
		given{n.BandwidthBytesPerSec.Known, C.DRIFTLINE_NODE_INVENTORY_BANDWIDTH},
		given{n.Tags.Known, C.DRIFTLINE_NODE_INVENTORY_TAGS},
		given{n.Zone.Known, C.DRIFTLINE_NODE_INVENTORY_ZONE},
		given{n.Health.Known, C.DRIFTLINE_NODE_INVENTORY_HEALTH})
}

func (p *ChainProfile) fill(inC *C.driftline_chain_profile, clients []Client) {
	inC.chain = C.uint64_t(p.Chain)
	if p.ZoneAntiAffinity {
		inC.zone_anti_affinity = 1
	}
	inC.size_bytes = C.double(p.SizeBytes.Value)
	inC.cpu_cores = C.double(p.CPUCores.Value)
	inC.memory_bytes = C.double(p.MemoryBytes.Value)
	inC.required_tags = C.uint64_t(p.RequiredTags)
	if len(clients) > 0 {
		inC.clients = pointerTo[C.driftline_client](clients)
		inC.client_count = C.uint64_t(len(clients))
		inC.client_size = C.sizeof_driftline_client
	}
	inC.service_value = C.float(p.ServiceValue.Value)
	inC.disruption_ns = C.uint64_t(nanosecondsOf(p.Disruption.Value))
	inC.group = C.uint64_t(p.Group.Value)
	inC.fields = fieldsOf(
		given{p.SizeBytes.Known, C.DRIFTLINE_CHAIN_PROFILE_SIZE},
		given{p.CPUCores.Known, C.DRIFTLINE_CHAIN_PROFILE_CPU},
		given{p.MemoryBytes.Known, C.DRIFTLINE_CHAIN_PROFILE_MEMORY},
		given{p.ServiceValue.Known, C.DRIFTLINE_CHAIN_PROFILE_SERVICE_VALUE},
		given{p.Disruption.Known, C.DRIFTLINE_CHAIN_PROFILE_DISRUPTION},
		given{p.Group.Known, C.DRIFTLINE_CHAIN_PROFILE_GROUP})
}

// given is whether a member is, and the bit that says so.
type given struct {
	known bool
	bit   C.uint32_t
}

func fieldsOf(members ...given) (fields C.uint32_t) {
	for _, member := range members {
		if member.known {
			fields |= member.bit
		}
	}
	return fields
}
