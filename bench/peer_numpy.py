#!/usr/bin/env python3
"""The whole-model drift statistics of two HDF5 checkpoints, with h5py and NumPy, as one line of JSON.

    pip install numpy==2.4.6 h5py==3.16.0
    python bench/peer_numpy.py A.h5 B.h5 [--threads N]

What a careful NumPy user would write: h5py for the structure, raw bytes by file offset (h5py's own conversion of
bfloat16 is a hundred times slower), blocks that stay in the cache, float32 arithmetic into reused buffers, double sums.
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before NumPy loads; blocks are too short to share out, --threads does that

import argparse
import json
import time
from concurrent.futures import ThreadPoolExecutor

import h5py
import numpy as np

BLOCK = 1 << 18  # elements; shorter ones are as fast on one thread, but two then wait for the interpreter's lock
ROW = 1 << 12  # elements summed in float32 before the sum goes on in double
ONES = np.ones(BLOCK, np.float32)  # a dot product with ones is three times faster than a sum


def dot(x, y):
    whole = x.size - x.size % ROW
    rows = np.vecdot(x[:whole].reshape(-1, ROW), y[:whole].reshape(-1, ROW))
    return rows.sum(dtype=np.float64) + np.dot(x[whole:], y[whole:])


class Worker:
    """One thread's buffers."""

    def __init__(self):
        self.a, self.b, self.d, self.power = (np.empty(BLOCK, np.float32) for _ in range(4))
        self.mask, self.other = (np.empty(BLOCK, bool) for _ in range(2))

    def widen(self, bits, out):
        if bits.dtype == np.float32:
            return bits
        out = out[: bits.size]
        np.left_shift(bits, 16, out=out.view(np.uint32), dtype=np.uint32, casting="unsafe")
        return out

    def side(self, a):
        """Sum of squares, of squared spacings (but for the type's constant), elements that are not finite, maximum."""
        power, mask = self.power[: a.size], self.mask[: a.size]
        np.bitwise_and(a.view(np.uint32), 0x7F800000, out=power.view(np.uint32))
        spacings = dot(power, power)
        finite = np.count_nonzero(np.isfinite(a, out=mask))
        return [dot(a, a), spacings, a.size - finite], np.abs(a, out=power).max()

    def block(self, x, y):
        n = x.size
        a, b = self.widen(x, self.a), self.widen(y, self.b)
        d, mask, other = self.d[:n], self.mask[:n], self.other[:n]
        bits = np.uint16 if x.dtype == np.uint16 else np.uint32
        np.subtract(b, a, out=d)
        sides, largest = zip(*(self.side(side) for side in (a, b)))
        sums = [*sides[0], *sides[1], dot(d, d), dot(d, ONES[:n])]
        changed_bits = np.count_nonzero(np.not_equal(x.view(bits), y.view(bits), out=mask))
        changed = np.count_nonzero(np.not_equal(a, b, out=mask))
        flips = np.count_nonzero(np.logical_and(np.less(a, 0, out=mask), np.greater(b, 0, out=other), out=mask))
        flips += np.count_nonzero(np.logical_and(np.greater(a, 0, out=mask), np.less(b, 0, out=other), out=mask))
        np.abs(d, out=d)
        moved = np.count_nonzero(np.greater(d, np.float32(1e-5), out=mask))
        counts = [changed_bits, changed, moved, flips]
        return np.array(sums + [dot(d, ONES[:n])] + counts, np.float64), np.array([*largest, d.max()])

    def range(self, x, y):
        """Sums and maxima over a long run of elements."""
        sums, maxima = np.zeros(13), np.zeros(3)
        for start in range(0, x.size, BLOCK):
            found, largest = self.block(x[start : start + BLOCK], y[start : start + BLOCK])
            sums += found
            maxima = np.maximum(maxima, largest)
        return sums, maxima


def arrays(path):
    """Every tensor as a flat view of the mapped file."""
    mapped = np.memmap(path, np.uint8, "r")
    tensors = {}
    with h5py.File(path) as file:
        for name in file:
            dataset = file[name].id
            offset, size = dataset.get_offset(), dataset.get_storage_size()
            if offset is None:
                raise SystemExit(f"{name} is not contiguous: this peer reads contiguous files only")
            type = np.uint16 if dataset.get_type().get_size() == 2 else np.float32
            tensors[name] = mapped[offset : offset + size].view(type)
    return tensors


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("a")
    parser.add_argument("b")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    start = time.perf_counter()
    first, second = arrays(options.a), arrays(options.b)
    piece = 64 * BLOCK
    runs = [(first[n][i : i + piece], second[n][i : i + piece]) for n in first for i in range(0, first[n].size, piece)]
    shares = [runs[i :: options.threads] for i in range(options.threads)]
    with ThreadPoolExecutor(options.threads) as pool:
        results = list(pool.map(lambda share: [Worker().range(x, y) for x, y in share], shares))
    found = [result for share in results for result in share]
    sums = np.sum([s for s, _ in found], axis=0)
    count = sum(t.size for t in first.values())
    maxima = np.max([m for _, m in found], axis=0).tolist()
    aa, spacing_a, odd_a, bb, spacing_b, odd_b, dd, signed, absolute, changed_bits, changed, moved, flips = sums.tolist()
    fraction_bits = 7 if next(iter(first.values())).dtype == np.uint16 else 23
    print(json.dumps({
        "peer": "numpy", "threads": options.threads, "seconds": time.perf_counter() - start, "count": count,
        "norm_from": aa**0.5, "norm_to": bb**0.5, "drift": dd**0.5, "cosine": (aa + bb - dd) / 2 / (aa * bb) ** 0.5,
        "rounding_drift": ((spacing_a + spacing_b) / 12) ** 0.5 * 2.0**-fraction_bits,
        "nonfinite_from": odd_a, "nonfinite_to": odd_b, "max_abs_from": maxima[0], "max_abs_to": maxima[1],
        "mean_change": signed / count, "mean_abs_change": absolute / count,
        "max_abs_change": maxima[2], "changed_bits": changed_bits / count,
        "changed": changed / count, "moved": moved / count, "sign_flips": flips / count,
    }))


if __name__ == "__main__":
    main()
