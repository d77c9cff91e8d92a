package main

// The generator makes a trace out of a seed: integers only, so that every machine makes the same one.

const (
	patternNodes = 99 // the measured network, whose proportions other sizes keep
	costCSMax    = 9050
)

var clusterSizes = [5]int{4, 6, 3, 42, 44}

var interCS = [5][5]int{
	{0, 27, 35, 22, 34},
	{27, 0, 36, 21, 29},
	{35, 36, 0, 18, 24},
	{22, 21, 18, 0, 15},
	{34, 29, 24, 15, 0},
}

type step struct{ belowPerMille, value int }

var (
	accessCS  = []step{{500, 0}, {750, 1}, {900, 3}, {1000, 6}}
	jitterCS  = []step{{750, 0}, {920, 1}, {980, 2}, {1000, 3}}
	gapSlices = []step{{5, 3}, {135, 4}, {755, 5}, {940, 6}, {970, 7}, {983, 8}, {990, 10}, {1000, 14}}
)

type knot struct{ perMille, valueCS int }

var stallCS = []knot{
	{0, 4}, {50, 6}, {100, 10}, {200, 16}, {300, 22}, {400, 26}, {500, 30}, {600, 33}, {700, 36}, {800, 39}, {850, 42},
	{875, 47}, {900, 56}, {925, 66}, {950, 77}, {970, 87}, {980, 93}, {990, 126}, {995, 169}, {999, 400}, {1000, 4500},
}

type place struct {
	cluster, x, y, accessCS                     int
	sourceBiasPerMille, destinationBiasPerMille int
	slowFactor, dueSlice                        int
}

// link is one pair, seen from its first node.
type link struct{ baseCS, stallPerMille int }

type generator struct {
	state uint64 // SplitMix64
	nodes []place
	links [][]link
}

func (g *generator) next() uint64 {
	g.state += 0x9E3779B97F4A7C15
	z := g.state
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return z ^ z>>31
}

func (g *generator) below(bound int) int {
	return int(g.next() >> 32 * uint64(bound) >> 32)
}

// aroundZero draws from -reach to reach.
func (g *generator) aroundZero(reach int) int { return g.below(2*reach+1) - reach }

// step: the last of every table lies above all draws.
func (g *generator) step(steps []step) int {
	draw := g.below(1000)
	at := 0
	for draw >= steps[at].belowPerMille {
		at++
	}
	return steps[at].value
}

// stall is linear between the knots, rounded down.
func (g *generator) stall() int {
	draw := g.below(10000)
	at := 1
	for draw > stallCS[at].perMille*10 {
		at++
	}
	left, right := stallCS[at-1], stallCS[at]
	width := (right.perMille - left.perMille) * 10
	return left.valueCS + (right.valueCS-left.valueCS)*(draw-left.perMille*10)/width
}

func clusterOf(position int) int {
	cluster := 0
	for position >= clusterSizes[cluster] {
		position -= clusterSizes[cluster]
		cluster++
	}
	return cluster
}

func (g *generator) makeNodes() {
	count := len(g.nodes)
	for i := range g.nodes {
		g.nodes[i].cluster = clusterOf(i * patternNodes / count)
	}
	for i := count - 1; i >= 1; i-- {
		j := g.below(i + 1)
		g.nodes[i].cluster, g.nodes[j].cluster = g.nodes[j].cluster, g.nodes[i].cluster
	}
	for i := range g.nodes {
		node := &g.nodes[i]
		node.x, node.y = g.below(6), g.below(6)
		node.accessCS = g.step(accessCS)
		node.sourceBiasPerMille = g.aroundZero(110)
		node.destinationBiasPerMille = g.aroundZero(140)
		switch i % patternNodes {
		case 11:
			node.slowFactor = 8
		case 9, 44:
			node.slowFactor = 3
		default:
			node.slowFactor = 1
		}
		if node.slowFactor > 1 {
			node.sourceBiasPerMille += 250
			node.destinationBiasPerMille += 250
		}
	}
}

func distanceCS(a, b *place, noise int) int {
	access := a.accessCS + b.accessCS
	if a.cluster == b.cluster {
		return max(a.x-b.x, b.x-a.x) + max(a.y-b.y, b.y-a.y) + access
	}
	return max(0, interCS[a.cluster][b.cluster]+access-2+noise)
}

func makeLink(from, to *place, baseCS, noisePerMille int) link {
	stall := 325 + 7*baseCS + from.sourceBiasPerMille + to.destinationBiasPerMille + noisePerMille
	return link{baseCS, min(max(stall, 50), 950)}
}

func (g *generator) makeLinks() {
	count := len(g.nodes)
	g.links = make([][]link, count)
	for i := range g.links {
		g.links[i] = make([]link, count)
	}
	for i := range count {
		for j := i + 1; j < count; j++ {
			// Both are drawn even where only one is used, so that the sequence does not depend on clusters.
			baseNoise, stallNoise := g.aroundZero(6), g.aroundZero(150)
			baseCS := distanceCS(&g.nodes[i], &g.nodes[j], baseNoise)
			g.links[i][j] = makeLink(&g.nodes[i], &g.nodes[j], baseCS, stallNoise)
			g.links[j][i] = makeLink(&g.nodes[j], &g.nodes[i], baseCS, stallNoise)
		}
	}
}

func (g *generator) measureRow(row int, valuesCS []uint16) []uint16 {
	for j := range g.nodes {
		if j == row {
			valuesCS = append(valuesCS, 0)
			continue
		}
		link := g.links[row][j]
		value := link.baseCS
		if g.below(1000) < link.stallPerMille {
			value += max(g.nodes[row].slowFactor, g.nodes[j].slowFactor) * g.stall()
		} else {
			value += g.step(jitterCS)
		}
		valuesCS = append(valuesCS, uint16(min(value, costCSMax)))
	}
	return valuesCS
}

func (g *generator) planNext(node *place, slice int) {
	gap := g.step(gapSlices)
	if node.slowFactor == 8 {
		gap *= 5
	}
	node.dueSlice = slice + gap
	if slice == 0 {
		// After the first slice the rows spread out, or all would stay due together.
		node.dueSlice = 1 + g.below(gap)
	}
}

func generate(seed uint64, nodeCount, sliceCount int) *trace {
	g := &generator{state: seed, nodes: make([]place, nodeCount)}
	t := &trace{nodeCount: nodeCount, sliceCount: sliceCount}
	g.makeNodes()
	g.makeLinks()
	for slice := range sliceCount {
		for row := range g.nodes {
			if g.nodes[row].dueSlice == slice {
				t.records = append(t.records, record{uint16(slice), uint16(row)})
				t.valuesCS = g.measureRow(row, t.valuesCS)
				g.planNext(&g.nodes[row], slice)
			}
		}
	}
	return t
}
