package driftline

// #include "shim.h"
// #cgo nocallback driftline_result_name
import "C"

import (
	"errors"
	"fmt"
	"strings"
)

// Code is the cause of an error, for [errors.Is]. Whatever fails has left everything as it was, unless it says otherwise.
type Code int32

// The causes. Every [*Error], [*ConfigError] and [*ScorerError] is one of them.
const (
	ErrNil           Code = C.DRIFTLINE_RESULT_NULL          // something is missing, such as a scorer
	ErrABI           Code = C.DRIFTLINE_RESULT_ABI           // the library that is linked has another ABI
	ErrClosed        Code = C.DRIFTLINE_RESULT_HANDLE        // what is used was closed, handed over, or never made
	ErrReserved      Code = C.DRIFTLINE_RESULT_RESERVED      // a field is set that must be zero
	ErrBusy          Code = C.DRIFTLINE_RESULT_BUSY          // another goroutine is inside; nobody waits
	ErrReentrant     Code = C.DRIFTLINE_RESULT_REENTRANT     // a scorer used what is asking it (P3)
	ErrPoisoned      Code = C.DRIFTLINE_RESULT_POISONED      // a bug of the library left it unusable; only Close works
	ErrCapacity      Code = C.DRIFTLINE_RESULT_CAPACITY      // a count is larger than memory
	ErrConfig        Code = C.DRIFTLINE_RESULT_CONFIG        // a config field is out of its range (G1)
	ErrEvent         Code = C.DRIFTLINE_RESULT_EVENT         // the kind of an event is unknown, or its value out of range
	ErrReservedNode  Code = C.DRIFTLINE_RESULT_ID            // [NoNode] was passed as a node
	ErrDuplicate     Code = C.DRIFTLINE_RESULT_DUPLICATE     // a chain, a holder or a part of a scorer is listed twice (E2)
	ErrNotLed        Code = C.DRIFTLINE_RESULT_NOT_LED       // the chain is not led here
	ErrTimeReversed  Code = C.DRIFTLINE_RESULT_TIME          // time went back (T1)
	ErrOutOfMemory   Code = C.DRIFTLINE_RESULT_NO_MEMORY     // memory could not be had; nothing was lost
	ErrUnknownChain  Code = C.DRIFTLINE_RESULT_UNKNOWN_CHAIN // the chain does not exist
	ErrMembership    Code = C.DRIFTLINE_RESULT_MEMBERSHIP    // the arrays of a membership do not fit together (E2)
	ErrTooMany       Code = C.DRIFTLINE_RESULT_TOO_MANY      // more ids than the library can number, or more than 255 policies
	ErrImport        Code = C.DRIFTLINE_RESULT_IMPORT        // the bytes are not what an export of a chain looks like (V1)
	ErrNoPolicy      Code = C.DRIFTLINE_RESULT_NO_POLICY     // the class has no policy
	ErrCalibration   Code = C.DRIFTLINE_RESULT_CALIBRATION   // observed moves do not say what a second of migration costs (I2)
	ErrInventory     Code = C.DRIFTLINE_RESULT_INVENTORY     // a report says what cannot be
	ErrUnknownNode   Code = C.DRIFTLINE_RESULT_UNKNOWN_NODE  // nothing was reported of the node
	ErrScorer        Code = C.DRIFTLINE_RESULT_SCORER        // the scorer failed (P2)
	ErrNoScorer      Code = C.DRIFTLINE_RESULT_NO_SCORER     // there is no scorer where one was needed
	ErrInternalPanic Code = C.DRIFTLINE_RESULT_PANIC         // a bug of the library; what was used is poisoned
)

// Error is the cause in words, such as "driftline: not led".
func (c Code) Error() string {
	name := C.GoString(C.driftline_result_name(C.driftline_result(c)))
	return "driftline: " + strings.ToLower(strings.ReplaceAll(name, "_", " "))
}

// Error is what went wrong, and where. Find one with [errors.As]; ask for its cause with [errors.Is].
type Error struct {
	Code    Code
	Message string // one line that names the thing at fault

	Index      int     // the element of the slice at fault, or -1
	Chain      ChainID // the chain at fault, if ChainKnown
	ChainKnown bool
	Node       NodeID // the node at fault, or [NoNode]
}

// Error is the message.
func (e *Error) Error() string { return "driftline: " + e.Message }

// Unwrap is the code.
func (e *Error) Unwrap() error { return e.Code }

// ConfigError is an [ErrConfig] that names the field of [SchedulerConfig], [ClassPolicy] or [InventoryConfig] at fault, or the
// argument of a function that composes scorers.
type ConfigError struct {
	Field   string // as the message has it: "score_floor"
	Message string // names field, value and what is valid
}

// Error is the message.
func (e *ConfigError) Error() string { return "driftline: " + e.Message }

// Unwrap is [ErrConfig].
func (e *ConfigError) Unwrap() error { return ErrConfig }

// Failure is a question that the scorer failed to answer, and what it returned.
type Failure struct {
	Method     Method
	Chain      ChainID // the chain that was asked about, if ChainKnown
	ChainKnown bool
	Node       NodeID // the node that was asked about, or [NoNode]
	Err        error  // what the scorer returned, the same value
}

// String is the question and the error.
func (f Failure) String() string {
	text := f.Method.String()
	if f.ChainKnown {
		text += fmt.Sprintf(" of chain %d", uint64(f.Chain))
	}
	if f.Node != NoNode {
		text += fmt.Sprintf(" at node %d", uint64(f.Node))
	}
	return fmt.Sprintf("%s: %v", text, f.Err)
}

// ScorerError ends a call because the scorer failed (P2). Nothing is emitted then, and no decision state is written; what
// was observed is kept, the rest stays due. It is an [ErrScorer], and whatever the scorer's own error is.
type ScorerError struct {
	Failure
	Interrupted bool // the scorer returned an [Interrupt]
}

// Error is the question and the scorer's error.
func (e *ScorerError) Error() string { return "driftline: scorer " + e.String() }

// Unwrap is [ErrScorer] and the error of the scorer.
func (e *ScorerError) Unwrap() []error { return []error{ErrScorer, e.Err} }

// ErrNoOpinion is what a scorer returns when it has no opinion, or when the thing that it was asked for does not exist.
// It is an answer, not a failure.
var ErrNoOpinion = errors.New("driftline: no opinion")

// Interrupt wraps an error that a scorer returns so that the call ends under every policy, also under [SkipChain]. It is
// for deadlines, cancellations and whatever else must get through.
func Interrupt(err error) error {
	return &interrupt{err}
}

type interrupt struct{ err error }

func (i *interrupt) Error() string { return "interrupted: " + i.err.Error() }
func (i *interrupt) Unwrap() error { return i.err }

// newError is where the library writes what went wrong.
func newError() (err C.driftline_error) {
	err.struct_size = C.sizeof_driftline_error
	return err
}

// check turns a result into an error.
func check(result C.driftline_result, err *C.driftline_error) error {
	if result == C.DRIFTLINE_RESULT_OK {
		return nil
	}
	message := textOf(&err.message)
	if rest, found := strings.CutPrefix(message, "config field "); found && Code(result) == ErrConfig {
		field, _, _ := strings.Cut(rest, ": ")
		return &ConfigError{Field: field, Message: message}
	}
	return &Error{
		Code:       Code(result),
		Message:    message,
		Index:      indexOf(err.index),
		Chain:      ChainID(err.chain),
		ChainKnown: chainIsKnown(Code(result), uint64(err.chain)),
		Node:       NodeID(err.node),
	}
}

// textOf is C.GoString that lets the error stay on the stack where all is well.
func textOf(message *[184]C.char) string {
	text := make([]byte, 0, len(message))
	for at := 0; at < len(message) && message[at] != 0; at++ {
		text = append(text, byte(message[at]))
	}
	return string(text)
}

func indexOf(index C.uint64_t) int {
	if index == C.DRIFTLINE_NONE {
		return -1
	}
	return int(index)
}

// chainIsKnown: every number is a chain, so the one that stands for "none" is told from the cause.
func chainIsKnown(code Code, chain uint64) bool {
	return chain != C.DRIFTLINE_NONE || code == ErrNotLed || code == ErrUnknownChain || code == ErrDuplicate
}

// failure is an error of this package's own making.
func failure(code Code, format string, arguments ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, arguments...), Index: -1, Node: NoNode}
}
