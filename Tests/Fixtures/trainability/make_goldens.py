"""What the default tables of `trainability` hold, computed independently of the harness.

    python3 Tests/Fixtures/trainability/make_goldens.py

Run with Python 3.11 and numpy 2.4.6. Reads experiments/data, writes efficiency.csv, rankings.csv, convergence.csv and
stability.csv beside itself. (derived.csv is not made here: it holds the columns that those who compiled the table of runs
had derived themselves, rounded as they gave them.)
"""
import csv
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
DATA = HERE.parents[2] / "experiments/data"
FOLDER = DATA / "training-efficiency"


def rows(path):
    with open(path) as file:
        return list(csv.DictReader(file))


def number(row, name):
    return float(row[name]) if row[name] else None


def times(*factors):
    return None if any(f is None for f in factors) else float(np.prod([float(f) for f in factors]))


def over(a, b):
    return None if a is None or b is None else a / b


def write(name, header, lines):
    with open(HERE / name, "w") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows([["" if cell is None else cell for cell in line] for line in lines])


gpus = {row["gpu"]: row for row in rows(FOLDER / "gpus.csv")}
metrics, names, efficiency = {}, [], []
for row in rows(FOLDER / "runs.csv"):
    n = number(row, "active_parameters") or number(row, "parameters")
    tokens, hours, energy, emissions = (number(row, k) for k in ("tokens", "gpu_hours", "energy_mwh", "emissions_t"))
    gpu = gpus.get(row["gpu"])
    peak = times(1e12, (number(gpu, "peak_tflops") if gpu else None) or number(row, "peak_tflops"))
    flops = times(6, n, tokens)
    attention = times(12, number(row, "layers"), number(row, "width"), number(row, "context"), tokens)
    possible = times(hours, 3600, peak)
    mfu = over(flops, possible)
    normalised = over(times(hours, peak), 989.5e12)
    power = number(row, "gpu_power_watts") or (number(gpu, "power_watts") if gpu else None)
    gpu_energy = times(hours, power, 1e-6)
    rate = number(row, "tokens_per_second_per_gpu")
    hardware = number(row, "hardware_tflops_per_gpu")
    if row["flops_kind"] == "hardware":
        hfu = over(number(row, "flops_reported"), possible)
    else:
        hfu = over(times(1e12, hardware), peak)
    flops_per_joule = over(flops, times(energy, 3.6e9))
    per_zetta = over(emissions, times(flops, 1e-21))
    efficiency.append([
        row["model"], flops, attention, mfu, over(times(attention and flops and attention + flops), possible),
        over(times(6, n, rate), peak), hfu, over(times(hours, 1e9), tokens), over(times(normalised, 1e9), tokens),
        over(tokens, times(hours, 3600)), gpu_energy, flops_per_joule,
        over(emissions, energy if energy is not None else gpu_energy), per_zetta])
    # Llama-3.3's emissions and OpenBA's utilisation are not believed.
    if row["model"] == "Llama-3.3-70B":
        per_zetta = None
    if row["model"] == "OpenBA-15B":
        flops = mfu = flops_per_joule = per_zetta = None
    names.append(row["model"])
    metrics[row["model"]] = {
        "size": [v if v is None else -v for v in (n, flops, normalised, energy)],
        "system": [mfu, flops_per_joule, None if per_zetta is None else -per_zetta]}
write("efficiency.csv", [
    "model", "training_flops", "attention_flops", "mfu", "mfu_attention", "mfu_throughput", "hfu",
    "gpu_hours_per_billion_tokens", "normalised_gpu_hours_per_billion_tokens", "mean_tokens_per_second_per_gpu",
    "gpu_energy", "flops_per_joule", "carbon_intensity", "emissions_per_zettaflop"], efficiency)


def dominates(a, b):
    known = [(x, y) for x, y in zip(a, b) if y is not None]
    return all(x is not None and x >= y for x, y in known) and any(x > y for x, y in known)


lines = []
for ranking in ("size", "system"):
    left = {name: metrics[name][ranking] for name in names if any(v is not None for v in metrics[name][ranking])}
    known = dict(left)
    front, number_of = 1, {}
    while left:
        top = [name for name in left if not any(dominates(other, left[name]) for other in left.values())]
        for name in top:
            number_of[name] = front
        left = {name: values for name, values in left.items() if name not in top}
        front += 1
    scores = {}
    for name, values in known.items():
        places = []
        for index, value in enumerate(values):
            if value is not None:
                others = [v[index] for other, v in known.items() if other != name and v[index] is not None]
                places.append(np.mean([1.0 if value > o else 0.5 if value == o else 0.0 for o in others]))
        scores[name] = float(np.mean(places))
    for name in names:
        if name in known:
            better = sum((number_of[o], -scores[o] + 1e-12) < (number_of[name], -scores[name]) for o in known)
            share = sum(v is not None for v in known[name]) / len(known[name])
            lines.append([ranking, name, 1 + better, number_of[name], scores[name], share])
        else:
            lines.append([ranking, name, None, None, None, 0.0])
write("rankings.csv", ["ranking", "model", "rank", "front", "score", "coverage"], lines)

convergence, stability = [], []
paths = sorted((DATA / "tiny-olmo2/logs").glob("*.csv")) + sorted((DATA / "tiny-ladder/logs").glob("*.csv"))
for path in paths:
    log = [row for row in rows(path) if row["train_loss"]]
    name = f"data/{path.parent.parent.name}/logs/{path.stem}"
    loss = np.array([float(row["train_loss"]) for row in log])
    means = np.convolve(loss, np.ones(25) / 25, "valid")
    for target in (6.0, 5.0, 4.0, 3.5):
        reached = np.flatnonzero(means <= target)
        row = log[reached[0] + 24] if len(reached) else None
        convergence.append([name, target, row and row["step"], row and row["tokens"]])
    line = [name, len(log)]
    for values in (loss, np.array([float(row["grad_norm"]) for row in log])):
        if len(values) <= 100:
            line.append(None)
            continue
        windows = np.lib.stride_tricks.sliding_window_view(values, 100)[:-1]
        line.append(int(np.sum(np.abs(values[100:] - windows.mean(1)) >= 7 * windows.std(1))))
    stability.append(line)
write("convergence.csv", ["run", "target_loss", "step", "tokens"], convergence)
write("stability.csv", ["run", "steps", "loss_spikes", "gradient_spikes"], stability)
