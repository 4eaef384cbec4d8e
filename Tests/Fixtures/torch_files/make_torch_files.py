"""Writes files as they come in the field, and what is in them as NumPy has it.

Run with Python 3.11, torch 2.13.0+cpu, numpy 2.4.6, h5py 3.16.0, omegaconf 2.3.0:

    python Tests/Fixtures/torch_files/make_torch_files.py [FOLDER]

`NAME.npz` beside a file holds its tensors as `tensor.resolve_conj().resolve_neg().contiguous().numpy()` gives them.
"""

import argparse
import collections
import datetime
import io
import pathlib
import sys
import zipfile

import h5py
import numpy as np
import omegaconf
import torch

HERE = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parent


def truth(tensor):
    return tensor.detach().resolve_conj().resolve_neg().contiguous().numpy()


def write(name, tensors, **options):
    torch.save(tensors, HERE / name, **options)
    np.savez(HERE / (name.split(".")[0] + ".npz"), **{key: truth(value) for key, value in tensors.items()})


def strided():
    base = torch.arange(24, dtype=torch.float32).reshape(4, 6)
    cube = torch.arange(60, dtype=torch.float64).reshape(3, 4, 5) / 8
    z = torch.complex(base, base + 0.5)
    # A storage is saved as one type: the real numbers in a complex one need their own.
    parts = z.clone()
    return {
        "whole": base, "transposed": base.t(), "column": base[:, 1], "columns": base[:, 1:4], "every_other": base[::2],
        "odd_columns": base[:, ::2], "corner": base[1:3, 2:5].t(), "expanded": base[:1].expand(3, 6),
        "expanded_column": base[:, :1].expand(4, 5), "scalar_expanded": base[2, 3].expand(2, 3), "scalar": base[2, 3],
        "empty": base[:0].t(), "permuted": cube.permute(2, 0, 1), "permuted_slice": cube.permute(1, 2, 0)[1:, ::2],
        "expanded_middle": cube[:, :1].expand(3, 4, 5).transpose(0, 2), "half": base.half().t(),
        "bytes": base.byte().t(), "long": base.long()[:, ::3], "conjugate": z.conj(), "conjugate_transposed": z.t().conj(),
        "negated": parts.conj().imag, "negated_transposed": parts.t().conj().imag, "real": parts.real,
        "negated_integers": torch._neg_view(torch.arange(-3, 3)), "negated_half": torch._neg_view(base.half()),
        "negated_conjugate": torch._neg_view((z + 1).conj()),
    }


def legacy():
    base = torch.arange(24, dtype=torch.float32).reshape(4, 6)
    z = torch.complex(base, base + 0.5)
    return collections.OrderedDict(
        whole=base, rows=base[1:], transposed=base.t(), half=base.half(), long=torch.arange(5),
        parameter=torch.nn.Parameter(base[0]), conjugate=z.conj(), empty=torch.zeros(0, 3), scalar=torch.tensor(2.5),
        flags=torch.tensor([True, False]),
    )


def objects():
    """What training scripts keep beside weights."""
    config = omegaconf.OmegaConf.create({"a": 1, "b": [1, {"c": None}], "d": "${a}"})
    nested = collections.defaultdict(dict)
    nested["inner"]["w"] = torch.ones(2)
    quantized = torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8)
    return {
        "w": torch.arange(4.0), "device": torch.device("cuda", 0), "shape": torch.Size([1, 2]), "dtype": torch.bfloat16,
        "best": np.float64(0.25), "count": np.int64(3), "history": np.arange(3.0), "args": argparse.Namespace(lr=0.1),
        "defaults": nested, "config": config, "path": pathlib.PurePosixPath("/x"), "counter": collections.Counter("ab"),
        "set": {1, 2}, "frozen": frozenset([1]), "time": datetime.datetime(2024, 1, 2), "bytes": b"xyz",
        "long_number": 1 << 200, "list": [1, "x", None], "queue": collections.deque([1]), "slice": slice(1, 2),
        "complex128": torch.ones(2, dtype=torch.complex128), "quantized": quantized, "complex": 1j,
        "sparse": torch.eye(2).to_sparse(), "kind": torch.float32, "namespace": argparse.Namespace(w=torch.zeros(1)),
    }


def containers():
    weights = {"model.norm.weight": torch.arange(3.0), "lm_head.weight": torch.arange(6.0).reshape(2, 3)}
    moments = {"state": {0: {"step": torch.tensor(300.0), "exp_avg": torch.ones(3)}}, "param_groups": [{"lr": 1e-3, "params": [0, 1]}]}
    torch.save({"model": weights, "optimizer": moments, "iter_num": 300, "best_val_loss": torch.tensor(2.5)}, HERE / "nano.pt")
    torch.save(
        {"epoch": 3, "global_step": 500, "state_dict": weights, "optimizer_states": [moments], "loops": {"fit": {}},
         "hyper_parameters": argparse.Namespace(lr=0.1), "pytorch-lightning_version": "2.0.0"},
        HERE / "lightning.ckpt")
    torch.save({"module": {"module": weights}, "global_steps": 7, "ds_version": "0.14"}, HERE / "deepspeed.pt")
    torch.save({"epoch": 2, "arch": "resnet", "state_dict": weights, "best_acc1": 0.5}, HERE / "best.pth.tar", _use_new_zipfile_serialization=False)
    # Two of the usual names: neither stands for the file.
    torch.save({"model": weights, "state_dict": weights, "step": 9}, HERE / "two.pt")


def shapes():
    torch.save(torch.arange(6.0).reshape(2, 3), HERE / "bare.pt")
    torch.save([torch.ones(1), (torch.ones(2), {"a": torch.ones(3)}), 5], HERE / "list.pt")
    torch.save({0: torch.ones(1), 1: {5: torch.ones(2)}, -1: torch.ones(3), 1.5: torch.ones(4)}, HERE / "integer_keys.pt")


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.w = torch.nn.Parameter(torch.ones(2))

    def forward(self, x):
        return self.w * x


def others():
    """What is no file of tensors."""
    torch.save(torch.nn.Linear(2, 2), HERE / "module.pt")
    torch.save(torch.nn.Linear(2, 2), HERE / "module_legacy.pt", _use_new_zipfile_serialization=False)
    torch.save(Net(), HERE / "own_module.pt")
    torch.save({"step": 3, "net": Net()}, HERE / "module_inside.pt")
    torch.jit.save(torch.jit.script(torch.nn.Linear(2, 2)), HERE / "script.pt")


def numpy_files():
    cube = np.arange(60, dtype="f4").reshape(3, 4, 5)
    np.savez_compressed(HERE / "column_major.npz", cube=np.asfortranarray(cube), transposed=cube[0].T, big=np.asfortranarray(cube.astype(">f8")))
    np.savez(HERE / "row_major.npz", cube=cube, transposed=np.ascontiguousarray(cube[0].T), big=cube.astype("<f8"))
    np.save(HERE / "single.npy", cube[1])
    # More than a window's worth of what inflates at once.
    wide = (np.arange(1 << 18) % 251).astype("f4").reshape(512, 512)
    np.savez_compressed(HERE / "wide.npz", wide=wide, across=np.asfortranarray(wide))


def keras():
    """As keras.Model.save leaves it: a zip archive, stored, with an HDF5 file."""
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        file["layers/dense/vars/0"] = np.arange(6, dtype="f4").reshape(2, 3)
        file["layers/dense/vars/1"] = np.arange(3, dtype="f4")
        chunked = np.arange(4096, dtype="f4").reshape(64, 64)
        file.create_dataset("layers/dense_1/vars/0", data=chunked, chunks=(16, 64), compression="gzip")
    for name, method in [("stored", zipfile.ZIP_STORED), ("deflated", zipfile.ZIP_DEFLATED)]:
        with zipfile.ZipFile(HERE / f"{name}.keras", "w", method) as archive:
            for member, content in [("metadata.json", "{}"), ("config.json", "{}"), ("model.weights.h5", buffer.getvalue())]:
                archive.writestr(zipfile.ZipInfo(member, (2024, 1, 1, 0, 0, 0)), content, method)


if __name__ == "__main__":
    for path in HERE.iterdir():
        if path.suffix != ".py":
            path.unlink()
    write("strided.pt", strided())
    write("legacy.pt", legacy(), _use_new_zipfile_serialization=False)
    torch.save(objects(), HERE / "objects.pt")
    torch.save(objects(), HERE / "objects_legacy.pt", _use_new_zipfile_serialization=False)
    containers()
    shapes()
    others()
    numpy_files()
    keras()
