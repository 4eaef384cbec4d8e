import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

@testable import Base
@testable import Experiments
@testable import LanguageModels

@Suite struct AuditTests {
    private static let layer = "model.layers.1"
    private static let finals = (1...3).map { "stage2-ingredient\($0)-step400-tokens1B" }
    private static let stage1 = [0, 25, 60, 130, 280, 600, 1250, 2500].map {
        "stage1-step\($0)-tokens\($0 == 0 ? 0 : 1)B"
    }

    @Test func `a clean series has no findings, and a second audit reads nothing`() throws {
        let series = try DamagedSeries()
        let outcome = try series.audit(settings: "soups: {main: [\(Self.finals.joined(separator: ", "))]}\n")
        #expect(outcome.findings.isEmpty && outcome.refused.isEmpty)
        #expect(outcome.bytesRead == 18 * 677_200 * 2)
        #expect(try series.table("findings").rows.isEmpty)
        let files = try series.table("files")
        #expect(files.rows.count == 18 && files["weights"].allSatisfy { $0 == "677200" })
        let order = try series.table("order")
        #expect(order.rows.count == 17 && order["claimed"] == order["recovered"])
        let again = try series.audit(
            settings: "soups: {main: [\(Self.finals.joined(separator: ", "))]}\n", out: "again", jobs: 1)
        #expect(again.bytesRead == 0)
        for name in ["findings", "files", "order", "soup"] {
            #expect(try series.folder.text("out/\(name).csv") == series.folder.text("again/\(name).csv"), "\(name)")
        }
    }

    /// Truth from NumPy and SciPy: Fixtures/audit/make_goldens.py. Four standard deviations are allowed; sums over float32
    /// blocks are good to 1e-7, weights to the square root of that.
    @Test func `distances are estimated within their error, and the soup is explained as by NumPy`() throws {
        let series = try DamagedSeries()
        try series.audit()
        let golden = try CSVRows(file: "\(packageRoot)/Tests/Fixtures/audit/distances.csv")
        var exact: [String: Double] = [:]
        for row in golden.rows.indices {
            let (a, b) = (golden.cell(row, "a") ?? "", golden.cell(row, "b") ?? "")
            exact["\(a) \(b)"] = golden.number(row, "distance")
            exact["\(b) \(a)"] = golden.number(row, "distance")
        }
        let order = try series.table("order")
        var compared = 0
        for row in order.rows.indices {
            let revision = order.cell(row, "revision") ?? ""
            for neighbour in ["before", "after", "nearest"] {
                guard let other = order.cell(row, neighbour), let found = order.number(row, "distance_\(neighbour)"),
                    let error = order.number(row, "distance_error")
                else { continue }
                let truth = try #require(exact["\(revision) \(other)"])
                #expect(abs(found / truth - 1) < min(4 * error, 0.1), "\(revision) \(other): \(found), not \(truth)")
                compared += 1
            }
        }
        #expect(compared == 17 + 16 + 13)

        struct Soup: Decodable {
            let mean_residual, weights_residual, mean_rounding, max_ulps, beyond_rounding, beyond_own_rounding: Double
            let single_residuals, weights: [Double]
        }
        let truth = try JSONDecoder().decode(
            Soup.self, from: Data(contentsOf: URL(filePath: "\(packageRoot)/Tests/Fixtures/audit/soup.json")))
        let soup = try series.table("soup")
        func column(_ name: String, _ explanation: String) -> [Double] {
            soup.rows.indices.filter { soup.cell($0, "explanation") == explanation }.compactMap {
                soup.number($0, name)
            }
        }
        func agree(_ found: [Double], _ expected: [Double], _ tolerance: Double) -> Bool {
            found.count == expected.count
                && zip(found, expected).allSatisfy { abs($0 - $1) <= tolerance * max(1, abs($1)) }
        }
        #expect(agree(column("residual", "mean"), Array(repeating: truth.mean_residual, count: 3), 1e-12))
        #expect(agree(column("rounding", "mean"), Array(repeating: truth.mean_rounding, count: 3), 1e-7))
        #expect(agree(column("max_ulps", "mean"), Array(repeating: truth.max_ulps, count: 3), 1e-12))
        #expect(agree(column("beyond_rounding", "mean"), Array(repeating: truth.beyond_rounding, count: 3), 0))
        #expect(
            agree(column("beyond_own_rounding", "mean"), Array(repeating: truth.beyond_own_rounding, count: 3), 1e-15))
        #expect(agree(column("residual", "single"), truth.single_residuals, 1e-7))
        #expect(agree(column("weight", "weights"), truth.weights, 1e-6))
        #expect(agree(column("residual", "weights"), Array(repeating: truth.weights_residual, count: 3), 1e-5))
    }

    @Test func `drift, norms and audit together read each byte once, and after them audit reads what is new`() throws {
        let names = [Self.stage1[6], Self.stage1[7]]
        let series = try DamagedSeries(names)
        let both = try series.audit(experiments: ["drift", "norms", "audit"])
        #expect(both.bytesRead == 2 * 677_200 * 2)
        try FileManager.default.copyItem(
            atPath: "\(packageRoot)/experiments/data/tiny-olmo2/\(Self.stage1[5]).h5",
            toPath: "\(series.folder.path)/\(Self.stage1[5]).h5")
        #expect(try series.audit().bytesRead == 677_200 * 2)
    }

    /// Each checkpoint has a defect of its own; every finding is one that was planted.
    @Test func `planted defects of structure and values are found, and nothing else`() throws {
        let series = try DamagedSeries()
        let stage1 = Self.stage1
        try series.edit(stage1[1]) { $0.remove { $0.contains("q_norm") || $0.hasSuffix("2.self_attn.k_norm.weight") } }
        try series.edit(stage1[2]) { checkpoint in
            checkpoint.tensors.append(
                .init(
                    name: "\(Self.layer).adapter.weight", type: .float32, shape: [2],
                    bytes: [0, 0, 128, 63, 0, 0, 0, 64]))
            checkpoint[Self.layer + ".mlp.up_proj.weight"].shape = [80, 256]
        }
        try series.edit(stage1[3]) { checkpoint in
            checkpoint["model.embed_tokens.weight"].values[7] = .nan
            checkpoint["lm_head.weight"].values[80] = -.infinity
        }
        try series.edit(stage1[4]) { checkpoint in
            checkpoint[Self.layer + ".mlp.down_proj.weight"].values[3] = 0x1p-130
            checkpoint["model.norm.weight"].type = .float32
            checkpoint["model.norm.weight"].bytes = checkpoint["model.norm.weight"].values.flatMap { value in
                withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }
            }
        }
        try series.edit(stage1[5]) { checkpoint in
            checkpoint["model.embed_tokens.weight"].values[80] = 0.5  // a row of padding, id 1
            let norm = checkpoint[Self.layer + ".mlp.gate_proj.weight"].values.reduce(0) { $0 + $1 * $1 }
            checkpoint[Self.layer + ".mlp.gate_proj.weight"].values = Array(
                repeating: (norm / 20480).squareRoot(), count: 20480)
        }
        try series.edit(stage1[6]) {
            $0[Self.layer + ".self_attn.v_proj.weight"].values = Array(repeating: 0, count: 6400)
        }
        try series.edit("stage2-ingredient1-step100-tokens1B") {
            $0[Self.layer + ".self_attn.o_proj.weight"].values = $0[Self.layer + ".self_attn.o_proj.weight"].values.map
            { $0 / 2 }
        }
        try series.edit("stage2-ingredient1-step200-tokens1B") {
            $0[Self.layer + ".self_attn.q_norm.weight"].values = Array(repeating: 1, count: 80)
        }
        let before = try EditedCheckpoint("stage2-ingredient2-step100-tokens1B")
        try series.edit("stage2-ingredient2-step200-tokens1B") {
            $0["model.layers.0.mlp.gate_proj.weight"] = before["model.layers.0.mlp.gate_proj.weight"]
            $0["model.layers.3.mlp.gate_proj.weight"] = before["model.layers.3.mlp.gate_proj.weight"]
        }
        try series.edit("stage2-ingredient2-step400-tokens1B") {
            $0.config = $0.config?.replacing("\"num_hidden_layers\": 4", with: "\"num_hidden_layers\": 5")
        }
        try series.edit("stage2-ingredient3-step400-tokens1B") {
            $0.config = $0.config?.replacing("\"rope_theta\": 500000", with: "\"rope_theta\": 10000")
        }
        try series.edit("stage2-ingredient3-step100-tokens1B") { $0.config = "{\"model_type\":\"olmo2\"}" }
        try series.edit("stage2-ingredient3-step200-tokens1B") { $0.revision.step = 300 }
        let finals = try EditedCheckpoint(Self.finals[0])
        try series.edit("main") {
            $0["model.layers.2.mlp.up_proj.weight"] = finals["model.layers.2.mlp.up_proj.weight"]
        }
        let data = try #require(FileManager.default.contents(atPath: "\(series.folder.path)/main.h5"))
        try data.prefix(300_000).write(to: URL(filePath: "\(series.folder.path)/stage1-step2000.h5"))
        try series.folder.write("stage1-step2100.h5", "not a checkpoint")
        try FileManager.default.createSymbolicLink(
            atPath: "\(series.folder.path)/stage1-step2200.h5", withDestinationPath: "\(series.folder.path)/nowhere")

        let found = try series.findings()
        let expected = [
            "truncated", "malformed", "unreadable",
            "missing_tensor \(stage1[1]) model.layers.{0-3}.self_attn.q_norm.weight",
            "missing_tensor \(stage1[1]) model.layers.2.self_attn.k_norm.weight",
            "extra_tensor \(stage1[2]) \(Self.layer).adapter.weight",
            "shape_differs \(stage1[2]) \(Self.layer).mlp.up_proj.weight",
            "non_finite \(stage1[3]) lm_head.weight", "non_finite \(stage1[3]) model.embed_tokens.weight",
            "element_type_differs \(stage1[4]) model.norm.weight",
            "denormals \(stage1[4]) \(Self.layer).mlp.down_proj.weight",
            "constant_tensor \(stage1[5]) \(Self.layer).mlp.gate_proj.weight",
            "padding_row \(stage1[5]) model.embed_tokens.weight",
            "zero_tensor \(stage1[6]) \(Self.layer).self_attn.v_proj.weight",
            "norm_off_trend stage2-ingredient1-step100-tokens1B \(Self.layer).self_attn.o_proj.weight",
            "constant_tensor stage2-ingredient1-step200-tokens1B \(Self.layer).self_attn.q_norm.weight",
            "identical_tensors stage2-ingredient2-step100-tokens1B model.layers.{0,3}.mlp.gate_proj.weight",
            "config_differs stage2-ingredient2-step400-tokens1B", "config_differs stage2-ingredient3-step400-tokens1B",
            "architecture_differs stage2-ingredient2-step400-tokens1B",
            "bad_config stage2-ingredient3-step100-tokens1B", "name_differs stage2-ingredient3-step200-tokens1B",
            "identical_tensors \(Self.finals[0]) model.layers.2.mlp.up_proj.weight",
            "soup main model.layers.2.mlp.up_proj.weight",
        ]
        #expect(Set(found).subtracting(expected) == [])
        #expect(Set(expected).subtracting(found) == [])
        #expect(found.count == expected.count)
    }

    @Test func `two steps that are exchanged are out of order`() throws {
        let series = try DamagedSeries()
        try series.relabel(Self.stage1[2], with: Self.stage1[6])
        try series.relabel(Self.stage1[6], with: Self.stage1[2])
        #expect(
            try series.findings(settings: "norm_deviation: 9\n")
                == [2, 6].map { "out_of_order \(Self.stage1[$0])" })
        let order = try series.table("order")
        let rows = order.index(by: "revision")
        #expect(order.cell(try #require(rows[Self.stage1[2]]), "recovered") == "7")
        #expect(order.cell(try #require(rows[Self.stage1[6]]), "recovered") == "3")
    }

    @Test func `a copy of another step is identical to it, and has no order of its own`() throws {
        let series = try DamagedSeries(Self.stage1)
        try series.relabel(Self.stage1[6], with: Self.stage1[1])
        #expect(
            try series.findings(settings: "norm_deviation: 9\n")
                == ["identical_checkpoints \(Self.stage1[1])"])
    }

    @Test func `the last checkpoints of two ingredients that are exchanged are told`() throws {
        let series = try DamagedSeries()
        try series.relabel(Self.finals[1], with: Self.finals[2])
        try series.relabel(Self.finals[2], with: Self.finals[1])
        #expect(try series.findings() == [1, 2].map { "other_run \(Self.finals[$0])" })
    }

    @Test(arguments: [100, 200])
    func `of ingredients that are exchanged at one step, that step is told`(step: Int) throws {
        let series = try DamagedSeries()
        let names = (2...3).map { "stage2-ingredient\($0)-step\(step)-tokens1B" }
        try series.relabel(names[0], with: names[1])
        try series.relabel(names[1], with: names[0])
        #expect(try series.findings() == names.map { "other_run \($0)" })
    }

    @Test func `an ingredient that starts from an earlier checkpoint is told`() throws {
        let series = try DamagedSeries(Self.stage1 + ["stage2-ingredient1-step100-tokens1B", Self.finals[0]])
        let (earlier, branch) = (try EditedCheckpoint(Self.stage1[6]), try EditedCheckpoint(Self.stage1[7]))
        for name in ["stage2-ingredient1-step100-tokens1B", Self.finals[0]] {
            try series.edit(name) { $0.add(earlier, less: branch) }
        }
        #expect(try series.findings() == ["branch_point stage2-ingredient1-step100-tokens1B"])
        #expect(try series.findings(settings: "branch_point: \(Self.stage1[6])\n") == [])
    }

    @Test(arguments: [
        ("half", "weights"), ("single", "unaveraged"), ("other", "no weights explain"),
        ("twice", "rounded more than once"),
    ])
    func `a soup that is not the mean is told with what explains it`(kind: String, evidence: String) throws {
        let series = try DamagedSeries(Self.finals + ["main", Self.stage1[7]])
        let finals = try Self.finals.map { try EditedCheckpoint($0) }
        let branch = try EditedCheckpoint(Self.stage1[7])
        try series.edit("main") { main in
            switch kind {
            case "half":
                // ½a + ¼b + ¼c
                main = finals[0]
                main.add(finals[1], less: finals[0], times: 0.25)
                main.add(finals[2], less: finals[0], times: 0.25)
                main.revision = Revision(name: "main")
            case "single": main.tensors = finals[0].tensors
            case "other": main.tensors = branch.tensors
            default:
                // (a + b + c)/3 with every sum rounded to bfloat16
                main.tensors = finals[0].tensors
                for index in main.tensors.indices {
                    for other in finals.dropFirst() {
                        main.tensors[index].values = zip(main.tensors[index].values, other.tensors[index].values).map {
                            $0 + $1
                        }
                    }
                    main.tensors[index].values = main.tensors[index].values.map { $0 / 3 }
                }
            }
        }
        let found = try series.findings(settings: "soups: {main: [\(Self.finals.joined(separator: ", "))]}\n")
        #expect(found.contains("soup main"))
        let table = try series.table("findings")
        let row = try #require(table["finding"].firstIndex(of: "soup"))
        #expect(table.cell(row, "evidence")?.contains(evidence) == true, "\(table.cell(row, "evidence") ?? "")")
        #expect(Set(table["finding"]).subtracting(["soup", "identical_checkpoints"]).isEmpty)
        if kind == "half" {
            let soup = try series.table("soup")
            let weights = soup.rows.indices.filter { soup.cell($0, "explanation") == "weights" }
                .compactMap { soup.number($0, "weight") }
            #expect(zip(weights, [0.5, 0.25, 0.25]).allSatisfy { abs($0 - $1) < 0.005 }, "\(weights)")
        }
    }

    /// As of OLMo 2 1B, whose `main` is its third ingredient.
    @Test(arguments: zip([2, 0], [[], ["soup main"]]))
    func `a main that is to be one ingredient is held against that one`(weights: Int, expected: [String]) throws {
        let series = try DamagedSeries(Self.finals + ["main", Self.stage1[7]])
        let tensors = try EditedCheckpoint(Self.finals[weights]).tensors
        try series.edit("main") { $0.tensors = tensors }
        let runs = try String(
            contentsOfFile: "\(packageRoot)/experiments/data/tiny-olmo2/training.yaml", encoding: .utf8)
        let model = try series.folder.write("model.yaml", Self.model(runs))
        let found = try series.findings(settings: "training: [\(model)]\n")
        #expect(found.filter { $0.hasPrefix("soup") } == expected, "\(found)")
        guard weights == 0 else { return }
        let table = try series.table("findings")
        let row = try #require(table["finding"].firstIndex(of: "soup"))
        #expect(table.cell(row, "evidence")?.hasPrefix("it is to be \(Self.finals[2]), but the nearest") == true)
    }

    /// A description of the committed model, with its third ingredient for `main`.
    private static func model(_ runs: String) -> String {
        let sizes =
            "architecture: olmo2, width: 80, layers: 4, heads: 4, key_value_heads: 4, feed_forward: 256, vocabulary: 2048, "
            + "embedding_rows: 2048, tied: false, parameters: 677200, parameters_source: none, main_one_of: [3]"
        let lines = sizes.components(separatedBy: ", ").filter { !$0.hasPrefix("main_one_of") }
        return "models:\n  - name: tiny\n" + lines.map { "    \($0)\n" }.joined() + "    main_one_of: [3]\n"
            + runs.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { "    \($0)\n" }.joined()
    }

    /// Rows from 2040 on are made padding; one checkpoint has a defect in row 2045.
    @Test(arguments: ["zero", "constant", "decayed", "trained"])
    func `padding rows from the vocabulary on are zero, or constant, in all checkpoints`(kind: String) throws {
        let names = Array(Self.stage1[3...])
        let series = try DamagedSeries(names)
        for (place, name) in names.enumerated() {
            try series.edit(name) { checkpoint in
                var values = checkpoint["model.embed_tokens.weight"].values
                for row in 2040..<2048 {
                    for column in 0..<80 {
                        let value: Float =
                            switch kind {
                            case "zero": 0
                            // Weight decay shrinks what is never trained.
                            case "decayed": Float(column + 1) / 64 * (1 - 0.1 * Float(place))
                            case "trained": Float((column * (place + 3) * (row - 2000)) % 17 - 8) / 64
                            default: Float(column + 1) / 64
                            }
                        values[row * 80 + column] = value
                    }
                }
                checkpoint["model.embed_tokens.weight"].values = values
            }
        }
        #expect(try series.findings(settings: "vocabulary: 2040\n") == [])
        try series.edit(names[2]) { checkpoint in
            checkpoint = try EditedCheckpoint(path: "\(series.folder.path)/\(names[2]).h5")
            let row = (0..<80).map { Float($0 % 2 == 0 ? 0.25 : -0.25) }
            checkpoint["model.embed_tokens.weight"].values.replaceSubrange(2045 * 80..<2046 * 80, with: row)
        }
        let found = try series.findings(settings: "vocabulary: 2040\n")
        // A row that differs everywhere is a token's, whatever the setting says.
        #expect(found == (kind == "trained" ? [] : ["padding_row \(names[2]) model.embed_tokens.weight"]))
        guard kind != "trained" else { return }
        let evidence = try #require(try series.table("findings")["evidence"].first)
        #expect(
            evidence.hasPrefix(
                kind == "zero"
                    ? "row 2045 is padding and 0 in 4 of 5 checkpoints, here its norm is 2.236"
                    : "row 2045 is padding and points in one direction in most checkpoints, here in another"),
            "\(evidence)")
        // Without the setting, these rows are tokens.
        #expect(try series.findings() == [])
    }

    @Test func `a part of the ingredients is no reason to doubt a soup`() throws {
        let series = try DamagedSeries([Self.finals[0], Self.finals[2], "main"])
        #expect(try series.findings() == [])
        #expect(try !series.table("soup").rows.isEmpty)
    }

    @Test func `plans and catalogs are held against labels`() throws {
        let series = try DamagedSeries(Array(Self.stage1[5...]) + [Self.finals[0]])
        let training = "training: [\(packageRoot)/experiments/data/tiny-olmo2/training.yaml]\n"
        try series.folder.write("list.txt", ([Self.stage1[5], Self.stage1[7], Self.finals[0]]).joined(separator: "\n"))
        let catalog = "catalog: [\(series.folder.path)/list.txt]\n"
        #expect(try series.findings(settings: training) == [])
        #expect(try series.findings(settings: training + catalog) == ["not_in_catalog \(Self.stage1[6])"])
        try series.edit(Self.stage1[6]) { $0.revision.tokens = 5_120_001 }
        try series.edit(Self.finals[0], as: "stage2-ingredient1-step500-tokens1B") {
            $0.revision = Revision(named: "stage2-ingredient1-step500-tokens1B")
        }
        #expect(
            try series.findings(settings: training)
                == ["catalog_differs \(Self.stage1[6])", "catalog_differs stage2-ingredient1-step500-tokens1B"])
        let other = try series.findings(settings: "training: [OLMo-2-1124-7B]\n")
        #expect(other.contains("architecture_differs \(Self.stage1[7])"))
    }

    @Test func `a file's name that tells another step than its attributes is told`() throws {
        let series = try DamagedSeries([Self.stage1[5], Self.stage1[6]])
        try series.edit(Self.stage1[6], as: "stage1-step1300-tokens1B") { _ in }
        #expect(try series.findings() == ["name_differs \(Self.stage1[6])"])
    }

    @Test func `a tied head that differs from the embedding is told`() throws {
        let folder = try DamagedSeries([])
        for tied in [true, false] {
            let config = """
                {"model_type":"llama","hidden_size":4,"intermediate_size":6,"num_hidden_layers":1,"num_attention_heads":2,
                "vocab_size":8,"tie_word_embeddings":\(tied)}
                """
            var expected = try Architecture(config: config).tensors
            if tied {
                expected.append(
                    contentsOf: try Architecture(config: config.replacing("true", with: "false")).tensors.filter {
                        $0.name == "lm_head.weight"
                    })
            }
            var checkpoint = try EditedCheckpoint("main")
            checkpoint.revision = Revision(named: tied ? "step1" : "step2")
            checkpoint.config = config
            var next: Float = tied ? 1 : 1.5
            checkpoint.tensors = expected.map { tensor in
                var made = EditedCheckpoint.Tensor(name: tensor.name, type: .bfloat16, shape: tensor.shape, bytes: [])
                made.values = (0..<tensor.shape.reduce(1, *)).map { _ in
                    next = -next * 1.01
                    return next
                }
                return made
            }
            try checkpoint.write(to: folder.folder)
        }
        #expect(
            try folder.findings(settings: "norm_deviation: 99\n")
                == ["tied_weights_differ step1 lm_head.weight", "config_differs step2"])
    }

    /// Beyond these, `Tests/Fixtures/audit/random_splits.py` tries as many as one likes.
    @Test func `random parts of the clean series have no findings`() throws {
        let source = "\(packageRoot)/experiments/data/tiny-olmo2"
        let all = try FileManager.default.contentsOfDirectory(atPath: source).filter { $0.hasSuffix(".h5") }.sorted()
        let folder = try ScratchFolder()
        var random = SplitMix64(seed: 5)
        for part in 0..<12 {
            let names = all.shuffled(using: &random).prefix(Int.random(in: 1...all.count, using: &random))
            var options = ExperimentRun.Options(names: ["audit"], jobs: 2)
            options.settingsFile = try folder.write(
                "audit.yaml", "series: [\(names.map { "\(source)/\($0)" }.joined(separator: ", "))]\n")
            options.output = "\(folder.path)/out"
            options.journal = "\(folder.path)/journal"
            options.readOptions = readOptions()
            let outcome = try ExperimentRun(options).run()
            #expect(outcome.findings.isEmpty, "part \(part): \(names.sorted())")
        }
    }
}
