package driftline

// #include "shim.h"
// #cgo noescape driftline_scheduler_set_class_policy
// #cgo nocallback driftline_scheduler_set_class_policy
// #cgo noescape driftline_scheduler_class_policy
// #cgo nocallback driftline_scheduler_class_policy
import "C"

import (
	"runtime"
	"time"
)

// ClassMode is how eagerly the chains of a class move for a better score or a drain (Y1). In every mode the wished count is
// kept and orders are carried out; for a dry run of everything there is [LocalScheduler.Decide].
type ClassMode uint32

// The modes of Y1.
const (
	Eager       ClassMode = C.DRIFTLINE_CLASS_MODE_EAGER        // whenever a move is worth it
	Lazy        ClassMode = C.DRIFTLINE_CLASS_MODE_LAZY         // only if the worst holder is below the CriticalFloor
	Pinned      ClassMode = C.DRIFTLINE_CLASS_MODE_PINNED       // only for the wished count and for orders, also not for a drain
	ProposeOnly ClassMode = C.DRIFTLINE_CLASS_MODE_PROPOSE_ONLY // as Pinned, but says what would move: [VerdictProposeOnly]
)

// String is the mode in words.
func (m ClassMode) String() string {
	return nameOf([]string{Eager: "eager", Lazy: "lazy", Pinned: "pinned", ProposeOnly: "propose only"}, uint32(m))
}

// Optional is a value that may be left out. The zero value is none.
type Optional[T any] struct {
	Value T // the zero value unless Known
	Known bool
}

// Some is a value that is there, as in Some[float32](0.4) or Some(time.Hour).
func Some[T any](value T) Optional[T] {
	return Optional[T]{Value: value, Known: true}
}

// ClassPolicy is what a class of chains does otherwise than the config (Y1). What is left out is as in the config; the zero
// value changes nothing. Ranges are those of [SchedulerConfig].
//
// A [Lazy] class whose CriticalFloor is left at 0 is no error: no score is below it, so its chains never move for a better
// score. Drains still move them.
type ClassPolicy struct {
	ScoreFloor    Optional[float32]
	HysteresisGap Optional[float32]
	Cooldown      Optional[time.Duration]
	CostPerSec    Optional[float32]
	Mode          ClassMode // [Eager]
	CriticalFloor float32   // the floor of [Lazy], whatever ScoreFloor says; in [0, 1]; else it must be 0
}

// SetClassPolicy gives a class a policy, in place of the one that it had, from the next call on (Y1).
//
// Errors: a [*ConfigError] that names the field; [ErrReserved] for a CriticalFloor without [Lazy], or a Value that is not Known;
// [ErrTooMany] beyond 255 policies; [ErrOutOfMemory]. A refused policy changes nothing.
func (s *LocalScheduler) SetClassPolicy(class ClassID, policy ClassPolicy) error {
	inC, err := policy.inC()
	if err != nil {
		return err
	}
	return s.setClassPolicy(class, &inC)
}

// ClearClassPolicy takes the policy of a class away: from the next call on it is as the config says. There may be none.
func (s *LocalScheduler) ClearClassPolicy(class ClassID) error {
	return s.setClassPolicy(class, nil)
}

func (s *LocalScheduler) setClassPolicy(class ClassID, policy *C.driftline_class_policy) error {
	defer runtime.KeepAlive(s)
	if err := s.enter(); err != nil {
		return err
	}
	defer s.leave()
	cause := newError()
	return check(C.driftline_scheduler_set_class_policy(s.handle, C.uint32_t(class), policy, &cause), &cause)
}

// ClassPolicy is the policy of a class. The error is an [ErrNoPolicy] if it has none.
func (s *LocalScheduler) ClassPolicy(class ClassID) (ClassPolicy, error) {
	defer runtime.KeepAlive(s)
	var inC C.driftline_class_policy
	inC.struct_size = C.sizeof_driftline_class_policy
	cause := newError()
	if err := check(C.driftline_scheduler_class_policy(s.handle, C.uint32_t(class), &inC, &cause), &cause); err != nil {
		return ClassPolicy{}, err
	}
	number := func(value C.float, flag C.uint32_t) Optional[float32] {
		return Optional[float32]{Value: float32(value), Known: inC.flags&flag != 0}
	}
	return ClassPolicy{
		ScoreFloor:    number(inC.score_floor, C.DRIFTLINE_CLASS_POLICY_SCORE_FLOOR),
		HysteresisGap: number(inC.hysteresis_gap, C.DRIFTLINE_CLASS_POLICY_HYSTERESIS_GAP),
		Cooldown: Optional[time.Duration]{
			Value: durationOf(uint64(inC.cooldown_ns)), Known: inC.flags&C.DRIFTLINE_CLASS_POLICY_COOLDOWN != 0,
		},
		CostPerSec:    number(inC.cost_per_sec, C.DRIFTLINE_CLASS_POLICY_COST_PER_SEC),
		Mode:          ClassMode(inC.mode),
		CriticalFloor: float32(inC.critical_floor),
	}, nil
}

func (p ClassPolicy) inC() (policy C.driftline_class_policy, err error) {
	if err := notNegative(length{"cooldown", p.Cooldown.Value}); err != nil {
		return policy, err
	}
	policy.struct_size = C.sizeof_driftline_class_policy
	policy.mode = C.uint32_t(p.Mode)
	policy.critical_floor = C.float(p.CriticalFloor)
	policy.score_floor = C.float(p.ScoreFloor.Value)
	policy.hysteresis_gap = C.float(p.HysteresisGap.Value)
	policy.cooldown_ns = C.uint64_t(nanosecondsOf(p.Cooldown.Value))
	policy.cost_per_sec = C.float(p.CostPerSec.Value)
	// A value that is not known goes there, too: the library refuses what somebody forgot to mark.
	for _, set := range []struct {
		known bool
		flag  C.uint32_t
	}{
		{p.ScoreFloor.Known, C.DRIFTLINE_CLASS_POLICY_SCORE_FLOOR},
		{p.HysteresisGap.Known, C.DRIFTLINE_CLASS_POLICY_HYSTERESIS_GAP},
		{p.Cooldown.Known, C.DRIFTLINE_CLASS_POLICY_COOLDOWN},
		{p.CostPerSec.Known, C.DRIFTLINE_CLASS_POLICY_COST_PER_SEC},
	} {
		if set.known {
			policy.flags |= set.flag
		}
	}
	return policy, nil
}
