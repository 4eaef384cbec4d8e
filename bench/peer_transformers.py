#!/usr/bin/env python3
"""What transformers on torch makes of a probe: loads a Hugging Face directory in float32, runs the tokens of its
tokens.npy, and prints the mean loss and the seconds that running took, model loaded.

    pip install numpy==2.4.6 torch==2.13.0+cpu transformers==5.23.0
    python bench/peer_transformers.py DIR --threads 2 --batch 1
"""

import argparse
import time

import numpy as np
import torch
from transformers import AutoModelForCausalLM

parser = argparse.ArgumentParser()
parser.add_argument("folder")
parser.add_argument("--threads", type=int, required=True)
parser.add_argument("--batch", type=int, default=1)
parser.add_argument("--rounds", type=int, default=1)
options = parser.parse_args()
torch.set_num_threads(options.threads)
model = AutoModelForCausalLM.from_pretrained(options.folder, dtype=torch.float32).eval()
tokens = torch.from_numpy(np.load(f"{options.folder}/tokens.npy").astype(np.int64))
for _ in range(options.rounds):
    start, cpu = time.perf_counter(), time.process_time()
    losses = []
    with torch.inference_mode():
        for part in tokens.split(options.batch):
            losses += [float(model(part, labels=part).loss)] * len(part)
    print(f"{sum(losses) / len(losses):.6f} {time.perf_counter() - start:.3f} {time.process_time() - cpu:.3f}", flush=True)
