"""Likeness and ranks of hidden states of three checkpoints of the committed series by NumPy alone: the independent truth
of the tests of the experiment.

    pip install numpy==2.4.6 h5py==3.16.0
    python Tests/Fixtures/similarity/make_goldens.py experiments/data/tiny-olmo2

writes checkpoints.csv (every pair of the three), layers.csv (of the last) and rank.csv beside itself.
"""

import csv
import itertools
import sys
from pathlib import Path

import h5py
import numpy as np
from make_representations import cka, effective_rank, participation_ratio, rankme, unbiased

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "linear_probe"))
from hidden_states import hidden_states, layer_name, pooled  # noqa: E402

REVISIONS = ["stage1-step0-tokens0B", "stage1-step130-tokens1B", "stage1-step2500-tokens1B"]
TOKENS = 16


def sampled(states):
    """Evenly spaced tokens of each sequence, the last among them."""
    length = states.shape[1]
    places = [(number + 1) * length // TOKENS - 1 for number in range(TOKENS)]
    return states[:, places].reshape(-1, states.shape[-1])


def likeness(a, b):
    return {"cka": repr(float(cka(a, b))), "unbiased_cka": repr(float(unbiased(a, b)))}


def write(name, rows):
    with open(Path(__file__).parent / name, "w", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def main(series):
    with h5py.File(Path(series) / "probe" / "probe_tokens.h5") as file:
        tokens = file["tokens"][:]
    states = {revision: hidden_states(Path(series) / f"{revision}.h5", tokens) for revision in REVISIONS}
    depths = range(len(states[REVISIONS[0]]))
    write(
        "checkpoints.csv",
        [
            {"from": a, "to": b, "depth": depth, "states": pooling}
            | likeness(pooled(states[a][depth], pooling), pooled(states[b][depth], pooling))
            for a, b in itertools.combinations(REVISIONS, 2)
            for depth in depths
            for pooling in ["mean", "last"]
        ],
    )
    last = states[REVISIONS[-1]]
    write(
        "layers.csv",
        [
            {"revision": REVISIONS[-1], "depth_from": a, "depth_to": b, "states": pooling}
            | likeness(pooled(last[a], pooling), pooled(last[b], pooling))
            for a, b in itertools.combinations(depths, 2)
            for pooling in ["mean", "last"]
        ],
    )
    rows = []
    for revision in REVISIONS:
        for depth in depths:
            layer = states[revision][depth]
            for name, z in [("mean", pooled(layer, "mean")), ("last", pooled(layer, "last")), ("tokens", sampled(layer))]:
                rows.append(
                    {
                        "revision": revision,
                        "layer": layer_name(depth, len(depths)),
                        "depth": depth,
                        "states": name,
                        "samples": len(z),
                        "rankme": repr(float(rankme(z))),
                        "effective_rank": repr(float(effective_rank(z))),
                        "participation_ratio": repr(float(participation_ratio(z))),
                    }
                )
    write("rank.csv", rows)


if __name__ == "__main__":
    main(sys.argv[1])
