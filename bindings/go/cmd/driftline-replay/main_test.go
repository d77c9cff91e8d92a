package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The check values of tests/replay.py, which the C program and its oracle have, too.
func TestLastLines(t *testing.T) {
	for arguments, numbers := range map[string][]any{
		"":                          {198, 169856, 153749, 40840, uint64(6296284031662187650), 2378, 245},
		"--policy greedy":           {734, 95545, 62824, 44426, uint64(4231307263764584137), 0, 0},
		"--policy never":            {0, 241985, 241985, 38913, 0, 0, 0},
		"--smooth 0.3 --cooldown 1": {21, 192677, 190394, 34818, uint64(11761870907971085659), 2272, 589},
		"--generate 1 99 688":       {4692, 2467242, 2180288, 638293, uint64(10050046575338889358), 55829, 4844},
	} {
		wanted := fmt.Sprintf(
			"moves=%d pre_cs=%d post_cs=%d fresh_cs=%d trace=%d score_calls=%d alternative_calls=%d", numbers...)
		var out bytes.Buffer
		if err := run(strings.Fields(arguments), &out); err != nil {
			t.Errorf("%q: %v", arguments, err)
			continue
		}
		lines := strings.Split(strings.TrimSpace(out.String()), "\n")
		if last := lines[len(lines)-1]; last != wanted {
			t.Errorf("%q: the last line is\n%s, not\n%s", arguments, last, wanted)
		}
	}
}

func TestMistakesOnTheCommandLine(t *testing.T) {
	for arguments, wanted := range map[string]string{
		"--policy always": "never, greedy or drift", "--speed 9": "--speed", "extra": "'extra'", "--cooldown -1": "--cooldown",
		"--generate 1 24": "--generate SEED N T: a value is missing", "--help=now": "no value", "--smooth nan": "'nan'",
	} {
		err := run(strings.Fields(arguments), new(bytes.Buffer))
		if !errors.As(err, new(usageError)) || !strings.Contains(err.Error(), wanted) {
			t.Errorf("%q: the error is %v", arguments, err)
		}
	}
}

func TestMovesFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "moves.csv")
	if err := run([]string{"--moves", path}, new(bytes.Buffer)); err != nil {
		t.Fatal(err)
	}
	written, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if lines := bytes.Count(written, []byte("\n")); lines != 199 || !bytes.HasPrefix(written, []byte("t,chain,evicted,target\n")) {
		t.Errorf("%d lines, of which the first are %.60q", lines, written)
	}
}

func TestGeneral(t *testing.T) {
	for value, wanted := range map[float64]string{0.3: "0.3", 0.5: "0.5", 1e-7: "1e-07", 0.0001: "0.0001", 1.0 / 3: "0.333333"} {
		if text := general(value); text != wanted {
			t.Errorf("%v is written %s, not %s", value, text, wanted)
		}
	}
	if grouped(0)+" "+grouped(999)+" "+grouped(1000)+" "+grouped(1234567) != "0 999 1,000 1,234,567" {
		t.Error("numbers are not grouped by thousands")
	}
}
