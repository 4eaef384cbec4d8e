"""Fits of scaling laws by SciPy, for Tests/StatisticsTests: run with numpy 2.4.6 and scipy (see goldens.json).

    .venv/bin/python Tests/Fixtures/laws/make_goldens.py

Runs are generated from a known law with noise. The fits start from a grid of points, in log-sum-exp form, by L-BFGS-B and
then Nelder-Mead to the last digits; profile intervals of least squares come from the F test and brentq.
"""
import csv, itertools, json
from pathlib import Path

import numpy as np
import scipy
from scipy.optimize import brentq, least_squares, minimize, nnls
from scipy.special import logsumexp
from scipy.stats import t as student

here = Path(__file__).resolve().parent
rng = np.random.default_rng(6198)
TRUE = dict(E=1.7, A=400.0, B=410.0, alpha=0.34, beta=0.28)

N = np.repeat(np.geomspace(5e7, 1.6e10, 8), 6)
D = np.tile(np.geomspace(1e9, 3e11, 6), 8)
L = (TRUE["E"] + TRUE["A"] / N ** TRUE["alpha"] + TRUE["B"] / D ** TRUE["beta"]) * np.exp(0.01 * rng.standard_normal(N.size))
L = np.array([float(f"{x:.8g}") for x in L])
N = np.array([float(f"{x:.8g}") for x in N])
D = np.array([float(f"{x:.8g}") for x in D])
with open(here / "runs.csv", "w", newline="") as f:
    w = csv.writer(f, lineterminator="\n")
    w.writerow(["parameters", "tokens", "loss"])
    w.writerows(zip(N.tolist(), D.tolist(), L.tolist()))


def residuals(p):
    e, a, b, alpha, beta = p
    return np.log(L) - logsumexp([np.full_like(N, e), a - alpha * np.log(N), b - beta * np.log(D)], axis=0)


def huber(p, delta):
    r = np.abs(residuals(p))
    return np.where(r <= delta, 0.5 * r * r, delta * (r - 0.5 * delta)).sum()


def fit(delta):
    best = None
    for e, a, b, alpha, beta in itertools.product([0, 0.5], [4, 6], [4, 6], [0.25, 0.4], [0.25, 0.4]):
        found = minimize(huber, [e, a, b, alpha, beta], args=(delta,), method="L-BFGS-B", options=dict(ftol=1e-15, gtol=1e-12, maxiter=5000, maxfun=100000))
        if best is None or found.fun < best.fun:
            best = found
    for _ in range(6):
        best = minimize(huber, best.x, args=(delta,), method="Nelder-Mead", options=dict(xatol=1e-12, fatol=1e-18, maxiter=40000, maxfev=40000))
    p = best.x
    return dict(E=np.exp(p[0]), A=np.exp(p[1]), B=np.exp(p[2]), alpha=p[3], beta=p[4], objective=best.fun), p


goldens = {"numpy": np.__version__, "scipy": scipy.__version__}
goldens["huber"], _ = fit(1e-3)
goldens["huber"]["delta"] = 1e-3
ls = least_squares(residuals, fit(np.inf)[1], xtol=1e-15, ftol=1e-15, gtol=1e-15)
p = ls.x
k, n = 5, N.size
s2 = 2 * ls.cost / (n - k)
cov_log = s2 * np.linalg.inv(ls.jac.T @ ls.jac)
scale = np.array([np.exp(p[0]), np.exp(p[1]), np.exp(p[2]), 1, 1])
cov = cov_log * np.outer(scale, scale)
names = ["E", "A", "B", "alpha", "beta"]
goldens["squares"] = dict(zip(names, (np.exp(p[0]), np.exp(p[1]), np.exp(p[2]), p[3], p[4])), objective=ls.cost)
goldens["squares"]["covariance"] = cov.tolist()

limit = 1 + student.ppf(0.975, n - k) ** 2 / (n - k)


def held(i, value):
    free = [j for j in range(5) if j != i]
    def f(q):
        full = np.empty(5)
        full[free], full[i] = q, value
        return residuals(full)
    return least_squares(f, p[free], xtol=1e-14, ftol=1e-14, gtol=1e-14, x_scale=np.sqrt(np.diag(cov_log))[free]).cost / ls.cost - limit


profiles = {}
for i, name in enumerate(names):
    sd = np.sqrt(cov_log[i, i])
    ends = [brentq(lambda v: held(i, v), p[i], p[i] + sign * 8 * sd, xtol=1e-12) for sign in (-1, 1)]
    profiles[name] = [float(np.exp(v)) if i < 3 else float(v) for v in ends]
goldens["profiles"] = profiles

matrix = rng.standard_normal((12, 4))
right = rng.standard_normal(12)
solution, norm = nnls(matrix, right)
goldens["nnls"] = dict(gram=(matrix.T @ matrix).tolist(), projection=(matrix.T @ right).tolist(), solution=solution.tolist(), excess=norm**2 - float(right @ right), eigenvalues=np.linalg.eigvalsh(matrix.T @ matrix).tolist())

(here / "goldens.json").write_text(json.dumps(goldens, indent=1, default=float) + "\n")
print(json.dumps(goldens, indent=1, default=float)[:1500])
