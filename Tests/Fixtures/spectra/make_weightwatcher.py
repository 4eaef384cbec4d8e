"""WeightWatcher's metrics of a few matrices of the tiny OLMo-2 series: writes weightwatcher.json beside itself.

    pip install weightwatcher==0.7.7 powerlaw==2.0.0 torch==2.13.0 numpy==2.4.6 safetensors==0.8.0
    python Tests/Fixtures/spectra/make_weightwatcher.py DIR

DIR holds the series in Hugging Face layout, one folder a revision. Each metric is stored with the eigenvalues that the
package computed it from.
"""
import json
import pathlib
import sys

import torch
import weightwatcher
from safetensors.torch import load_file

MATRICES = [
    ("stage1-step0-tokens0B", "model.layers.0.self_attn.q_proj.weight"),
    ("stage1-step0-tokens0B", "model.layers.1.mlp.gate_proj.weight"),
    ("stage1-step2500-tokens1B", "model.layers.0.self_attn.k_proj.weight"),
    ("main", "model.embed_tokens.weight"),
    ("main", "lm_head.weight"),
    ("main", "model.layers.0.self_attn.q_proj.weight"),
    ("main", "model.layers.2.self_attn.o_proj.weight"),
    ("main", "model.layers.1.mlp.gate_proj.weight"),
    ("main", "model.layers.3.mlp.down_proj.weight"),
]
METRICS = {
    "alpha": "alpha", "D": "distance", "sigma": "standard_error", "xmin": "x_min", "num_pl_spikes": "tail_count",
    "log_norm": "log_norm", "log_spectral_norm": "log_spectral_norm", "stable_rank": "stable_rank",
    "alpha_weighted": "weighted_alpha", "log_alpha_norm": "log_alpha_norm",
}  # fmt: skip


def analyze(weight):
    layer = torch.nn.Linear(weight.shape[1], weight.shape[0], bias=False)
    layer.weight.data = weight.float()
    watcher = weightwatcher.WeightWatcher(model=torch.nn.Sequential(layer))
    details = watcher.analyze(randomize=False, plot=False, mp_fit=False, svd_method="accurate")
    row = details.iloc[0]
    eigenvalues = watcher.get_ESD(layer=int(row["layer_id"]))
    return {name: float(row[key]) for key, name in METRICS.items()} | {"eigenvalues": eigenvalues.tolist()}


def main():
    series = pathlib.Path(sys.argv[1])
    truth = []
    for revision, name in MATRICES:
        weight = load_file(series / revision / "model.safetensors")[name]
        truth.append({"revision": revision, "tensor": name} | analyze(weight))
    path = pathlib.Path(__file__).parent / "weightwatcher.json"
    path.write_text(json.dumps(truth, indent=1) + "\n")


if __name__ == "__main__":
    main()
