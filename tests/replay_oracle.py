"""The replay scenario and its generator, told a second time.

`build/driftline-replay` reaches its numbers through the scheduler; this file reaches them by walking every chain
at every slice, in the plainest way. Nothing is shared between the two but the rules, so equal numbers mean that
both follow them. Standard library only.
"""

import ast
import struct

MASK = (1 << 64) - 1
REPLICAS = 3
FLOOR = 0.5
GAP = 0.2

INTER = [
    [0, 27, 35, 22, 34],
    [27, 0, 36, 21, 29],
    [35, 36, 0, 18, 24],
    [22, 21, 18, 0, 15],
    [34, 29, 24, 15, 0],
]
CLUSTER_SIZES = [4, 6, 3, 42, 44]
SLOW = {11: 8, 9: 3, 44: 3}
STALL = [
    (0, 4), (50, 6), (100, 10), (200, 16), (300, 22), (400, 26), (500, 30), (600, 33), (700, 36), (800, 39),
    (850, 42), (875, 47), (900, 56), (925, 66), (950, 77), (970, 87), (980, 93), (990, 126), (995, 169),
    (999, 400), (1000, 4500),
]


def fold(values, start=0):
    total = start
    for value in values:
        total = (total * 1000003 + value + 1) & MASK
    return total


class SplitMix64:
    def __init__(self, seed):
        self.state = seed & MASK

    def next64(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)

    def below(self, bound):
        return ((self.next64() >> 32) * bound) >> 32


def pick(draw, table, otherwise):
    """The value of the first entry whose limit lies above the draw."""
    for limit, value in table:
        if draw < limit:
            return value
    return otherwise


def stall_cs(draw):
    """`draw` is in ten-thousandths, the knots in thousandths."""
    for (left, low), (right, high) in zip(STALL, STALL[1:]):
        if draw <= right * 10:
            return low + (high - low) * (draw - left * 10) // ((right - left) * 10)
    raise AssertionError(draw)


def generate(seed, node_count, slice_count):
    """All records `(t, row, values)` of the generator, in order."""
    random = SplitMix64(seed)
    below = random.below
    by_position = [cluster for cluster, size in enumerate(CLUSTER_SIZES) for _ in range(size)]
    cluster = [by_position[i * 99 // node_count] for i in range(node_count)]
    for i in range(node_count - 1, 0, -1):
        j = below(i + 1)
        cluster[i], cluster[j] = cluster[j], cluster[i]

    nodes = []
    for i in range(node_count):
        x, y = below(6), below(6)
        access = pick(below(1000), [(500, 0), (750, 1), (900, 3)], 6)
        source_bias, destination_bias = below(221) - 110, below(281) - 140
        slow = SLOW.get(i % 99, 1)
        extra = 250 if slow > 1 else 0
        nodes.append((x, y, access, source_bias + extra, destination_bias + extra, slow))

    base = [[0] * node_count for _ in range(node_count)]
    stall = [[0] * node_count for _ in range(node_count)]
    for i in range(node_count):
        for j in range(i + 1, node_count):
            e, q = below(13) - 6, below(301) - 150
            (xi, yi, hi, _, _, _), (xj, yj, hj, _, _, _) = nodes[i], nodes[j]
            if cluster[i] == cluster[j]:
                distance = abs(xi - xj) + abs(yi - yj) + hi + hj
            else:
                distance = max(0, INTER[cluster[i]][cluster[j]] + hi + hj - 2 + e)
            base[i][j] = base[j][i] = distance
            stall[i][j] = min(950, max(50, 325 + 7 * distance + nodes[i][3] + nodes[j][4] + q))
            stall[j][i] = min(950, max(50, 325 + 7 * distance + nodes[j][3] + nodes[i][4] + q))

    records = []
    due = [0] * node_count
    for t in range(slice_count):
        for i in range(node_count):
            if due[i] != t:
                continue
            row = [0] * node_count
            for j in range(node_count):
                if j == i:
                    continue
                if below(1000) < stall[i][j]:
                    value = base[i][j] + max(nodes[i][5], nodes[j][5]) * stall_cs(below(10000))
                else:
                    value = base[i][j] + pick(below(1000), [(750, 0), (920, 1), (980, 2)], 3)
                row[j] = min(9050, value)
            records.append((t, i, row))
            gaps = [(5, 3), (135, 4), (755, 5), (940, 6), (970, 7), (983, 8), (990, 10)]
            gap = pick(below(1000), gaps, 14)
            if nodes[i][5] == 8:
                gap *= 5
            due[i] = t + 1 + below(gap) if t == 0 else t + gap
    return records


def record_fold(records):
    total = 0
    for t, i, row in records:
        total = fold(row, fold((t, i), total))
    return total


def to_float32(value):
    return struct.unpack("<f", struct.pack("<f", value))[0]


class World:
    """What the scorer sees: the latest row of each client, and the score of each node for it."""

    def __init__(self, node_count, smooth=1.0):
        self.k = [None] * node_count
        self.score = [None] * node_count
        self.smooth = smooth

    def refresh(self, i, row):
        fresh = [25.0 / (25.0 + k) for k in row]
        if self.score[i] is not None and self.smooth != 1.0:
            fresh = [e + self.smooth * (s - e) for e, s in zip(self.score[i], fresh)]
        self.k[i], self.score[i] = row, fresh

    def best(self, client, holders=()):
        """The best homes but the client itself. Of equals a holder stays, then the lower id wins."""
        nodes = [n for n in range(len(self.k)) if n != client]
        return sorted(nodes, key=lambda n: (-self.score[client][n], n not in holders, n))[:REPLICAS]


def drift_move(world, chain, holders, result):
    """The move of one chain that is not on cooldown, or None."""
    score = world.score[chain]
    victim = min(holders, key=lambda n: (to_float32(score[n]), n))
    victim_score = to_float32(score[victim])
    if victim_score >= FLOOR:
        return None
    # Nobody is evicted on a stale number, and only now is an alternative of any interest.
    result.score_calls += 1
    result.alternative_calls += 1
    outside = [n for n in range(len(score)) if n != chain and n not in holders]
    target = min(outside, key=lambda n: (-score[n], n))
    gain = to_float32(to_float32(score[target]) - victim_score)
    return (victim, target) if gain > to_float32(GAP) else None


class Result:
    def __init__(self):
        self.moves = []
        self.pre, self.post, self.fresh = [], [], []
        self.score_calls = self.alternative_calls = 0

    @property
    def trace(self):
        return fold(y for move in self.moves for y in move)

    def summary(self):
        return {
            "moves": len(self.moves),
            "pre_cs": sum(self.pre),
            "post_cs": sum(self.post),
            "fresh_cs": sum(self.fresh),
            "trace": self.trace,
            "score_calls": self.score_calls,
            "alternative_calls": self.alternative_calls,
        }


def replay(records, node_count, slice_count, policy="drift", cooldown=10, smooth=1.0):
    by_slice = {}
    for t, i, row in records:
        by_slice.setdefault(t, []).append((i, row))
    world = World(node_count, smooth)
    result = Result()
    placement, last_move = [], [None] * node_count
    due = set()  # chains whose holders changed since they were scored
    for t in range(slice_count):
        listed = set()
        for i, row in by_slice.get(t, []):
            world.refresh(i, row)
            listed.add(i)
        if t == 0:
            placement = [sorted(world.best(c)) for c in range(node_count)]
        if policy == "drift":
            result.score_calls += REPLICAS * len(due | listed)
            due = set()
        if t == 0:
            continue
        for chain, holders in enumerate(placement):
            costs = [world.k[chain][h] for h in holders]
            result.pre += costs
            if chain in listed:
                result.fresh += costs
        for chain, holders in enumerate(placement):
            swaps = []
            if policy == "greedy":
                best = world.best(chain, holders)
                swaps = list(zip(sorted(set(holders) - set(best)), sorted(set(best) - set(holders))))
            elif policy == "drift" and (last_move[chain] is None or t - last_move[chain] >= cooldown):
                move = drift_move(world, chain, holders, result)
                swaps = [move] if move else []
            for evicted, target in swaps:
                holders.remove(evicted)
                holders.append(target)
                holders.sort()
                last_move[chain] = t
                due.add(chain)
                result.moves.append((t, chain, evicted, target))
        for chain, holders in enumerate(placement):
            result.post += [world.k[chain][h] for h in holders]
    return result


def nearest_rank(values, percent):
    """The smallest value that at least `percent` of all values do not exceed."""
    ordered = sorted(values)
    return ordered[-(-len(ordered) * percent // 100) - 1]


def write_npy(path, rows):
    """An array of uint16 rows as NPY v1.0."""
    text = "{'descr': '<u2', 'fortran_order': False, 'shape': (%d, %d), }" % (len(rows), len(rows[0]))
    text = text.ljust(117) + "\n"
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode("ascii"))
        for row in rows:
            file.write(struct.pack("<%dH" % len(row), *row))


def read_npy(path):
    with open(path, "rb") as file:
        data = file.read()
    (length,) = struct.unpack_from("<H", data, 8)
    header = ast.literal_eval(data[10:10 + length].decode("ascii"))
    rows, columns = header["shape"]
    assert header["descr"] == "<u2" and not header["fortran_order"]
    flat = struct.unpack_from("<%dH" % (rows * columns), data, 10 + length)
    return [list(flat[r * columns:(r + 1) * columns]) for r in range(rows)]


def read_records(ti_path, cs_path):
    """The records of a measured trace, with its node and slice count."""
    keys, rows = read_npy(ti_path), read_npy(cs_path)
    records = [(t, i, row) for (t, i), row in zip(keys, rows)]
    return records, len(rows[0]), keys[-1][0] + 1
