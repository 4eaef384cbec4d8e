#!/usr/bin/env python3
"""Edge cases of the drift metrics: small inputs and their metrics (metrics.py), as edge_cases.json.

    pip install numpy==2.4.6
    python Tests/Fixtures/drift/make_edge_cases.py

Inputs are either given, element by element, as hexadecimal bit patterns ("from", "to"), or generated ("generated"),
so that other languages make the same ones without files:

    draw():  state = state * 6364136223846793005 + 1442695040888963407 (mod 2^64); result = state >> 32, 32 bits
    element: r = draw();  sign = r & 1;  exponent = E - ((r >> 1) mod S);  F = fraction bits of the type
             fraction = draw() >> (32 - F) where F < 32, else (draw() << 20) | (draw() >> 12) (float64)
             bits = sign | exponent + bias | fraction, put together as the type lays them out

`from` is `count` elements of `type_from`, the state starting at `seed`. `to` is, by `relation`:
    independent  elements of `type_to`, made in the same way, the state starting at seed + 1
    nudged       the bits of `from`, as an integer, plus (draw() mod 5) - 2, the state starting at seed + 1
    rounded      `from` (float32) rounded to bfloat16, to nearest, ties to even
"""

import json
import sys
from pathlib import Path

import numpy as np

from checkpoints import FRACTION_BITS, PATTERN, Tensor
from metrics import metrics, sums

BIAS = {"bfloat16": 127, "float16": 15, "float32": 127, "float64": 1023}
TYPES = list(BIAS)


class Generator:
    def __init__(self, seed):
        self.state = seed

    def draw(self):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return self.state >> 32

    def element(self, type, exponent, spread):
        r = self.draw()
        width = FRACTION_BITS[type]
        fraction = self.draw() >> (32 - width) if width < 32 else (self.draw() << 20) | (self.draw() >> 12)
        field = exponent - (r >> 1) % spread + BIAS[type]
        return (r & 1) << (8 * np.dtype(PATTERN[type]).itemsize - 1) | field << width | fraction


def tensor(type, bits):
    return Tensor(type, np.array(bits, PATTERN[type]))


def case(name, a, b, inputs):
    head = {"name": name, "type_from": a.type, "type_to": b.type}
    return head | inputs | {"expected": metrics(sums(a, b))}


def given(name, types, a, b):
    type_from, type_to = types if isinstance(types, tuple) else (types, types)
    inputs = {"from": a.split(), "to": b.split()}
    tensors = (tensor(t, [int(h, 16) for h in v]) for t, v in zip((type_from, type_to), inputs.values()))
    return case(name, *tensors, inputs)


def generated(name, types, count, relation, exponent, spread=4, seed=2025):
    type_from, type_to = types if isinstance(types, tuple) else (types, types)
    first, second = Generator(seed), Generator(seed + 1)
    a = [first.element(type_from, exponent, spread) for _ in range(count)]
    if relation == "independent":
        b = [second.element(type_to, exponent, spread) for _ in range(count)]
    elif relation == "nudged":
        b = [bits + second.draw() % 5 - 2 for bits in a]
    else:
        b = [(bits + 0x7FFF + (bits >> 16 & 1)) >> 16 for bits in a]
    facts = {"count": count, "relation": relation, "exponent": exponent, "spread": spread, "seed": seed}
    return case(name, tensor(type_from, a), tensor(type_to, b), {"generated": facts})


def cases():
    yield given("hand values: (3, 4) to (3, 4.5)", "float32", "40400000 40800000", "40400000 40900000")
    yield given("hand values in float16: (1, -2) to (2, -4)", "float16", "3c00 c000", "4000 c400")
    yield given("identical", "bfloat16", "3f80 c000 0000", "3f80 c000 0000")
    yield given("opposite", "float64", "3ff0000000000000 c000000000000000", "bff0000000000000 4000000000000000")
    yield given("all zero on both sides", "bfloat16", "0000 0000", "0000 0000")
    yield given("zero to values", "bfloat16", "0000 0000", "3f80 bf80")
    yield given("signed zeros change bits only", "bfloat16", "0000 8000 0000 3f80", "8000 0000 0000 3f80")
    yield given("signs flip only across zero", "float32",
                "3f800000 bf800000 80000000 00000000", "bf800000 3f800000 3f800000 bf800000")
    for type, smallest, other in [
        ("bfloat16", "0001 0002 8003", "0002 0001 0003"),
        ("float16", "0001 0200 83ff", "0002 0001 03ff"),
        ("float32", "00000001 00000002 80000003", "00000002 00000001 00000003"),
        ("float64", "0020000000000000 3ff0000000000000 8000000000000003",
         "0020000000000000 3ff0000000000001 0000000000000003"),
    ]:
        yield given(f"subnormals in {type}", type, smallest, other)
    yield given("NaN in from", "bfloat16", "7fc0 3f80", "3f80 4000")
    yield given("NaN of the same bits on both sides", "float32", "7fc00000 3f800000", "7fc00000 3f800000")
    yield given("infinity in to", "float16", "3c00 4000 4200", "3c00 7c00 fc00")
    yield given("infinity on both sides", "float64",
                "7ff0000000000000 3ff0000000000000", "7ff0000000000000 bff0000000000000")
    yield given("largest finite bfloat16 of opposite sign", "bfloat16", "7f7f ff7f", "ff7f 7f7f")
    yield given("largest finite float32 of opposite sign", "float32", "7f7fffff ff7fffff", "ff7fffff 7f7fffff")
    yield given("about the threshold of moved", "float32", "00000000 00000000 00000000", "3727c5ac 3727c5ad b727c5ad")
    yield given("at the threshold of moved", "float64",
                "0000000000000000 0000000000000000", "3ee4f8b588e368f1 3ee4f8b588e368f2")
    yield given("equal values in two types", ("bfloat16", "float32"), "3f80 c040 0000", "3f800000 c0400000 80000000")
    for type in TYPES:
        for count in (0, 1, 511, 512, 513, 4097):
            for relation in ("independent", "nudged"):
                yield generated(f"{relation} {type}, {count} elements", type, count, relation, exponent=-5)
    for exponent, about in ((-70, "1e-21"), (66, "1e20"), (99, "1e30")):
        for type in ("bfloat16", "float32", "float64"):
            for relation in ("independent", "nudged"):
                yield generated(f"{relation} {type} at {about}", type, 513, relation, exponent)
    for exponent, about in ((15, "its largest"), (-11, "its smallest normal")):
        yield generated(f"independent float16 at {about} numbers", "float16", 513, "independent", exponent)
    for type in ("bfloat16", "float32"):
        yield generated(f"{type} from 1e-30 to 1e30 in one block", type, 1025, "independent", 99, spread=199)
    yield generated("bfloat16 against float32", ("bfloat16", "float32"), 513, "independent", -5)
    yield generated("float32 against its rounding to bfloat16", ("float32", "bfloat16"), 4097, "rounded", -5)


def main():
    if np.__version__ != "2.4.6" or np.finfo(np.longdouble).nmant != 63:
        sys.exit("needs NumPy 2.4.6 with 80-bit longdouble (x86-64), so that the file comes out the same")
    lines = ",\n".join(json.dumps(each, allow_nan=False) for each in cases())
    Path(__file__).with_name("edge_cases.json").write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
