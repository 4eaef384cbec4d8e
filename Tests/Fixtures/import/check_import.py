"""Compares an imported checkpoint, as h5py reads it, with its source, as the safetensors format lays it out.

    check_import.py SOURCE FILE.h5 REVISION

Made with h5py 3.16.0, numpy 2.4.6, ml_dtypes. Prints the number of tensors; any difference is an exception.
"""
import glob
import json
import os
import sys

import h5py
import ml_dtypes
import numpy as np

source, path, revision = sys.argv[1:]

NUMPY = {
    "BF16": ml_dtypes.bfloat16, "F16": "<f2", "F32": "<f4", "F64": "<f8", "C64": "<c8", "BOOL": "?",
    "F8_E4M3": ml_dtypes.float8_e4m3fn, "F8_E5M2": ml_dtypes.float8_e5m2,
    "I8": "<i1", "I16": "<i2", "I32": "<i4", "I64": "<i8", "U8": "<u1", "U16": "<u2", "U32": "<u4", "U64": "<u8",
}
SIGN_EXPONENT_MANTISSA = {
    "BF16": (16, 15, 7, 8, 127, 7), "F16": (16, 15, 10, 5, 15, 10),
    "F8_E4M3": (8, 7, 3, 4, 7, 3), "F8_E5M2": (8, 7, 2, 5, 15, 2),
}

# The format in five lines, so that the truth is the file and not a library's idea of it.
expected = {}
for file_name in glob.glob(os.path.join(source, "*.safetensors")):
    content = open(file_name, "rb").read()
    length = int.from_bytes(content[:8], "little")
    for name, entry in json.loads(content[8 : 8 + length]).items():
        if name != "__metadata__":
            begin, end = entry["data_offsets"]
            expected[name] = (entry["dtype"], entry["shape"], content[8 + length + begin : 8 + length + end])

with h5py.File(path, "r") as file:
    assert sorted(file) == sorted(expected), sorted(file)
    assert file.attrs["format"] == "training-dynamics"
    assert file.attrs["format_version"] == 1
    assert file.attrs["revision"] == revision
    assert file.attrs["step"] == 25 and file.attrs["stage"] == 1 and file.attrs["tokens"] == 1_000_000_000
    assert "ingredient" not in file.attrs
    assert file.attrs["config"] == open(os.path.join(source, "config.json")).read()
    for name, (dtype, shape, data) in expected.items():
        dataset = file[name]
        stored = dataset.id.get_type()
        if dtype not in NUMPY:
            assert dataset.attrs["safetensors_dtype"] == dtype, name
            if dtype.startswith("F4"):
                assert dataset.shape == (len(data),) and json.loads(dataset.attrs["safetensors_shape"]) == shape
            assert dataset[...].tobytes() == data, name
            continue
        assert list(dataset.shape) == shape, (name, dataset.shape)
        values = np.frombuffer(data, NUMPY[dtype]).reshape(shape)
        if dtype in SIGN_EXPONENT_MANTISSA:
            size, sign, exponent, exponent_bits, bias, mantissa_bits = SIGN_EXPONENT_MANTISSA[dtype]
            assert stored.get_fields() == (sign, exponent, exponent_bits, 0, mantissa_bits), name
            assert (stored.get_precision(), stored.get_ebias()) == (size, bias), name
            # HDF5 has no rule for E4M3's single NaN and missing infinities, so the fixture has none of them.
            read = dataset.astype("f4")[...]
            np.testing.assert_array_equal(read, values.astype("f4"), err_msg=name)
        else:
            np.testing.assert_array_equal(dataset[...], values, err_msg=name)
            assert dataset.dtype == values.dtype, (name, dataset.dtype)
        if dtype == "BF16":
            assert dataset.dtype == np.float32, dataset.dtype
        if dataset.external:
            target, offset, size = dataset.external[0]
            assert size == len(data)
            status = os.stat(os.path.join(os.path.dirname(path), target))
            assert dataset.attrs["source_size"] == status.st_size
            assert dataset.attrs["source_mtime_ns"] == status.st_mtime_ns
print(len(expected))
