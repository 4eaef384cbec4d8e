"""Truth for the spectra tests, from NumPy and SciPy: writes spectra.json beside itself.

    pip install numpy==2.4.6 scipy==1.17.1
    python Tests/Fixtures/spectra/make_spectra.py

Matrices come from SplitMix64, which the tests repeat, so that none has to be stored.
"""
import json
import pathlib

import numpy as np
import scipy.integrate
import scipy.linalg
import scipy.optimize
import scipy.stats

MASK = (1 << 64) - 1


class SplitMix64:
    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)

    def symmetric(self):
        """In [-1, 1), on a grid of 2^-23: exact in float32."""
        return (self.next() >> 40) * 2.0**-23 - 1


def matrix(rows, columns, seed):
    random = SplitMix64(seed)
    return np.array([random.symmetric() for _ in range(rows * columns)]).reshape(rows, columns)


def column_scaled(rows, columns, seed):
    """Column j times 2^-(j mod 12): a spectrum over three decades, still exact in float32."""
    return matrix(rows, columns, seed) * 2.0 ** -(np.arange(columns) % 12)


def low_rank(rows, columns, rank, seed):
    """A product of small integers: exactly of that rank."""
    left = np.floor(matrix(rows, rank, seed) * 8)
    return left @ np.floor(matrix(rank, columns, seed + 1) * 8)


def shape(a):
    s = np.linalg.svd(a, compute_uv=False)
    p = s[s > 0] / s.sum()
    return {
        "rows": a.shape[0],
        "columns": a.shape[1],
        "values": s.tolist(),
        "frobenius": float(np.linalg.norm(a)),
        "nuclear": float(np.linalg.norm(a, "nuc")),
        "stable_rank": float(np.linalg.norm(a) ** 2 / np.linalg.norm(a, 2) ** 2),
        "effective_rank": float(np.exp(scipy.stats.entropy(p))),
        "participation_ratio": float((s**2).sum() ** 2 / (s**4).sum()),
        "rank": int(np.linalg.matrix_rank(a)),
    }


def marchenko_pastur_median(aspect):
    lower, upper = (1 - aspect**0.5) ** 2, (1 + aspect**0.5) ** 2

    def share(x):
        density = lambda t: np.sqrt((upper - t) * (t - lower)) / (2 * np.pi * aspect * t)
        return scipy.integrate.quad(density, lower, x, epsabs=1e-13, limit=500)[0] - 0.5

    return scipy.optimize.brentq(share, lower + 1e-9, upper, xtol=1e-13)


def line(x, y):
    fit = scipy.stats.linregress(x, y)
    t = scipy.stats.t.ppf(0.975, len(x) - 2)
    return {
        "x": list(x),
        "y": list(y),
        "slope": fit.slope,
        "intercept": fit.intercept,
        "standard_error": fit.stderr,
        "r_squared": fit.rvalue**2,
        "interval": [fit.slope - t * fit.stderr, fit.slope + t * fit.stderr],
    }


def hinge(x, y):
    """By brute force over a fine grid of breakpoints, then refined."""
    x, y = np.array(x), np.array(y)

    def fit(t):
        basis = np.stack([np.ones_like(x), np.minimum(x - t, 0), np.maximum(x - t, 0)], axis=1)
        solution = np.linalg.lstsq(basis, y, rcond=None)[0]
        return ((y - basis @ solution) ** 2).sum(), solution

    grid = np.linspace(x[1], x[-2], 20001)
    best = grid[np.argmin([fit(t)[0] for t in grid])]
    step = grid[1] - grid[0]
    best = scipy.optimize.minimize_scalar(
        lambda t: fit(t)[0], bounds=(best - step, best + step), method="bounded", options={"xatol": 1e-12}
    ).x
    residual, solution = fit(best)
    return {
        "x": x.tolist(),
        "y": y.tolist(),
        "breakpoint": best,
        "value": solution[0],
        "before": solution[1],
        "after": solution[2],
        "residual": residual,
    }


def main():
    matrices = {
        "square 64": matrix(64, 64, 1),
        "tall 300x140": matrix(300, 140, 2),
        "wide 60x260": matrix(60, 260, 3),
        "square 230": matrix(230, 230, 4),
        "wide 250x600": matrix(250, 600, 5),
        "tall 701x333": matrix(701, 333, 6),
        "scaled 260x240": column_scaled(260, 240, 7),
        "rank 5 of 40x30": low_rank(40, 30, 5, 8),
        "rank 9 of 210x600": low_rank(210, 600, 9, 10),
        "one row": matrix(1, 50, 12),
        "one column": matrix(50, 1, 13),
        "one element": matrix(1, 1, 14),
    }
    a, b = matrix(50, 6, 20), matrix(50, 6, 21)
    near = a + 2.0**-30 * b
    steps = [100, 200, 400, 800, 1600, 3200, 6400]
    random = SplitMix64(30)
    norms = [3 * s**0.5 * (1 + 0.05 * random.symmetric()) for s in steps]
    xs = [float(i) for i in range(12)]
    turning = [0.3 * x if x < 6.4 else 0.3 * 6.4 + 1.7 * (x - 6.4) for x in xs]
    turning = [y + 0.1 * random.symmetric() for y in turning]
    # A turn with an outlier in its corner.
    knotted = [abs(x - 5) + (0.4 if x == 5 else 0) for x in xs]
    # A peak that neither side's own line reaches: the best breakpoint is one of the points.
    peak = [0.0, 0.5, 0.2, 0.9, 0.6, 6.0, 0.7, 0.8, 0.3, 0.5, 0.1, 0.0]
    truth = {
        "matrices": {name: shape(m) for name, m in matrices.items()},
        "angles": {
            "apart": sorted(scipy.linalg.subspace_angles(a, b).tolist()),
            "near": sorted(scipy.linalg.subspace_angles(a, near).tolist()),
            "unequal": sorted(scipy.linalg.subspace_angles(a, b[:, :2]).tolist()),
        },
        "marchenko_pastur_medians": {str(r): marchenko_pastur_median(r) for r in (0.1, 0.3125, 0.5, 1.0)},
        "t": {str(n): scipy.stats.t.ppf(0.975, n) for n in (1, 2, 3, 4, 5, 10, 31, 120)},
        "line": line(np.log(steps), np.log(norms)),
        "hinges": [hinge(xs, turning), hinge(xs, knotted), hinge(xs, peak)],
    }
    path = pathlib.Path(__file__).parent / "spectra.json"
    path.write_text(json.dumps(truth, indent=1) + "\n")


if __name__ == "__main__":
    main()
