"""Hidden states of an OLMo 2 checkpoint in float64, by NumPy alone, for the golden scripts here and in ../similarity."""

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "drift"))
from checkpoints import Checkpoint  # noqa: E402


def rms_norm(x, weight, epsilon):
    return x / np.sqrt(np.mean(x**2, axis=-1, keepdims=True) + epsilon) * weight


def rotate(x, theta):
    """Rotary positions, x [..., tokens, head width]: the two halves of a head are the two parts of a complex number."""
    tokens, width = x.shape[-2:]
    angles = np.outer(np.arange(tokens), theta ** (-np.arange(0, width, 2) / width))
    first, second = x[..., : width // 2], x[..., width // 2 :]
    return np.concatenate(
        [first * np.cos(angles) - second * np.sin(angles), second * np.cos(angles) + first * np.sin(angles)], axis=-1
    )


def hidden_states(path, tokens):
    """[depth][sequence, token, width]: the embedding, what each block leaves, and the final norm."""
    checkpoint = Checkpoint(Path(path), {})
    config = checkpoint.config
    heads, epsilon = config["num_attention_heads"], config["rms_norm_eps"]
    assert config["model_type"] == "olmo2" and config["num_key_value_heads"] == heads
    weights = {name: tensor.values.astype(np.float64) for name, tensor in checkpoint.tensors.items()}
    sequences, length = tokens.shape
    split = lambda x: x.reshape(sequences, length, heads, -1).swapaxes(1, 2)
    future = np.triu(np.ones((length, length), bool), 1)

    x = weights["model.embed_tokens.weight"][tokens]
    states = [x]
    for layer in range(config["num_hidden_layers"]):
        w = lambda name: weights[f"model.layers.{layer}.{name}.weight"]
        query = rms_norm(x @ w("self_attn.q_proj").T, w("self_attn.q_norm"), epsilon)
        key = rms_norm(x @ w("self_attn.k_proj").T, w("self_attn.k_norm"), epsilon)
        query, key = rotate(split(query), config["rope_theta"]), rotate(split(key), config["rope_theta"])
        scores = query @ key.swapaxes(-1, -2) / np.sqrt(query.shape[-1])
        scores = np.exp(np.where(future, -np.inf, scores) - scores.max(axis=-1, keepdims=True))
        mixed = scores / scores.sum(axis=-1, keepdims=True) @ split(x @ w("self_attn.v_proj").T)
        mixed = mixed.swapaxes(1, 2).reshape(sequences, length, -1)
        x = x + rms_norm(mixed @ w("self_attn.o_proj").T, w("post_attention_layernorm"), epsilon)
        gate = x @ w("mlp.gate_proj").T
        inner = gate / (1 + np.exp(-gate)) * (x @ w("mlp.up_proj").T)
        x = x + rms_norm(inner @ w("mlp.down_proj").T, w("post_feedforward_layernorm"), epsilon)
        states.append(x)
    states.append(rms_norm(x, weights["model.norm.weight"], epsilon))
    return states


def pooled(states, pooling):
    return states.mean(axis=1) if pooling == "mean" else states[:, -1]


def layer_name(depth, count):
    return "embedding" if depth == 0 else "final_norm" if depth == count - 1 else str(depth - 1)
