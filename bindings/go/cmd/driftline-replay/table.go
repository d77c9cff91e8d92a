package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	driftline "github.com/driftline/driftline/bindings/go"
)

// cost is what the clients paid: the round-trip times between each chain's client and its holders.
type cost struct {
	count, sumCS uint64
	countsByCS   [1 << 16]uint64 // exact, because a sample has 16 bits
}

func (c *cost) add(sampleCS uint16) {
	c.count++
	c.sumCS += uint64(sampleCS)
	c.countsByCS[sampleCS]++
}

func (c *cost) meanSeconds() float64 { return float64(c.sumCS) / float64(c.count) / 100 }

// percentileSeconds is the nearest rank: a value that did occur.
func (c *cost) percentileSeconds(percent uint64) float64 {
	rank := (c.count*percent + 99) / 100
	var passed uint64
	for valueCS, count := range c.countsByCS {
		if passed += count; passed >= rank {
			return float64(valueCS) / 100
		}
	}
	return 0
}

// grouped writes 1234567 as 1,234,567.
func grouped(number uint64) string {
	text := strconv.FormatUint(number, 10)
	for at := len(text) - 3; at > 0; at -= 3 {
		text = text[:at] + "," + text[at:]
	}
	return text
}

// table writes the result, for people and, in its last line, for programs. Errors are sticky in its writer.
type table struct{ io.Writer }

func (t table) print(format string, arguments ...any) { fmt.Fprintf(t, format, arguments...) }

func (t table) count(label string, count uint64) { t.print("  %-18s%13s\n", label, grouped(count)) }

// share: `of` says what the share is a share of.
func (t table) share(label string, count, whole uint64, of string) {
	if whole == 0 {
		t.count(label, count)
		return
	}
	t.print("  %-18s%13s  %6.2f %%%s\n", label, grouped(count), 100*float64(count)/float64(whole), of)
}

func (t table) trace(o options, tr *trace) {
	t.print("trace\n")
	if o.measured {
		t.print("  source      measured: %s, %s\n", o.tiPath, o.csPath)
	} else {
		t.print("  source      generated from seed %d\n", o.seed)
	}
	t.print("  nodes       %d, each the client of one chain with %d replicas\n", tr.nodeCount, replicas)
	t.print("  slices      %d\n", tr.sliceCount)
	t.print("  rows        %s, fold 0x%x\n", grouped(uint64(len(tr.records))), tr.fold())
}

func (t table) policy(o options) {
	t.print("\npolicy\n")
	switch o.policy {
	case policyNever:
		t.print("  never       replicas stay where they are put at first\n")
		return
	case policyGreedy:
		t.print("  greedy      replicas are always on the three best nodes\n")
	case policyDrift:
		plural := "s"
		if o.cooldownSlices == 1 {
			plural = ""
		}
		t.print("  drift       floor %.2f, gap %.2f, cooldown %d slice%s\n", scoreFloor, hysteresisGap, o.cooldownSlices, plural)
	}
	if o.smoothing != 1 {
		t.print("  scores      smoothed: a new row counts for %s\n", general(o.smoothing))
	} else {
		t.print("  scores      of the latest row, not smoothed\n")
	}
}

// general writes as C's %g does: six digits, without zeros at the end.
func general(value float64) string {
	text := strconv.FormatFloat(value, 'e', 5, 64)
	digits, exponent, _ := strings.Cut(text, "e")
	power, _ := strconv.Atoi(exponent)
	if power < -4 || power >= 6 {
		return strings.TrimRight(strings.TrimRight(digits, "0"), ".") + "e" + exponent
	}
	text = strconv.FormatFloat(value, 'f', 5-power, 64)
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return text
}

func (t table) cost(label string, c *cost, meaning string) {
	if c.count == 0 {
		t.print("  %-6s%9s%8s%11s   %s\n", label, "-", "-", "0", meaning)
		return
	}
	t.print("  %-6s%9.4f%8.2f%11s   %s\n", label, c.meanSeconds(), c.percentileSeconds(95), grouped(c.count), meaning)
}

func (t table) moves(m *moves, tr *trace) {
	t.print("\nmoves\n  made        %s", grouped(m.count))
	if tr.sliceCount > 1 {
		t.print(", %.2f per slice", float64(m.count)/float64(tr.sliceCount-1))
	}
	t.print("\n  trace       %d\n", m.trace)
	if m.file != nil {
		t.print("  written to  %s\n", m.path)
	}
}

func (t table) work(c *counters, tr *trace) {
	allScores := uint64(tr.nodeCount) * uint64(tr.nodeCount-1) * uint64(tr.sliceCount-1)
	t.print("\nwork of driftline\n")
	t.count("chains x slices", c.led)
	t.share("scored anew", c.rescored, c.led, " of them")
	t.share("score calls", c.scoreCalls, allScores, " of asking for every node in every slice")
	t.count("  of them live", c.liveCalls)
	t.count("alternative calls", c.alternativeCalls)
	t.count("invalid answers", c.invalid)
	var whole uint64
	for _, count := range c.verdicts {
		whole += count
	}
	if whole == 0 {
		return
	}
	t.print("\nverdicts of driftline\n")
	for verdict, count := range c.verdicts {
		if count > 0 {
			t.share(driftline.Verdict(verdict).String(), count, whole, "")
		}
	}
}

func printTable(out io.Writer, o options, tr *trace, m *moves, result *outcome) {
	t := table{out}
	t.trace(o, tr)
	t.policy(o)
	t.print("\n%-8s%9s%8s%11s\n", "cost", "mean s", "p95 s", "samples")
	t.cost("pre", &result.pre, "before the moves of each slice")
	t.cost("post", &result.post, "after them")
	t.cost("fresh", &result.fresh, "rows just measured, before the moves: judge by this")
	t.moves(m, tr)
	if o.policy == policyDrift {
		t.work(&result.counters, tr)
	}
	t.print("\nmoves=%d pre_cs=%d post_cs=%d fresh_cs=%d trace=%d score_calls=%d alternative_calls=%d\n", m.count,
		result.pre.sumCS, result.post.sumCS, result.fresh.sumCS, m.trace, result.counters.scoreCalls,
		result.counters.alternativeCalls)
}
