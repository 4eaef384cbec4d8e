"""A labelled probe set for the two-layer model of the tests.

Made with Python 3.11, numpy 2.4.6, h5py 3.16.0:

    python Tests/Fixtures/linear_probe/make_probe_set.py

writes labelled.h5 beside itself: 24 sequences of 6 tokens below 8 in two domains, with labels -1, 5 and 9 that tell how
a sequence begins, and `pairs`, labels of which one stands twice only.
"""

from pathlib import Path

import h5py
import numpy as np

random = np.random.default_rng(3)
labels = np.array([-1, 5, 9] * 8)
tokens = random.integers(0, 8, (24, 6))
tokens[:, 0] = np.searchsorted([-1, 5, 9], labels)
with h5py.File(Path(__file__).parent / "labelled.h5", "w", libver=("earliest", "v110"), track_order=False) as file:
    for name, values in [
        ("tokens", tokens),
        ("domain_id", np.arange(24) % 2),
        ("labels", labels),
        ("pairs", np.array([1, 1] + [0] * 22)),
    ]:
        file.create_dataset(name, data=values.astype("<i4"), track_times=False)
