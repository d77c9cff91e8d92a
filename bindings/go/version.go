package driftline

// #include "shim.h"
// #cgo nocallback driftline_abi
// #cgo nocallback driftline_version
// #cgo nocallback driftline_build_info
import "C"

// What the library keeps to for each chain's history (H2, H3), and the first wait of a chain that was refused (L4).
const (
	HistoryLength               = C.DRIFTLINE_HISTORY_LENGTH
	HistorySmoothing    float32 = C.DRIFTLINE_HISTORY_SMOOTHING
	HistoryDeadBand     float32 = C.DRIFTLINE_HISTORY_DEAD_BAND
	RetryBackoffFirstNS         = C.DRIFTLINE_RETRY_BACKOFF_FIRST_NS
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
