"""The drift metrics, in NumPy longdouble.

With a = from, b = to, d = b - a, n = number of elements; a missing value is an empty cell or a null:

norm_from, norm_to   ||a||, ||b|| (L2)
drift                ||d||
relative_drift       ||d|| / ||a||; missing if ||a|| = 0
rotation             1 - cos = (||d||^2 - (||b|| - ||a||)^2) / (2 ||a|| ||b||), within 0...2; missing if a norm is 0
cosine               1 - rotation
angle                2 asin sqrt(rotation / 2), radians
rms_change           ||d|| / sqrt(n)
mean_change          sum(d) / n
mean_abs_change      sum|d| / n
max_abs_change       max|d|
changed_bits         fraction of elements whose bit patterns differ; missing when the stored types differ
changed              fraction with a != b (so a NaN counts, and +0 against -0 does not)
moved                fraction with |d| > MOVED_THRESHOLD
sign_flips           fraction with a < 0 < b or b < 0 < a
nonfinite_from, _to  number of NaN and infinite elements
rounding_drift       sqrt(sum(ulp(a)^2 + ulp(b)^2) / 12) with ulp(x) = 2^(floor(log2|x|) - fraction bits of its type).
                     Zeros contribute nothing, nor do the subnormals of bfloat16, float32 and float64; float16's
                     subnormals, which are not rare, contribute their true spacing, 2^-24.
rounding_ratio       drift / rounding_drift; missing where that is 0
exceeds_rounding     rounding_ratio > min(1.1 + 2/sqrt(m), 2.45), m = sum(ulp(a)^2 + ulp(b)^2) / (the largest
                     ulp(a)^2 + the largest ulp(b)^2 of a tensor); drift > 0 where rounding_drift is 0

Empty tensors: sums are 0; every mean, maximum and fraction is missing. A NaN or an infinity runs through the
arithmetic as IEEE 754 has it (a maximum with a NaN is NaN), and what is then not finite is missing; an infinite
element makes its ulp infinite, a NaN too. Aggregates are formed from the sums, counts and maxima of their
members, never from means of ratios.

Tolerances, for sums with a relative error of e (1e-15 in double, 1e-7 at most in float32 blocks): norms, drift and
mean_abs_change e relative; mean_change e * mean_abs_change, for its terms cancel; rotation
e * (||d||^2 + | ||b||^2 - ||a||^2 |) / (||a|| ||b||) + 2 e^2, and so nothing is known of an angle below about
that value's square root. Fractions, counts and, but for the rounding of d to float32, the maximum are exact.
"""

from dataclasses import dataclass, fields

import numpy as np

from checkpoints import FRACTION_BITS

MOVED_THRESHOLD = 1e-5
SMALLEST_NORMAL = {"bfloat16": 2.0**-126, "float16": 2.0**-14, "float32": 2.0**-126, "float64": 2.0**-1022}


@dataclass
class Sums:
    """What the metrics of any set of elements are computed from; additive but for the maximum."""

    count: int = 0
    squares_from: np.longdouble = np.longdouble(0)
    squares_to: np.longdouble = np.longdouble(0)
    squares: np.longdouble = np.longdouble(0)
    signed: np.longdouble = np.longdouble(0)
    absolute: np.longdouble = np.longdouble(0)
    maximum: np.longdouble = np.longdouble(0)
    bits: float = 0
    changed: int = 0
    moved: int = 0
    flips: int = 0
    nonfinite_from: int = 0
    nonfinite_to: int = 0
    ulp_squares: np.longdouble = np.longdouble(0)
    largest_ulps: np.longdouble = np.longdouble(0)

    def __add__(self, other):
        combined = {f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self)}
        largest = {name: np.maximum(getattr(self, name), getattr(other, name)) for name in ("maximum", "largest_ulps")}
        return Sums(**combined | largest)


def ulp_squares(values, type):
    magnitudes = np.abs(values)
    counted = magnitudes > 0 if type == "float16" else magnitudes >= SMALLEST_NORMAL[type]
    normal = np.maximum(magnitudes, SMALLEST_NORMAL[type])
    squares = np.ldexp(np.longdouble(1), 2 * (np.frexp(normal)[1] - 1 - FRACTION_BITS[type]))
    squares = np.where(counted, squares, np.longdouble(0))
    return np.where(np.isfinite(values), squares, np.longdouble(np.inf)).sum()


def largest_ulp_square(values, type):
    largest = np.abs(values).max(initial=0)
    if not 0 < largest < np.inf:
        return np.longdouble(0)
    return np.ldexp(np.longdouble(1), 2 * (int(np.frexp(largest)[1]) - 1 - FRACTION_BITS[type]))


@np.errstate(invalid="ignore")
def sums(a, b):
    """Sums over two tensors (see checkpoints.Tensor) of equal shape."""
    x, y = a.values.ravel(), b.values.ravel()
    d = y - x
    return Sums(
        count=d.size,
        squares_from=(x * x).sum(),
        squares_to=(y * y).sum(),
        squares=(d * d).sum(),
        signed=d.sum(),
        absolute=np.abs(d).sum(),
        maximum=np.abs(d).max(initial=0),
        bits=int((a.bits != b.bits).sum()) if a.type == b.type else np.nan,
        changed=int((x != y).sum()),
        moved=int((np.abs(d) > MOVED_THRESHOLD).sum()),
        flips=int((((x < 0) & (y > 0)) | ((y < 0) & (x > 0))).sum()),
        nonfinite_from=int((~np.isfinite(x)).sum()),
        nonfinite_to=int((~np.isfinite(y)).sum()),
        ulp_squares=ulp_squares(x, a.type) + ulp_squares(y, b.type),
        largest_ulps=largest_ulp_square(x, a.type) + largest_ulp_square(y, b.type),
    )


def ratio(numerator, denominator):
    return numerator / denominator if denominator != 0 else np.longdouble(np.nan)


@np.errstate(invalid="ignore")
def metrics(s):
    """Metrics by column name, as double, int, bool or None for missing."""
    norm_from, norm_to, drift = np.sqrt(s.squares_from), np.sqrt(s.squares_to), np.sqrt(s.squares)
    rotation = ratio(s.squares - (norm_to - norm_from) ** 2, 2 * norm_from * norm_to)
    rotation = np.clip(rotation, 0, 2)
    rounding_drift = np.sqrt(s.ulp_squares / 12)
    known = np.isfinite(drift) and np.isfinite(rounding_drift)
    effective = s.ulp_squares / s.largest_ulps if s.largest_ulps > 0 else np.longdouble(1)
    limit = min(1.1 + 2 / np.sqrt(effective), 2.45) if effective > 0 else 1
    return present({
        "count": s.count,
        "norm_from": norm_from,
        "norm_to": norm_to,
        "drift": drift,
        "relative_drift": ratio(drift, norm_from),
        "cosine": 1 - rotation,
        "rotation": rotation,
        "angle": 2 * np.arcsin(np.sqrt(rotation / 2)),
        "rms_change": ratio(drift, np.sqrt(np.longdouble(s.count))),
        "mean_change": ratio(s.signed, s.count),
        "mean_abs_change": ratio(s.absolute, s.count),
        "max_abs_change": s.maximum if s.count else np.nan,
        "changed_bits": ratio(s.bits, s.count),
        "changed": ratio(s.changed, s.count),
        "moved": ratio(s.moved, s.count),
        "sign_flips": ratio(s.flips, s.count),
        "nonfinite_from": s.nonfinite_from,
        "nonfinite_to": s.nonfinite_to,
        "rounding_drift": rounding_drift,
        "rounding_ratio": ratio(drift, rounding_drift),
        "exceeds_rounding": bool(drift > limit * rounding_drift) if known else None,
    })


def present(row):
    """Longdouble rounded once to double; None in place of what is not finite."""
    as_double = lambda value: float(value) if np.isfinite(value) else None
    exact = (bool, int, str, type(None))
    return {key: value if isinstance(value, exact) else as_double(value) for key, value in row.items()}
