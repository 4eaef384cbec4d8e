"""Reads the tensors of a checkpoint for the golden scripts: Hugging Face directories and HDF5 files.

Shares no code with the harness, safetensors or torch. Values come out as np.longdouble, exactly; bit
patterns as unsigned integers.
"""

import json
from pathlib import Path
from typing import NamedTuple

import numpy as np

FRACTION_BITS = {"bfloat16": 7, "float16": 10, "float32": 23, "float64": 52}
PATTERN = {"bfloat16": "<u2", "float16": "<u2", "float32": "<u4", "float64": "<u8"}
SAFETENSORS_TYPE = {"BF16": "bfloat16", "F16": "float16", "F32": "float32", "F64": "float64"}
# HDF5 float layout: sign bit, exponent bit and width, mantissa bit and width.
HDF5_LAYOUT = {
    (15, 7, 8, 0, 7): "bfloat16",
    (15, 10, 5, 0, 10): "float16",
    (31, 23, 8, 0, 23): "float32",
    (63, 52, 11, 0, 52): "float64",
}


class Tensor(NamedTuple):
    type: str
    bits: np.ndarray

    @property
    def values(self):
        if self.type == "bfloat16":
            return (self.bits.astype(np.uint32) << 16).view(np.float32).astype(np.longdouble)
        return self.bits.view(self.type).astype(np.longdouble)


def read_safetensors(path):
    with open(path, "rb") as file:
        header_size = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(header_size))
        data = file.read()
    for name, entry in header.items():
        if name != "__metadata__":
            begin, end = entry["data_offsets"]
            type = SAFETENSORS_TYPE[entry["dtype"]]
            yield name, Tensor(type, np.frombuffer(data[begin:end], PATTERN[type]).reshape(entry["shape"]))


def read_hdf5(path):
    import h5py  # only here: Hugging Face directories do without it

    with h5py.File(path) as file, open(path, "rb") as raw:
        for name in file:
            dataset = file[name].id
            type = HDF5_LAYOUT[dataset.get_type().get_fields()]
            raw.seek(dataset.get_offset())
            bits = np.frombuffer(raw.read(dataset.get_storage_size()), PATTERN[type])
            yield name, Tensor(type, bits.reshape(dataset.shape))


def hdf5_facts(path):
    import h5py

    with h5py.File(path) as file:
        facts = {key: file.attrs.get(key) for key in ("stage", "ingredient", "step", "tokens")}
        config = json.loads(file.attrs["config"])
    return {key: None if value is None else int(value) for key, value in facts.items()}, config


class Checkpoint:
    """One revision: its facts (stage, ingredient, step, tokens; None where unknown), config and tensors by name."""

    def __init__(self, path, facts_by_revision):
        if path.is_dir():
            self.name = path.name
            known = facts_by_revision[self.name]
            facts = {key: known.get(key) for key in ("stage", "ingredient", "step")}
            facts["tokens"] = known.get("total_tokens")
            self.config = json.loads((path / "config.json").read_text())
            pairs = [pair for shard in sorted(path.glob("*.safetensors")) for pair in read_safetensors(shard)]
        else:
            self.name = path.stem
            facts, self.config = hdf5_facts(path)
            pairs = read_hdf5(path)
        self.stage, self.ingredient = facts["stage"], facts["ingredient"]
        self.step, self.tokens = facts["step"], facts["tokens"]
        self.tensors = dict(sorted(pairs))


def read_series(folder):
    """Checkpoints in training order: stage 1 by step, the ingredients by step, `main` last."""
    folder = Path(folder)
    facts = {}
    for candidate in (folder / "revisions.json", folder.parent / "revisions.json"):
        if candidate.exists():
            facts = {entry["revision"]: entry for entry in json.loads(candidate.read_text())["revisions"]}
            break
    paths = [p for p in folder.iterdir() if p.suffix == ".h5" or (p / "config.json").exists()]
    series = [Checkpoint(path, facts) for path in paths]
    return sorted(series, key=lambda c: (c.name == "main", c.stage or 0, c.ingredient or 0, c.step or 0))
