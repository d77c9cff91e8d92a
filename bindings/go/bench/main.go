// The program bench measures what crossing into the library costs from Go, beside C and Rust, and prints one table.
//
// All three do the same on the same membership: chains with three holders among a thousand nodes, a scorer that is two
// tables by node. The least time of many counts. It needs the C side (c/bench.c) and examples/scale of the repository.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	driftline "github.com/driftline/driftline/bindings/go"
)

const (
	thisNode        = 1
	holdersPerChain = 3
	spread          = 0x9E3779B97F4A7C15
	// So many idle ticks are timed at once: looking at the clock would count, too.
	batch  = 100
	rounds = 30
)

// figures are nanoseconds: of idle ticks, and of ticks in which many chains are due.
type figures struct{ Push, Poll, Batch, Single float64 }

func main() {
	log.SetFlags(0)
	chains := flag.Int("chains", 1_000_000, "chains of the idle ticks")
	due := flag.Int("due", 100_000, "chains that are due")
	nodes := flag.Int("nodes", 1000, "nodes")
	cSide := flag.String("c", "", "the program made of c/bench.c")
	rustSide := flag.String("rust", "", "the program examples/scale")
	flag.Parse()
	inGo := measure(*chains, *due, *nodes)
	printTable(*chains, *due, inC(*cSide, *chains, *due, *nodes), inRust(*rustSide, *chains, *due, *nodes), inGo)
}

func printTable(chains, due int, c, rust, inGo figures) {
	calls := float64(due * holdersPerChain)
	row := func(what string, unit float64, c, rust, inGo float64) {
		cell := func(ns float64) string {
			if ns == 0 {
				return "-"
			}
			return strconv.FormatFloat(ns/unit, 'f', 2, 64)
		}
		fmt.Printf("| %-52s | %8s | %8s | %8s |\n", what, cell(c), cell(rust), cell(inGo))
	}
	fmt.Printf("| %-52s | %8s | %8s | %8s |\n", "", "C", "Rust", "Go")
	right := strings.Repeat("-", 7) + ":"
	fmt.Printf("| %s | %s | %s | %s |\n", strings.Repeat("-", 52), right, right, right)
	row(fmt.Sprintf("idle tick at %d chains, Push, us", chains), 1e3, c.Push, rust.Push, inGo.Push)
	row(fmt.Sprintf("idle tick at %d chains, Poll, us", chains), 1e3, c.Poll, rust.Poll, inGo.Poll)
	row(fmt.Sprintf("tick, %d chains due, batches, ms", due), 1e6, c.Batch, rust.Batch, inGo.Batch)
	row(fmt.Sprintf("tick, %d chains due, single questions, ms", due), 1e6, c.Single, 0, inGo.Single)
	row("a single question more than one of a batch, ns", 1, (c.Single-c.Batch)/calls, 0, (inGo.Single-inGo.Batch)/calls)
}

// ---- The other sides ----

func output(program string, arguments ...any) []byte {
	var words []string
	for _, argument := range arguments {
		words = append(words, fmt.Sprint(argument))
	}
	command := exec.Command(program, words...)
	command.Stderr = os.Stderr
	out, err := command.Output()
	if err != nil {
		log.Fatalf("%s: %v", program, err)
	}
	return out
}

func inC(program string, chains, due, nodes int) (c figures) {
	if err := json.Unmarshal(output(program, chains, due, nodes), &c); err != nil {
		log.Fatalf("%s: %v", program, err)
	}
	return c
}

func inRust(program string, chains, due, nodes int) (rust figures) {
	steps := func(chains int) map[string]float64 {
		found := map[string]float64{}
		out := output(program, "--chains", chains, "--nodes", nodes, "--naive-max", 1, "--json")
		for line := range strings.Lines(string(out)) {
			var step struct {
				Step string
				NS   float64
			}
			if err := json.Unmarshal([]byte(line), &step); err != nil {
				log.Fatalf("%s: %v", program, err)
			}
			found[step.Step] = step.NS
		}
		return found
	}
	many := steps(chains)
	return figures{Push: many["idle_push"], Poll: many["idle_poll"], Batch: steps(due)["all_due"]}
}

// ---- Ours ----

// tables is the scorer: two tables by node.
type tables struct {
	scores       []float32 // of the nodes 1, 2, ...
	fingerprints []uint64
}

func (t *tables) Score(_ driftline.ChainID, node driftline.NodeID) (float32, error) {
	return t.scores[node-1], nil
}

func (t *tables) BestAlternative(driftline.ChainID, []driftline.NodeID) (driftline.Alternative, error) {
	return driftline.Alternative{}, driftline.ErrNoOpinion
}

func (t *tables) NodeFingerprints(nodes []driftline.NodeID, fingerprints []uint64, known []bool) error {
	for at, node := range nodes {
		fingerprints[at], known[at] = t.fingerprints[node-1], true
	}
	return nil
}

// batches is the scorer that also answers scores in batches.
type batches struct{ *tables }

func (b batches) ScoreMany(pairs []driftline.Pair, scores []float32) error {
	for at, pair := range pairs {
		scores[at] = b.scores[pair.Node-1]
	}
	return nil
}

func scramble(number uint64) uint64 {
	number = (number ^ number>>30) * 0xBF58476D1CE4E5B9
	number = (number ^ number>>27) * 0x94D049BB133111EB
	return number ^ number>>31
}

// membership is that of examples/scale/inputs.rs.
func membership(chains, nodes int) driftline.Membership {
	m := driftline.Membership{HolderOffsets: []uint64{0}}
	for index := range uint64(chains) {
		m.Chains = append(m.Chains, driftline.ChainID(index*spread))
		m.Leaders = append(m.Leaders, thisNode)
		seed := scramble(index)
		own := len(m.Holders)
		for len(m.Holders) < own+holdersPerChain {
			seed += spread
			node := driftline.NodeID(1 + scramble(seed)%uint64(nodes))
			isNew := true
			for _, before := range m.Holders[own:] {
				isNew = isNew && before != node
			}
			if isNew {
				m.Holders = append(m.Holders, node)
			}
		}
		m.HolderOffsets = append(m.HolderOffsets, uint64(len(m.Holders)))
	}
	return m
}

type bench struct {
	state     *driftline.MeshState
	scheduler *driftline.LocalScheduler
	decision  driftline.Decision
	chains    int
}

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func open(chains, nodes int, mode driftline.FingerprintMode, inBatches bool) *bench {
	table := &tables{make([]float32, nodes), make([]uint64, nodes)}
	for node := range table.scores {
		table.scores[node] = 0.9
	}
	var scorer driftline.PlacementScorer = table
	if inBatches {
		scorer = batches{table}
	}
	config := driftline.DefaultConfig()
	config.FingerprintMode = mode
	b := &bench{chains: chains, state: must(driftline.NewMeshState())}
	b.scheduler = must(driftline.NewLocalScheduler(thisNode, driftline.WithConfig(config), driftline.WithScorer(scorer)))
	if err := b.state.Load(membership(chains, nodes)); err != nil {
		log.Fatal(err)
	}
	b.tick(0, chains)
	return b
}

func (b *bench) tick(now driftline.Timestamp, rescored int) {
	if err := b.scheduler.TickInto(&b.decision, b.state, now); err != nil {
		log.Fatal(err)
	}
	if b.decision.Report.Rescored != uint64(rescored) {
		log.Fatalf("%d chains were re-scored, not %d", b.decision.Report.Rescored, rescored)
	}
}

func (b *bench) close() {
	if err := b.scheduler.Close(); err != nil {
		log.Fatal(err)
	}
	if err := b.state.Close(); err != nil {
		log.Fatal(err)
	}
}

func least(call func(round int)) float64 {
	shortest := driftline.Forever
	for round := range rounds {
		start := time.Now()
		call(round)
		shortest = min(shortest, time.Since(start))
	}
	return float64(shortest.Nanoseconds())
}

func (b *bench) idle() float64 {
	defer b.close()
	return least(func(round int) {
		for number := range batch {
			b.tick(driftline.Timestamp(round*batch+number+1), 0)
		}
	}) / batch
}

func (b *bench) due() float64 {
	defer b.close()
	return least(func(round int) {
		b.tick(driftline.After(time.Duration(round+1)*30*time.Second), b.chains)
	})
}

func measure(chains, due, nodes int) figures {
	return figures{
		Push:   open(chains, nodes, driftline.Push, true).idle(),
		Poll:   open(chains, nodes, driftline.Poll, true).idle(),
		Batch:  open(due, nodes, driftline.Push, true).due(),
		Single: open(due, nodes, driftline.Push, false).due(),
	}
}
