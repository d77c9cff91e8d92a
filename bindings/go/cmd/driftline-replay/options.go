package main

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// What a trace may be, in numbers.
const (
	replicas          = 3
	nodesMin          = replicas + 2 // a client, its replicas and one node to move to
	nodesMax          = 4096
	slicesMax         = 65536 // a slice number is 16 bits wide
	volumeMax         = 1_000_000_000
	cooldownSlicesMax = 1_000_000_000
	policyNever       = "never"
	policyGreedy      = "greedy"
	policyDrift       = "drift"
	generateUsage     = "--generate SEED N T"
	rowsUsage         = "--rows TI.npy CS.npy"
)

type options struct {
	help, version         bool
	measured              bool
	tiPath, csPath        string
	seed                  uint64
	nodeCount, sliceCount int
	cooldownSlices        uint64
	policy                string
	smoothing             float64 // 1: none
	writesMoves           bool
	movesPath             string
}

// usageError is a mistake on the command line.
type usageError string

func (u usageError) Error() string { return string(u) }

func usage(format string, arguments ...any) error {
	return usageError(fmt.Sprintf(format, arguments...))
}

// values are the words of the command line that are left.
type values []string

func (v *values) next(usageText string) (string, error) {
	if len(*v) == 0 || strings.HasPrefix((*v)[0], "--") {
		return "", usage("%s: a value is missing", usageText)
	}
	value := (*v)[0]
	*v = (*v)[1:]
	return value, nil
}

func parseOptions(arguments []string) (options, error) {
	parsed := options{
		seed: 42, nodeCount: 24, sliceCount: 120, cooldownSlices: 10, policy: policyDrift, smoothing: 1,
	}
	generated := false
	rest := values(arguments)
	for len(rest) > 0 && !parsed.help && !parsed.version {
		name, value, hasValue := strings.Cut(rest[0], "=")
		if !strings.HasPrefix(name, "-") {
			return parsed, usage("unexpected argument '%s'", rest[0])
		}
		rest = rest[1:]
		generated = generated || name == "--generate"
		if hasValue {
			rest = append(values{value}, rest...)
		}
		if err := parsed.take(name, hasValue, &rest); err != nil {
			return parsed, err
		}
	}
	if generated && parsed.measured {
		return parsed, usage("--rows and --generate exclude each other")
	}
	return parsed, nil
}

// take reads one option and its values. A first value behind "=" may be anything, also what looks like an option.
func (o *options) take(name string, hasValue bool, rest *values) error {
	switch name {
	case "--help", "-h", "--version":
		if hasValue {
			return usage("%s: this option takes no value", name)
		}
		o.help, o.version = name != "--version", name == "--version"
		return nil
	case "--rows", "--generate", "--cooldown", "--policy", "--smooth", "--moves":
	default:
		return usage("unknown option %s", name)
	}
	if len(*rest) == 0 {
		return usage("%s: a value is missing", name)
	}
	first := (*rest)[0]
	*rest = (*rest)[1:]
	var err error
	switch name {
	case "--rows":
		o.measured, o.tiPath = true, first
		o.csPath, err = rest.next(rowsUsage)
	case "--generate":
		err = o.takeGenerate(first, rest)
	case "--cooldown":
		o.cooldownSlices, err = wholeNumber("--cooldown", first, 0, cooldownSlicesMax)
	case "--policy":
		if first != policyNever && first != policyGreedy && first != policyDrift {
			return usage("--policy must be never, greedy or drift, not '%s'", first)
		}
		o.policy = first
	case "--smooth":
		o.smoothing, err = smoothing(first)
	case "--moves":
		o.writesMoves, o.movesPath = true, first
	}
	return err
}

func (o *options) takeGenerate(seed string, rest *values) error {
	nodesText, err := rest.next(generateUsage)
	if err != nil {
		return err
	}
	slicesText, err := rest.next(generateUsage)
	if err != nil {
		return err
	}
	if o.seed, err = wholeNumber("--generate: SEED", seed, 0, 1<<64-1); err != nil {
		return err
	}
	nodes, err := wholeNumber("--generate: N, the nodes,", nodesText, nodesMin, nodesMax)
	if err != nil {
		return err
	}
	slices, err := wholeNumber("--generate: T, the slices,", slicesText, 1, slicesMax)
	if err != nil {
		return err
	}
	if nodes*nodes*slices > volumeMax {
		return usage("--generate: N * N * T must be at most %d, not %d", volumeMax, nodes*nodes*slices)
	}
	o.nodeCount, o.sliceCount = int(nodes), int(slices)
	return nil
}

var digits = regexp.MustCompile(`^[0-9]+$`)

func wholeNumber(what, text string, least, most uint64) (uint64, error) {
	value, err := strconv.ParseUint(text, 10, 64)
	if err != nil || !digits.MatchString(text) || value < least || value > most {
		return 0, usage("%s must be a whole number from %d to %d, not '%s'", what, least, most, text)
	}
	return value, nil
}

var decimal = regexp.MustCompile(`^[0-9.eE+-]+$`)

func smoothing(text string) (float64, error) {
	value, err := strconv.ParseFloat(text, 64)
	if err != nil || !decimal.MatchString(text) || !(value > 0 && value <= 1) {
		return 0, usage("--smooth must be a number over 0 and up to 1, not '%s'", text)
	}
	return value, nil
}
