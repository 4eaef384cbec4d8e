#!/usr/bin/env python3
"""Feeds the built binary with mutants of every kind of input, and watches what it does.

    tools/fuzz/fuzz.py BINARY [--minutes 5] [--seed 1] [--only torch,yaml] [--keep DIR]

A mutant is named KIND-SEED-NUMBER and is the same on every machine; `--mutant NAME` makes and runs that one. It fails when the
process ends by a signal, with another exit code than 0, 2, 3 or 4, takes more than 20 s of processor time, 120 s or 600 MiB,
says something on stderr that is no line of ours or controls the terminal, or ends with 0 or 4 and tables that cannot be right:
norms that are not finite, that contradict each other, or that are those of bytes which are no weights. Failing mutants are
kept, with the command and what it said. Checkpoints are read in batches: one that brings a run down is found by running each of the batch alone.
Python's standard library only.
"""

import argparse
import collections
import csv
import json
import math
import os
import random
import re
import resource
import shutil
import subprocess
import sys
import time

import corpus
import inputs

SECONDS, WAITING_SECONDS, KIBIBYTES, BATCH = 20, 120, 600 << 10, 24
NOISE = ("error: ", "warning: ", "notice: ", "read ", "done in ", "all from the journal, ", "note: ", "without a step")
#: What an import says of itself.
IMPORTED = re.compile(r"\d+ written \(")


class Result:
    def __init__(self, code, out, err, seconds, waited, kibibytes):
        self.code, self.out, self.err, self.seconds, self.waited, self.kibibytes = code, out, err, seconds, waited, kibibytes


class Fuzzer(inputs.Inputs):
    def __init__(self, binary, work, keep):
        self.binary, self.work, self.keep = os.path.abspath(binary), work, keep
        self.counts, self.failures, self.codes = collections.Counter(), [], collections.Counter()
        shutil.rmtree(work, ignore_errors=True)
        os.makedirs(work)
        self.series = corpus.write_series(work + "/series")
        self.seeds = {}

    def run(self, *arguments):
        def limit():
            resource.setrlimit(resource.RLIMIT_AS, (9 << 30,) * 2)
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

        start = time.time()
        with open(self.work + "/out", "w+b") as out, open(self.work + "/err", "w+b") as err:
            environment = {**os.environ, "SWIFT_BACKTRACE": "enable=no"}
            process = subprocess.Popen(
                [self.binary, *arguments], stdin=subprocess.DEVNULL, stdout=out, stderr=err, preexec_fn=limit, cwd=corpus.ROOT, env=environment)
            status = None
            while status is None:
                found, status, usage = os.wait4(process.pid, os.WNOHANG)
                if found == 0:
                    status = None
                    if time.time() - start > WAITING_SECONDS:
                        process.kill()
                        _, status, usage = os.wait4(process.pid, 0)
                    time.sleep(0.004)
            process.returncode = os.waitstatus_to_exitcode(status)
            out.seek(0), err.seek(0)
            seconds = usage.ru_utime + usage.ru_stime
            return Result(process.returncode, out.read(), err.read(), seconds, time.time() - start, usage.ru_maxrss)

    def problem(self, result, arguments=()):
        """What is wrong with how a process ended; None when nothing is."""
        error = result.err.decode("utf-8", "backslashreplace")
        last = error.strip().split("\n")[-1][:200]
        if result.seconds > SECONDS:
            return f"took {result.seconds:.0f} s of processor time"
        if result.waited > WAITING_SECONDS:
            return f"did not end within {WAITING_SECONDS} s"
        if result.code not in (0, 2, 3, 4):
            return f"exit code {result.code}: {last}"
        if result.kibibytes > KIBIBYTES:
            return f"took {result.kibibytes >> 10} MiB"
        for name, text in (("stderr", error), ("stdout", result.out.decode("utf-8", "backslashreplace"))):
            if any(ord(c) < 32 and c != "\n" or 127 <= ord(c) < 160 for c in text):
                return f"{name} has control characters"
        lines = [line for line in error.split("\n") if line]
        if result.code in (2, 3) and not any(line.lower().startswith("error: ") for line in lines):
            return f"exit code {result.code} without an error: {last}"
        if any(line.startswith("error: forged") for line in lines):
            return "a name forged an error"
        # A comparison says there what differs, and names come from the files that it compares.
        if "compare" in arguments:
            return None
        strange = [line for line in lines if not line.startswith(NOISE) and " findings in " not in line and not IMPORTED.match(line)]
        if strange and result.code != 2:
            return f"stderr has a line of its own: {strange[0][:200]}"
        return None

    def norms_problem(self, folder, structural):
        """What is wrong with tables of norms; `structural` are the checkpoints of which only places were changed."""
        try:
            with open(folder + "/norms.csv", newline="", encoding="utf-8") as file:
                rows = list(csv.DictReader(file))
        except FileNotFoundError:
            return "no norms.csv"
        for row in rows:
            cells = {name: float(row[name]) for name in ("l2", "max_abs", "elements", "rms") if row.get(name)}
            if not all(math.isfinite(v) for v in cells.values()):
                return f"a cell that is not finite: {row}"
            if {"l2", "max_abs", "elements"} <= cells.keys():
                if cells["l2"] > math.sqrt(cells["elements"]) * cells["max_abs"] * (1 + 1e-9):
                    return f"norms contradict each other: {row}"
                if row["revision"] in structural and not cells["max_abs"] <= 4:
                    return f"read from where no weights are: {row}"
        return None

    def fail(self, name, problem, paths, arguments, result):
        self.failures.append((name, problem))
        folder = f"{self.keep}/{name}"
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        for path in paths:
            target = f"{folder}/{os.path.basename(path)}"
            if os.path.isdir(path):
                shutil.copytree(path, target, symlinks=True)
            elif os.path.lexists(path):
                shutil.copy2(path, target, follow_symlinks=False)
        with open(folder + "/report.txt", "wb") as file:
            file.write(f"{problem}\n{self.binary} {' '.join(arguments)}\n".encode("utf-8", "backslashreplace") + result.err[:100_000])
        print(f"FAIL {name}: {problem}".encode("ascii", "backslashreplace").decode(), flush=True)

    # Checkpoints, a batch a run.

    def norms_arguments(self, paths, out):
        shutil.rmtree(out, ignore_errors=True)
        return ["run", "norms", "--figures", "none", "--jobs", "1", "--set", "series=[%s]" % ", ".join(f'"{p}"' for p in paths), "--out", out]

    def checkpoints(self, kind, seed, numbers):
        ending, make = corpus.CHECKPOINTS[kind]
        folder = f"{self.work}/{kind}"
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        paths, structural = [], set()
        for number in numbers:
            path = f"{folder}/step{number}{ending}"
            if make(random.Random(f"{kind}-{seed}-{number}"), path):
                structural.add(f"step{number}")
            paths.append(path)
        self.counts[kind] += len(paths)
        if len(paths) > 1 and self.look(kind, seed, numbers, paths, structural) is None:
            return
        # Who was it?
        failed = len(self.failures)
        for number, path in zip(numbers, paths):
            found = self.look(kind, seed, [number], [path], structural)
            if found:
                self.fail(f"{kind}-{seed}-{number}", found[0], [path], found[1], found[2])
        if failed == len(self.failures) and len(paths) > 1:
            found = self.look(kind, seed, numbers, paths, structural)
            if found:
                self.fail(f"{kind}-{seed}-{numbers[0]}to{numbers[-1]}", found[0], paths, found[1], found[2])

    def look(self, kind, seed, numbers, paths, structural):
        arguments = self.norms_arguments(paths, f"{self.work}/norms")
        result = self.run(*arguments)
        self.codes[kind, result.code] += 1
        problem = self.problem(result)
        if problem is None and result.code in (0, 4):
            problem = self.norms_problem(f"{self.work}/norms", structural)
        if problem is None and len(paths) == 1:
            arguments = ["inspect", "--json", paths[0]]
            result = self.run(*arguments)
            problem = self.problem(result)
            if problem is None and result.code == 0:
                try:
                    json.loads(result.out)
                except ValueError as error:
                    problem = f"inspect --json is no JSON: {error}"
        return problem and (problem, arguments, result)

    # Everything else, a mutant a run.

    def single(self, kind, seed, number):
        generator = random.Random(f"{kind}-{seed}-{number}")
        out, folder = f"{self.work}/single-out", f"{self.work}/single"
        for path in (out, folder):
            shutil.rmtree(path, ignore_errors=True)
        os.makedirs(folder)
        paths, arguments = getattr(self, "make_" + kind)(generator, folder, out)
        self.counts[kind] += 1
        result = self.run(*arguments)
        self.codes[kind, result.code] += 1
        problem = self.problem(result, arguments)
        if problem is None and kind == "journal":
            problem = self.journal_problem(out, result)
        if problem:
            self.fail(f"{kind}-{seed}-{number}", problem, paths, arguments, result)

    def journal_problem(self, out, result):
        if result.code not in (0, 4):
            return f"exit code {result.code} by a damaged journal"
        for name in ("norms.csv", "summary.csv"):
            paths = [f"{folder}/{name}" for folder in (self.seeds["norms"], out)]
            if os.path.exists(paths[0]):
                tables = [open(path, "rb").read() for path in paths]
                if tables[0] != tables[1]:
                    return f"a damaged journal changed {name}"
        return None


SINGLES = ["yaml", "set", "values", "training", "log", "csv", "catalog", "saved", "join", "journal", "model", "export", "import"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default=",".join([*corpus.CHECKPOINTS, *SINGLES]))
    parser.add_argument("--mutant", help="KIND-SEED-NUMBER: makes and runs this one, and keeps it")
    parser.add_argument("--work", default=".build/fuzz/work")
    parser.add_argument("--keep", default=".build/fuzz/failures", help="where failing mutants go")
    options = parser.parse_args()
    fuzzer = Fuzzer(options.binary, os.path.abspath(options.work), os.path.abspath(options.keep))
    if options.mutant:
        kind, seed, number = options.mutant.split("-")
        if kind in corpus.CHECKPOINTS:
            fuzzer.checkpoints(kind, seed, [int(number)])
        else:
            fuzzer.single(kind, seed, int(number))
    else:
        end, number, seed = time.time() + 60 * options.minutes, 0, str(options.seed)
        while time.time() < end:
            for kind in options.only.split(","):
                if time.time() >= end:
                    break
                if kind in corpus.CHECKPOINTS:
                    fuzzer.checkpoints(kind, seed, list(range(number, number + BATCH)))
                else:
                    for offset in range(3):
                        fuzzer.single(kind, seed, number + offset)
            number += BATCH
    for kind, count in fuzzer.counts.items():
        codes = ", ".join(f"{n} ended with {c}" for (k, c), n in sorted(fuzzer.codes.items()) if k == kind)
        print(f"{kind}: {count} mutants; of the runs {codes}")
    print(f"{sum(fuzzer.counts.values())} mutants, {len(fuzzer.failures)} failures" + (f", kept in {options.keep}" if fuzzer.failures else ""))
    sys.exit(bool(fuzzer.failures))


if __name__ == "__main__":
    main()
