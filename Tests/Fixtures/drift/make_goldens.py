#!/usr/bin/env python3
"""Drift of a checkpoint series by NumPy alone: the independent truth that the Swift tests compare with.

    pip install numpy==2.4.6 h5py==3.16.0
    python Tests/Fixtures/drift/make_goldens.py experiments/data/tiny-olmo2

The series is a folder of REVISION.h5 files, or of Hugging Face directories beside a revisions.json. The files
are written next to this script; every number is the double nearest to a longdouble result, in its shortest form.

drift.csv       the metrics of metrics.py for every pair in comparisons.csv; level is tensor, layer (block index or
                `none`), module (role of the tensor) or model.
comparisons.csv every checkpoint against the reference (the first checkpoint), against its predecessor and against
                the branch point (the last of stage 1), and every pair of ingredient finals. The predecessor of
                an ingredient's first checkpoint, and of `main` (the soup), is the branch point.
series.csv      per checkpoint along its path, which is stage 1 up to the checkpoint or, past the branch point, stage 1
                followed by the ingredient's own checkpoints; `main` follows the branch point. With u the update
                since the predecessor and D the displacement from the reference: step_drift ||u||, path_length (sum of
                step_drift), displacement ||D||, displacement_ratio ||D|| / path_length (missing if that is 0),
                drift_per_step and drift_per_token (differences of step within a stage, an ingredient's first
                checkpoint counting from 0, and of exact token totals; missing for `main`), cos_previous_update
                (u with the predecessor's u), cos_total_displacement (u with end - reference, the end being the branch
                point in stage 1, an ingredient's final, or `main`). A cosine with a zero vector is missing.
gram.csv        all dot products of displacements from the reference, over the whole model.
ingredient_cosines.csv   cosines between the ingredients' updates, final - branch point.
heads.csv       branch point to `main`, per attention head: rows of q, k, v; columns of o.
embedding_rows.csv       branch point to `main`: the 20 rows that moved most, ties by token id. Rows that are all
                zero on both sides are padding, left out and counted (embedding_rows.json).

training_goldens.csv is not written here: it is what the script that trained the series printed of its bfloat16 weights
in float64, branch point against each final and `main`.
"""

import csv
import json
import sys
from itertools import combinations
from pathlib import Path

import numpy as np

import metrics
from checkpoints import Tensor, read_series

HERE = Path(__file__).parent
HEAD_COLUMNS = ("count", "norm_from", "norm_to", "drift", "relative_drift", "rotation")
ROLES = {
    "embed_tokens": "embedding", "lm_head": "unembedding", "norm": "norm",
    "post_attention_layernorm": "norm", "post_feedforward_layernorm": "norm",
    "q_norm": "attention.norm", "k_norm": "attention.norm",
    "q_proj": "attention.q", "k_proj": "attention.k", "v_proj": "attention.v", "o_proj": "attention.o",
    "gate_proj": "mlp.gate", "up_proj": "mlp.up", "down_proj": "mlp.down",
}


def groups(tensor):
    """The (level, name) pairs that a tensor counts towards."""
    parts = tensor.split(".")
    layer = parts[parts.index("layers") + 1] if "layers" in parts else "none"
    return [("tensor", tensor), ("layer", layer), ("module", ROLES[parts[-2]]), ("model", "model")]


def write(name, rows):
    with open(HERE / name, "w", newline="") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows({k: str(v).lower() if isinstance(v, bool) else v for k, v in row.items()} for row in rows)


class Series:
    def __init__(self, checkpoints):
        self.all = checkpoints
        self.reference = checkpoints[0]
        trunk = [c for c in checkpoints if c.stage == 1]
        self.branch = trunk[-1]
        self.predecessor = dict(zip([c.name for c in trunk[1:]], trunk))
        self.end = {c.name: self.branch for c in trunk}
        self.finals = []
        for ingredient in sorted({c.ingredient for c in checkpoints} - {None}):
            run = [c for c in checkpoints if c.ingredient == ingredient]
            self.predecessor |= zip([c.name for c in run], [self.branch] + run)
            self.end |= {c.name: run[-1] for c in run}
            self.finals.append(run[-1])
        self.soup = next(c for c in checkpoints if c.name == "main")
        self.predecessor["main"], self.end["main"] = self.branch, self.soup

    def comparisons(self):
        yield from (("reference", self.reference, c) for c in self.all if c is not self.reference)
        yield from (("predecessor", self.predecessor[c.name], c) for c in self.all if c is not self.reference)
        yield from (("branch_point", self.branch, c) for c in self.all if c.stage != 1)
        yield from (("ingredients", a, b) for a, b in combinations(self.finals, 2))

    def durations(self, checkpoint):
        """Steps and tokens since the predecessor; None where not known."""
        before = self.predecessor[checkpoint.name]
        if checkpoint.step is None or checkpoint.tokens is None:
            return None, None
        start = before.step if before.stage == checkpoint.stage else 0
        return checkpoint.step - start, checkpoint.tokens - before.tokens


def drift_rows(a, b):
    totals = {}
    for name in a.tensors:
        found = metrics.sums(a.tensors[name], b.tensors[name])
        for group in groups(name):
            totals[group] = totals.get(group, metrics.Sums()) + found
    levels = ["tensor", "layer", "module", "model"]
    for (level, name), total in sorted(totals.items(), key=lambda item: (levels.index(item[0][0]), item[0][1])):
        yield {"from": a.name, "to": b.name, "level": level, "name": name} | metrics.metrics(total)


def dot_products(series):
    """By group: dot products of updates and displacements, summed over the group's tensors."""
    names = [c.name for c in series.all]
    at = {name: i for i, name in enumerate(names)}
    predecessors = [at[series.predecessor[n].name] if n in series.predecessor else at[n] for n in names]
    ends = [at[series.end[n].name] for n in names]
    finals, branch = [at[c.name] for c in series.finals], at[series.branch.name]
    totals = {}
    for tensor in series.reference.tensors:
        values = np.stack([c.tensors[tensor].values.ravel() for c in series.all])
        displacements, updates = values - values[0], values - values[predecessors]
        stage2 = values[finals] - values[branch]
        products = {
            "gram": np.stack([(displacements * row).sum(axis=1) for row in displacements]),
            "update": (updates * updates).sum(axis=1),
            "previous": (updates * updates[predecessors]).sum(axis=1),
            "total": (updates * displacements[ends]).sum(axis=1),
            "ingredients": np.stack([(stage2 * row).sum(axis=1) for row in stage2]),
        }
        for group in groups(tensor):
            held = totals.setdefault(group, dict.fromkeys(products, np.longdouble(0)))
            for key, value in products.items():
                held[key] = held[key] + value
    return totals, predecessors, ends


def series_rows(series, group, dots, predecessors, ends):
    update, displacement = np.sqrt(dots["update"]), np.sqrt(np.diagonal(dots["gram"]))
    paths = []
    for i, checkpoint in enumerate(series.all):
        row = {"revision": checkpoint.name, "level": group[0], "name": group[1], "step_drift": None}
        paths.append(paths[predecessors[i]] + update[i] if i else np.longdouble(0))
        row |= {"path_length": paths[i], "displacement": displacement[i]}
        row["displacement_ratio"] = metrics.ratio(displacement[i], paths[i])
        row |= dict.fromkeys(["drift_per_step", "drift_per_token", "cos_previous_update", "cos_total_displacement"])
        if i:
            before = predecessors[i]
            row["step_drift"] = update[i]
            for key, duration in zip(["drift_per_step", "drift_per_token"], series.durations(checkpoint)):
                row[key] = update[i] / duration if duration else None
            row["cos_previous_update"] = metrics.ratio(dots["previous"][i], update[i] * update[before])
            row["cos_total_displacement"] = metrics.ratio(dots["total"][i], update[i] * displacement[ends[i]])
        yield metrics.present(row)


def head_rows(a, b):
    heads = {"q": a.config["num_attention_heads"], "k": a.config["num_key_value_heads"]}
    heads |= {"v": heads["k"], "o": heads["q"]}
    for name in a.tensors:
        role = name.split(".")[-2]
        if ROLES[role].startswith("attention.") and role.endswith("_proj"):
            axis = 1 if role == "o_proj" else 0
            parts = [np.split(c.tensors[name].bits, heads[role[0]], axis) for c in (a, b)]
            for head, (x, y) in enumerate(zip(*parts)):
                x, y = (Tensor(c.tensors[name].type, np.ascontiguousarray(v)) for c, v in ((a, x), (b, y)))
                found = metrics.metrics(metrics.sums(x, y))
                yield {"tensor": name, "module": ROLES[role], "head": head} | {key: found[key] for key in HEAD_COLUMNS}


def embedding_rows(a, b):
    name = next(name for name in a.tensors if "embed_tokens" in name)
    x, y = a.tensors[name].values, b.tensors[name].values
    norms = [np.sqrt((v * v).sum(axis=1)) for v in (x, y, y - x)]
    padding = (norms[0] == 0) & (norms[1] == 0)
    order = np.lexsort((np.arange(len(x)), -norms[2]))
    order = [int(token) for token in order if not padding[token]][:20]
    rows = [{"token": t, "norm_from": norms[0][t], "norm_to": norms[1][t], "drift": norms[2][t],
             "relative_drift": metrics.ratio(norms[2][t], norms[0][t])} for t in order]
    return [metrics.present(row) for row in rows], {"tensor": name, "rows": len(x), "padding_rows": int(padding.sum())}


def main():
    if np.__version__ != "2.4.6" or np.finfo(np.longdouble).nmant != 63:
        sys.exit("needs NumPy 2.4.6 with 80-bit longdouble (x86-64), so that the files come out the same")
    series = Series(read_series(sys.argv[1]))
    comparisons = list(series.comparisons())
    write("comparisons.csv", [{"kind": kind, "from": a.name, "to": b.name} for kind, a, b in comparisons])
    pairs = {(a.name, b.name): (a, b) for _, a, b in comparisons}
    write("drift.csv", [row for a, b in pairs.values() for row in drift_rows(a, b)])

    totals, predecessors, ends = dot_products(series)
    rows = (series_rows(series, group, dots, predecessors, ends) for group, dots in totals.items())
    write("series.csv", [row for group in rows for row in group])
    gram = totals["model", "model"]["gram"]
    names = [c.name for c in series.all]
    write("gram.csv", [{"revision": n} | metrics.present(dict(zip(names, row))) for n, row in zip(names, gram)])
    cosines = []
    for (level, name), dots in totals.items():
        g = dots["ingredients"]
        for (i, a), (j, b) in combinations(enumerate(series.finals), 2):
            cosine = metrics.ratio(g[i, j], np.sqrt(g[i, i] * g[j, j]))
            row = {"level": level, "name": name, "from": a.name, "to": b.name, "cosine": cosine}
            cosines.append(metrics.present(row))
    write("ingredient_cosines.csv", cosines)

    write("heads.csv", list(head_rows(series.branch, series.soup)))
    rows, counts = embedding_rows(series.branch, series.soup)
    write("embedding_rows.csv", rows)
    (HERE / "embedding_rows.json").write_text(json.dumps(counts, indent=1) + "\n")


if __name__ == "__main__":
    main()
