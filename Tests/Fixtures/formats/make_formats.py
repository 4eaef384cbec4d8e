"""Writes the files that the readers of torch's and NumPy's formats are tested on.

Run with Python 3.11, torch 2.13.0+cpu, numpy 2.4.6, ml_dtypes 0.6.0, safetensors 0.8.0, h5py 3.16.0:

    python Tests/Fixtures/formats/make_formats.py [FOLDER]

The model is checkpoint number 1 of TestSupport's SmallModel: its names, shapes and values are stated
here a second time, so that what Swift reads is compared with what torch and NumPy wrote.
"""

import collections
import io
import json
import os
import pathlib
import pickle
import shutil
import sys
import zipfile

import h5py
import ml_dtypes
import numpy as np
import torch
from safetensors.torch import save_file

HERE = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parent
K = 1
CONFIG_YAML = """run_name: small
seed: 6198
model:
  d_model: 4
  n_heads: 2
  n_kv_heads: 1
  n_layers: 2
  mlp_ratio: 8
  mlp_hidden_size: 12
  weight_tying: false
  include_bias: false
  layer_norm_type: rms
  layer_norm_with_affine: true
  layer_norm_eps: 1e-6
  attention_layer_norm: true
  norm_after: true
  activation_type: swiglu
  rope_theta: 500000
  max_sequence_length: 16
  vocab_size: 7
  embedding_size: 8
  eos_token_id: 0
  pad_token_id: 1
  init_fn: normal
optimizer:
  name: adamw
  betas:
  - 0.9
  - 0.95
"""


def shapes():
    found = [("lm_head.weight", (8, 4)), ("model.embed_tokens.weight", (8, 4)), ("model.norm.weight", (4,))]
    block = [
        ("mlp.down_proj", (4, 6)), ("mlp.gate_proj", (6, 4)), ("mlp.up_proj", (6, 4)),
        ("post_attention_layernorm", (4,)), ("post_feedforward_layernorm", (4,)),
        ("self_attn.k_norm", (2,)), ("self_attn.k_proj", (2, 4)), ("self_attn.o_proj", (4, 4)),
        ("self_attn.q_norm", (4,)), ("self_attn.q_proj", (4, 4)), ("self_attn.v_proj", (2, 4)),
    ]
    for layer in range(2):
        found += [(f"model.layers.{layer}.{name}.weight", shape) for name, shape in block]
    return sorted(found)


def model(dtype=torch.bfloat16):
    tensors = {}
    for t, (name, shape) in enumerate(shapes()):
        i = np.arange(np.prod(shape))
        values = (i * (2 * t + 1) % 31 - 15) / 16 + (1 + t % 3) / 8 * K
        tensors[name] = torch.tensor(values.reshape(shape)).to(dtype)
    return tensors


def olmo(hf, prefix="transformer."):
    """The inverse of transformers' convert_olmo2_weights_to_hf.py."""
    out = {
        prefix + "wte.weight": hf["model.embed_tokens.weight"],
        prefix + "ln_f.weight": hf["model.norm.weight"],
        prefix + "ff_out.weight": hf["lm_head.weight"],
    }
    for n in range(2):
        a, b = f"model.layers.{n}.", f"{prefix}blocks.{n}."
        out[b + "att_proj.weight"] = torch.cat([hf[f"{a}self_attn.{x}_proj.weight"] for x in "qkv"])
        out[b + "ff_proj.weight"] = torch.cat([hf[f"{a}mlp.{x}_proj.weight"] for x in ("up", "gate")])
        for new, old in [
            ("attn_out", "self_attn.o_proj"), ("ff_out", "mlp.down_proj"), ("q_norm", "self_attn.q_norm"),
            ("k_norm", "self_attn.k_norm"), ("attn_norm", "post_attention_layernorm"),
            ("ff_norm", "post_feedforward_layernorm"),
        ]:
            out[f"{b}{new}.weight"] = hf[f"{a}{old}.weight"]
    return out


def write_checkpoints():
    hf = model()
    revision = "stage1-step1000-tokens5B"

    def folder(name):
        path = HERE / name / revision
        path.mkdir(parents=True)
        return path

    # As OLMo's trainer leaves it.
    path = folder("olmo")
    (path / "config.yaml").write_text(CONFIG_YAML)
    torch.save(olmo(hf), path / "model.pt")
    path = folder("olmo_safetensors")
    (path / "config.yaml").write_text(CONFIG_YAML)
    save_file(olmo(hf), path / "model.safetensors")
    # As Hugging Face's older save_pretrained did: state_dict() of a module, with its versions.
    path = folder("pytorch_bin")
    state = collections.OrderedDict(hf)
    state._metadata = collections.OrderedDict([("", {"version": 1})])
    torch.save(state, path / "pytorch_model.bin")
    path = folder("pytorch_shards")
    names, weight_map = sorted(hf), {}
    for number, part in enumerate([names[:12], names[12:]]):
        file = f"pytorch_model-{number + 1:05d}-of-00002.bin"
        torch.save({name: hf[name] for name in part}, path / file)
        weight_map |= {name: file for name in part}
    (path / "pytorch_model.bin.index.json").write_text(json.dumps({"metadata": {}, "weight_map": weight_map}))
    arrays = {name: tensor.float().numpy() for name, tensor in hf.items()}
    np.savez(HERE / "stored.npz", **arrays)
    np.savez_compressed(HERE / "deflated.npz", **arrays)
    dumps = {name: tensor.view(torch.int16).numpy().view(ml_dtypes.bfloat16) for name, tensor in hf.items()}
    np.savez(HERE / "bfloat16.npz", **dumps)


def write_types():
    """Each element type with the values 1, 0, 1, ...; what shares a storage; what is no tensor."""
    base = torch.arange(12, dtype=torch.float32)
    ones = torch.tensor([1, 0, 1])
    types = {
        str(dtype).removeprefix("torch."): ones.to(dtype)
        for dtype in [
            torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16,
            torch.int8, torch.uint8, torch.bool, torch.complex64, torch.uint16, torch.uint32, torch.uint64,
            torch.float8_e4m3fn, torch.float8_e5m2,
        ]
    }
    torch.save(
        {
            "types": types,
            "whole": base.reshape(3, 4), "rows": base.reshape(3, 4)[1:], "tied": base,
            "scalar": torch.tensor(7.0), "empty": torch.zeros(0, 4), "one": base.reshape(3, 4)[:, 1:2][1],
            "parameter": torch.nn.Parameter(torch.tensor([2.0, 3.0])),
            "epoch": 3, "rate": 0.5, "name": "small", "flag": True, "nothing": None, "list": [torch.zeros(2)],
            5: torch.zeros(1), "big": 1 << 40, "negative": -5,
        },
        HERE / "types.pt",
    )
    torch.save({"w": base.reshape(3, 4).t()}, HERE / "transposed.pt")
    torch.save({"w": base}, HERE / "legacy.pt", _use_new_zipfile_serialization=False)
    np.savez_compressed(
        HERE / "types.npz",
        **{
            kind: np.array([1, 0, 1]).astype(kind)
            for kind in ["f8", "f4", "f2", "i8", "i4", "i2", "i1", "u8", "u4", "u2", "u1", "c8"]
        },
        b1=np.array([True, False, True]), scalar=np.float32(7),
    )
    np.savez(HERE / "big_endian.npz", w=np.arange(6, dtype=">f4").reshape(2, 3))
    np.savez(HERE / "column_major.npz", w=np.asfortranarray(np.arange(6.0).reshape(2, 3)), v=np.asfortranarray(np.arange(3.0)))
    np.savez(HERE / "not_numbers.npz", w=np.zeros(2), text=np.array(["x"]), objects=np.array([{}], dtype=object))


class Attack:
    """What unpickling would run."""

    def __init__(self, function, *arguments):
        self.function, self.arguments = function, arguments

    def __reduce__(self):
        return self.function, self.arguments


def write_attacks():
    for name, attack in [
        ("os_system", Attack(os.system, "touch pickle_was_run")),
        ("eval", Attack(eval, "open('pickle_was_run', 'w')")),
        ("numpy_scalar", np.float64(1)),
    ]:
        buffer = io.BytesIO()
        torch.save({"w": torch.zeros(2)}, buffer)
        with zipfile.ZipFile(buffer) as original, zipfile.ZipFile(HERE / f"{name}.pt", "w") as forged:
            for member in original.infolist():
                data = original.read(member)
                if member.filename.endswith("data.pkl"):
                    data = pickle.dumps({"w": attack}, protocol=2)
                forged.writestr(zipfile.ZipInfo(member.filename), data)


def write_fused():
    """Fused tensors in each layout of HDF5: element number i of a tensor is i, or its row where it is large."""
    with h5py.File(HERE / "fused_olmo.h5", "w", libver=("earliest", "v110"), track_order=False) as file:
        block = "transformer.blocks.0."
        i = np.arange(16 * 8).reshape(16, 8)
        file.create_dataset(block + "att_proj.weight", data=i.astype(">f4"), chunks=(5, 3), compression="gzip")
        compact = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        compact.set_layout(h5py.h5d.COMPACT)
        space = h5py.h5s.create_simple((24, 8))
        dataset = h5py.h5d.create(
            file.id, (block + "ff_proj.weight").encode(), h5py.h5t.IEEE_F32LE, space, dcpl=compact)
        dataset.write(h5py.h5s.ALL, h5py.h5s.ALL, np.arange(24 * 8, dtype="f4").reshape(24, 8))
        file[block + "ff_out.weight"] = np.zeros((8, 12), "f4")
        file.create_dataset("transformer.blocks.1.ff_proj.weight", (24, 8), "f4", fillvalue=0.5)
        file["transformer.blocks.1.ff_out.weight"] = np.zeros((8, 12), "f4")
        file["transformer.blocks.1.att_proj.weight"] = i.astype(">f8")
    with h5py.File(HERE / "fused_neox.h5", "w", libver=("earliest", "v110")) as file:
        file.attrs["config"] = '{"num_attention_heads": 16}'
        name = "gpt_neox.layers.0.attention.query_key_value."
        rows = np.repeat(np.arange(1536, dtype="f2"), 2500).reshape(1536, 2500)
        file.create_dataset(name + "weight", data=rows, chunks=(100, 400), compression="gzip", shuffle=True)
        file[name + "bias"] = np.arange(1536, dtype="f4")


if __name__ == "__main__":
    for path in HERE.iterdir():
        if path.suffix != ".py":
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    write_checkpoints()
    write_types()
    write_attacks()
    write_fused()
