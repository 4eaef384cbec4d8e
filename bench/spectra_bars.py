"""The spectra beside NumPy, SciPy and torch, as rows of the table that bench/run prints.

    make bench PART=spectra                                # this part alone; takes long: NumPy's SVDs do
    .venv/bin/python bench/spectra_bars.py --quick         # small matrices, once: whether it runs

Every contestant takes its turn in one interleaved run of bench/spectra_numpy.py, with the same number of threads.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DYNAMICS = ROOT / ".build/release/dynamics"
PYTHON = ROOT / ".venv/bin/python"
SIZES = ["2048x2048", "2048x8192", "4096x11008", "100352x2048"]


def measure(sizes, rounds, threads):
    """Wall seconds and errors by (size, spectrum, contestant)."""
    output = subprocess.run(
        [PYTHON, ROOT / "bench/spectra_numpy.py", *sizes, "--threads", str(threads), "--repeat", str(rounds),
         "--json", "--binary", ROOT / ".build/release/bench-spectra"],
        check=True, stdout=subprocess.PIPE, text=True).stdout
    return {(row["size"], row["spectrum"], row["name"]): row for row in json.loads(output)}


def rows(sizes=SIZES, rounds=3, threads=os.cpu_count(), shape_bytes=2.97e9):
    """Figure, measured, bar, whether it holds."""
    results = measure(sizes, rounds, threads)
    for size in sizes:
        for spectrum in ("gaussian", "decaying"):
            def ratio(peer, ours):
                return results[size, spectrum, peer]["wall"] / results[size, spectrum, ours]["wall"]

            def error(name):
                return results[size, spectrum, name]["error"]

            place = f"{size} {spectrum}"
            bar = 2.5 if len(set(size.split("x"))) == 1 else 3
            exact = ratio("numpy svd f64", "ours exact")
            yield (f"{place}, exact, all values, faster than NumPy's SVD in f64", f"{exact:.1f}x", f"at least {bar}x",
                   exact >= bar)
            yield (f"{place}, the same in f32 (its error {error('numpy svd f32'):.0e})",
                   f"{ratio('numpy svd f32', 'ours exact'):.1f}x", "-", True)
            yield f"{place}, exact, error over the largest value", f"{error('ours exact'):.0e}", "at most 1e-10", \
                error("ours exact") <= 1e-10
            if size == "4096x11008":
                bar = 20 if spectrum == "gaussian" else 100
                fast = ratio("numpy svd f32", "ours fast k=1")
                yield (f"{place}, spectral norm and stable rank, faster than NumPy's full SVD in f32", f"{fast:.0f}x",
                       f"at least {bar}x", fast >= bar)
            for peer, count in ((peer, count) for count in (1, 8) for peer in ("scipy svds", "torch svd_lowrank")):
                theirs, own = f"{peer} k={count}", f"ours fast k={count}"
                if (size, spectrum, theirs) not in results:
                    continue
                # A faster answer that is wrong is no peer: what counts is equal accuracy, 1e-6 or ours. The bar is for
                # the spectral norm, of a size that exact does not take.
                has_bar = error(theirs) <= max(1e-6, error(own)) and size == "4096x11008" and count == 1
                what = "spectral norm" if count == 1 else f"{count} values"
                yield (f"{place}, {what}, faster than {theirs} (its error {error(theirs):.0e}, ours {error(own):.0e})",
                       f"{ratio(theirs, own):.1f}x", "at least 1.5x" if has_bar else "-",
                       ratio(theirs, own) >= 1.5 or not has_bar)
    yield whole_checkpoint(shape_bytes, threads)


def whole_checkpoint(size, threads):
    """How busy the cores are over a checkpoint of OLMo-2-1B's shape, `method: fast`, from start to end."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_DIR")) as folder:
        subprocess.run([PYTHON, ROOT / "bench/generate.py", "--kind", "bf16", "--bytes", str(size), "--count", "1",
                        "--no-safetensors", "--out", folder], check=True)
        command = [DYNAMICS, "run", "spectra", "--settings", ROOT / "experiments/spectra.yaml", "--quiet", "--jobs", threads,
                   "--set", f"series=['{folder}/0.h5']", "--set", "method=fast", "--out", f"{folder}/out"]
        before = os.times()
        subprocess.run([str(word) for word in command], check=True, stdout=subprocess.DEVNULL)
        after = os.times()
    wall = after.elapsed - before.elapsed
    cpu = (after.children_user - before.children_user) + (after.children_system - before.children_system)
    share = cpu / (wall * threads)
    return (f"a checkpoint of {size / 1e9:.2g} GB, OLMo 2 1B's shape, fast: {wall:.0f} s, share of {threads} cores busy",
            f"{100 * share:.0f} %", "above 85 %", share > 0.85)


if __name__ == "__main__":
    quick = "--quick" in sys.argv
    found = rows(["128x128", "128x512"], 1, shape_bytes=2e8) if quick else rows()
    print("| figure | measured | bar | holds |\n|---|---|---|---|")
    for figure, value, bar, holds in found:
        print(f"| {figure} | {value} | {bar} | {'yes' if holds else 'no'} |", flush=True)
