#!/usr/bin/env python3
"""Two files of the same float16 tensors: plain.h5 contiguous, chunked.h5 in compressed chunks.

    pip install numpy==2.4.6 h5py==3.16.0
    python Tests/Fixtures/engine/make_chunked.py FOLDER

`a` and `b` have 2501 x 1100 elements, more than two segments of 2^20; their chunks divide neither the segments nor the
extents. The tests run this script where there is a Python with h5py; nothing of it is committed.
"""

import sys
from pathlib import Path

import h5py
import numpy as np

SHAPE = (2501, 1100)


def tensors():
    index = np.arange(SHAPE[0] * SHAPE[1])
    yield "a", (index % 1021 / 256 - 2).astype(np.float16).reshape(SHAPE)
    yield "b", (index % 2039 / 512 - 1.5).astype(np.float16).reshape(SHAPE)


def main():
    folder = Path(sys.argv[1])
    with h5py.File(folder / "plain.h5", "w") as plain, h5py.File(folder / "chunked.h5", "w") as chunked:
        for name, values in tensors():
            plain.create_dataset(name, data=values)
            chunked.create_dataset(
                name, data=values, chunks=(230, 300) if name == "a" else (97, 1100), shuffle=True,
                compression="gzip", compression_opts=1)


if __name__ == "__main__":
    main()
