"""NumPy's singular values of the committed series, for the tests of the spectra experiment: writes tiny_spectra.csv and
tiny_angles.csv beside itself.

    pip install numpy==2.4.6 scipy==1.17.1 h5py==3.16.0
    python Tests/Fixtures/spectra/make_tiny_spectra.py experiments/data/tiny-olmo2

Everything comes from a full SVD in float64 of the exact values, by formulas written here once more.
"""

import csv
import pathlib
import sys

import numpy as np
import scipy.linalg

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "drift"))
from checkpoints import read_series  # noqa: E402

K = 16
FIRST, BRANCH, FINAL = "stage1-step0-tokens0B", "stage1-step2500-tokens1B", "main"
UPDATES = [("reference", FIRST, BRANCH), ("reference", FIRST, FINAL), ("branch_point", BRANCH, FINAL)]
TURNS = [("predecessor", BRANCH, FINAL), ("reference", FIRST, FINAL)]


def shape(a):
    s = np.linalg.svd(a, compute_uv=False)
    p = s / s.sum()
    return [
        s[0], np.linalg.norm(a), np.linalg.norm(a, "nuc"), (s**2).sum() / s[0] ** 2, np.exp(-(p * np.log(p)).sum()),
        (s**2).sum() ** 2 / (s**4).sum(), np.linalg.cond(a), np.linalg.matrix_rank(a), *s[:K],
    ]  # fmt: skip


def angles(a, b):
    u, _, v = np.linalg.svd(a, full_matrices=False)
    x, _, y = np.linalg.svd(b, full_matrices=False)
    left = scipy.linalg.subspace_angles(u[:, :K], x[:, :K])
    right = scipy.linalg.subspace_angles(v[:K].T, y[:K].T)
    return [*sorted(left), *sorted(right)]


def write(name, header, rows):
    with open(HERE / name, "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        for row in rows:
            writer.writerow([repr(float(x)) if isinstance(x, np.floating) else x for x in row])


def main():
    wanted = {FIRST, BRANCH, FINAL}
    weights = {
        c.name: {n: t.values.astype(np.float64) for n, t in c.tensors.items() if t.bits.ndim == 2}
        for c in read_series(sys.argv[1])
        if c.name in wanted
    }
    rows = [["", "", r, n, *shape(weights[r][n])] for r in (FIRST, BRANCH, FINAL) for n in weights[r]]
    rows += [[k, a, b, n, *shape(weights[b][n] - weights[a][n])] for k, a, b in UPDATES for n in weights[b]]
    columns = [
        "spectral_norm", "frobenius_norm", "nuclear_norm", "stable_rank", "effective_rank", "participation_ratio",
        "condition_number", "numerical_rank",
    ]  # fmt: skip
    write(
        "tiny_spectra.csv", ["update", "from", "revision", "tensor", *columns, *(f"s{i + 1}" for i in range(K))], rows
    )
    rows = [[k, a, b, n, *angles(weights[a][n], weights[b][n])] for k, a, b in TURNS for n in weights[b]]
    sides = [f"{side}{i + 1}" for side in ("left", "right") for i in range(K)]
    write("tiny_angles.csv", ["comparison", "from", "to", "tensor", *sides], rows)


if __name__ == "__main__":
    main()
