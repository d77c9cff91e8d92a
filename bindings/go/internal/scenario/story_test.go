// Package scenario runs the files of tests/scenarios, which every language must tell with the same bytes. The language is
// described in tests/scenarios/README.md.
package scenario

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	driftline "github.com/driftline/driftline/bindings/go"
)

const directory = "../../../../tests/scenarios"

// story is one file while it is being told.
type story struct {
	line          int // of the command that is being run
	out           strings.Builder
	disagreements []string // where the library contradicts itself
	alwaysBatch   bool
	state         *driftline.MeshState
	scheduler     *driftline.LocalScheduler
	inventory     *driftline.Inventory // nil before one was opened
	isTable       bool                 // no other scorer was installed since the table scorer was
	needsNode     bool                 // before the first `node`, and after one that was refused
	thisNode      driftline.NodeID
	world         *world
	collecting    bool // between `begin` and `commit`
	events        []driftline.Event
	lastReport    driftline.TickReport // of the last tick or sample that succeeded
	mark          uint64
	hasMark       bool
	decision      driftline.Decision        // used again by every tick, as a caller would
	limits        driftline.SchedulerConfig // the config as it is

	exported       []byte // survives `node`, as the mark does
	nextTransition uint64 // the first that was not printed yet
}

// refusal says why a file is none. It is thrown as a panic, because nothing of the file counts then.
type refusal string

func refuse(format string, arguments ...any) {
	panic(refusal(fmt.Sprintf(format, arguments...)))
}

func (s *story) disagree(format string, arguments ...any) {
	s.disagreements = append(s.disagreements, fmt.Sprintf("line %d: ", s.line)+fmt.Sprintf(format, arguments...))
}

func (s *story) print(format string, arguments ...any) {
	fmt.Fprintf(&s.out, format, arguments...)
}

// tell runs a file and returns it with what was printed in place of what was expected.
func (s *story) tell(text string) (told string, refused error) {
	var printed strings.Builder
	s.needsNode = true
	defer s.end()
	defer func() {
		switch value := recover().(type) {
		case nil:
		case refusal:
			refused = fmt.Errorf("line %d: refused: %s", s.line, string(value))
		default:
			panic(value)
		}
	}()
	s.line = 1
	if !strings.HasPrefix(text, "# ") {
		refuse("the first line does not say why the file exists")
	}
	if !strings.HasSuffix(text, "\n") {
		refuse("the last line does not end")
	}
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	for at := 0; at < len(lines); {
		if lines[at] == "" || strings.HasPrefix(lines[at], "#") {
			printed.WriteString(lines[at] + "\n")
			at++
			continue
		}
		at = s.block(lines, at, &printed)
	}
	return printed.String(), nil
}

func (s *story) block(lines []string, at int, printed *strings.Builder) int {
	s.out.Reset()
	for ; ; at++ {
		s.line = at + 1
		if at == len(lines) {
			refuse("a block without ----")
		}
		printed.WriteString(lines[at] + "\n")
		if lines[at] == "----" {
			break
		}
		if lines[at] == "" {
			refuse("a blank line among the commands")
		}
		if !strings.HasPrefix(lines[at], "#") {
			s.command(lines[at])
		}
	}
	if s.collecting {
		refuse("begin without commit")
	}
	for at++; at < len(lines) && lines[at] != ""; at++ {
		s.line = at + 1
		if lines[at] == "----" {
			refuse("a second ----")
		}
	}
	if s.out.Len() == 0 {
		s.out.WriteString("ok\n")
	}
	printed.WriteString(s.out.String())
	return at
}

func (s *story) command(line string) {
	fields := strings.Fields(line)
	name := fields[0]
	run, known := commands[name]
	switch {
	case !known:
		refuse("unknown command %q", name)
	case s.needsNode && name != "node":
		refuse("%q needs a scheduler, so only node may stand here", name)
	case s.collecting && !run.isEvent:
		refuse("%q is no event", name)
	}
	run.function(s, newArguments(fields[1:]))
}

func TestScenarios(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join(directory, "*.txt"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no scenario files in %s: %v", directory, err)
	}
	// A batch cannot say nan, and not which element failed.
	singleOnly := regexp.MustCompile(`=(nan|interrupt|fail\()`)
	var batches int
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(path), ".txt")
		t.Run(name, func(t *testing.T) { tellFile(t, path, string(text), false) })
		if !singleOnly.Match(text) && !bytes.Contains(text, []byte("batch=")) {
			batches++
			t.Run(name+"/batch", func(t *testing.T) { tellFile(t, path, string(text), true) })
		}
	}
	if batches == 0 {
		t.Error("no file could be told in batches")
	}
	t.Logf("%d files, %d of them also in batches", len(paths), batches)
}

func tellFile(t *testing.T, path, text string, alwaysBatch bool) {
	s := &story{alwaysBatch: alwaysBatch}
	told, refused := s.tell(text)
	if refused != nil {
		t.Fatalf("%s: %v", path, refused)
	}
	for _, what := range s.disagreements {
		t.Errorf("%s: %s", path, what)
	}
	wanted, printed := strings.Split(text, "\n"), strings.Split(told, "\n")
	for at := range max(len(wanted), len(printed)) {
		if at >= len(wanted) || at >= len(printed) || wanted[at] != printed[at] {
			t.Fatalf("%s:%d: the output differs\nprinted %q\nwanted  %q", path, at+1, rest(printed, at), rest(wanted, at))
		}
	}
}

func rest(lines []string, at int) string {
	if at >= len(lines) {
		return "(nothing more)"
	}
	return lines[at]
}

// Files that are none must be refused, or a typing error in a story would tell nothing.
func TestRefusals(t *testing.T) {
	const start = "# Why.\nnode 1\n----\nok\n\n"
	for text, wanted := range map[string]string{
		"node 1\n----\nok\n":                                          "the first line",
		"# Why.\nnode 1\n----\nok":                                    "the last line",
		"# Why.\ntick 0s\n----\nok\n":                                 "needs a scheduler",
		start + "tick 0s\n":                                           "without ----",
		start + "dance\n----\nok\n":                                   "unknown command",
		start + "tick\n----\nok\n":                                    "missing",
		start + "tick 5\n----\nok\n":                                  "not a time",
		start + "tick 0s 1s\n----\nok\n":                              "unknown or repeated",
		start + "lead chain=1\n----\nok\n":                            "missing",
		start + "lead chain=1 node=x\n----\nok\n":                     "not an integer",
		start + "lead chain=1 node=1 node=2\n----\nok\n":              "repeated",
		start + "score chain=1 1=1e3\n----\nok\n":                     "not a number",
		start + "score chain=1 1=fail(5)\n----\nok\n":                 "not a number",
		start + "add chain=1 nodes=1,,2\n----\nok\n":                  "not a list",
		start + "begin\n----\nok\n":                                   "begin without commit",
		start + "begin\ntick 0s\ncommit\n----\nok\n":                  "is no event",
		start + "commit\n----\nok\n":                                  "commit without begin",
		start + "digest-check\n----\nok\n":                            "before digest-mark",
		start + "chains\n----\n----\n":                                "second ----",
		start + "load 7:1\n----\nok\n":                                "CHAIN:LEADER:HOLDERS",
		start + "score chain=7\n----\nok\n":                           "nothing is given",
		start + "config\n----\nok\n":                                  "nothing is given",
		start + "config safe\n----\nok\n":                             "unknown or repeated",
		start + "config production 1\n----\nok\n":                     "unknown or repeated",
		start + "config move_order=both\n----\nok\n":                  "neither evict_first nor place_first",
		start + "desire chain=7 count=4294967296\n----\n":             "does not fit into 32 bits",
		start + "class chain=7 class=-1\n----\n":                      "not an integer",
		start + "revision chain=7\n----\n":                            "missing",
		start + "freeze\n----\n":                                      "missing",
		start + "thaw now\n----\n":                                    "unknown or repeated",
		start + "policy class=5\n----\n":                              "nothing is given",
		start + "policy class=5 none mode=eager\n----\n":              "unknown or repeated",
		start + "policy class=5 mode=busy\n----\n":                    "is no mode",
		start + "policy class=5 mode=lazy\n----\n":                    "goes with mode=lazy",
		start + "policy class=5 critical_floor=0\n----\n":             "goes with mode=lazy",
		start + "begin\nexport chain=7\n----\n":                       "is no event",
		start + "alternatives chain=7\n----\n":                        "nothing is given",
		start + "alternatives chain=7 8=1 8=1\n----\n":                "is repeated",
		start + "import\n----\n":                                      "import before export",
		start + "samples from=max every=1s count=2\n----\n":           "beyond all time",
		start + "report 0s node=1\n----\n":                            "there is no inventory",
		start + "inventory\naxes chain=1\n----\n":                     "missing",
		start + "inventory speed=1\n----\n":                           "unknown or repeated",
		start + "inventory\nreport 0s node=1 cpu=5\n----\n":           "not use/capacity",
		start + "inventory\nreport 0s node=1 health=ill\n----\n":      "is no health",
		start + "inventory\nreport 0s node=1 zone=4294967296\n----\n": "does not fit into 32 bits",
		start + "inventory\nrtt 0s from=1\n----\n":                    "nothing is given",
		start + "inventory\nprofile chain=1 clients=5\n----\n":        "not node:weight",
		start + "inventory\ncompose maximum\n----\n":                  "is no way",
		start + "inventory\nbegin\npush\ncommit\n----\n":              "is no event",
	} {
		_, refused := (&story{}).tell(text)
		if refused == nil || !strings.Contains(refused.Error(), wanted) {
			t.Errorf("%q: refused with %v, not with %q", text, refused, wanted)
		}
	}
}
