package scenario

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	driftline "github.com/driftline/driftline/bindings/go"
)

func (s *story) printVerdicts(report *driftline.TickReport) {
	s.print("verdicts")
	any := false
	for verdict, count := range report.Verdicts {
		if count != 0 {
			s.print(" %s=%d", word(driftline.Verdict(verdict)), count)
			any = true
		}
	}
	if !any {
		s.print(" none")
	}
	s.print("\n")
}

func (s *story) printCalls(report *driftline.TickReport) {
	if report.Deferred != 0 {
		s.print("deferred %d, oldest %v\n", report.Deferred, driftline.After(report.DeferredAge))
	}
	calls := counts("score", report.Calls.Score, "live_score", report.Calls.LiveScore,
		"alternative", report.Calls.BestAlternative, "fingerprint", report.Calls.NodeFingerprint,
		"chain_fingerprint", report.Calls.ChainFingerprint, "cost", report.Calls.MigrationCost)
	if calls == "" {
		calls = " none"
	}
	s.print("calls%s\n", calls)
	if invalid := counts("scores", report.InvalidScores, "alternatives", report.InvalidAlternatives); invalid != "" {
		s.print("invalid%s\n", invalid)
	}
	if moves := movesOf(report); moves != "" {
		s.print("moves%s\n", moves)
	}
	next := "none"
	if report.NextDue.Known {
		next = report.NextDue.At.String()
	}
	s.print("next %s\n", next)
}

func movesOf(report *driftline.TickReport) string {
	return counts("in_flight", report.InFlight, "completed", report.CompletedMoves, "failed", report.FailedMoves,
		"timed_out", report.TimedOutMoves, "returned", report.ReturnedMoves, "forced_refused", report.ForcedRefused,
		"ignored_feedback", report.IgnoredFeedback)
}

// counts are those of the pairs of name and count that are not zero.
func counts(pairs ...any) string {
	var text strings.Builder
	for at := 0; at < len(pairs); at += 2 {
		if count := pairs[at+1].(uint64); count != 0 {
			fmt.Fprintf(&text, " %s=%d", pairs[at], count)
		}
	}
	return text.String()
}

func question(f driftline.Failure) string {
	text := ""
	if f.ChainKnown {
		text += fmt.Sprintf(" chain=%d", f.Chain)
	}
	if f.Node != driftline.NoNode {
		text += fmt.Sprintf(" node=%d", uint64(f.Node))
	}
	return text
}

// codeOf is the code of the table scorer's own error, which must have come back.
func codeOf(err error) int32 {
	var code failure
	if !errors.As(err, &code) {
		return 0
	}
	return int32(code)
}

func (s *story) printError(err error) {
	var scorer *driftline.ScorerError
	var config *driftline.ConfigError
	var plain *driftline.Error
	switch {
	case errors.As(err, &scorer):
		s.printScorerError(scorer)
	case errors.As(err, &config):
		s.print("error config %s\n", config.Field)
	case errors.As(err, &plain):
		s.printPlainError(plain)
	default:
		s.print("error that no scenario knows: %v\n", err)
	}
}

func (s *story) printScorerError(err *driftline.ScorerError) {
	if err.Interrupted {
		if !errors.Is(err, errInterrupted) {
			s.disagree("%v is not what the scorer returned", err)
		}
		s.print("error scorer %v%s interrupted; nothing emitted\n", err.Method, question(err.Failure))
		return
	}
	s.print("error scorer %v%s code=%d; nothing emitted\n", err.Method, question(err.Failure), codeOf(err))
}

// reportForm is the message of a report, or of a part of a scorer, that was refused.
var reportForm = regexp.MustCompile(`^index \d+: (?:chain \d+: )?(?:node \d+: )?([a-z_.]+):? `)

func fieldOf(err *driftline.Error) string {
	parts := reportForm.FindStringSubmatch(err.Message)
	if parts == nil {
		return fmt.Sprintf("that no scenario knows: %q", err.Message)
	}
	return parts[1]
}

func (s *story) printPlainError(err *driftline.Error) {
	chain, node, index := "", "", ""
	if err.ChainKnown {
		chain = fmt.Sprintf(" chain=%d", err.Chain)
	}
	if err.Node != driftline.NoNode {
		node = fmt.Sprintf(" node=%d", uint64(err.Node))
	}
	if err.Index >= 0 {
		index = fmt.Sprintf(" index=%d", err.Index)
	}
	switch err.Code {
	case driftline.ErrReservedNode:
		s.print("error reserved%s\n", index)
	case driftline.ErrDuplicate:
		s.print("error duplicate%s%s%s\n", index, chain, node)
	case driftline.ErrMembership:
		s.print("error membership%s\n", index)
	case driftline.ErrNotLed:
		s.print("error not-led%s\n", chain)
	case driftline.ErrTimeReversed:
		s.print("error time\n")
	case driftline.ErrNoScorer:
		s.print("error no-scorer\n")
	case driftline.ErrUnknownChain:
		s.print("error no such chain\n")
	case driftline.ErrTooMany:
		s.print("error too-many\n")
	case driftline.ErrInventory:
		s.print("error inventory %s%s%s%s\n", fieldOf(err), index, node, chain)
	case driftline.ErrConfig:
		s.print("error part %s%s\n", fieldOf(err), index)
	case driftline.ErrImport:
		s.print("error %s\n", strings.ReplaceAll(err.Message, ":", ""))
	default:
		s.print("error %v, which no scenario knows\n", err)
	}
}
