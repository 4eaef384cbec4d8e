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
        self.a, self.b, self.d = (np.empty(BLOCK, np.float32) for _ in range(3))
        self.mask, self.other = (np.empty(BLOCK, bool) for _ in range(2))

    def widen(self, bits, out):
        if bits.dtype == np.float32:
            return bits
        out = out[: bits.size]
        np.left_shift(bits, 16, out=out.view(np.uint32), dtype=np.uint32, casting="unsafe")
        return out

    def block(self, x, y):
        n = x.size
        a, b = self.widen(x, self.a), self.widen(y, self.b)
        d, mask, other = self.d[:n], self.mask[:n], self.other[:n]
        bits = np.uint16 if x.dtype == np.uint16 else np.uint32
        np.subtract(b, a, out=d)
        sums = [dot(a, a), dot(b, b), dot(a, b), dot(d, d), dot(d, ONES[:n])]
        changed_bits = np.count_nonzero(np.not_equal(x.view(bits), y.view(bits), out=mask))
        changed = np.count_nonzero(np.not_equal(a, b, out=mask))
        flips = np.count_nonzero(np.logical_and(np.less(a, 0, out=mask), np.greater(b, 0, out=other), out=mask))
        flips += np.count_nonzero(np.logical_and(np.greater(a, 0, out=mask), np.less(b, 0, out=other), out=mask))
        np.abs(d, out=d)
        moved = np.count_nonzero(np.greater(d, np.float32(1e-5), out=mask))
        return np.array(sums + [dot(d, ONES[:n]), changed_bits, changed, moved, flips], np.float64), d.max()

    def range(self, x, y):
        """Sums and maximum over a long run of elements."""
        sums, maximum = np.zeros(10), 0.0
        for start in range(0, x.size, BLOCK):
            found, largest = self.block(x[start : start + BLOCK], y[start : start + BLOCK])
            sums += found
            maximum = max(maximum, largest)
        return sums, maximum


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
    aa, bb, ab, dd, signed, absolute, changed_bits, changed, moved, flips = sums.tolist()
    print(json.dumps({
        "peer": "numpy", "threads": options.threads, "seconds": time.perf_counter() - start, "count": count,
        "norm_from": aa**0.5, "norm_to": bb**0.5, "drift": dd**0.5, "cosine": ab / (aa * bb) ** 0.5,
        "mean_change": signed / count, "mean_abs_change": absolute / count,
        "max_abs_change": float(max(m for _, m in found)), "changed_bits": changed_bits / count,
        "changed": changed / count, "moved": moved / count, "sign_flips": flips / count,
    }))


if __name__ == "__main__":
    main()
