"""Figures of `dynamics run probe` beside transformers: one checkpoint of OLMo-2-1B's shape, 8 sequences of 512 tokens."""

import csv
import os
import shutil
import statistics
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DYNAMICS = ROOT / ".build/release/dynamics"
PYTHON = ROOT / ".venv/bin/python"
TOKENS = 8 * 512


def run(command):
    """Seconds, peak bytes and what it printed."""
    start = time.perf_counter()
    process = subprocess.Popen(
        [str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        raise SystemExit(f"failed: {' '.join(map(str, command))}")
    return time.perf_counter() - start, usage.ru_maxrss * 1024, output


def rows(work, shape="1B", rounds=3):
    """(figure, value, bar, whether it holds) for each. Rounds are interleaved; the first does not count."""
    model, out, cores = work / "model", work / "out", os.cpu_count()
    subprocess.run([PYTHON, ROOT / "bench/generate_model.py", "--shape", shape, "--out", model], check=True)
    settings = work / "probe.yaml"
    settings.write_text(f"series: ['{model}']\nprobe_set: {{file: '{model / 'tokens.npy'}'}}\n")
    ours = [DYNAMICS, "run", "probe", "--settings", settings, "--out", out, "--quiet", "--jobs", cores]
    seconds = {"ours": [], "whole": [], "loaded": []}
    peaks = {"ours": 0, "theirs": 0}
    for turn in range(rounds + 1):
        shutil.rmtree(out, ignore_errors=True)
        took, peak, _ = run(ours)
        # The batch that is faster for them.
        theirs, their_peak, printed = run(
            [PYTHON, ROOT / "bench/peer_transformers.py", model, "--threads", cores, "--batch", 1])
        loss, loaded, _ = map(float, printed.split())
        with open(out / "loss.csv") as file:
            found = float(next(csv.DictReader(file))["cross_entropy"])
        if abs(found - loss) > 2e-5:
            raise SystemExit(f"losses differ: {found} and {loss}")
        if turn:
            for name, value in (("ours", took), ("whole", theirs), ("loaded", loaded)):
                seconds[name].append(value)
        peaks = {"ours": max(peaks["ours"], peak), "theirs": max(peaks["theirs"], their_peak)}
    shutil.rmtree(model)
    took, whole, loaded = (statistics.median(seconds[name]) for name in ("ours", "whole", "loaded"))
    share = peaks["ours"] / peaks["theirs"]
    return [
        ("probe, tokens a second, reading included", f"{TOKENS / took:.0f}", "-", True),
        ("the same over transformers, model already loaded", f"{loaded / took:.2f}x", "at least 1.1x",
         loaded / took >= 1.1),
        ("whole process, faster than transformers'", f"{whole / took:.2f}x", "at least 2x", whole / took >= 2),
        ("peak memory of probe", f"{peaks['ours'] / 2**20:.0f} MiB, {share:.2f} of transformers'", "at most a quarter",
         share <= 0.25),
    ]
