package driftline

// #include "shim.h"
// #cgo noescape driftline_inventory_config_init
// #cgo nocallback driftline_inventory_config_init
// #cgo noescape driftline_inventory_config_validate
// #cgo nocallback driftline_inventory_config_validate
// #cgo noescape driftline_inventory_config_epsilons
// #cgo nocallback driftline_inventory_config_epsilons
import "C"

import (
	"fmt"
	"time"
)

// InventoryConfig is how an [Inventory] judges. Start from [DefaultInventoryConfig]: the zero value is no config. Durations
// must not be negative.
//
// A score has four axes in [0, 1]; by default half of it is their weighted mean, half the worst of them. Axes on which nothing
// is known do not count.
type InventoryConfig struct {
	HeadroomWeight   float32 // weight of free capacity; in [0, 1e6]; 0 switches an axis off, and one must be on; 1
	ProximityWeight  float32 // weight of being near to the clients; 1
	ZoneSpreadWeight float32 // weight of not being in one zone with other holders; 0.5
	ColocationWeight float32 // weight of being where the chain's group is; 0.25
	WorstShare       float32 // how much of a score is its worst axis, the rest is the weighted mean; in [0, 1]; 0.5

	// Up to this share of its capacity a node in use is as good as an empty one; from here to full, headroom falls from 1 to 0.
	// In [0, 1); 0.6.
	ComfortableUse float32
	// What must stay free of each capacity for a node to take another chain, as a share. In [0, 1); 0.1. A move that is under
	// way counts at its target when [Inventory.Follow] tells of it, so a reserve that must hold at any moment has to cover
	// MaxInFlightPerTarget chains.
	CapacityReserve float32

	RTTHalf      time.Duration // the round-trip time at which proximity is 0.5, the worst acceptable one; above zero; 100 ms
	LoadHalfLife time.Duration // after it half of a change in use has arrived in its mean; 0 is no smoothing; 60 s
	RTTHalfLife  time.Duration // the same for round-trip times; 100 s
	RTTWeightMax float32       // the most that one round-trip time counts in its mean; in (0, 1], 1 is no bound; 0.3

	// The gap of the scheduler's config, from which the epsilons are derived; set it with the other one: [ProductionConfig] has
	// 0.25. In [0, 1]; 0.2.
	HysteresisGap    float32
	HeadroomEpsilon  Optional[float32] // how far headroom may drift before a fingerprint moves; in [0, 1]; derived
	ProximityEpsilon Optional[float32] // the same for the proximity of a client and a holder

	FallbackBandwidthBytesPerSec float64       // of a path of which nothing is known; above zero; 125e6, which is 1 Gbit/s
	FallbackSizeBytes            float64       // of a chain whose profile has no size; at least zero; 0, which ships for nothing
	SerialisationBytesPerSec     float64       // how fast a chain is written and read, besides its transfer; 0 is at once; 0
	FallbackDisruption           time.Duration // how long a chain serves worse while it moves, where its profile does not say; 0
}

// DefaultInventoryConfig has the values that stand beside the fields.
func DefaultInventoryConfig() InventoryConfig {
	var config C.driftline_inventory_config
	C.driftline_inventory_config_init(&config, C.sizeof_driftline_inventory_config)
	return inventoryConfigOf(&config)
}

// Validate checks every field. The error is a [*ConfigError], or an [ErrReserved] for a Value that is not Known.
func (c InventoryConfig) Validate() error {
	config, err := c.inC()
	if err != nil {
		return err
	}
	cause := newError()
	return check(C.driftline_inventory_config_validate(&config, &cause), &cause)
}

// InventoryEpsilons are by how much something may drift before a fingerprint of an [Inventory] moves, and what comes of that.
type InventoryEpsilons struct {
	Headroom   float32 // of a node: as configured, or derived
	Proximity  float32 // of a client and a holder, likewise
	ScoreBound float32 // how far a sampled score can be from the present one while no fingerprint has moved, but for rounding
}

// Epsilons are the epsilons as they are used: HeadroomEpsilon and ProximityEpsilon, or what is derived in their place from
// HysteresisGap. Errors: as of Validate.
func (c InventoryConfig) Epsilons() (InventoryEpsilons, error) {
	config, err := c.inC()
	if err != nil {
		return InventoryEpsilons{}, err
	}
	var inC C.driftline_inventory_epsilons
	inC.struct_size = C.sizeof_driftline_inventory_epsilons
	cause := newError()
	if err := check(C.driftline_inventory_config_epsilons(&config, &inC, &cause), &cause); err != nil {
		return InventoryEpsilons{}, err
	}
	return InventoryEpsilons{
		Headroom:   float32(inC.headroom),
		Proximity:  float32(inC.proximity),
		ScoreBound: float32(inC.score_bound),
	}, nil
}

func inventoryConfigOf(config *C.driftline_inventory_config) InventoryConfig {
	return InventoryConfig{
		HeadroomWeight:   float32(config.headroom_weight),
		ProximityWeight:  float32(config.proximity_weight),
		ZoneSpreadWeight: float32(config.zone_spread_weight),
		ColocationWeight: float32(config.colocation_weight),
		WorstShare:       float32(config.worst_share),
		ComfortableUse:   float32(config.comfortable_use),
		CapacityReserve:  float32(config.capacity_reserve),
		RTTHalf:          durationOf(uint64(config.rtt_half_ns)),
		LoadHalfLife:     durationOf(uint64(config.load_half_life_ns)),
		RTTHalfLife:      durationOf(uint64(config.rtt_half_life_ns)),
		RTTWeightMax:     float32(config.rtt_weight_max),
		HysteresisGap:    float32(config.hysteresis_gap),
		HeadroomEpsilon:  epsilonOf(config.headroom_epsilon),
		ProximityEpsilon: epsilonOf(config.proximity_epsilon),

		FallbackBandwidthBytesPerSec: float64(config.fallback_bandwidth_bytes_per_sec),
		FallbackSizeBytes:            float64(config.fallback_size_bytes),
		SerialisationBytesPerSec:     float64(config.serialisation_bytes_per_sec),
		FallbackDisruption:           durationOf(uint64(config.fallback_disruption_ns)),
	}
}

func (c InventoryConfig) inC() (config C.driftline_inventory_config, err error) {
	err = notNegative(
		length{"rtt_half", c.RTTHalf}, length{"load_half_life", c.LoadHalfLife}, length{"rtt_half_life", c.RTTHalfLife},
		length{"fallback_disruption", c.FallbackDisruption})
	if err != nil {
		return config, err
	}
	config.struct_size = C.sizeof_driftline_inventory_config
	config.headroom_weight = C.float(c.HeadroomWeight)
	config.proximity_weight = C.float(c.ProximityWeight)
	config.zone_spread_weight = C.float(c.ZoneSpreadWeight)
	config.colocation_weight = C.float(c.ColocationWeight)
	config.worst_share = C.float(c.WorstShare)
	config.comfortable_use = C.float(c.ComfortableUse)
	config.capacity_reserve = C.float(c.CapacityReserve)
	config.rtt_half_ns = C.uint64_t(nanosecondsOf(c.RTTHalf))
	config.load_half_life_ns = C.uint64_t(nanosecondsOf(c.LoadHalfLife))
	config.rtt_half_life_ns = C.uint64_t(nanosecondsOf(c.RTTHalfLife))
	config.rtt_weight_max = C.float(c.RTTWeightMax)
	config.hysteresis_gap = C.float(c.HysteresisGap)
	if config.headroom_epsilon, err = epsilonInC("headroom_epsilon", c.HeadroomEpsilon); err != nil {
		return config, err
	}
	if config.proximity_epsilon, err = epsilonInC("proximity_epsilon", c.ProximityEpsilon); err != nil {
		return config, err
	}
	config.fallback_bandwidth_bytes_per_sec = C.double(c.FallbackBandwidthBytesPerSec)
	config.fallback_size_bytes = C.double(c.FallbackSizeBytes)
	config.serialisation_bytes_per_sec = C.double(c.SerialisationBytesPerSec)
	config.fallback_disruption_ns = C.uint64_t(nanosecondsOf(c.FallbackDisruption))
	return config, nil
}

func epsilonOf(epsilon C.float) Optional[float32] {
	if epsilon == C.DRIFTLINE_DERIVED {
		return Optional[float32]{}
	}
	return Some(float32(epsilon))
}

// epsilonInC refuses what would mean something else in C.
func epsilonInC(field string, epsilon Optional[float32]) (C.float, error) {
	switch {
	case !epsilon.Known && epsilon.Value != 0:
		return 0, failure(ErrReserved, "config field %s: %v is not Known", field, epsilon.Value)
	case !epsilon.Known:
		return C.DRIFTLINE_DERIVED, nil
	case epsilon.Value == C.DRIFTLINE_DERIVED:
		message := fmt.Sprintf("config field %s: %v is not in [0, 1]", field, epsilon.Value)
		return 0, &ConfigError{Field: field, Message: message}
	}
	return C.float(epsilon.Value), nil
}
