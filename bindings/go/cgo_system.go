//go:build driftline_system

package driftline

// #cgo pkg-config: driftline
import "C"
