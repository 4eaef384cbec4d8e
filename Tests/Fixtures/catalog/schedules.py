#!/usr/bin/env python3
"""Learning rates, their sums and tokens of OLMo's schedules, as schedules.csv. Python 3.11, no packages.

    python3 Tests/Fixtures/catalog/schedules.py

A plain transcription of the formulas of github.com/allenai/OLMo: `olmo/optim.py` (CosWithWarmup, LinearWithWarmup,
ConstantScheduler, ConstantWithWarmupScheduler and their common warm-up) and `olmo/train.py` (max_steps, max_tokens,
scheduler_current: the step or token count after the update that the rate is for). Sums are exactly rounded (fsum).
"""

import csv
import math
import pathlib


def warmup(lr, t, t_warmup, minimum):
    minimum = lr * 0.10 if minimum is None else minimum
    return minimum + (lr - minimum) * min(t, t_warmup) / t_warmup


def cosine(lr, t, t_warmup, t_max, alpha_f, minimum=None):
    eta_min = lr * alpha_f
    if t < t_warmup:
        return warmup(lr, t, t_warmup, minimum)
    if t >= t_max:
        return eta_min
    return eta_min + (lr - eta_min) * (1 + math.cos(math.pi * (t - t_warmup) / (t_max - t_warmup))) / 2


def linear(lr, t, t_warmup, t_max, alpha_f, minimum=None):
    eta_min = lr * alpha_f
    if t < t_warmup:
        return warmup(lr, t, t_warmup, minimum)
    if t >= t_max:
        return eta_min
    return lr - (lr - eta_min) * ((t - t_warmup) / (t_max - t_warmup))


def constant_with_warmup(lr, t, t_warmup, minimum=None):
    return warmup(lr, t, t_warmup, minimum) if t < t_warmup else lr


def rows(case, stage, steps, batch, rate, tokens=0, total=0.0):
    """Rows at `steps` of a run that starts after `tokens` tokens and a sum of rates of `total`."""
    rates = [rate(step) for step in range(1, max(steps) + 1)]
    for step in steps:
        yield case, stage, step, tokens + step * batch, rates[step - 1], total + math.fsum(rates[:step])


def main():
    table = []
    # OLMo 2 7B: stage 1 by tokens, the ingredients of stage 2 by steps, from step 928646.
    batch = 1024 * 4096
    stage1 = lambda step: cosine(3.0e-4, step * batch, 8388608000, 5e12, 0.1, 0.0)
    table += rows("olmo2-7b", 1, [1, 1000, 1999, 2000, 2001, 100000, 928646], batch, stage1)
    _, _, _, tokens, _, total = table[-1]
    length = math.ceil(50e9 / batch)
    stage2 = lambda step: linear(0.000061499, step, 0, length, 0.0)
    table += rows("olmo2-7b", 2, [1, 6000, 11920, 11921, 11931], batch, stage2, tokens, total)
    # OLMo 1 1B: by steps, the warm-up from a tenth of the peak.
    batch = 2048 * 2048
    table += rows(
        "olmo1-1b", 1, [1, 1999, 2000, 2001, 370000, 738020], batch,
        lambda step: cosine(4.0e-4, step, 2000, 739328, 0.1))
    # OLMo 1 7B as its config says: linear over 2T tokens.
    length = math.ceil(2e12 / batch)
    table += rows(
        "olmo1-7b", 1, [1, 4999, 5000, 5001, 300000, 476837, 476848], batch,
        lambda step: linear(3.0e-4, step, 5000, length, 0.1))
    table += rows("constant", 1, [1, 50, 1000], 4096, lambda step: 2.0e-4)
    table += rows(
        "constant-warmup", 1, [1, 99, 100, 101, 1000], 4096, lambda step: constant_with_warmup(2.0e-4, step, 100))
    path = pathlib.Path(__file__).with_name("schedules.csv")
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["case", "stage", "step", "tokens", "lr", "cumulative_lr"])
        writer.writerows(table)


if __name__ == "__main__":
    main()
