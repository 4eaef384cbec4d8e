"""Linear CKA and ranks of small matrices, from NumPy's own definitions, for the tests of Tensors.

Made with Python 3.11, numpy 2.4.6:

    python Tests/Fixtures/similarity/make_representations.py

writes representations.json beside itself.
"""

import json
from pathlib import Path

import numpy as np


def cka(x, y):
    """Kornblith et al. 2019, in the space of features."""
    x, y = x - x.mean(0), y - y.mean(0)
    return np.linalg.norm(y.T @ x) ** 2 / (np.linalg.norm(x.T @ x) * np.linalg.norm(y.T @ y))


def hsic(k, l):
    """Song et al. 2012, equation 4."""
    n = len(k)
    k, l = k - np.diag(np.diag(k)), l - np.diag(np.diag(l))
    one = np.ones(n)
    return (
        np.trace(k @ l) + (one @ k @ one) * (one @ l @ one) / ((n - 1) * (n - 2)) - 2 / (n - 2) * (one @ k @ l @ one)
    ) / (n * (n - 3))


def unbiased(x, y):
    # Uncentred products cancel: extended precision keeps the digits.
    x, y = x.astype(np.longdouble), y.astype(np.longdouble)
    k, l = x @ x.T, y @ y.T
    return hsic(k, l) / np.sqrt(hsic(k, k) * hsic(l, l))


def rankme(z):
    s = np.linalg.svd(z, compute_uv=False)
    p = s / s.sum() + 1e-7
    return np.exp(-(p * np.log(p)).sum())


def effective_rank(z):
    s = np.linalg.svd(z - z.mean(0), compute_uv=False)
    p = s / s.sum()
    p = p[p > 0]
    return np.exp(-(p * np.log(p)).sum())


def participation_ratio(z):
    e = np.linalg.eigvalsh(np.cov(z.T))
    return e.sum() ** 2 / (e**2).sum()


def states(random, rows, columns, decay, offset):
    z = random.normal(size=(rows, columns)) * decay ** np.arange(columns) @ random.normal(size=(columns, columns))
    return (z + offset).astype(np.float32)


def make_pairs():
    random = np.random.default_rng(11)
    for rows, first, second, decay, offset, mix in [
        (12, 5, 7, 1.0, 0.0, 0.0),
        (12, 5, 5, 0.7, 3.0, 0.8),
        (9, 16, 16, 0.9, -1.0, 0.5),
        (40, 6, 20, 0.8, 100.0, 0.9),
    ]:
        x = states(random, rows, first, decay, offset)
        y = states(random, rows, second, decay, 0)
        common = min(first, second)
        y[:, :common] = (mix * (x[:, :common] - offset) + (1 - mix) * y[:, :common]).astype(np.float32)
        a, b = x.astype(np.float64), y.astype(np.float64)
        yield {
            "rows": rows,
            "x": x.ravel().tolist(),
            "y": y.ravel().tolist(),
            "cka": cka(a, b),
            "unbiased_cka": float(unbiased(a, b)),
            "rankme": [rankme(a), rankme(b)],
            "effective_rank": [effective_rank(a), effective_rank(b)],
            "participation_ratio": [participation_ratio(a), participation_ratio(b)],
        }


if __name__ == "__main__":
    text = json.dumps(list(make_pairs()), separators=(",", ":")) + "\n"
    (Path(__file__).parent / "representations.json").write_text(text)
