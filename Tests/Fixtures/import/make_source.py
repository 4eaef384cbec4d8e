"""Writes a sharded Hugging Face directory that has every element type the safetensors package can write.

    make_source.py DIRECTORY

Made with torch 2.13.0, safetensors 0.8.0.
"""
import json
import os
import sys

import torch
from safetensors.torch import save_file

directory = sys.argv[1]
os.makedirs(directory)
generator = torch.Generator().manual_seed(6198)
values = torch.randn(3, 5, generator=generator)

TYPES = [
    torch.bfloat16, torch.float16, torch.float32, torch.float64, torch.float8_e4m3fn, torch.float8_e5m2,
    torch.float8_e4m3fnuz, torch.float8_e5m2fnuz, torch.float8_e8m0fnu, torch.complex64,
    torch.int8, torch.int16, torch.int32, torch.int64, torch.uint8, torch.uint16, torch.uint32, torch.uint64,
]
tensors = {}
for dtype in TYPES:
    name = str(dtype).removeprefix("torch.")
    source = values.abs() if name.startswith("uint") or name == "float8_e8m0fnu" else values
    tensors["model." + name] = (source * 10).to(dtype)
tensors["model.bool"] = values > 0
tensors["model.scalar"] = torch.tensor(1.5)
tensors["model.empty"] = torch.empty(0, 4)
tensors["model.float4"] = torch.arange(8, dtype=torch.uint8).reshape(2, 4).view(torch.float4_e2m1fn_x2)
# Corners of bfloat16: zeros, subnormal, largest, infinities, NaN.
corners = [0x0000, 0x8000, 0x0001, 0x7F7F, 0x7F80, 0xFF80, 0x7FC0, 0x3F80]
tensors["model.corners"] = torch.tensor(corners, dtype=torch.int32).to(torch.uint16).view(torch.bfloat16)

names = sorted(tensors)
shards = {"model-00001-of-00002.safetensors": names[::2], "model-00002-of-00002.safetensors": names[1::2]}
for shard, members in shards.items():
    save_file({name: tensors[name] for name in members}, os.path.join(directory, shard), metadata={"format": "pt"})
with open(os.path.join(directory, "model.safetensors.index.json"), "w") as file:
    weight_map = {name: shard for shard, members in shards.items() for name in members}
    json.dump({"metadata": {"total_size": 1, "note": [1.5, None]}, "weight_map": weight_map}, file, indent=2)
with open(os.path.join(directory, "config.json"), "w") as file:
    file.write('{\n  "model_type": "olmo2",\n  "note": "' + "é" * 40000 + '"\n}\n')
