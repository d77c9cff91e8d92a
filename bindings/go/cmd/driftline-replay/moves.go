package main

import (
	"bufio"
	"fmt"
	"os"

	driftline "github.com/driftline/driftline/bindings/go"
)

type move struct {
	slice, chain    int
	evicted, target driftline.NodeID
}

// moves are those that were made: their number, their trace, and on wish a file of them.
type moves struct {
	count, trace uint64
	path         string
	file         *os.File // nil: not written down
	out          *bufio.Writer
}

func openMoves(path string, wanted bool) (*moves, error) {
	m := &moves{path: path}
	if !wanted {
		return m, nil
	}
	file, err := os.Create(path)
	if err != nil {
		return nil, m.failure(err)
	}
	m.file, m.out = file, bufio.NewWriter(file)
	fmt.Fprintln(m.out, "t,chain,evicted,target")
	return m, nil
}

func (m *moves) failure(err error) error {
	return fmt.Errorf("%s: cannot be written: %w", m.path, cause(err))
}

// add takes moves in the order of slice and chain.
func (m *moves) add(one move) {
	m.count++
	for _, value := range []uint64{uint64(one.slice), uint64(one.chain), uint64(one.evicted), uint64(one.target)} {
		m.trace = fold(m.trace, value)
	}
	if m.file != nil {
		fmt.Fprintf(m.out, "%d,%d,%d,%d\n", one.slice, one.chain, uint64(one.evicted), uint64(one.target))
	}
}

// close tells whether the file is whole. Errors of the writes before are sticky, so one look at the end sees them all.
func (m *moves) close() error {
	if m.file == nil {
		return nil
	}
	err := m.out.Flush()
	if closed := m.file.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return m.failure(err)
	}
	return nil
}
