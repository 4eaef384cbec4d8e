"""Distances between the checkpoints of the committed series, and how its soup is explained, in float64.

    .venv/bin/python Tests/Fixtures/audit/make_goldens.py experiments/data/tiny-olmo2

Writes distances.csv and soup.json beside this file. Run with Python 3.11, numpy 2.4.6, h5py 3.16.0, scipy 1.17.1.
"""
import csv
import json
import pathlib
import sys

import h5py
import numpy as np
from scipy.optimize import minimize

FINALS = [f"stage2-ingredient{i}-step400-tokens1B" for i in (1, 2, 3)]


def weights(path):
    """All tensors in ascending order of name, one after the other."""
    parts = {}

    def visit(name, item):
        if isinstance(item, h5py.Dataset):
            raw = np.fromfile(path, dtype="<u2", count=item.size, offset=item.id.get_offset())
            parts[name] = (raw.astype(np.uint32) << 16).view(np.float32).astype(np.float64)

    with h5py.File(path) as file:
        file.visititems(visit)
    return np.concatenate([parts[name] for name in sorted(parts)])


def ulp(x):
    """Spacing of bfloat16 at x."""
    exponent = np.floor(np.log2(np.maximum(np.abs(x), 2.0**-126)))
    return np.maximum(2.0 ** (exponent - 7), 2.0**-133)


here = pathlib.Path(__file__).resolve().parent
vectors = {path.stem: weights(path) for path in sorted(pathlib.Path(sys.argv[1]).glob("*.h5"))}

with open(here / "distances.csv", "w", newline="") as file:
    table = csv.writer(file, lineterminator="\n")
    table.writerow(["a", "b", "distance"])
    names = list(vectors)
    for index, a in enumerate(names):
        for b in names[index + 1:]:
            table.writerow([a, b, repr(float(np.linalg.norm(vectors[a] - vectors[b])))])

m = vectors["main"]
a = np.stack([vectors[name] for name in FINALS])
mean = a.mean(axis=0)
residual = np.abs(m - mean)
largest = np.maximum(np.abs(m), np.abs(a).max(axis=0))
# What Scan.h allows besides: a rounding to float32 for each input.
slack = 4 * 2.0**-24 * np.abs(a).max(axis=0)
once = 0.5 * ulp(np.maximum(np.abs(m), np.abs(mean))) + slack


def squared(w):
    return float(np.sum((w @ a - m) ** 2))


gram = (a - m) @ (a - m).T
best = minimize(lambda w: w @ gram @ w, np.full(3, 1 / 3), jac=lambda w: 2 * gram @ w, method="SLSQP",
                bounds=[(0, 1)] * 3, constraints={"type": "eq", "fun": lambda w: w.sum() - 1},
                options={"ftol": 1e-16, "maxiter": 1000})
# As in rounding_drift, zeros have no spacing.
spacing = [float(np.sum(np.where(x == 0, 0, 2.0 ** (np.floor(np.log2(np.where(x == 0, 1, np.abs(x)))) - 7)) ** 2))
           for x in [m, *a]]
(here / "soup.json").write_text(json.dumps({
    "mean_residual": float(np.linalg.norm(m - mean)),
    "single_residuals": [float(np.linalg.norm(m - x)) for x in a],
    "weights": [float(w) for w in best.x],
    "weights_residual": squared(best.x) ** 0.5,
    "mean_rounding": ((spacing[0] + sum(spacing[1:]) / 9) / 12) ** 0.5,
    "max_ulps": float(np.max(residual / ulp(largest))),
    "beyond_rounding": float(np.mean(residual > once + 0.5 * ulp(a).mean(axis=0))),
    "beyond_own_rounding": float(np.mean(residual > once)),
}, indent=1) + "\n")
