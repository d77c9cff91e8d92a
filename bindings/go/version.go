package driftline

// #include "shim.h"
// #cgo nocallback driftline_abi
// #cgo nocallback driftline_version
// #cgo nocallback driftline_build_info
import "C"

// What the library keeps to: each chain's history (H2, H3), the first wait of a chain that was refused (L4), the first and the
// longest back-off of a move that failed (F1), how many moves of a chain are remembered and the longest cooldown that flapping
// leads to (O1), and how many transitions a scheduler remembers (W3).
const (
	HistoryLength               = C.DRIFTLINE_HISTORY_LENGTH
	HistorySmoothing    float32 = C.DRIFTLINE_HISTORY_SMOOTHING
	HistoryDeadBand     float32 = C.DRIFTLINE_HISTORY_DEAD_BAND
	RetryBackoffFirstNS         = C.DRIFTLINE_RETRY_BACKOFF_FIRST_NS

	MoveBackoffFirstNS   = C.DRIFTLINE_MOVE_BACKOFF_FIRST_NS
	MoveBackoffMaxNS     = C.DRIFTLINE_MOVE_BACKOFF_MAX_NS
	FlapMemory           = C.DRIFTLINE_FLAP_MEMORY
	FlapCooldownMaxNS    = C.DRIFTLINE_FLAP_COOLDOWN_MAX_NS
	TransitionRingLength = C.DRIFTLINE_TRANSITION_RING_LENGTH
)

// HeaderABI is the ABI that this package was compiled against. A library with another one refuses to make a
// [MeshState] or [LocalScheduler], with [ErrABI].
const HeaderABI = C.DRIFTLINE_ABI

// ABI is that of the library that is linked.
func ABI() uint32 {
	return uint32(C.driftline_abi())
}

// Version is that of the library that is linked, such as "0.1.0".
func Version() string {
	return C.GoString(C.driftline_version())
}

// BuildInfo is version, profile, features and compiler of the library that is linked, in one line.
func BuildInfo() string {
	return C.GoString(C.driftline_build_info())
}
