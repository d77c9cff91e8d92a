package driftline

import (
	"math"
	"strconv"
	"time"
)

// Timestamp is a point in time: nanoseconds from any origin that the caller likes. Every value is one, and all
// timestamps that one scheduler is given have one origin; so have those of all leaders that hand chains over, and of a leader
// before and after a restart. The library reads no clock.
//
// Timestamp(time.Now().UnixNano()) is a clock for all of these. It may be set back: then give the last time again.
type Timestamp uint64

// Forever is the longest [time.Duration]. The library takes it for a time without end, which is also how it comes back
// if a duration is longer than Go can say.
const Forever time.Duration = math.MaxInt64

// After is the timestamp that lies so long after the origin. What is before the origin becomes the origin.
//
// The origin should be one that all leaders know: what lies after the start of a process means nothing to the next leader.
func After(sinceOrigin time.Duration) Timestamp {
	return Timestamp(max(sinceOrigin, 0))
}

// Add is the timestamp d later, or earlier if d is negative. It stops at the ends of what a Timestamp can say.
func (t Timestamp) Add(d time.Duration) Timestamp {
	if d < 0 {
		back := Timestamp(-(d + 1)) + 1
		return t - min(t, back)
	}
	return t + min(math.MaxUint64-t, Timestamp(d))
}

// Sub is how long t lies after u; negative if it lies before. It stops at the ends of what a Duration can say.
func (t Timestamp) Sub(u Timestamp) time.Duration {
	if t < u {
		return -durationOf(uint64(u - t))
	}
	return durationOf(uint64(t - u))
}

// String is a whole number and the largest unit of s, ms, us and ns that divides it: "30s", "1500ms".
func (t Timestamp) String() string {
	nanoseconds := uint64(t)
	for _, unit := range []struct {
		name        string
		nanoseconds uint64
	}{{"s", 1e9}, {"ms", 1e6}, {"us", 1e3}} {
		if nanoseconds%unit.nanoseconds == 0 {
			return strconv.FormatUint(nanoseconds/unit.nanoseconds, 10) + unit.name
		}
	}
	return strconv.FormatUint(nanoseconds, 10) + "ns"
}

// When is a point in time that may not be known.
type When struct {
	At    Timestamp // 0 unless Known
	Known bool
}

// String is the time, or "never".
func (w When) String() string {
	if !w.Known {
		return "never"
	}
	return w.At.String()
}

func when(at uint64, known bool) When {
	if !known {
		return When{}
	}
	return When{At: Timestamp(at), Known: true}
}

// durationOf says in Go what the library says in 64 bits without a sign.
func durationOf(nanoseconds uint64) time.Duration {
	return time.Duration(min(nanoseconds, uint64(Forever)))
}

// nanosecondsOf is the way back. The caller has seen that the duration is not negative.
func nanosecondsOf(duration time.Duration) uint64 {
	if duration == Forever {
		return math.MaxUint64
	}
	return uint64(duration)
}
