"""Sums of products over elements of several types, by NumPy in float64 and rounded once to float32: mixtures.json.

    .venv/bin/python Tests/Fixtures/mixtures/make_goldens.py

Each case has coefficients (shortest decimals of the doubles), the bit patterns of the terms' elements, and those of the
sums. The first product starts the sum; a NaN is the quiet one without a sign. Run with Python 3.11, numpy 2.4.6.
"""
import json
import pathlib

import numpy as np

PATTERN = {"bfloat16": "<u2", "float16": "<u2", "float32": "<u4", "float64": "<u8"}


def wide(type, bits):
    """Elements as float64, exactly."""
    bits = np.array(bits, PATTERN[type])
    if type == "bfloat16":
        return (bits.astype("<u4") << 16).view("<f4").astype("<f8")
    return bits.view({"float16": "<f2", "float32": "<f4", "float64": "<f8"}[type]).astype("<f8")


def mix(coefficients, terms):
    with np.errstate(all="ignore"):
        total = np.float64(coefficients[0]) * wide(*terms[0])
        for coefficient, term in zip(coefficients[1:], terms[1:]):
            total = total + np.float64(coefficient) * wide(*term)
        result = total.astype("<f4")
    result[np.isnan(result)] = np.nan
    bits = result.view("<u4")
    bits[np.isnan(result)] = 0x7FC00000
    return bits


# Zeros of both signs, the smallest and largest of each type, infinities, NaN, ones.
SPECIAL = {
    "bfloat16": [0, 0x8000, 1, 0x8001, 0x7F, 0x80, 0x7F7F, 0xFF7F, 0x7F80, 0xFF80, 0x7FC0, 0xFFC1, 0x7F81, 0x3F80, 0xBF80],
    "float16": [0, 0x8000, 1, 0x8001, 0x3FF, 0x400, 0x7BFF, 0xFBFF, 0x7C00, 0xFC00, 0x7E00, 0xFE01, 0x7C01, 0x3C00, 0xBC00],
    "float32": [0, 1 << 31, 1, (1 << 31) + 1, 0x7FFFFF, 0x800000, 0x7F7FFFFF, 0xFF7FFFFF, 0x7F800000, 0xFF800000, 0x7FC00000,
                0xFFC00001, 0x7F800001, 0x3F800000, 0xBF800000],
    "float64": [0, 1 << 63, 1, (1 << 63) + 1, 0xFFFFFFFFFFFFF, 1 << 52, 0x7FEFFFFFFFFFFFFF, 0xFFEFFFFFFFFFFFFF,
                0x7FF << 52, 0xFFF << 52, 0x7FF8 << 48, (0xFFF8 << 48) + 1, (0x7FF << 52) + 1, 0x3FF << 52, 0xBFF << 52],
}
generator = np.random.default_rng(12)


def elements(type, count=61):
    """Special ones in an order of their own, then weights as they are in models."""
    special = generator.permutation(np.array(SPECIAL[type], "<u8"))
    weights = (generator.standard_normal(count - len(special)) * 0.05).astype("<f4")
    if type == "bfloat16":
        bits = (weights.view("<u4") >> 16).astype("<u8")
    elif type == "float16":
        bits = weights.astype("<f2").view("<u2").astype("<u8")
    elif type == "float32":
        bits = weights.view("<u4").astype("<u8")
    else:
        bits = (generator.standard_normal(count - len(special)) * 0.05).view("<u8")
    return [int(b) for b in np.concatenate([special, bits])]


# Of many digits.
ODD = [int(x.view("<u8")) for x in generator.standard_normal(16)]


def case(name, coefficients, types, terms=None):
    terms = terms or [(type, elements(type)) for type in types]
    return {
        "name": name, "coefficients": [repr(float(c)) for c in coefficients],
        "terms": [{"type": type, "bits": [f"{b:x}" for b in bits]} for type, bits in terms],
        "expected": [f"{int(b):x}" for b in mix(coefficients, terms)],
    }


cases = [case(f"mean of three {type}", [1 / 3] * 3, [type] * 3) for type in PATTERN]
cases += [
    case("four types", [0.1, 0.2, 0.3, 0.4], list(PATTERN)),
    case("one term", [1.0], ["float32"]),
    case("one term of float64", [1.0], ["float64"]),
    case("beyond the ends", [1.25, -0.25], ["bfloat16", "bfloat16"]),
    case("five", [0.2] * 5, ["bfloat16"] * 5),
    # Halfway between two float32, twice; above it and below it by less than a float32 sum would keep.
    case("ties", [1.0, 1.0], None, [
        ("float64", [0x3FF0000010000000, 0x3FF0000030000000, 0x3FF0000010000000, 0x3FF0000010000000]),
        ("float64", [0, 0, 0x3CB0000000000000, 0xBCB0000000000000])]),
    # 0 only when the product is rounded before it is added.
    case("not fused", [1.0, 0.1], None, [
        ("float64", [int((-(np.float64(0.1) * wide("float64", [x])[0])).view("<u8")) for x in ODD]), ("float64", ODD)]),
]

path = pathlib.Path(__file__).resolve().parent / "mixtures.json"
path.write_text("[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]\n")
