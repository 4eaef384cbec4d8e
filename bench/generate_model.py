#!/usr/bin/env python3
"""Writes a Hugging Face directory with an OLMo-2-shaped model of random bfloat16 weights, scaled as at initialisation, and
probe tokens, to time forward passes on.

    pip install numpy==2.4.6
    python bench/generate_model.py --shape 1B --out bench-files/model --sequences 8 --length 512

Writes OUT/config.json, OUT/model.safetensors and OUT/tokens.npy. Weights are laid end to end from a block of random
numbers, from another place for each tensor: quick, and no two tensors are identical.
"""

import argparse
import json
from pathlib import Path

import numpy as np

# Hidden and intermediate size, layers, heads.
SHAPES = {"tiny": (256, 1024, 2, 4), "1B": (2048, 8192, 16, 16), "7B": (4096, 11008, 32, 32)}
VOCABULARY = 100352
BLOCK = 1 << 25


def tensor_shapes(hidden, intermediate, layers):
    tensors = {"model.embed_tokens.weight": (VOCABULARY, hidden)}
    for i in range(layers):
        layer = {f"self_attn.{n}_proj.weight": (hidden, hidden) for n in "qkvo"}
        layer |= {f"mlp.{n}_proj.weight": (intermediate, hidden) for n in ("gate", "up")}
        layer |= {"mlp.down_proj.weight": (hidden, intermediate)}
        layer |= {f"self_attn.{n}_norm.weight": (hidden,) for n in "qk"}
        layer |= {f"post_{n}_layernorm.weight": (hidden,) for n in ("attention", "feedforward")}
        tensors |= {f"model.layers.{i}.{n}": s for n, s in layer.items()}
    return tensors | {"model.norm.weight": (hidden,), "lm_head.weight": (VOCABULARY, hidden)}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--shape", choices=SHAPES, default="1B")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--sequences", type=int, default=8)
    parser.add_argument("--length", type=int, default=512)
    options = parser.parse_args()
    hidden, intermediate, layers, heads = SHAPES[options.shape]
    options.out.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(0)
    tokens = random.integers(0, VOCABULARY, (options.sequences, options.length), np.int32)
    np.save(options.out / "tokens.npy", tokens)
    config = dict(
        architectures=["Olmo2ForCausalLM"], model_type="olmo2", hidden_size=hidden, intermediate_size=intermediate,
        num_hidden_layers=layers, num_attention_heads=heads, num_key_value_heads=heads, vocab_size=VOCABULARY,
        max_position_embeddings=4096, rope_theta=500000, rope_scaling=None, rms_norm_eps=1e-6, hidden_act="silu",
        attention_bias=False, tie_word_embeddings=False, torch_dtype="bfloat16", pad_token_id=100277, eos_token_id=100257)
    (options.out / "config.json").write_text(json.dumps(config, indent=2))

    block = (random.standard_normal(BLOCK, np.float32) * np.float32(0.02)).view(np.uint32)
    block = ((block + 0x7FFF + (block >> 16 & 1)) >> 16).astype("<u2")
    header, offset = {}, 0
    shapes = tensor_shapes(hidden, intermediate, layers)
    for name, shape in shapes.items():
        end = offset + 2 * int(np.prod(shape))
        header[name] = {"dtype": "BF16", "shape": shape, "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(options.out / "model.safetensors", "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        place = 0
        for shape in shapes.values():
            count = int(np.prod(shape))
            if len(shape) == 1:
                file.write(np.full(count, 0x3F80, "<u2").tobytes())
                continue
            while count:
                piece = block[place:place + count]
                file.write(piece.tobytes())
                count -= len(piece)
                place = (place + len(piece)) % (BLOCK - 1009) + 7


if __name__ == "__main__":
    main()
