package driftline_test

import (
	"math"
	"testing"
	"time"

	driftline "github.com/driftline/driftline/bindings/go"
)

const endOfTime driftline.Timestamp = math.MaxUint64

func TestTimestampArithmeticStopsAtTheEnds(t *testing.T) {
	for _, one := range []struct {
		at   driftline.Timestamp
		add  time.Duration
		want driftline.Timestamp
	}{
		{5, 3, 8}, {5, -3, 2}, {5, -5, 0}, {5, -6, 0}, {5, math.MinInt64, 0},
		{1 << 63, math.MinInt64, 0}, {1<<63 + 7, math.MinInt64, 7},
		{endOfTime - 1, 1, endOfTime}, {endOfTime, 1, endOfTime}, {endOfTime, math.MaxInt64, endOfTime},
	} {
		wantEqual(t, "the sum", one.at.Add(one.add), one.want)
	}
	for _, one := range []struct {
		at, from driftline.Timestamp
		want     time.Duration
	}{
		{8, 5, 3}, {5, 8, -3}, {endOfTime, 0, math.MaxInt64}, {0, endOfTime, -math.MaxInt64}, {7, 7, 0},
	} {
		wantEqual(t, "the difference", one.at.Sub(one.from), one.want)
	}
	wantEqual(t, "a time after the origin", driftline.After(3*time.Second), 3_000_000_000)
	wantEqual(t, "a time before the origin", driftline.After(-1), 0)
}

func TestTimestampText(t *testing.T) {
	for at, text := range map[driftline.Timestamp]string{
		0: "0s", 30e9: "30s", 1500e6: "1500ms", 1e3: "1us", 1001: "1001ns", endOfTime: "18446744073709551615ns",
	} {
		wantEqual(t, "the text", at.String(), text)
	}
	wantEqual(t, "a time that is known", driftline.When{At: 1e9, Known: true}.String(), "1s")
	wantEqual(t, "a time that is not", driftline.When{}.String(), "never")
}
