#!/usr/bin/env python3
"""The whole-model drift statistics of two safetensors checkpoints, with torch, as one line of JSON.

    pip install torch==2.13.0+cpu safetensors==0.8.0 numpy==2.4.6
    python bench/peer_torch.py A.safetensors B.safetensors [--threads N]

What such scripts do: tensor by tensor, widened to float32, whole-tensor operations, with the change taken in place.
"""

import argparse
import json
import time

import torch
from safetensors import safe_open


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("a")
    parser.add_argument("b")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    start = time.perf_counter()
    sums, maximum, count = torch.zeros(10, dtype=torch.float64), 0.0, 0
    with safe_open(options.a, "pt") as first, safe_open(options.b, "pt") as second:
        for name in first.keys():
            x, y = (file.get_tensor(name).flatten() for file in (first, second))
            bits = torch.int16 if x.dtype == torch.bfloat16 else torch.int32
            a, b = x.float(), y.float()
            counts = [
                torch.count_nonzero(x.view(bits) != y.view(bits)), torch.count_nonzero(a != b),
                torch.count_nonzero((a < 0) & (b > 0)) + torch.count_nonzero((a > 0) & (b < 0)),
            ]
            dots = [torch.dot(a, a), torch.dot(b, b), torch.dot(a, b)]
            d = torch.sub(b, a, out=a if a is not x else None)
            dots += [torch.dot(d, d), d.sum()]
            size = d.abs_()
            counts.append(torch.count_nonzero(size > 1e-5))
            sums += torch.tensor(dots + [size.sum()] + counts, dtype=torch.float64)
            maximum = max(maximum, size.max().item())
            count += d.numel()
    aa, bb, ab, dd, signed, absolute, changed_bits, changed, flips, moved = sums.tolist()
    print(json.dumps({
        "peer": "torch", "threads": options.threads, "seconds": time.perf_counter() - start, "count": count,
        "norm_from": aa**0.5, "norm_to": bb**0.5, "drift": dd**0.5, "cosine": ab / (aa * bb) ** 0.5,
        "mean_change": signed / count, "mean_abs_change": absolute / count, "max_abs_change": maximum,
        "changed_bits": changed_bits / count, "changed": changed / count, "moved": moved / count,
        "sign_flips": flips / count,
    }))


if __name__ == "__main__":
    main()
