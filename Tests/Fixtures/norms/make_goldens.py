#!/usr/bin/env python3
"""Norms of a checkpoint series by NumPy and SciPy alone: the independent truth that the Swift tests compare with.

    pip install numpy==2.4.6 scipy==1.17.1 h5py==3.16.0
    python Tests/Fixtures/norms/make_goldens.py experiments/data/tiny-olmo2

The series is a folder of REVISION.h5 files. The files are written next to this script; every number is the double
nearest to its result, in its shortest form.

norms.csv   every column of the experiment for every checkpoint, at the levels model, module, layer and tensor. All
            elements of a part are gathered and taken as one sample, in longdouble; skewness and kurtosis are SciPy's
            (of the population). Outliers of a tensor lie more than 6 standard deviations from its mean; a part has
            those of its tensors. Row and column norms are those of the part's matrices.
growth.csv  for the model and each module: SciPy's linear regression of ln l2 on ln(step - 100) over the checkpoints of
            stage 1 past step 100, with Student's interval of 95 percent.
"""

import csv
import sys
from pathlib import Path

import numpy as np
from scipy import stats

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "drift"))
from checkpoints import read_series  # noqa: E402
from make_goldens import ROLES  # noqa: E402

WARMUP = 100
SMALLEST_NORMAL = {"bfloat16": 2.0**-126, "float16": 2.0**-14, "float32": 2.0**-126, "float64": 2.0**-1022}
COLUMNS = [
    "elements", "l1", "l2", "rms", "max_abs", "minimum", "maximum", "mean", "std", "skewness", "excess_kurtosis",
    "zeros", "denormals", "nonfinite", "outliers", "row_norm_min", "row_norm_max", "column_norm_min", "column_norm_max",
]


def layer_of(name):
    parts = name.split(".")
    return parts[parts.index("layers") + 1] if "layers" in parts else "none"


def role_of(name):
    return ROLES[name.split(".")[-2]]


def metrics(tensors):
    """The columns for tensors taken together."""
    values = [tensor.values for tensor in tensors]
    x = np.concatenate([v.ravel() for v in values])
    n = len(x)
    tiny = sum(int(np.sum((v != 0) & (abs(v) < SMALLEST_NORMAL[t.type]))) for t, v in zip(tensors, values))
    outliers = sum(int(np.sum(abs(v - v.mean()) > 6 * v.std())) for v in values)
    rows = np.concatenate([np.empty(0)] + [np.sqrt((v * v).sum(axis=1)) for v in values if v.ndim == 2])
    columns = np.concatenate([np.empty(0)] + [np.sqrt((v * v).sum(axis=0)) for v in values if v.ndim == 2])
    constant = x.min() == x.max()
    return {
        "elements": n,
        "l1": abs(x).sum(),
        "l2": np.sqrt((x * x).sum()),
        "rms": np.sqrt((x * x).sum() / n),
        "max_abs": abs(x).max(),
        "minimum": x.min(),
        "maximum": x.max(),
        "mean": x.mean(),
        "std": np.longdouble(0) if constant else x.std(),
        "skewness": None if constant else stats.skew(x),
        "excess_kurtosis": None if constant else stats.kurtosis(x),
        "zeros": np.longdouble(int(np.sum(x == 0))) / n,
        "denormals": np.longdouble(tiny) / n,
        "nonfinite": int(np.sum(~np.isfinite(x))),
        "outliers": np.longdouble(outliers) / n,
        "row_norm_min": rows.min() if len(rows) else None,
        "row_norm_max": rows.max() if len(rows) else None,
        "column_norm_min": columns.min() if len(columns) else None,
        "column_norm_max": columns.max() if len(columns) else None,
    }


def text(value):
    if value is None:
        return ""
    return str(value) if isinstance(value, int) else repr(float(value))


def parts(checkpoint):
    """Level, name and tensors of every part of a checkpoint."""
    groups = {("model", "model"): []}
    for name, tensor in checkpoint.tensors.items():
        keys = [("model", "model"), ("module", role_of(name)), ("layer", layer_of(name)), ("tensor", name)]
        for key in keys:
            groups.setdefault(key, []).append(tensor)
    return groups


def write(name, header, rows):
    with open(HERE / name, "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def main():
    rows, norms = [], {}
    for checkpoint in read_series(sys.argv[1]):
        for (level, name), tensors in parts(checkpoint).items():
            found = metrics(tensors)
            rows.append([checkpoint.name, level, name] + [text(found[column]) for column in COLUMNS])
            if checkpoint.stage == 1 and checkpoint.step > WARMUP and level in ("model", "module"):
                norms.setdefault((level, name), []).append((checkpoint.step - WARMUP, float(found["l2"])))
    write("norms.csv", ["revision", "level", "name"] + COLUMNS, rows)

    rows = []
    for (level, name), points in norms.items():
        x, y = np.log(np.array(points)).T
        fit = stats.linregress(x, y)
        reach = stats.t.ppf(0.975, len(x) - 2) * fit.stderr
        rows.append([level, name, len(x)] + [text(v) for v in (
            fit.slope, fit.slope - reach, fit.slope + reach, fit.rvalue**2)])
    write("growth.csv", [
        "level", "name", "points", "exponent", "exponent_low", "exponent_high", "r_squared"], rows)


if __name__ == "__main__":
    main()
