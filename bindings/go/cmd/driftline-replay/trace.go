package main

import "fmt"

// record says that a row was measured anew in a slice.
type record struct{ slice, row uint16 }

// trace is round-trip times, stored as the rows that were measured anew in each slice.
type trace struct {
	nodeCount, sliceCount int
	records               []record // by slice, then row; slice 0 lists every row
	valuesCS              []uint16 // nodeCount of them for each record; 1 is 10 ms
}

// readTrace reads and checks a measured trace.
func readTrace(tiPath, csPath string) (*trace, error) {
	ti, err := readNPY(tiPath)
	if err != nil {
		return nil, err
	}
	cs, err := readNPY(csPath)
	if err != nil {
		return nil, err
	}
	if ti.columns != 2 {
		return nil, fmt.Errorf("%s: wrong shape: %d columns, 2 are needed (slice and row)", tiPath, ti.columns)
	}
	if cs.columns < nodesMin || cs.columns > nodesMax {
		return nil, fmt.Errorf("%s: wrong shape: %d columns, one per node, from %d to %d", csPath, cs.columns, nodesMin, nodesMax)
	}
	if ti.rows != cs.rows {
		return nil, fmt.Errorf("%s lists %d rows, but %s holds %d", tiPath, ti.rows, csPath, cs.rows)
	}
	if ti.rows == 0 {
		return nil, fmt.Errorf("%s: lists no row at all", tiPath)
	}
	t := &trace{nodeCount: cs.columns, valuesCS: cs.values}
	for at := range ti.rows {
		t.records = append(t.records, record{ti.values[2*at], ti.values[2*at+1]})
	}
	t.sliceCount = int(t.records[ti.rows-1].slice) + 1
	if err := t.check(); err != nil {
		return nil, fmt.Errorf("%s: %w", tiPath, err)
	}
	return t, nil
}

func (t *trace) check() error {
	for at, now := range t.records {
		if int(now.row) >= t.nodeCount {
			return fmt.Errorf("entry %d: row %d, but there are %d nodes", at, now.row, t.nodeCount)
		}
		if at == 0 {
			continue
		}
		before := t.records[at-1]
		if now.slice < before.slice {
			return fmt.Errorf("entry %d: slice %d comes after slice %d", at, now.slice, before.slice)
		}
		if now.slice == before.slice && now.row <= before.row {
			return fmt.Errorf("entry %d: row %d comes after row %d of the same slice", at, now.row, before.row)
		}
	}
	// A chain cannot be placed before its client has been heard of.
	for row := range t.nodeCount {
		if row >= len(t.records) || t.records[row] != (record{0, uint16(row)}) {
			return fmt.Errorf("slice 0 lacks row %d: every row is needed there", row)
		}
	}
	return nil
}

// fold is a number that two traces, or two lists of moves, share only if they are equal.
func fold(total, value uint64) uint64 {
	return total*1000003 + value + 1
}

func (t *trace) fold() uint64 {
	var total uint64
	for at, one := range t.records {
		total = fold(fold(total, uint64(one.slice)), uint64(one.row))
		for _, value := range t.valuesCS[at*t.nodeCount : (at+1)*t.nodeCount] {
			total = fold(total, uint64(value))
		}
	}
	return total
}

// view is what is known in one slice.
type view struct {
	trace  *trace
	rowsCS [][]uint16 // by node: its latest row
	listed []record   // the rows that are new in this slice
	next   int
}

// advance visits the slices in order, from 0 on.
func (v *view) advance(slice int) {
	first := v.next
	for ; v.next < len(v.trace.records) && int(v.trace.records[v.next].slice) == slice; v.next++ {
		count := v.trace.nodeCount
		v.rowsCS[v.trace.records[v.next].row] = v.trace.valuesCS[v.next*count : (v.next+1)*count]
	}
	v.listed = v.trace.records[first:v.next]
}
