"""The same as `bench-laws speed`, by SciPy: L-BFGS from the same starts, with exact gradients.

    bench-laws speed FILE.csv STARTS.json && python bench/laws_scipy.py STARTS.json [RESAMPLES]

One process, one thread. The objective is the sum of Huber losses (1e-3) of log residuals in log-sum-exp form. Each start of
the fit is refined; each resample starts from the fit and from the best of the grid, as ours does.
"""
import json, os, sys, time

os.environ["OMP_NUM_THREADS"] = "1"
import numpy as np
from scipy.optimize import minimize

record = json.load(open(sys.argv[1]))
resamples = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
data = np.array(record["data"])
logN, logD, logL = np.log(data).T
DELTA = 1e-3


def objective(p, weights):
    terms = np.stack([np.full_like(logN, p[0]), p[1] - p[3] * logN, p[2] - p[4] * logD])
    top = terms.max(axis=0)
    parts = np.exp(terms - top)
    total = parts.sum(axis=0)
    residual = logL - top - np.log(total)
    size = np.abs(residual)
    value = (weights * np.where(size <= DELTA, 0.5 * residual**2, DELTA * (size - 0.5 * DELTA))).sum()
    pull = -weights * np.clip(residual, -DELTA, DELTA) * parts / total
    return value, np.array([pull[0].sum(), pull[1].sum(), pull[2].sum(), -(pull[1] * logN).sum(), -(pull[2] * logD).sum()])


def refine(start, weights):
    return minimize(objective, start, args=(weights,), jac=True, method="L-BFGS-B", options=dict(maxiter=10000, maxfun=20000, ftol=1e-14, gtol=1e-10))


def logs(start):
    return np.concatenate([np.log(np.maximum(start[:3], 1e-30)), start[3:]])


starts = [logs(np.array(s)) for s in record["starts"]]
ones = np.ones(len(logL))
began = time.perf_counter()
fits = [refine(s, ones) for s in starts]
best = min(fits, key=lambda f: f.fun)
fitting = time.perf_counter() - began
agree = sum(f.fun <= best.fun * 1.0001 for f in fits)

rng = np.random.default_rng(1)
began = time.perf_counter()
betas = []
for _ in range(resamples):
    weights = np.bincount(rng.integers(0, len(logL), len(logL)), minlength=len(logL)).astype(float)
    betas.append(min((refine(s, weights) for s in (best.x, starts[0])), key=lambda f: f.fun).x[4])
resampling = time.perf_counter() - began
print(f"SciPy: fit {fitting:.2f} s ({len(starts)} starts, {agree} agree), {resamples} resamples {resampling:.2f} s, objective {best.fun:.10g}, beta {best.x[4]:.6f}, interval {np.percentile(betas, 2.5):.4f}...{np.percentile(betas, 97.5):.4f}")
