"""Audits random parts of the committed series, which is clean, and counts findings: every one would be a false positive.

    python3 Tests/Fixtures/audit/random_splits.py .build/release/dynamics 1000

Written for Python 3.11; needs no package. A part has 1 to all of the checkpoints, each number equally likely; the seed is
0. The parts share a journal, so that the weights are read once.
"""
import json
import pathlib
import random
import subprocess
import sys
import tempfile

binary, trials = sys.argv[1], int(sys.argv[2])
root = pathlib.Path(__file__).resolve().parents[3]
files = sorted(str(path) for path in (root / "experiments/data/tiny-olmo2").glob("*.h5"))
generator = random.Random(0)
findings = 0
with tempfile.TemporaryDirectory() as folder:
    settings = pathlib.Path(folder, "audit.yaml")
    for trial in range(trials):
        part = generator.sample(files, generator.randint(1, len(files)))
        settings.write_text("series: " + json.dumps(part))
        done = subprocess.run(
            [binary, "run", "audit", "--quiet", "--settings", str(settings), "--out", folder + "/out",
             "--journal", folder + "/journal"], capture_output=True, text=True)
        lines = pathlib.Path(folder, "out/findings.csv").read_text().splitlines()[1:] if done.returncode in (0, 4) else []
        if done.returncode != 0:
            findings += max(1, len(lines))
            print(trial, done.returncode, done.stderr, [pathlib.Path(path).stem for path in part])
print(f"{trials} parts of {len(files)} checkpoints, {findings} findings")
