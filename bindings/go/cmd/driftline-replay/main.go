// The program driftline-replay in Go: a trace of round-trip times goes by, and replicas drift after it. It prints what the
// C program of the same name prints; see --help.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"

	driftline "github.com/driftline/driftline/bindings/go"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintf(os.Stderr, "driftline-replay: %v\n", err)
		if errors.As(err, new(usageError)) {
			fmt.Fprintln(os.Stderr, "Try 'driftline-replay --help'.")
		}
		os.Exit(1)
	}
}

func run(arguments []string, stdout io.Writer) error {
	options, err := parseOptions(arguments)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(stdout)
	switch {
	case options.help:
		fmt.Fprint(out, helpText)
	case options.version:
		fmt.Fprintf(out, "driftline-replay %s\n%s\n", driftline.Version(), driftline.BuildInfo())
	default:
		if err := replay(options, out); err != nil {
			return err
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("the output cannot be written: %w", cause(err))
	}
	return nil
}

func replay(options options, out io.Writer) (err error) {
	trace, err := openTrace(options)
	if err != nil {
		return err
	}
	// Opened when the trace is known to be good: a mistyped path costs no old result.
	moves, err := openMoves(options.movesPath, options.writesMoves)
	if err != nil {
		return err
	}
	result, err := play(trace, options, moves)
	// A table above a file that is not whole would be believed; the first failure is the one to tell.
	if closed := moves.close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	printTable(out, options, trace, moves, result)
	return nil
}

func openTrace(options options) (*trace, error) {
	if options.measured {
		return readTrace(options.tiPath, options.csPath)
	}
	return generate(options.seed, options.nodeCount, options.sliceCount), nil
}

// cause is the system's own word for what went wrong, as C has it and without the path that our messages name already.
func cause(err error) error {
	var number syscall.Errno
	if !errors.As(err, &number) {
		return err
	}
	text := number.Error()
	return errors.New(strings.ToUpper(text[:1]) + text[1:])
}
