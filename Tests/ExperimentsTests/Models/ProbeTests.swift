import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

@testable import Experiments
@testable import Settings

/// The experiment probe: on the committed series against transformers, and on small models for its journal and its errors.
@Suite struct ProbeTests {
    private let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    /// A config that `SmallModel`'s tensors follow.
    private static let config = """
        {"model_type": "olmo2", "hidden_size": 4, "intermediate_size": 6, "num_hidden_layers": 2, \
        "num_attention_heads": 2, "num_key_value_heads": 1, "vocab_size": 8, "max_position_embeddings": 16}
        """

    private func model(_ k: Int, revision: String? = nil, _ edit: (inout SmallModel) -> Void = { _ in }) throws
        -> String
    {
        var model = SmallModel(k, revision: revision)
        model.config = Self.config
        edit(&model)
        return try model.write(to: folder)
    }

    private func series() throws -> [String] { try (0..<3).map { try model($0) } }

    /// A headerless stream of 60 ids below 8, cut into lengths of 6.
    @discardableResult
    private func run(
        _ series: [String], jobs: Int = 2, out: String = "out", journal: String = "journal", _ settings: String...
    ) throws -> ExperimentRun.Outcome {
        let ids = (0..<60).map { UInt16($0 * $0 % 7 + $0 % 2) }
        try ids.withUnsafeBytes { Data($0) }.write(to: URL(filePath: "\(folder.path)/ids.bin"))
        let text = """
            series: [\(series.joined(separator: ", "))]
            probe_set: {file: ids.bin, memmap_dtype: uint16, length: 6}
            resamples: 50
            """
        var options = ExperimentRun.Options(names: ["probe"], jobs: jobs)
        options.settingsFile = try folder.write("probe.yaml", text)
        options.overrides = try settings.map { try SettingsOverride($0) }
        options.output = "\(folder.path)/\(out)"
        options.journal = "\(folder.path)/\(journal)"
        options.readOptions = readOptions()
        options.figureWidth = nil
        return try ExperimentRun(options).run()
    }

    /// What transformers made of four checkpoints (`Fixtures/probe/make_goldens.py`), and the losses of sequences that were
    /// saved with the series.
    @Test func `the committed series gives what transformers gives`() throws {
        let golden = try CSVRows(file: "\(packageRoot)/Tests/Fixtures/probe/domains.csv")
        let tiny = "\(packageRoot)/experiments/data/tiny-olmo2"
        let names = ["stage1-step0-tokens0B", "stage1-step600-tokens1B", "stage1-step2500-tokens1B", "main"]
        var options = ExperimentRun.Options(names: ["probe"], jobs: 2)
        options.settingsFile = "\(packageRoot)/experiments/probe.yaml"
        options.overrides = [
            try SettingsOverride("series=[\(names.map { "\(tiny)/\($0).h5" }.joined(separator: ", "))]"),
            try SettingsOverride("resamples=100"),
        ]
        options.output = "\(folder.path)/out"
        options.readOptions = readOptions()
        options.figureWidth = nil
        let outcome = try ExperimentRun(options).run()
        #expect(outcome.refused.isEmpty && outcome.findings.isEmpty)

        let loss = try table("loss", of: folder)
        let places = loss.index(by: "revision", "domain")
        for row in golden.rows.indices {
            let key = golden.rows[row][0] + " " + golden.rows[row][1]
            let place = try #require(places[key])
            for column in golden.columns[2..<11] {
                let cell = try #require(loss.cell(place, column))
                if golden.rows[row][0] == names[0], ["divergence", "top1_agreement"].contains(column) {
                    #expect(cell.isEmpty, "the reference is not compared with itself")
                    continue
                }
                let (value, expected) = (try #require(Double(cell)), try #require(golden.number(row, column)))
                #expect(abs(value - expected) <= 2e-6 * max(1, expected), "\(column) of \(key)")
            }
            #expect(loss.number(place, "perplexity") == loss.number(place, "cross_entropy").map { exp($0) })
            #expect(loss.cell(place, "bits_per_byte") == "")
        }
        #expect(golden.rows.count == loss.rows.count)

        // Main follows from the branch point: what its row of `loss` says of the change, `changes` says of the two.
        let changes = try table("changes", of: folder)
        let pairs = changes.index(by: "comparison", "from", "to", "domain")
        for domain in ["scripture", "pydoc", "wordnet", "jargon", "all"] {
            let row = try #require(pairs["branch_point \(names[2]) main \(domain)"])
            let (from, to) = (try #require(places["\(names[2]) \(domain)"]), try #require(places["main \(domain)"]))
            #expect(changes.cell(row, "cross_entropy_from") == loss.cell(from, "cross_entropy"))
            #expect(changes.cell(row, "cross_entropy_to") == loss.cell(to, "cross_entropy"))
            for column in ["change", "change_low", "change_high"] {
                #expect(changes.cell(row, column) == loss.cell(to, column), "\(column) of \(domain)")
            }
            let (low, high) = (
                try #require(changes.number(row, "change_low")), try #require(changes.number(row, "change_high"))
            )
            #expect(
                changes.cell(row, "verdict") == (high < 0 ? "fell" : low > 0 ? "rose" : "not told apart"))
        }
        // Since the first: three checkpoints; since the branch point: main alone, the others came before.
        #expect(changes["comparison"].count { $0 == "reference" } == 15)
        #expect(changes["comparison"].count { $0 == "branch_point" } == 5 && changes.rows.count == 20)

        let positions = try table("positions", of: folder)
        let buckets = positions.index(by: "revision", "domain", "first_position")
        for row in golden.rows.indices {
            for bucket in 0..<7 {
                let key = "\(golden.rows[row][0]) \(golden.rows[row][1]) \(1 << bucket)"
                let value = positions.number(try #require(buckets[key]), "cross_entropy")
                let expected = try #require(golden.number(row, "position_\(1 << bucket)"))
                #expect(abs(try #require(value) - expected) < 2e-6, "position of \(key)")
            }
        }

        let sequences = try table("sequences", of: folder)
        let saved = try CSVRows(file: "\(tiny)/goldens/sequence_losses.csv")
        let rows = saved.index(by: "revision", "row")
        let domains = ["scripture", "pydoc", "wordnet", "jargon"]
        for row in sequences.rows.indices {
            let domain = try #require(sequences.cell(row, "domain"))
            let number = try #require(sequences.cell(row, "sequence").flatMap { Int($0) })
            let place = (domains.firstIndex(of: domain) ?? 0) * 16 + number
            let golden = try #require(rows["\(sequences.rows[row][0]) \(place)"])
            let difference =
                try #require(sequences.number(row, "cross_entropy")) - #require(saved.number(golden, "ce_nats"))
            #expect(abs(difference) < 2e-6)
            let hits = try #require(sequences.number(row, "top1_accuracy")) * 127
            #expect(saved.number(golden, "top1_hits") == hits.rounded())
        }
        #expect(sequences.rows.count == 4 * 64)
    }

    @Test func `results do not depend on the number of threads`() throws {
        let series = try series()
        for jobs in [1, 2, 5] { try run(series, jobs: jobs, out: "\(jobs)", journal: "journal-\(jobs)") }
        let one = try results(in: folder, out: "1")
        #expect(try results(in: folder, out: "2") == one)
        #expect(try results(in: folder, out: "5") == one)
        #expect(one.count == 11)
    }

    @Test func `of a pair the second follows from the first, whatever their names tell`() throws {
        let series = try series()
        try run(series, out: "series")
        try run(series, out: "pair", "from=\(series[2])", "to=\(series[0])")
        let whole = try CSVRows(file: "\(folder.path)/series/loss.csv")
        let pair = try CSVRows(file: "\(folder.path)/pair/loss.csv")
        #expect(pair["revision"] == [whole["revision"][2], whole["revision"][0]])
        // The same losses, and the change between them with the other sign of that from the first to the third.
        #expect(pair["cross_entropy"] == [whole["cross_entropy"][2], whole["cross_entropy"][0]])
        #expect(pair["previous"] == ["", whole["revision"][2]])
        let (changes, forth) = (
            try CSVRows(file: "\(folder.path)/pair/changes.csv"), try CSVRows(file: "\(folder.path)/series/changes.csv")
        )
        #expect(changes["comparison"] == ["pair"] && forth["comparison"].prefix(2) == ["reference", "reference"])
        #expect(changes["change"][0] == pair["change"][1])
        let (back, there) = (try #require(changes.number(0, "change")), try #require(forth.number(1, "change")))
        #expect(abs(back + there) < 1e-15 && back != 0)
        let (low, high) = (try #require(changes.number(0, "change_low")), try #require(forth.number(1, "change_high")))
        #expect(abs(low + high) < 1e-12)
    }

    @Test func `a second run reads nothing and leaves the same files`() throws {
        let series = try series()
        let first = try run(series)
        let left = try results(in: folder)
        let second = try run(series)
        #expect(first.bytesRead > 0 && second.bytesRead == 0)
        #expect(try results(in: folder) == left)
        // Neither does what is made of the sums alone.
        #expect(try run(series, out: "other", "batch=2", "resamples=7", "seed=3").bytesRead == 0)
        #expect(try run(series, out: "shorter", "probe_set.length=5").bytesRead > 0)
    }

    /// Its tensors are read for their content, once more for its own run, and then the two unembeddings: the reference's
    /// final states are kept.
    @Test func `a checkpoint that joins the series costs its own run only`() throws {
        let all = try series()
        try run(Array(all.dropLast()))
        let added = try run(all)
        let bytes = SmallModel(0).byteCount
        let embedding = 8 * 4 * 2
        #expect(added.bytesRead <= 2 * bytes + 3 * embedding)
        let left = try results(in: folder)
        try run(all, journal: "fresh")
        #expect(try results(in: folder) == left)
    }

    @Test func `damaged final states are computed again`() throws {
        let all = try series()
        try run(Array(all.dropLast()))
        let states = try #require(
            try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/journal/states").first)
        try Data(repeating: 7, count: 992).write(to: URL(filePath: "\(folder.path)/journal/states/\(states)"))
        try run(all)
        let left = try results(in: folder)
        try run(all, journal: "fresh")
        #expect(try results(in: folder) == left)
    }

    @Test func `a checkpoint that cannot be run costs its own rows`() throws {
        let good = try model(0)
        let nan = try model(1, revision: "stage1-step2000-tokens9B") { model in
            var tensor = model["model.layers.1.mlp.up_proj.weight"]
            tensor.values[3] = .nan
            model["model.layers.1.mlp.up_proj.weight"] = tensor
        }
        let missing = try model(1, revision: "stage1-step3000-tokens9B") {
            $0.remove("model.layers.0.self_attn.v_proj.weight")
        }
        let strange = try model(1, revision: "stage1-step4000-tokens9B") {
            $0.config = $0.config?.replacing("olmo2", with: "mamba")
        }
        let bare = try model(1, revision: "stage1-step5000-tokens9B") { $0.config = nil }
        let outcome = try run([good, nan, missing, strange, bare])
        #expect(
            outcome.refused.map(\.problem).sorted() == [
                "it carries no config, which tells how to run the model",
                "it has no tensor 'model.layers.0.self_attn.v_proj.weight', which its config calls for",
                "its config has model_type 'mamba'; implemented are olmo, olmo2, olmo3, llama, gpt_neox",
                "the logits of sequence 0 of 'all' are not finite at token 0",
            ])
        #expect(try Set(table("loss", of: folder)["revision"]) == ["stage1-step0-tokens0B"])
        #expect(outcome.findings.contains { $0.contains("holds 1 NaN") })
    }

    @Test func `a reference that cannot be run leaves the losses`() throws {
        let bad = try model(0) { $0.config = nil }
        let outcome = try run([bad, try model(1), try model(2)])
        #expect(outcome.refused.count == 1)
        let loss = try table("loss", of: folder)
        #expect(loss.rows.count == 2 && loss["divergence"] == ["", ""] && !loss["cross_entropy"].contains(""))
    }

    @Test func `byte counts give bits per byte, and the change since the checkpoint before is told`() throws {
        try run(try series())
        let loss = try table("loss", of: folder)
        #expect(loss["previous"] == ["", "stage1-step0-tokens0B", "stage1-step1000-tokens5B"])
        let means = try loss.rows.indices.map { try #require(loss.number($0, "cross_entropy")) }
        let change = try #require(loss.number(1, "change"))
        #expect(abs(change - (means[1] - means[0])) < 1e-12)
        let (low, high) = (try #require(loss.number(1, "change_low")), try #require(loss.number(1, "change_high")))
        #expect(low <= change && change <= high)
    }

    @Test func `settings that no computation could follow are bad input`() throws {
        let path = try model(0)
        #expect(try problems { try run([path], "batch=0") } == ["batch is 0; a number from 1 on is expected"])
        #expect(
            try problems { try run([path], "probe_set.length=1") } == [
                "probe_set.length is 1; a number from 2 on is expected"
            ])
        #expect(
            try problems { try run([path], "probe_set.file=~") } == [
                "no probe set is named; set probe_set.file=FILE, or probe_set.files={DOMAIN: FILE, ...}"
            ])
        #expect(
            try problems { try run([path], "reference=other") } == [
                "reference 'other' is not in the series; it holds stage1-step0-tokens0B"
            ])
        #expect(
            try problems { try run([path], "probe_set.length=20") } == [
                "checkpoint \(path): sequence 0 of 'all' has 20 tokens, but the model's context is 16; "
                    + "set the probe set's length to at most 16",
                "none of the 1 checkpoints can be run over the probe set",
            ])
        #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/out"))
    }
}

/// What is made of sums, by hand.
@Suite struct LossMetricsTests {
    private func sequence(
        _ loss: [Double], targets: Int, bytes: Int? = nil, first: [Int] = [0], divergence: Double? = nil
    ) -> LossMetrics.Sequence {
        var sums = SequenceLosses.Sequence()
        (sums.loss, sums.first) = (loss, first)
        return LossMetrics.Sequence(
            targets: targets, byteCount: bytes, losses: sums, divergence: divergence, agreed: nil)
    }

    @Test func `means weigh tokens, not sequences`() {
        let metrics = LossMetrics(
            sequences: [sequence([1, 3], targets: 2, bytes: 4), sequence([8], targets: 4, bytes: 2)], bins: [])
        #expect(metrics.targets == 6 && metrics.crossEntropy == 2)
        #expect(metrics.bitsPerToken == 2 / M_LN2 && metrics.bitsPerByte == 12 / M_LN2 / 6)
        // Of equal means R = 2 no residual is left.
        #expect(metrics.standardError == 0)
        // exp(2) each by itself.
        #expect(abs(metrics.meanBatchPerplexity(batch: 1) - exp(2)) < 1e-12)
        #expect(metrics.divergence == nil)
    }

    @Test func `the standard error of equal lengths is that of the means`() throws {
        let metrics = LossMetrics(sequences: [2.0, 4, 9].map { sequence([$0 * 5], targets: 5) }, bins: [])
        // Means 2, 4, 9: deviation √13 over √3.
        #expect(abs(try #require(metrics.standardError) - (13.0 / 3).squareRoot()) < 1e-12)
        #expect(LossMetrics(sequences: [sequence([1], targets: 1)], bins: []).standardError == nil)
    }

    @Test func `batches have perplexities of their own`() {
        let metrics = LossMetrics(sequences: [0.0, 0, 2].map { sequence([$0], targets: 1) }, bins: [])
        #expect(abs(metrics.meanBatchPerplexity(batch: 2) - (1 + exp(2)) / 2) < 1e-12)
        #expect(abs(metrics.perplexity - exp(2.0 / 3)) < 1e-12)
    }

    @Test func `a bin is off by the difference of confidence and hits`() {
        let bins = [
            SequenceLosses.Bin(count: 4, confidence: 1, hits: 2), SequenceLosses.Bin(count: 6, confidence: 5, hits: 5),
        ]
        #expect(LossMetrics(sequences: [sequence([0], targets: 10)], bins: bins).calibrationError == 0.1)
    }

    @Test func `one sequence without its bytes leaves the whole without`() {
        let metrics = LossMetrics(
            sequences: [sequence([1], targets: 1, bytes: 4), sequence([1], targets: 1)], bins: [])
        #expect(metrics.bitsPerByte == nil)
    }

    @Test func `positions fall into powers of two`() {
        #expect([1, 2, 3, 4, 7, 8, 127, 128].map(SequenceLosses.bucket) == [0, 1, 1, 2, 2, 3, 6, 7])
    }
}
