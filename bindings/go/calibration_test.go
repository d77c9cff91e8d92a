package driftline_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	driftline "github.com/driftline/driftline/bindings/go"
)

// observedMoves took 1 to 24 seconds and lost 0.25 for each, by turns a little more and less; one of six met an incident.
func observedMoves() []driftline.ObservedMove {
	var moves []driftline.ObservedMove
	for second := 1; second <= 24; second++ {
		noise := float32(-0.125)
		if second%4 < 2 {
			noise = 0.125
		}
		move := driftline.ObservedMove{
			Cost: driftline.MigrationCost{
				StateTransfer: time.Duration(second) * 250 * time.Millisecond,
				Disruption:    time.Duration(second) * 750 * time.Millisecond,
			},
			ScoreLoss: 0.25*float32(second) + noise,
		}
		if second%6 == 0 {
			move.ScoreLoss = 1.25 * float32(second)
		}
		moves = append(moves, move)
	}
	return moves
}

func TestObservedMovesSayWhatASecondCosts(t *testing.T) {
	moves := observedMoves()
	found := must(driftline.Calibrate(moves))
	if !(found.Low < 0.25 && found.High > 0.25 && found.High-found.Low < 0.02) {
		t.Errorf("the interval is %v to %v", found.Low, found.High)
	}
	if !(found.Low < found.CostPerSec && found.CostPerSec < found.High) {
		t.Errorf("%v does not lie between %v and %v", found.CostPerSec, found.Low, found.High)
	}
	wantEqual(t, "the observations", found.Observations, 24)
	wantEqual(t, "the outliers", found.Outliers, 4)

	slices.Reverse(moves)
	wantEqual(t, "the calibration in another order", must(driftline.Calibrate(moves)), found)
	for index := range moves {
		moves[index].Cost.ReliabilityFactor = 2
	}
	wantEqual(t, "the cost at twice the weight", must(driftline.Calibrate(moves)).CostPerSec, found.CostPerSec/2)

	config := driftline.DefaultConfig()
	config.CostPerSec = found.CostPerSec
	noError(t, config.Validate())
}

func TestMovesThatSayNothing(t *testing.T) {
	changed := func(change func(moves []driftline.ObservedMove)) []driftline.ObservedMove {
		moves := observedMoves()
		change(moves)
		return moves
	}
	for _, one := range []struct {
		moves  []driftline.ObservedMove
		code   driftline.Code
		index  int
		reason string
	}{
		{nil, driftline.ErrCalibration, -1, "0 moves that took any time are too few, 12 are needed"},
		{observedMoves()[:11], driftline.ErrCalibration, -1, "11 moves that took any time are too few"},
		{changed(func(moves []driftline.ObservedMove) {
			moves[17].ScoreLoss = float32(math.NaN())
		}), driftline.ErrCalibration, 17, "score_loss NaN is not finite"},
		{changed(func(moves []driftline.ObservedMove) {
			moves[5].Cost.ReliabilityFactor = float32(math.Inf(1))
		}), driftline.ErrCalibration, 5, "reliability_factor inf is not finite"},
		{changed(func(moves []driftline.ObservedMove) {
			for index := range moves {
				moves[index].ScoreLoss *= -1
			}
		}), driftline.ErrCalibration, -1, "is negative"},
		{changed(func(moves []driftline.ObservedMove) {
			moves[3].Cost.Disruption = -time.Second
		}), driftline.ErrConfig, 3, "disruption -1s is not at least zero"},
	} {
		found, err := driftline.Calibrate(one.moves)
		wantIs(t, err, one.code)
		var refused *driftline.Error
		if !errors.As(err, &refused) || refused.Index != one.index || !strings.Contains(err.Error(), one.reason) {
			t.Errorf("%s: the error is %v", one.reason, err)
		}
		wantEqual(t, "what was found", found, driftline.Calibration{})
	}
}
