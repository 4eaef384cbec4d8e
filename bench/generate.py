#!/usr/bin/env python3
"""Writes OLMo-2-shaped checkpoints of a wanted size, as HDF5 and as safetensors, to time readers on.

    pip install numpy==2.4.6 h5py==3.16.0
    python bench/generate.py --kind bf16 --bytes 1e9 --out bench-files

Writes OUT/0.h5, OUT/0.safetensors, OUT/1.h5, ...: normal weights, the later files being the first plus 1 % noise. Below
the shape's own size there are fewer layers and a smaller vocabulary; above it, more layers. Bytes come from a
64 MiB block of random numbers, laid end to end from another place for each tensor and each turn: quick, and no two
tensors are identical. `--layout gzip` writes chunks of 1 MiB, shuffled and deflated.
"""

import argparse
import json
from pathlib import Path

import h5py
import numpy as np

# Hidden and intermediate size, layers; the vocabulary is 100352 in both, embeddings are not tied.
SHAPES = {"1B": (2048, 8192, 16), "7B": (4096, 11008, 32)}
VOCABULARY = 100352
BLOCK_BYTES = 64 << 20
ITEM_BYTES = {"bf16": 2, "f32": 4}


def tensor_shapes(shape, elements):
    """Tensors by name, about `elements` of them in all."""
    hidden, intermediate, layers = SHAPES[shape]
    layer = {f"self_attn.{n}_proj.weight": (hidden, hidden) for n in "qkvo"}
    layer |= {f"mlp.{n}_proj.weight": (intermediate, hidden) for n in ("gate", "up")}
    layer |= {"mlp.down_proj.weight": (hidden, intermediate)}
    layer |= {f"self_attn.{n}_norm.weight": (hidden,) for n in "qk"}
    layer |= {f"post_{n}_layernorm.weight": (hidden,) for n in ("attention", "feedforward")}
    layer_elements = sum(int(np.prod(s)) for s in layer.values())
    full = 2 * VOCABULARY * hidden + layers * layer_elements
    if elements < full:
        layers = max(1, round(layers * elements / full))
        vocabulary = (elements - layers * layer_elements) // (2 * hidden)
    else:
        vocabulary = VOCABULARY
        layers = (elements - 2 * vocabulary * hidden) // layer_elements
    if vocabulary < 1:
        raise SystemExit(f"one layer of the {shape} shape needs {layer_elements + 2 * hidden} elements")
    tensors = {"model.embed_tokens.weight": (vocabulary, hidden), "lm_head.weight": (vocabulary, hidden)}
    tensors |= {f"model.layers.{i}.{n}": s for i in range(layers) for n, s in layer.items()}
    return tensors | {"model.norm.weight": (hidden,)}


def random_block(kind, index):
    """The numbers of file `index`: file 0's weights, plus noise of 1 % in the others."""
    count = BLOCK_BYTES // ITEM_BYTES[kind]
    block = np.random.default_rng(0).standard_normal(count, np.float32)
    if index:
        block += np.float32(0.01) * np.random.default_rng(index).standard_normal(count, np.float32)
    block *= np.float32(0.02)
    if kind == "f32":
        return block
    bits = block.view(np.uint32)
    return ((bits + 0x7FFF + (bits >> 16 & 1)) >> 16).astype(np.uint16)


def pieces(block, tensor, count):
    """`count` numbers of tensor number `tensor`, as views into the block."""
    turn = 0
    while count > 0:
        start = (tensor * 1_000_003 + turn * 7_368_787) % (block.size // 2)
        piece = block[start : start + min(count, block.size - start)]
        yield piece
        count -= piece.size
        turn += 1


def write_hdf5(path, kind, tensors, block, layout):
    type = h5py.h5t.IEEE_F32LE
    if kind == "bf16":
        type = h5py.h5t.IEEE_F16LE.copy()
        type.set_fields(15, 7, 8, 0, 7)
        type.set_ebias(127)
    with h5py.File(path, "w", libver=("earliest", "v110")) as file:
        for number, (name, shape) in enumerate(tensors.items()):
            creation = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
            creation.set_fill_time(h5py.h5d.FILL_TIME_NEVER)
            if layout == "gzip":
                rows = (1 << 20) // int(np.prod(shape[1:]) * block.itemsize)
                creation.set_chunk((max(1, min(rows, shape[0])), *shape[1:]))
                creation.set_shuffle()
                creation.set_deflate(1)
            dataset = h5py.h5d.create(file.id, name.encode(), type, h5py.h5s.create_simple(shape), creation)
            data = np.concatenate(list(pieces(block, number, int(np.prod(shape)))))
            dataset.write(h5py.h5s.ALL, h5py.h5s.ALL, data.reshape(shape), mtype=type)  # as they are: no conversion


def write_safetensors(path, kind, tensors, block):
    header, end = {}, 0
    for name, shape in tensors.items():
        begin, end = end, end + int(np.prod(shape)) * ITEM_BYTES[kind]
        header[name] = {"dtype": kind.upper(), "shape": shape, "data_offsets": [begin, end]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for number, shape in enumerate(tensors.values()):
            file.writelines(pieces(block, number, int(np.prod(shape))))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kind", choices=ITEM_BYTES, default="bf16")
    parser.add_argument("--bytes", type=float, default=1e9, help="size of each file (default 1e9)")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=2, help="number of checkpoints (default 2)")
    parser.add_argument("--layout", choices=["contiguous", "gzip"], default="contiguous")
    parser.add_argument("--shape", choices=SHAPES, default="1B")
    parser.add_argument("--no-safetensors", action="store_true", help="write the HDF5 files only")
    options = parser.parse_args()
    tensors = tensor_shapes(options.shape, int(options.bytes) // ITEM_BYTES[options.kind])
    options.out.mkdir(parents=True, exist_ok=True)
    for index in range(options.count):
        block = random_block(options.kind, index)
        write_hdf5(options.out / f"{index}.h5", options.kind, tensors, block, options.layout)
        if not options.no_safetensors:
            write_safetensors(options.out / f"{index}.safetensors", options.kind, tensors, block)


if __name__ == "__main__":
    main()
