package driftline

// #include "shim.h"
// #cgo noescape driftline_state_export_chain
// #cgo nocallback driftline_state_export_chain
// #cgo noescape driftline_state_import_chain
// #cgo nocallback driftline_state_import_chain
import "C"

import "runtime"

// ExportChain is what is remembered of a chain, as bytes for whoever leads it next: its cooldown, its moves and the one in
// flight, its back-offs (V1). They are the same on every platform and in every language. Facts that events tell are not in
// them. The error is an [ErrUnknownChain] if there is no such chain.
//
// The times in it are those of this leader's ticks, so all leaders, and this one after a restart, need one origin: Unix time,
// or a clock of the cluster.
func (m *MeshState) ExportChain(chain ChainID) ([]byte, error) {
	return m.AppendExport(nil, chain)
}

// AppendExport appends what [MeshState.ExportChain] returns. After an error the slice is as it was.
func (m *MeshState) AppendExport(exported []byte, chain ChainID) ([]byte, error) {
	defer runtime.KeepAlive(m)
	var err error
	for again := true; again; {
		room := roomIn(exported)
		result := C.driftline_state_export_chain(m.handle, C.uint64_t(chain), pointerTo[C.uint8_t](room.free),
			room.capacity(), &room.count, &room.cause)
		exported, again, err = room.filled(exported, result)
	}
	return exported, err
}

// ImportChain takes in what another leader has exported, in place of what is remembered of that chain, and says which it is
// (V1). The bytes are only read, and only during the call. Times that lie ahead of the next tick's count as that tick's.
//
// Errors: [ErrImport] with a message that says what is wrong with the bytes; [ErrTooMany], [ErrOutOfMemory].
func (m *MeshState) ImportChain(exported []byte) (ChainID, error) {
	defer runtime.KeepAlive(m)
	var chain C.uint64_t
	cause := newError()
	err := check(C.driftline_state_import_chain(m.handle, pointerTo[C.uint8_t](exported), C.size_t(len(exported)), &chain,
		&cause), &cause)
	return ChainID(chain), err
}
