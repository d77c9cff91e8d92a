//go:build !driftline_system

package driftline

// The static library of this checkout, which `make` builds. Name another directory in CGO_LDFLAGS with -L: what stands
// there is searched first.

// #cgo linux LDFLAGS: -L${SRCDIR}/../../target/release -l:libdriftline.a -lpthread -ldl -lm
// #cgo !linux LDFLAGS: ${SRCDIR}/../../target/release/libdriftline.a -lm
import "C"
