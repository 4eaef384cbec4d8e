"""Linear probes of two checkpoints of the committed series by NumPy and scikit-learn: the independent truth of the tests
of the experiment.

    pip install numpy==2.4.6 scikit-learn==1.9.1 h5py==3.16.0
    python Tests/Fixtures/linear_probe/make_goldens.py experiments/data/tiny-olmo2

writes linear_probe.csv beside itself: every layer and pooling of the two checkpoints with the split, the folds and the
shuffles of seed 0, half of each domain held out, 4 folds.
"""

import csv
import sys
import warnings
from pathlib import Path

import h5py
import numpy as np
from hidden_states import hidden_states, layer_name, pooled
from make_classifiers import STRENGTHS, classifier, scores
from sklearn.metrics import log_loss
from sklearn.preprocessing import StandardScaler

warnings.simplefilter("ignore")
REVISIONS = ["stage1-step130-tokens1B", "stage1-step2500-tokens1B"]
FOLDS = 4
MASK = (1 << 64) - 1


class SplitMix64:
    def __init__(self, seed):
        self.state = seed & MASK

    def index(self, count):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return int((z ^ (z >> 31)) >> 11) * count >> 53

    def shuffled(self, values):
        values = list(values)
        for last in reversed(range(len(values))):
            other = self.index(last + 1)
            values[last], values[other] = values[other], values[last]
        return values


def split(labels, share, seed):
    random, held_out = SplitMix64(seed), []
    for k in range(max(labels) + 1):
        members = np.flatnonzero(labels == k)
        held_out += random.shuffled(members)[: round(share * len(members))]
    held_out = np.sort(held_out)
    return np.setdiff1d(np.arange(len(labels)), held_out), held_out


def deal(labels, count, seed):
    random, folds, place = SplitMix64(~seed), np.zeros(len(labels), int), 0
    for k in range(max(labels) + 1):
        for member in random.shuffled(np.flatnonzero(labels == k)):
            folds[member] = place % count
            place += 1
    return folds


def best_fit(x, y, folds):
    losses = []
    for c in STRENGTHS:
        parts = []
        for fold in range(FOLDS):
            model = classifier(c).fit(x[folds != fold], y[folds != fold])
            parts.append(log_loss(y[folds == fold], model.predict_proba(x[folds == fold]), labels=range(4)))
        losses.append(np.mean(parts))
    best = int(np.argmin(losses))
    return classifier(STRENGTHS[best]).fit(x, y), STRENGTHS[best], losses[best]


def rows(series):
    with h5py.File(Path(series) / "probe" / "probe_tokens.h5") as file:
        tokens, labels = file["tokens"][:], file["domain_id"][:]
    training, held_out = split(labels, 0.5, 0)
    y, truth = labels[training], labels[held_out]
    folds = deal(y, FOLDS, 0)
    control_y, control_truth = SplitMix64(1).shuffled(y), SplitMix64(2).shuffled(truth)
    for revision in REVISIONS:
        states = hidden_states(Path(series) / f"{revision}.h5", tokens)
        for depth, layer in enumerate(states):
            for pooling in ["mean", "last"]:
                features = pooled(layer, pooling)
                scaler = StandardScaler().fit(features[training])
                x, z = scaler.transform(features[training]), scaler.transform(features[held_out])
                model, strength, validation = best_fit(x, y, folds)
                fitted = scores(model.predict_proba(x), y, 4)
                row = {
                    "revision": revision,
                    "layer": layer_name(depth, len(states)),
                    "depth": depth,
                    "states": pooling,
                    "inverse_strength": strength,
                    "validation_loss": validation,
                    "training_loss": fitted["loss"],
                    "training_accuracy": fitted["accuracy"],
                }
                row |= scores(model.predict_proba(z), truth, 4)
                control, _, _ = best_fit(x, np.array(control_y), folds)
                control = scores(control.predict_proba(z), control_truth, 4)
                row |= {"control_loss": control["loss"], "control_accuracy": control["accuracy"]}
                yield {key: value if isinstance(value, (str, int)) else repr(float(value)) for key, value in row.items()}


if __name__ == "__main__":
    table = list(rows(sys.argv[1]))
    with open(Path(__file__).parent / "linear_probe.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, table[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(table)
