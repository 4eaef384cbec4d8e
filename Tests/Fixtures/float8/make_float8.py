#!/usr/bin/env python3
"""Values of 8-bit floats, by ml_dtypes and NumPy: the independent truth that Float8Tests compares with.

    pip install numpy==2.4.6 ml_dtypes==0.6.0 safetensors==0.8.0
    python Tests/Fixtures/float8/make_float8.py

values.csv      what each bit pattern is worth in float8_e4m3fn and float8_e5m2, in shortest form.
scaled/         model.safetensors: matrices of E4M3 and E5M2 with scales of every spread, under the names that
                public formats give them, and config.json with the block size for the one that is cut.
scaled.csv      every tensor's values, float32 times float32, as bit patterns of float32.
"""

import csv
import json
from pathlib import Path

import ml_dtypes
import numpy as np
from safetensors.numpy import save_file

HERE = Path(__file__).parent
E4M3, E5M2 = np.dtype(ml_dtypes.float8_e4m3fn), np.dtype(ml_dtypes.float8_e5m2)

with open(HERE / "values.csv", "w", newline="") as file:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["pattern", "float8_e4m3fn", "float8_e5m2"])
    patterns = np.arange(256, dtype=np.uint8)
    for row in zip(patterns, patterns.view(E4M3).astype(np.float64), patterns.view(E5M2).astype(np.float64)):
        writer.writerow([int(row[0]), *(repr(float(value)) for value in row[1:])])

random = np.random.default_rng(8)


def quantised(shape, dtype=E4M3):
    return random.normal(0, 40, shape).astype(np.float32).astype(dtype)


def scales(shape, dtype=np.float32):
    return np.asarray(np.exp(random.normal(-6, 1, shape)), dtype=np.float32).astype(dtype)


# name of the weight: (shape, type, name of the scale, shape and type of it, block)
CASES = {
    "a.plain.weight": ((6, 10), E4M3, None, None, None, None),
    "b.tensor.weight": ((6, 10), E4M3, "b.tensor.weight_scale", (), np.float32, (6, 10)),
    "c.one.weight": ((6, 10), E5M2, "c.one.weight_scale", (1,), ml_dtypes.bfloat16, (6, 10)),
    "d.row.weight": ((6, 10), E4M3, "d.row.weight_scale", (6, 1), np.float32, (1, 10)),
    "e.vector.weight": ((6, 10), E4M3, "e.vector.weight_scale", (6,), np.float16, (1, 10)),
    "f.block.weight": ((8, 12), E4M3, "f.block.weight_scale_inv", (2, 3), np.float32, (4, 4)),
    "g.cut.weight": ((10, 9), E4M3, "g.cut.weight_scale_inv", (3, 3), np.float32, (4, 4)),
    "h.group.weight": ((4, 64), E4M3, "h.group.weight_scale", (4, 2), np.float64, (1, 32)),
    "i.sibling.weight": ((6, 10), E5M2, "i.sibling.scale_weight", (1,), np.float32, (6, 10)),
    "j.experts": ((3, 8, 12), E4M3, "j.experts_scale_inv", (3, 2, 3), np.float32, (1, 4, 4)),
    "k.experts": ((3, 8, 12), E4M3, "k.experts_scale", (3, 1, 1), np.float32, (1, 8, 12)),
}

tensors, rows = {}, []
for name, (shape, dtype, scale_name, scale_shape, scale_type, block) in CASES.items():
    weight = tensors[name] = quantised(shape, dtype)
    values = weight.astype(np.float32)
    if scale_name:
        scale = tensors[scale_name] = scales(scale_shape, scale_type)
        spread = scale.astype(np.float32).reshape([-(-n // b) for n, b in zip(shape, block)])
        for axis, size in enumerate(block):
            spread = np.repeat(spread, size, axis)
        values = values * spread[tuple(slice(n) for n in shape)]
    rows.append([name, " ".join(f"{bits:08x}" for bits in values.ravel().view(np.uint32))])
tensors["l.norm.weight"] = random.normal(size=10).astype(np.float32)
(HERE / "scaled").mkdir(exist_ok=True)
save_file(tensors, HERE / "scaled" / "model.safetensors")
config = {"model_type": "made_up", "quantization_config": {"quant_method": "fp8", "weight_block_size": [4, 4]}}
(HERE / "scaled" / "config.json").write_text(json.dumps(config) + "\n")
with open(HERE / "scaled.csv", "w", newline="") as file:
    csv.writer(file, lineterminator="\n").writerows([["tensor", "bits"], *rows])
