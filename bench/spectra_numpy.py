"""Singular values: ours against NumPy, SciPy and torch, side by side on generated matrices.

    swift build -c release --product bench-spectra
    python bench/spectra_numpy.py [ROWSxCOLUMNS ...] [--threads 1] [--repeat 3]

Times are interleaved medians of the decomposition alone, wall and CPU (on a busy machine the CPU time of one thread is
the one to compare). `error` is the largest deviation from NumPy's float64 SVD relative to the spectral norm; `bound` is
what our result claims. Needs numpy 2.4.6; scipy 1.17.1 and torch 2.13.0 where installed.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
import time

parser = argparse.ArgumentParser()
parser.add_argument("sizes", nargs="*", default=["2048x2048", "2048x8192", "4096x11008", "100352x2048"])
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("--repeat", type=int, default=3)
parser.add_argument("--spectra", default="gaussian,decaying")
parser.add_argument("--skip", default="", help="comma-separated beginnings of contestants' names")
parser.add_argument("--binary", default=".build/release/bench-spectra")
parser.add_argument("--json", action="store_true", help="print all figures as JSON at the end, the lines to stderr")
options = parser.parse_args()
for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = str(options.threads)

import numpy as np  # noqa: E402  (after the thread counts are set)


def generate(kind, rows, columns):
    matrix = np.random.default_rng(0).standard_normal((rows, columns), dtype=np.float32)
    if kind == "decaying":
        matrix *= np.arange(1, columns + 1, dtype=np.float32) ** np.float32(-0.5)
    return matrix


def ours(path, rows, columns, method, count=16):
    arguments = [options.binary, path, rows, columns, method, options.threads, count]
    lines = subprocess.run([str(a) for a in arguments], check=True, capture_output=True, text=True).stdout.split("\n")
    wall, cpu, method, bound, passes = lines[0].split()
    note = f"{method} bound {float(bound):.0e} passes {passes}"
    return float(wall), float(cpu), np.array(lines[1].split(), dtype=float), note


def timed(function):
    wall, cpu = time.perf_counter(), time.process_time()
    values = function()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return wall, cpu, np.sort(np.asarray(values, dtype=float))[::-1], ""


def contestants(path, matrix):
    rows, columns = matrix.shape
    yield "numpy svd f64", lambda: timed(lambda: np.linalg.svd(matrix.astype(np.float64), compute_uv=False))
    yield "numpy svd f32", lambda: timed(lambda: np.linalg.svd(matrix, compute_uv=False))
    yield "ours exact", lambda: ours(path, rows, columns, "exact")
    for count in (1, 8, 16):
        yield f"ours fast k={count}", lambda count=count: ours(path, rows, columns, "fast", count)
    try:
        from scipy.sparse.linalg import svds
    except ImportError:
        return
    for count in (1, 8):
        yield f"scipy svds k={count}", lambda count=count: timed(
            lambda: svds(matrix, k=count, return_singular_vectors=False))
    try:
        import torch
    except ImportError:
        return
    torch.set_num_threads(options.threads)
    tensor = torch.from_numpy(matrix)
    # More iterations than the default 2: even at 40 the error on a flat spectrum is a percent.
    for count in (1, 8):
        yield f"torch svd_lowrank k={count}", lambda count=count: timed(
            lambda: torch.svd_lowrank(tensor, q=count, niter=40)[1])


lines = sys.stderr if options.json else sys.stdout
figures = []
skipped = tuple(filter(None, options.skip.split(",")))
for size in options.sizes:
    rows, columns = map(int, size.split("x"))
    for kind in options.spectra.split(","):
        matrix = generate(kind, rows, columns)
        with tempfile.NamedTemporaryFile(suffix=".f32") as file:
            matrix.tofile(file)
            file.flush()
            taken = [pair for pair in contestants(file.name, matrix) if not (skipped and pair[0].startswith(skipped))]
            rounds = [[(name, run()) for name, run in taken] for _ in range(options.repeat)]
        reference = rounds[0][0][1][2]
        print(f"{size} {kind}, {options.threads} thread(s)", file=lines)
        for index, (name, (_, _, values, note)) in enumerate(rounds[0]):
            wall, cpu = (float(np.median([r[index][1][i] for r in rounds])) for i in (0, 1))
            ratio = np.median([r[0][1][0] for r in rounds]) / wall
            ratio_cpu = np.median([r[0][1][1] for r in rounds]) / cpu
            error = np.max(np.abs(values - reference[: len(values)])) / reference[0]
            times = f"{wall:9.3f} s{ratio:7.1f}x   CPU{cpu:9.3f} s{ratio_cpu:7.1f}x"
            print(f"  {name:32}{times}  error {error:.1e}  {note}", flush=True, file=lines)
            figures.append({"size": size, "spectrum": kind, "name": name, "wall": wall, "cpu": cpu, "error": float(error)})
if options.json:
    print(json.dumps(figures))
