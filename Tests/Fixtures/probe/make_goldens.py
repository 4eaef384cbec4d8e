"""What transformers makes of the committed probe set, for the tests of the experiment probe: writes domains.csv beside
itself, a row for each checkpoint and domain.

    pip install torch==2.13.0+cpu transformers==5.23.0 numpy==2.4.6 h5py==3.16.0
    python Tests/Fixtures/probe/make_goldens.py experiments/data/tiny-olmo2

Logits are float32, with eager attention, from bfloat16 weights that were widened; everything after them is float64. Each
quantity is worked out here once more from its definition: the calibration error over 15 bins, the divergence from the
first checkpoint, the standard error from the means of the sequences, which have one length.
"""

import csv
import json
import pathlib
import sys

import h5py
import numpy as np
import torch
from transformers import Olmo2Config, Olmo2ForCausalLM

HERE = pathlib.Path(__file__).parent
REVISIONS = ["stage1-step0-tokens0B", "stage1-step600-tokens1B", "stage1-step2500-tokens1B", "main"]
DOMAINS = ["scripture", "pydoc", "wordnet", "jargon"]


def log_probabilities(path, tokens):
    with h5py.File(path) as file:
        config = Olmo2Config(**json.loads(file.attrs["config"]))
        weights = {name: torch.from_numpy(np.asarray(data[...], np.float32)) for name, data in file.items()}
    config._attn_implementation = "eager"
    model = Olmo2ForCausalLM(config).eval()
    model.load_state_dict(weights)
    with torch.no_grad():
        logits = torch.cat([model(part).logits for part in torch.from_numpy(tokens).split(8)])
    return torch.log_softmax(logits[:, :-1].double(), -1).numpy()


def calibration_error(confidence, hit):
    bins = np.minimum((confidence * 15).astype(int), 14)
    return sum(abs(hit[bins == b].mean() - confidence[bins == b].mean()) * (bins == b).mean() for b in np.unique(bins))


def main():
    folder = pathlib.Path(sys.argv[1])
    tokens = np.load(folder / "probe/probe_tokens.npy").astype(np.int64)
    targets = tokens[:, 1:]
    reference, rows = None, []
    for revision in REVISIONS:
        log_p = log_probabilities(folder / f"{revision}.h5", tokens)
        reference = log_p if reference is None else reference
        loss = -np.take_along_axis(log_p, targets[..., None], -1)[..., 0]
        best = log_p.argmax(-1)
        entropy = -(np.exp(log_p) * log_p).sum(-1)
        divergence = (np.exp(reference) * (reference - log_p)).sum(-1)
        more = (log_p > -loss[..., None]).sum(-1)
        for number, domain in enumerate([*DOMAINS, "all"]):
            part = slice(None) if domain == "all" else slice(16 * number, 16 * number + 16)
            hit = (best == targets)[part].ravel()
            batches = loss[part].reshape(-1, 4 * 127).mean(1)
            rows.append([
                revision, domain, loss[part].mean(), loss[part].mean(1).std(ddof=1) / np.sqrt(len(loss[part])),
                np.exp(batches).mean(), hit.mean(), (more[part] < 5).mean(), entropy[part].mean(),
                calibration_error(np.exp(log_p.max(-1))[part].ravel(), hit),
                divergence[part].mean(), (best == reference.argmax(-1))[part].mean(),
                *[loss[part][:, (1 << b) - 1:(2 << b) - 1].mean() for b in range(7)],
            ])  # fmt: skip
        print(revision)
    with open(HERE / "domains.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([
            "revision", "domain", "cross_entropy", "standard_error", "mean_batch_perplexity", "top1_accuracy",
            "top5_accuracy", "entropy", "calibration_error", "divergence", "top1_agreement",
            *[f"position_{1 << b}" for b in range(7)],
        ])  # fmt: skip
        writer.writerows(rows)


if __name__ == "__main__":
    main()
