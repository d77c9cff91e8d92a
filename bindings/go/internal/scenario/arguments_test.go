package scenario

import (
	"math"
	"regexp"
	"strconv"
	"strings"

	driftline "github.com/driftline/driftline/bindings/go"
)

// arguments are the tokens of a command. Each is taken once; end refuses what is left.
type arguments struct{ tokens []token }

type token struct {
	key, value string
	isPair     bool
	taken      bool
}

func newArguments(fields []string) *arguments {
	a := &arguments{}
	for _, field := range fields {
		key, value, isPair := strings.Cut(field, "=")
		a.tokens = append(a.tokens, token{key: key, value: value, isPair: isPair})
	}
	return a
}

func (a *arguments) end() {
	for _, token := range a.tokens {
		if !token.taken {
			refuse("unknown or repeated argument %q", token.key)
		}
	}
}

// find takes the first token that suits.
func (a *arguments) find(suits func(token) bool) (token, bool) {
	for at := range a.tokens {
		if !a.tokens[at].taken && suits(a.tokens[at]) {
			a.tokens[at].taken = true
			return a.tokens[at], true
		}
	}
	return token{}, false
}

func (a *arguments) bare() string {
	found, ok := a.find(func(t token) bool { return !t.isPair })
	if !ok {
		refuse("an argument is missing")
	}
	return found.key
}

func (a *arguments) optional(key string) (string, bool) {
	found, ok := a.find(func(t token) bool { return t.isPair && t.key == key })
	return found.value, ok
}

func (a *arguments) value(key string) string {
	value, ok := a.optional(key)
	if !ok {
		refuse("argument %q is missing", key)
	}
	return value
}

func (a *arguments) chain() driftline.ChainID { return driftline.ChainID(id(a.value("chain"))) }
func (a *arguments) node() driftline.NodeID   { return driftline.NodeID(id(a.value("node"))) }

// flag takes a word that may be there.
func (a *arguments) flag(word string) bool {
	_, found := a.find(func(t token) bool { return !t.isPair && t.key == word })
	return found
}

// pairs takes all key=value that are left, one at least.
func (a *arguments) pairs(each func(key, value string)) {
	seen := map[string]bool{}
	for {
		found, ok := a.find(func(t token) bool { return t.isPair })
		if !ok {
			break
		}
		if seen[found.key] {
			refuse("argument %q is repeated", found.key)
		}
		seen[found.key] = true
		each(found.key, found.value)
	}
	if len(seen) == 0 {
		refuse("nothing is given")
	}
}

func integer(text string) uint64 {
	value, err := strconv.ParseUint(text, 10, 64)
	if err != nil || strings.HasPrefix(text, "+") {
		refuse("%q is not an integer", text)
	}
	return value
}

func smallInteger(text string) uint32 {
	value := integer(text)
	if value > math.MaxUint32 {
		refuse("%q does not fit into 32 bits", text)
	}
	return uint32(value)
}

func id(text string) uint64 {
	switch text {
	case "max":
		return math.MaxUint64
	case "max-1":
		return math.MaxUint64 - 1
	}
	return integer(text)
}

func leader(text string) uint64 {
	if text == "-" {
		return uint64(driftline.NoNode)
	}
	return id(text)
}

var timeForm = regexp.MustCompile(`^([0-9]+)(ns|us|ms|s|m|h)$`)

func timestamp(text string) driftline.Timestamp {
	switch text {
	case "max":
		return math.MaxUint64
	case "0":
		return 0
	}
	parts := timeForm.FindStringSubmatch(text)
	if parts == nil {
		refuse("%q is not a time", text)
	}
	unit := map[string]uint64{"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9, "m": 60e9, "h": 3600e9}[parts[2]]
	value := integer(parts[1])
	if value > math.MaxUint64/unit {
		refuse("%q is not a time", text)
	}
	return driftline.Timestamp(value * unit)
}

var numberForm = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`)

func number(text string) float32 {
	switch text {
	case "nan":
		return float32(math.NaN())
	case "inf":
		return float32(math.Inf(1))
	case "-inf":
		return float32(math.Inf(-1))
	}
	// ParseFloat knows more forms than the language has. A number beyond all f32 is an infinity, as in C.
	value, err := strconv.ParseFloat(text, 32)
	if !numberForm.MatchString(text) || (err != nil && !math.IsInf(value, 0)) {
		refuse("%q is not a number", text)
	}
	return float32(value)
}

func list[T any](text string, parse func(string) T) []T {
	if text == "" {
		return nil
	}
	var elements []T
	for _, one := range strings.Split(text, ",") {
		if one == "" {
			refuse("%q is not a list", text)
		}
		elements = append(elements, parse(one))
	}
	return elements
}

func chainID(text string) driftline.ChainID { return driftline.ChainID(id(text)) }
func nodeID(text string) driftline.NodeID   { return driftline.NodeID(id(text)) }
func classID(text string) driftline.ClassID { return driftline.ClassID(smallInteger(text)) }
func leaderID(text string) driftline.NodeID { return driftline.NodeID(leader(text)) }
