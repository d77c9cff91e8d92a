package scenario

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	driftline "github.com/driftline/driftline/bindings/go"
)

// failure is what the table scorer returns where the file says fail(CODE).
type failure int32

func (f failure) Error() string { return fmt.Sprintf("code %d", int32(f)) }

var errInterrupted = fmt.Errorf("the scenario interrupts")

// answer is what a table says: a value, or why there is none.
type answer[T any] struct {
	value T
	err   error
}

func answered[T any](value T) answer[T] { return answer[T]{value: value} }

func (a answer[T]) get() (T, error) { return a.value, a.err }

var failForm = regexp.MustCompile(`^fail\((-[0-9]+)\)$`)

// noValue is the error behind `none`, `fail(CODE)` and `interrupt`; nil: the text is none of them.
func noValue(text string) error {
	switch text {
	case "none":
		return driftline.ErrNoOpinion
	case "interrupt":
		return driftline.Interrupt(errInterrupted)
	}
	if parts := failForm.FindStringSubmatch(text); parts != nil {
		if code, err := strconv.ParseInt(parts[1], 10, 32); err == nil && code < 0 {
			return failure(code)
		}
	}
	return nil
}

func parseAnswer[T any](text string, parse func(string) T) answer[T] {
	if err := noValue(text); err != nil {
		return answer[T]{err: err}
	}
	return answered(parse(text))
}

type place struct {
	chain driftline.ChainID
	node  driftline.NodeID
}

// world is the table scorer and what it was asked.
type world struct {
	scores, live                         map[place]answer[float32]
	alternatives                         map[driftline.ChainID]answer[driftline.Alternative]
	homes                                map[driftline.ChainID][]driftline.Alternative // an index, in place of the one above
	fingerprints                         map[driftline.NodeID]answer[uint64]
	chainFingerprints                    map[driftline.ChainID]answer[uint64]
	costs                                map[place]answer[driftline.MigrationCost]
	batch, hasLive, hasChainFingerprints bool
	asked                                strings.Builder
	seen                                 driftline.ScorerCalls // what the table scorer counted itself in this pass
}

func newWorld() *world {
	return &world{
		scores:            map[place]answer[float32]{},
		live:              map[place]answer[float32]{},
		alternatives:      map[driftline.ChainID]answer[driftline.Alternative]{},
		homes:             map[driftline.ChainID][]driftline.Alternative{},
		fingerprints:      map[driftline.NodeID]answer[uint64]{},
		chainFingerprints: map[driftline.ChainID]answer[uint64]{},
		costs:             map[place]answer[driftline.MigrationCost]{},
		hasLive:           true,
	}
}

func (w *world) forgetQuestions() {
	w.asked.Reset()
	w.seen = driftline.ScorerCalls{}
}

func lookUp[K comparable, T any](table map[K]answer[T], key K) (T, error) {
	if found, ok := table[key]; ok {
		return found.get()
	}
	var none T
	return none, driftline.ErrNoOpinion
}

func (w *world) score(chain driftline.ChainID, node driftline.NodeID) (float32, error) {
	fmt.Fprintf(&w.asked, "asked score %d %d\n", chain, uint64(node))
	w.seen.Score++
	return lookUp(w.scores, place{chain, node})
}

func (w *world) liveScore(chain driftline.ChainID, node driftline.NodeID) (float32, error) {
	fmt.Fprintf(&w.asked, "asked live_score %d %d\n", chain, uint64(node))
	w.seen.LiveScore++
	if found, ok := w.live[place{chain, node}]; ok {
		return found.get()
	}
	return lookUp(w.scores, place{chain, node})
}

func (w *world) noteExcluded(exclude []driftline.NodeID) {
	w.asked.WriteString(" excluding")
	for _, node := range exclude {
		fmt.Fprintf(&w.asked, " %d", uint64(node))
	}
	if len(exclude) == 0 {
		w.asked.WriteString(" none")
	}
	w.asked.WriteString("\n")
	w.seen.BestAlternative++
}

// findHomes writes those of a chain's index that are not excluded, or the one alternative that it has.
func (w *world) findHomes(chain driftline.ChainID, exclude []driftline.NodeID, out []driftline.Alternative) (int, error) {
	homes, isIndex := w.homes[chain]
	if !isIndex {
		only, err := lookUp(w.alternatives, chain)
		if err != nil {
			return 0, err
		}
		return copy(out, []driftline.Alternative{only}), nil
	}
	count := 0
	for _, home := range homes {
		if count < len(out) && !slices.Contains(exclude, home.Node) {
			out[count] = home
			count++
		}
	}
	if count == 0 {
		return 0, driftline.ErrNoOpinion
	}
	return count, nil
}

func (w *world) bestAlternative(chain driftline.ChainID, exclude []driftline.NodeID) (driftline.Alternative, error) {
	fmt.Fprintf(&w.asked, "asked best_alternative %d", chain)
	w.noteExcluded(exclude)
	var best [1]driftline.Alternative
	_, err := w.findHomes(chain, exclude, best[:])
	return best[0], err
}

func (w *world) listAlternatives(
	chain driftline.ChainID, exclude []driftline.NodeID, out []driftline.Alternative,
) (int, error) {
	fmt.Fprintf(&w.asked, "asked alternatives %d limit %d", chain, len(out))
	w.noteExcluded(exclude)
	return w.findHomes(chain, exclude, out)
}

func (w *world) nodeFingerprint(node driftline.NodeID) (uint64, error) {
	fmt.Fprintf(&w.asked, "asked node_fingerprint %d\n", uint64(node))
	w.seen.NodeFingerprint++
	return lookUp(w.fingerprints, node)
}

func (w *world) chainFingerprint(chain driftline.ChainID) (uint64, error) {
	fmt.Fprintf(&w.asked, "asked chain_fingerprint %d\n", chain)
	w.seen.ChainFingerprint++
	if found, ok := w.chainFingerprints[chain]; ok {
		return found.get()
	}
	return 0, nil
}

func (w *world) migrationCost(chain driftline.ChainID, target driftline.NodeID) (driftline.MigrationCost, error) {
	fmt.Fprintf(&w.asked, "asked migration_cost %d %d\n", chain, uint64(target))
	w.seen.MigrationCost++
	return lookUp(w.costs, place{chain, target})
}

func manyScores(
	single func(driftline.ChainID, driftline.NodeID) (float32, error),
) func([]driftline.Pair, []float32) error {
	return func(pairs []driftline.Pair, scores []float32) error {
		if len(pairs) != len(scores) || slices.ContainsFunc(scores, func(s float32) bool { return !math.IsNaN(float64(s)) }) {
			return fmt.Errorf("a batch of %d pairs has room for %v", len(pairs), scores)
		}
		for at, pair := range pairs {
			switch score, err := single(pair.Chain, pair.Node); err {
			case nil:
				scores[at] = score
			case driftline.ErrNoOpinion:
			default:
				return err
			}
		}
		return nil
	}
}

func (w *world) nodeFingerprints(nodes []driftline.NodeID, fingerprints []uint64, known []bool) error {
	if len(fingerprints) != len(nodes) || len(known) != len(nodes) || slices.Contains(known, true) {
		return fmt.Errorf("a batch of %d nodes has room for %d and %v", len(nodes), len(fingerprints), known)
	}
	for at, node := range nodes {
		switch fingerprint, err := w.nodeFingerprint(node); err {
		case nil:
			fingerprints[at], known[at] = fingerprint, true
		case driftline.ErrNoOpinion:
		default:
			return err
		}
	}
	return nil
}

// scorer has the abilities that the file wants.
func (w *world) scorer() driftline.PlacementScorer {
	scorer := driftline.ScorerFuncs{
		ScoreFunc:           w.score,
		BestAlternativeFunc: w.bestAlternative,
		AlternativesFunc:    w.listAlternatives,
		NodeFingerprintFunc: w.nodeFingerprint,
		MigrationCostFunc:   w.migrationCost,
	}
	if w.hasLive {
		scorer.LiveScoreFunc = w.liveScore
	}
	if w.hasChainFingerprints {
		scorer.ChainFingerprintFunc = w.chainFingerprint
	}
	if w.batch {
		scorer.ScoreManyFunc = manyScores(w.score)
		scorer.NodeFingerprintsFunc = w.nodeFingerprints
		if w.hasLive {
			scorer.LiveScoreManyFunc = manyScores(w.liveScore)
		}
	}
	return scorer
}
