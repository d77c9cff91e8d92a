package main

const helpText = `Usage: driftline-replay [OPTION]...

Replays a trace of round-trip times and lets a policy move replicas after them.
Every node is the client of one chain; each chain has three replicas, none on
its client. A low round-trip time from client to replica is a good home. At the
end stand the costs that the clients paid and the moves that it took.

The trace (default: --generate 42 24 120):
  --rows TI.npy CS.npy    measured rows. Both files are NPY 1.0 of little-
                          endian uint16: TI lists (slice, row), sorted; CS holds
                          the row itself, in units of 10 ms. A row that is not
                          listed in a slice is unchanged; slice 0 lists all.
  --generate SEED N T     a generated trace of N nodes (5 to 4096) and T slices
                          (1 to 65536), N * N * T at most 1,000,000,000. Equal
                          numbers give equal traces on every machine.

The policy:
  --policy never|greedy|drift
                          never:  replicas stay where they are put at first.
                          greedy: replicas are always on the three best nodes.
                          drift:  driftline decides (default). It evicts the
                          worst replica when its score is under 0.5 and another
                          node scores better by more than 0.2.
  --cooldown N            drift: after a move, a chain rests for N slices
                          (default 10; 0 lets it move in every slice).
  --smooth ALPHA          scores follow the measurements slowly: each new row
                          moves them by ALPHA of the difference. Over 0, up to
                          1, which is no smoothing (default).

The output:
  --moves FILE            writes the moves as CSV: t,chain,evicted,target
  --help, -h              shows this text
  --version               shows the versions of program and library

The last line of the output is for programs; here it is broken in two:
  moves=.. pre_cs=.. post_cs=.. fresh_cs=.. trace=..
  score_calls=.. alternative_calls=..
Costs are sums in units of 10 ms: pre before and post after the moves of each
slice, fresh of the rows just measured, before the moves. Judge by fresh: the
others reward a policy for the very sample that it chose by. trace is a fold of
all moves: equal traces mean equal moves. The calls are driftline's.

The exit status is 0, or 1 after an error, which is told on standard error.

Examples:
  driftline-replay
  driftline-replay --policy greedy --generate 1 99 688
  driftline-replay --rows ti.npy cs.npy --smooth 0.3 --moves moves.csv
`
