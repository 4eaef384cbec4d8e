"""Inputs that are no checkpoints: settings, tables, catalogs, configs, logs, saved results, journals. A mutant a run.

Each `make_KIND` gets a generator, an empty folder and the folder of results, and hands back the files that are worth keeping
when the run fails, and the arguments of the run.
"""

import shutil

import corpus
import mutation


class Inputs:
    """What the fuzzer feeds besides checkpoints."""

    def seed_results(self, name):
        """Results of a run, made once, to be damaged."""
        if name not in self.seeds:
            out = f"{self.work}/seed-{name}"
            arguments = ["run", name, "--figures", "none", "--set", f"series=[{self.work}/series]", "--out", out]
            if name == "scaling":
                arguments = ["run", "scaling", "--figures", "none", *self.scaling_settings(), "--out", out]
            else:
                arguments[5] = "series=[%s]" % ", ".join(f'"{p}"' for p in self.series)
            result = self.run(*arguments)
            assert result.code in (0, 4), result.err.decode()
            self.seeds[name] = out
        return self.seeds[name]

    def scaling_settings(self, path=None):
        if path is None:
            path = self.work + "/runs.csv"
            with open(path, "w") as file:
                file.write("n,d,loss\n" + "".join(f"{10**6 * (i + 1)},{10**7 * (j + 1)},{5 - .1 * i - .1 * j}\n" for i in range(4) for j in range(3)))
        fit = ["bootstrap={resamples: 2, starts: 1, seed: 1}", "columns={name: [], parameters: n, tokens: d, loss: loss}", "vocabulary=null", f'runs="{path}"']
        return [word for setting in fit for word in ("--set", setting)]

    def make_yaml(self, generator, folder, out):
        path = f"{folder}/settings.yaml"
        experiment = generator.choice(["norms", "drift", "audit", "spectra", "claims", "trainability"])
        shutil.copy(f"{corpus.ROOT}/experiments/{experiment}.yaml", path)
        corpus.mutate_text_file(generator, path)
        if experiment in ("claims", "trainability"):
            return [path], ["run", experiment, "--figures", "none", "--jobs", "1", "--settings", path, "--out", out]
        series = ", ".join(f'"{p}"' for p in self.series)
        return [path], ["run", experiment, "--figures", "none", "--settings", path, "--set", f"series=[{series}]", "--out", out]

    def make_set(self, generator, folder, out):
        """Settings on the command line, `--set`, and options of the run."""
        experiment = generator.choice(["norms", "drift", "audit", "spectra"])
        names = {
            "norms": ["outlier_threshold", "fingerprints", "strict"], "drift": ["moved_threshold", "compare", "gram", "heads", "embedding_rows", "revisions"],
            "audit": ["norm_deviation", "soups", "vocabulary", "catalog", "training", "branch_point"],
            "spectra": ["method", "updates", "subspaces", "anchors"],
        }[experiment]
        values = [*mutation.TEXTS, *mutation.NUMBERS, *map(str, mutation.INTEGERS), "[]", "{}", "[a, b]", "{a: 1}", "[" * 300, "{a: " * 300,
                  "&a [*a]", "*a", "!!python/object:os.system x", "? x", "- - -", "{step: {step: 1}}", "{x: {step: -1}}", "[predecessor, predecessor]"]
        series = ", ".join(f'"{p}"' for p in self.series)
        words = ["run", experiment, "--figures", "none", "--set", f"series=[{series}]", "--out", out]
        for _ in range(generator.randint(1, 3)):
            name = generator.choice(names + ["series", "", "a.b.c", "allow_external"])
            text = generator.choice([f"{name}={generator.choice(values)}", f"{name}={generator.choice(values)}", generator.choice(values)])
            # The system takes no zero byte and no half of a pair in an argument.
            words += ["--set", text.replace("\0", "").encode("utf-8", "replace").decode()]
        if generator.random() < 0.2:
            words += [generator.choice(["--jobs", "--share", "--figures"]), generator.choice(["0", "-1", "1/0", "0/3", "99999999999999999999", "x", ""])]
        return [], words

    def make_export(self, generator, folder, out):
        """Results of a run, damaged, as curves for TensorBoard and as lines."""
        target = f"{folder}/results"
        files = [f for f in corpus.copy_tree(self.seed_results("drift"), target) if f.endswith((".json", ".csv")) and "/.journal/" not in f]
        path = generator.choice(files)
        (corpus.mutate_json_file if path.endswith(".json") else corpus.mutate_text_file)(generator, path)
        return [path], ["export", "tensorboard", target, "--to", out, *generator.choice([[], ["--jsonl"]])]

    def make_import(self, generator, folder, out):
        """A damaged source into a folder where something is already: no byte of that may change."""
        kind = generator.choice(list(corpus.CHECKPOINTS))
        ending, make = corpus.CHECKPOINTS[kind]
        path = f"{folder}/step1{ending}"
        make(generator, path)
        return [path], ["import", path, "--to", out, *generator.choice([[], ["--link"], ["--force"]])]

    def make_values(self, generator, folder, out):
        """Sound files whose weights are extreme, through the figures."""
        paths, size = [], 4
        for step in (0, 1, generator.choice([2, 2**63 - 1])):
            path = f"{folder}/stage1-step{step}.safetensors"
            corpus.write(path, corpus.extreme_weights(generator, size))
            paths.append(path)
        series = ", ".join(f'"{p}"' for p in paths)
        experiment = generator.choice(["norms", "drift", "spectra", "audit"])
        return paths, ["run", experiment, "--jobs", "1", "--set", f"series=[{series}]", "--out", out]

    def make_training(self, generator, folder, out):
        """A training's config, and what is computed of it."""
        path = f"{folder}/training.yaml"
        shutil.copy(f"{corpus.ROOT}/Tests/Fixtures/catalog/{generator.choice(['stage1', 'stage2'])}.yaml", path)
        corpus.mutate_text_file(generator, path)
        return [path], ["catalog", "schedule", path, "--step", "5"]

    def make_log(self, generator, folder, out):
        """A training's log."""
        path = f"{folder}/log.csv"
        with open(path, "w") as file:
            file.write("step,loss\n" + "".join(f"{10 * n},{5 - 0.1 * n}\n" for n in range(20)))
        corpus.mutate_text_file(generator, path)
        return [path], ["run", "trainability", "--jobs", "1", "--set", f'logs=["{path}"]', "--set", "log_columns={step: step, loss: loss}", "--out", out]

    def make_csv(self, generator, folder, out):
        self.scaling_settings()
        path = f"{folder}/runs.csv"
        shutil.copy(self.work + "/runs.csv", path)
        corpus.mutate_text_file(generator, path)
        return [path], ["run", "scaling", "--jobs", "1", *self.scaling_settings(path), "--out", out]

    def make_catalog(self, generator, folder, out):
        path = f"{folder}/catalog.csv"
        with open(path, "w") as file:
            file.write("Stage,Ingredient,Step,Tokens Seen,Checkpoint Directory\n" + "".join(f"stage 1,,{s},{s * 4096},https://x/step{s}\n" for s in (0, 10, 20, 30)))
        if generator.random() < 0.3:
            with open(path, "w") as file:
                file.write("stage1-step0-tokens0B\nstage1-step1000-tokens5B\nstage2-ingredient1-step100-tokens1B\nmain\n")
        corpus.mutate_text_file(generator, path)
        return [path], ["catalog", *generator.choice([["check", path], ["pick", "--count", "3", path], ["check", path, "--json"]])]

    def make_saved(self, generator, folder, out):
        source = self.seed_results(generator.choice(["norms", "drift", "scaling"]))
        target = f"{folder}/results"
        files = [f for f in corpus.copy_tree(source, target) if f.endswith((".json", ".csv")) and "/.journal/" not in f]
        path = generator.choice(files)
        (corpus.mutate_json_file if path.endswith(".json") else corpus.mutate_text_file)(generator, path)
        return [path], generator.choice([["report", target], ["report", target], ["compare", source, target], ["compare", target, source]])

    def make_join(self, generator, folder, out):
        """Saved results of drift and of probe, which drift_and_loss reads: the committed ones, damaged."""
        for name in ("drift", "probe"):
            corpus.copy_tree(f"{corpus.ROOT}/results/{name}", f"{folder}/{name}")
        path = f"{folder}/" + generator.choice(["drift/run.json", "drift/summary.csv", "drift/trajectory.csv", "probe/run.json", "probe/loss.csv"])
        (corpus.mutate_json_file if path.endswith(".json") else corpus.mutate_text_file)(generator, path)
        settings = [f'drift="{folder}/drift"', f'loss="{folder}/probe"', "resamples=10"]
        return [path], ["run", "drift_and_loss", "--jobs", "1", *[word for setting in settings for word in ("--set", setting)], "--out", out]

    def make_journal(self, generator, folder, out):
        source = self.seed_results("norms")
        corpus.copy_tree(source + "/.journal", folder + "/journal")
        paths = corpus.copy_tree(source + "/.journal", folder + "/journal2")
        shutil.rmtree(folder + "/journal2")
        path = paths[0].replace("journal2", "journal")
        with open(path, "rb") as file:
            data = file.read()
        # One character of a number: a checksum is what tells it.
        digits = [i for i, byte in enumerate(data) if 48 <= byte <= 57]
        if generator.random() < 0.5:
            place = generator.choice(digits)
            data = data[:place] + bytes([48 + (data[place] - 48 + generator.randint(1, 9)) % 10]) + data[place + 1 :]
        else:
            data = mutation.flip(generator, data)
        corpus.write(path, data)
        return [path], [*self.norms_arguments(self.series, out), "--journal", folder + "/journal"]

    def make_model(self, generator, folder, out):
        """A model's config, and an array of tokens."""
        target = f"{folder}/model"
        shutil.copytree(f"{corpus.ROOT}/Tests/Fixtures/language_models/llama", target)
        config, tokens = f"{target}/config.json", f"{folder}/tokens.npy"
        header, shape = "{'descr': '%s', 'fortran_order': False, 'shape': %s, }", "(2, 8)"
        data = bytes(n % 16 for n in range(16))
        if generator.random() < 0.6:
            corpus.mutate_json_file(generator, config)
            corpus.write(tokens, corpus.npy(header % ("|u1", shape), data))
        elif generator.random() < 0.5:
            shape = "(%s)" % ", ".join(str(generator.choice(mutation.INTEGERS)) for _ in range(generator.randint(1, 4)))
            corpus.write(tokens, corpus.npy(header % ("|u1", shape), data))
        else:
            corpus.write(tokens, mutation.flip(generator, corpus.npy(header % ("|u1", shape), data)))
        return [config, tokens], ["run", "probe", "--figures", "none", "--jobs", "1", "--set", f'series=["{target}"]', "--set", f'probe_set={{file: "{tokens}"}}', "--out", out]
