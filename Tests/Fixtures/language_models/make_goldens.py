"""Tiny random models of every architecture, and what transformers makes of a few tokens: writes CASE/config.json,
CASE/model.safetensors, CASE/expected.json, CASE/hidden.f32 and CASE/logits.f32 beside itself.

    pip install torch==2.13.0+cpu transformers==5.23.0 numpy==2.4.6 safetensors==0.8.0
    python Tests/Fixtures/language_models/make_goldens.py

Weights are stored as bfloat16 and widened before anything is computed, in float32 with eager attention. hidden.f32 is
[steps, tokens, width]: the embedding, the output of each block, the final norm. logits.f32 is [tokens, vocabulary].
expected.json has the tokens of each sequence and, in float64, the mean -ln p of those that follow.
"""

import json
import pathlib

import numpy as np
import torch
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, GPTNeoXConfig, LlamaConfig, Olmo2Config, Olmo3Config, OlmoConfig

HERE = pathlib.Path(__file__).parent
SIZES = dict(
    vocab_size=61, hidden_size=24, intermediate_size=40, num_hidden_layers=2, num_attention_heads=4,
    max_position_embeddings=64,
)
# Longer than the windows of olmo3 and than the contexts that scaled angles were trained on.
LENGTHS = [40, 17]

CASES = {
    "olmo": OlmoConfig(**SIZES, clip_qkv=0.6),
    "olmo_tied": OlmoConfig(**SIZES, tie_word_embeddings=True, num_key_value_heads=2),
    "olmo2": Olmo2Config(**SIZES, num_key_value_heads=2, rope_parameters={"rope_type": "default", "rope_theta": 500000.0}),
    "olmo3": Olmo3Config(
        **{**SIZES, "num_hidden_layers": 4}, num_key_value_heads=2, sliding_window=8,
        rope_parameters={
            "sliding_attention": {"rope_type": "default", "rope_theta": 10000.0},
            "full_attention": {
                "rope_type": "yarn", "rope_theta": 10000.0, "factor": 4.0, "original_max_position_embeddings": 16,
                "beta_fast": 4.0, "beta_slow": 1.0, "attention_factor": 1.1386294361119891,
            },
        }),
    "llama": LlamaConfig(
        **SIZES, num_key_value_heads=1, attention_bias=True, mlp_bias=True, tie_word_embeddings=True,
        rope_parameters={
            "rope_type": "llama3", "rope_theta": 10000.0, "factor": 8.0, "low_freq_factor": 1.0,
            "high_freq_factor": 4.0, "original_max_position_embeddings": 16,
        }),
    "llama_wide": LlamaConfig(**SIZES, head_dim=10, rope_parameters={"rope_type": "linear", "rope_theta": 10000.0, "factor": 2.0}),
    "llama_yarn": LlamaConfig(
        **SIZES,
        rope_parameters={
            "rope_type": "yarn", "rope_theta": 10000.0, "factor": 4.0, "original_max_position_embeddings": 16,
        }),
    "gpt_neox": GPTNeoXConfig(
        **{**SIZES, "hidden_size": 32},
        rope_parameters={"rope_type": "default", "rope_theta": 10000.0, "partial_rotary_factor": 0.5}),
    "gpt_neox_sequential": GPTNeoXConfig(
        **{**SIZES, "hidden_size": 32}, use_parallel_residual=False,
        rope_parameters={"rope_type": "default", "rope_theta": 10000.0, "partial_rotary_factor": 0.25}),
}  # fmt: skip


def build(config, generator):
    config._attn_implementation = "eager"
    model = AutoModelForCausalLM.from_config(config, dtype=torch.float32).eval()
    for name, weight in model.named_parameters():
        noise = torch.randn(weight.shape, generator=generator)
        # Gains around 1; everything else so large that every step changes the states, and attention is uneven.
        is_gain = "norm" in name and name.endswith("weight")
        weight.data = (1 + 0.3 * noise if is_gain else (0.3 if weight.dim() > 1 else 0.1) * noise).bfloat16().float()
    return model


def run(model, tokens):
    steps = []
    base = getattr(model, "model", None) or model.gpt_neox
    embed = getattr(base, "embed_tokens", None) or base.embed_in
    norm = getattr(base, "norm", None) or base.final_layer_norm
    keep = lambda _, __, output: steps.append((output[0] if isinstance(output, tuple) else output).detach()[0])
    hooks = [part.register_forward_hook(keep) for part in [embed, *base.layers, norm]]
    with torch.no_grad():
        logits = model(torch.tensor([tokens])).logits[0]
    for hook in hooks:
        hook.remove()
    return torch.stack(steps), logits


def main():
    for number, (name, config) in enumerate(CASES.items()):
        generator = torch.Generator().manual_seed(1000 + number)
        model = build(config, generator)
        folder = HERE / name
        folder.mkdir(exist_ok=True)
        sequences = [torch.randint(0, config.vocab_size, (n,), generator=generator).tolist() for n in LENGTHS]
        hidden, logits, losses = [], [], []
        for tokens in sequences:
            states, scores = run(model, tokens)
            hidden.append(states)
            logits.append(scores)
            losses.append(float(-torch.log_softmax(scores[:-1].double(), -1)[range(len(tokens) - 1), tokens[1:]].mean()))
        np.asarray(torch.cat(hidden, 1), "<f4").tofile(folder / "hidden.f32")
        np.asarray(torch.cat(logits), "<f4").tofile(folder / "logits.f32")
        expected = {"sequences": sequences, "losses": losses, "steps": len(hidden[0])}
        (folder / "expected.json").write_text(json.dumps(expected) + "\n")
        weights = {k: v.bfloat16().contiguous() for k, v in model.state_dict().items()}
        if config.tie_word_embeddings:
            weights.pop("lm_head.weight")
        # The published Pythia checkpoints' name.
        if name.startswith("gpt_neox"):
            weights["embed_out.weight"] = weights.pop("lm_head.weight")
        save_file(weights, folder / "model.safetensors")
        config.dtype = torch.bfloat16
        (folder / "config.json").write_text(config.to_json_string())
        print(name, [round(loss, 3) for loss in losses])


if __name__ == "__main__":
    main()
