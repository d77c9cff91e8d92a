package driftline

// #include "shim.h"
import "C"

import "unsafe"

// Slices of these types cross as they are. Where a size or an offset differed, this file would not compile.
var (
	_ = [1]struct{}{}[unsafe.Sizeof(ChainID(0))-unsafe.Sizeof(C.uint64_t(0))]
	_ = [1]struct{}{}[unsafe.Sizeof(NodeID(0))-unsafe.Sizeof(C.uint64_t(0))]
	_ = [1]struct{}{}[unsafe.Sizeof(Timestamp(0))-unsafe.Sizeof(C.uint64_t(0))]

	_ = [1]struct{}{}[unsafe.Sizeof(Event{})-unsafe.Sizeof(C.driftline_event{})]
	_ = [1]struct{}{}[unsafe.Offsetof(Event{}.Kind)-unsafe.Offsetof(C.driftline_event{}.kind)]
	_ = [1]struct{}{}[unsafe.Offsetof(Event{}.Chain)-unsafe.Offsetof(C.driftline_event{}.chain)]
	_ = [1]struct{}{}[unsafe.Offsetof(Event{}.Node)-unsafe.Offsetof(C.driftline_event{}.node)]
	_ = [1]struct{}{}[unsafe.Offsetof(Event{}.Value)-unsafe.Offsetof(C.driftline_event{}.value)]

	_ = [1]struct{}{}[unsafe.Sizeof(Pair{})-unsafe.Sizeof(C.driftline_pair{})]
	_ = [1]struct{}{}[unsafe.Offsetof(Pair{}.Chain)-unsafe.Offsetof(C.driftline_pair{}.chain)]
	_ = [1]struct{}{}[unsafe.Offsetof(Pair{}.Node)-unsafe.Offsetof(C.driftline_pair{}.node)]

	_ = [1]struct{}{}[unsafe.Sizeof(Alternative{})-unsafe.Sizeof(C.driftline_alternative{})]
	_ = [1]struct{}{}[unsafe.Offsetof(Alternative{}.Node)-unsafe.Offsetof(C.driftline_alternative{}.node)]
	_ = [1]struct{}{}[unsafe.Offsetof(Alternative{}.Score)-unsafe.Offsetof(C.driftline_alternative{}.score)]

	_ = [1]struct{}{}[unsafe.Sizeof(Sampled{})-unsafe.Sizeof(C.driftline_sampled{})]
	_ = [1]struct{}{}[unsafe.Offsetof(Sampled{}.Chain)-unsafe.Offsetof(C.driftline_sampled{}.chain)]
	_ = [1]struct{}{}[unsafe.Offsetof(Sampled{}.Cause)-unsafe.Offsetof(C.driftline_sampled{}.cause)]

	_ = [1]struct{}{}[unsafe.Sizeof(Cell{})-unsafe.Sizeof(C.driftline_cell{})]
	_ = [1]struct{}{}[unsafe.Offsetof(Cell{}.Node)-unsafe.Offsetof(C.driftline_cell{}.node)]
	_ = [1]struct{}{}[unsafe.Offsetof(Cell{}.Score)-unsafe.Offsetof(C.driftline_cell{}.score)]

	_ = [1]struct{}{}[unsafe.Sizeof(Sample{})-unsafe.Sizeof(C.driftline_sample{})]
	_ = [1]struct{}{}[unsafe.Offsetof(Sample{}.At)-unsafe.Offsetof(C.driftline_sample{}.at_ns)]
	_ = [1]struct{}{}[unsafe.Offsetof(Sample{}.WorstScore)-unsafe.Offsetof(C.driftline_sample{}.worst_score)]

	_ = [1]struct{}{}[unsafe.Sizeof(NodeTime{})-unsafe.Sizeof(C.driftline_node_time{})]
	_ = [1]struct{}{}[unsafe.Offsetof(NodeTime{}.Node)-unsafe.Offsetof(C.driftline_node_time{}.node)]
	_ = [1]struct{}{}[unsafe.Offsetof(NodeTime{}.At)-unsafe.Offsetof(C.driftline_node_time{}.at_ns)]

	_ = [1]struct{}{}[unsafe.Sizeof(Transition{})-unsafe.Sizeof(C.driftline_transition{})]
	_ = [1]struct{}{}[unsafe.Offsetof(Transition{}.Sequence)-unsafe.Offsetof(C.driftline_transition{}.sequence)]
	_ = [1]struct{}{}[unsafe.Offsetof(Transition{}.At)-unsafe.Offsetof(C.driftline_transition{}.at_ns)]
	_ = [1]struct{}{}[unsafe.Offsetof(Transition{}.Chain)-unsafe.Offsetof(C.driftline_transition{}.chain)]
	_ = [1]struct{}{}[unsafe.Offsetof(Transition{}.From)-unsafe.Offsetof(C.driftline_transition{}.from)]
	_ = [1]struct{}{}[unsafe.Offsetof(Transition{}.To)-unsafe.Offsetof(C.driftline_transition{}.to)]

	_ = [1]struct{}{}[unsafe.Sizeof(Blocked{})-unsafe.Sizeof(C.driftline_blocked{})]
	_ = [1]struct{}{}[unsafe.Offsetof(Blocked{}.Chain)-unsafe.Offsetof(C.driftline_blocked{}.chain)]
	_ = [1]struct{}{}[unsafe.Offsetof(Blocked{}.Verdict)-unsafe.Offsetof(C.driftline_blocked{}.verdict)]

	_ = [1]struct{}{}[unsafe.Sizeof(RTT{})-unsafe.Sizeof(C.driftline_rtt{})]
	_ = [1]struct{}{}[unsafe.Offsetof(RTT{}.From)-unsafe.Offsetof(C.driftline_rtt{}.from)]
	_ = [1]struct{}{}[unsafe.Offsetof(RTT{}.To)-unsafe.Offsetof(C.driftline_rtt{}.to)]
	_ = [1]struct{}{}[unsafe.Offsetof(RTT{}.RTT)-unsafe.Offsetof(C.driftline_rtt{}.rtt_ns)]

	_ = [1]struct{}{}[unsafe.Sizeof(Bandwidth{})-unsafe.Sizeof(C.driftline_bandwidth{})]
	_ = [1]struct{}{}[unsafe.Offsetof(Bandwidth{}.From)-unsafe.Offsetof(C.driftline_bandwidth{}.from)]
	_ = [1]struct{}{}[unsafe.Offsetof(Bandwidth{}.To)-unsafe.Offsetof(C.driftline_bandwidth{}.to)]
	_ = [1]struct{}{}[unsafe.Offsetof(Bandwidth{}.BytesPerSec)-unsafe.Offsetof(C.driftline_bandwidth{}.bytes_per_sec)]

	_ = [1]struct{}{}[unsafe.Sizeof(Client{})-unsafe.Sizeof(C.driftline_client{})]
	_ = [1]struct{}{}[unsafe.Offsetof(Client{}.Node)-unsafe.Offsetof(C.driftline_client{}.node)]
	_ = [1]struct{}{}[unsafe.Offsetof(Client{}.Weight)-unsafe.Offsetof(C.driftline_client{}.weight)]

	// Go writes true as 1 and false as 0.
	_ = [1]struct{}{}[unsafe.Sizeof(false)-unsafe.Sizeof(C.uint8_t(0))]
)
