import Foundation
import TestSupport
import Testing

@testable import Base
@testable import Checkpoints

/// `dynamics catalog`, as a user starts it.
struct CatalogTests {
    private let stage1 =
        "Step,Checkpoint Directory\r\n0,https://h/x/step0/\r\n1000,https://h/x/step1000/\r\n928000,https://h/x/step928000/"
    private let stage2 = """
        Ingredient,Step,Checkpoint Directory
        1,11931,https://h/x/stage2/olmo_stage2_ingredient1/step11000-unsharded/
        1,eleven,https://h/x/stage2/olmo_stage2_ingredient1/step11/
        2,11931,https://h/x/stage2/olmo_stage2_ingredient2/step11931-unsharded/
        2,11931,https://h/x/stage2/olmo_stage2_ingredient2/step11931-unsharded/
        3,11931,https://h/x/stage2/olmo_stage2_ingredient3/step11931-unsharded/
        """

    private func place() throws -> Workplace {
        let place = try Workplace()
        try place.write("OLMo-2-1124-7B.csv", stage1)
        try place.write("OLMo-2-1124-7B-stage2.csv", stage2)
        return place
    }

    @Test func `check prints every defect with row and reason, and ends with 4`() throws {
        let place = try place()
        let found = try dynamics(
            "catalog", "check", "OLMo-2-1124-7B.csv", "OLMo-2-1124-7B-stage2.csv", in: place.path)
        let jump = (1...3).map {
            "OLMo-2-1124-7B-stage2.csv: learning_rate_jump: stage 2, ingredient \($0) starts with a learning rate of 6.1499e-05, but the run it starts from had 6.13511e-05 at step 928646\n"
        }
        #expect(
            found.output
                == """
                OLMo-2-1124-7B.csv: missing_branch_point: stage 2 starts from step 928646 of stage 1, which is not listed; the nearest that is: 928000
                OLMo-2-1124-7B-stage2.csv:2: mislabelled: the row says step 11931, its directory step 11000 | 1,11931,https://h/x/stage2/olmo_stage2_ingredient1/step11000-unsharded/
                OLMo-2-1124-7B-stage2.csv:3: unreadable_row: the step is 'eleven', not a whole number | 1,eleven,https://h/x/stage2/olmo_stage2_ingredient1/step11/
                OLMo-2-1124-7B-stage2.csv:5: duplicate_row: stage2-ingredient2-step11931 is listed already by line 4 of OLMo-2-1124-7B-stage2.csv | 2,11931,https://h/x/stage2/olmo_stage2_ingredient2/step11931-unsharded/

                """ + jump.joined())
        #expect(found.errors == "7 findings in 7 entries, checked against the training of OLMo-2-1124-7B\n")
        #expect(found.code == 4)
    }

    @Test func `check as JSON`() throws {
        let place = try place()
        let found = try dynamics("catalog", "check", "OLMo-2-1124-7B-stage2.csv", "--json", "--quiet", in: place.path)
        let object = try JSONSerialization.jsonObject(with: Data(found.output.utf8)) as? [String: Any]
        let findings = try #require(object?["findings"] as? [[String: Any]])
        #expect(object?["model"] as? String == "OLMo-2-1124-7B" && object?["entries"] as? Int == 4)
        #expect(
            findings.map { $0["kind"] as? String }.prefix(3) == ["mislabelled", "unreadable_row", "duplicate_row"])
        #expect(findings[0]["line"] as? Int == 2 && found.errors.isEmpty && found.code == 4)
    }

    @Test func `the committed series has no findings`() throws {
        let found = try dynamics(
            "catalog", "check", tinySeries, "--training", "\(tinySeries)/training.yaml")
        #expect(
            found
                == Finished(
                    code: 0, output: "", errors: "0 findings in 18 entries, checked against the training given\n"))
    }

    @Test func `a broken config is told with file and line, and the catalog is checked all the same`() throws {
        let place = try place()
        try place.write(
            "run.yaml",
            "model: {max_sequence_length: 4096}\nglobal_train_batch_size: 1024\nmax_duration: 1ep\n"
                + "optimizer: {name: adamw, learning_rate: 1e-3}\nscheduler: {name: polynomial}\n")
        let found = try dynamics(
            "catalog", "check", "OLMo-2-1124-7B-stage2.csv", "--training", "run.yaml", in: place.path)
        #expect(
            found.output.contains(
                "run.yaml:5: unreadable_config: 'scheduler.name': unknown scheduler 'polynomial', so that no learning rate is known"
            ))
        #expect(found.output.contains(":2: mislabelled") && found.code == 4)
    }

    @Test func `list gives names, tokens and learning rates`() throws {
        let place = try place()
        let found = try dynamics("catalog", "list", "OLMo-2-1124-7B.csv", in: place.path)
        #expect(
            found
                == Finished(
                    code: 0,
                    output: """
                        revision,stage,ingredient,step,average,tokens,lr,cumulative_lr,location,source
                        stage1-step0-tokens0B,1,,0,false,0,,0.0,https://h/x/step0/,OLMo-2-1124-7B.csv:2
                        stage1-step1000-tokens5B,1,,1000,false,4194304000,0.00015,0.07507499999999999,https://h/x/step1000/,OLMo-2-1124-7B.csv:3
                        stage1-step928000-tokens3893B,1,,928000,false,3892314112000,\(found.output.split(separator: ",").suffix(4).prefix(2).joined(separator: ",")),https://h/x/step928000/,OLMo-2-1124-7B.csv:4

                        """, errors: ""))
    }

    @Test func `pick writes a series file that drift takes, and drift gets the same rows as from the names`() throws {
        let place = try Workplace()
        let picked = try dynamics(
            "catalog", "pick", tinySeries, "--training", "\(tinySeries)/training.yaml", "--count", "6", "--to",
            place / "series.yaml")
        #expect(picked == Finished(code: 0, output: "\(place / "series.yaml")\n", errors: ""))
        let ran = try dynamics(
            "run", "drift", "--settings", place / "series.yaml", "--set", "training=[\(tinySeries)/training.yaml]",
            "--out",
            place / "out", "--quiet")
        #expect(ran.code == 0)
        let rows = try place.table("out/summary.csv")
        let names = Set(rows.flatMap { [$0["from"], $0["to"]] })
        #expect(
            names.count == 6 && names.contains("stage1-step0-tokens0B") && names.contains("stage1-step2500-tokens1B"))
        let committed = try CSVText(packageRoot + "/results/drift/summary.csv")
        for row in rows where row["comparison"] == "branch_point" {
            let same = committed.rows.first {
                $0["comparison"] == "branch_point" && $0["from"] == row["from"] && $0["to"] == row["to"]
            }
            #expect(same?["relative_drift"] == row["relative_drift"])
        }
    }

    @Test func `pick from a list of addresses names files to be, and keeps the branch point`() throws {
        let place = try place()
        let found = try dynamics(
            "catalog", "pick", "OLMo-2-1124-7B.csv", "OLMo-2-1124-7B-stage2.csv", "--count", "3", "--checkpoints",
            "data",
            in: place.path)
        #expect(
            found.output
                == """
                # 3 checkpoints of OLMo-2-1124-7B.csv, OLMo-2-1124-7B-stage2.csv, spread by log.
                # For 'dynamics run NAME --settings' this file. Relative paths are looked for beside it, then in the current folder.
                series:
                  # https://h/x/step0/
                  - data/stage1-step0-tokens0B.h5
                  # https://h/x/step928000/
                  - data/stage1-step928000-tokens3893B.h5  # branch point
                  # https://h/x/stage2/olmo_stage2_ingredient1/step11000-unsharded/
                  - data/stage2-ingredient1-step11931-tokens50B.h5

                # Steps and tokens since training began, exactly: names round them.
                revisions:
                  stage1-step0-tokens0B: {stage: 1, step: 0, tokens: 0}
                  stage1-step928000-tokens3893B: {stage: 1, step: 928000, tokens: 3892314112000}
                  stage2-ingredient1-step11931-tokens50B: {stage: 2, ingredient: 1, step: 11931, tokens: 3945065873408}

                """)
        #expect(
            found.errors
                == "warning: the branch point, step 928646 of stage 1, is not listed; stage1-step928000 stands for it\n"
                + "warning: OLMo-2-1124-7B-stage2.csv:3: the step is 'eleven', not a whole number\n")
        #expect(found.code == 4)
        let around = try dynamics(
            "catalog", "pick", "OLMo-2-1124-7B.csv", "--count", "2", "--around", "1100", "--names", in: place.path)
        #expect(around.output == "stage1-step0-tokens0B\nstage1-step1000-tokens5B\n" && around.code == 0)
    }

    @Test func `models lists what is known, and all that is known of one`() throws {
        let all = try dynamics("catalog", "models")
        #expect(all.output.split(separator: "\n").count == 19 && all.code == 0)
        #expect(all.output.contains("OLMo-2-1124-7B,olmo2,4096,32,32,32,11008,100278,74,false,7298617344,"))
        let one = try dynamics("catalog", "models", "allenai/OLMo-2-0325-32B")
        let object = try JSONSerialization.jsonObject(with: Data(one.output.utf8)) as? [String: Any]
        #expect(object?["key_value_heads"] as? Int == 8 && object?["parameters"] as? Int == 32_234_279_936)
        let none = try dynamics("catalog", "models", "OLMo-2-1124-8B")
        #expect(none.code == 2 && none.errors.contains("did you mean 'OLMo-2-1124-7B'?"))
    }

    @Test func `schedule prints rates at steps`() throws {
        let found = try dynamics("catalog", "schedule", "\(tinySeries)/training.yaml", "--step", "50")
        let lines = found.output.split(separator: "\n")
        #expect(lines[0] == "stage,ingredient,step,tokens,lr,cumulative_lr")
        #expect(lines[1].hasPrefix("1,,50,204800,0.002,0.0510000000000000"))
        #expect(lines.count == 5 && found.code == 0)
    }

    @Test(arguments: [
        (["catalog", "check", "nothing.csv"], 3, "error: nothing.csv: cannot open 'nothing.csv'"),
        (["catalog", "check", "README.md"], 4, ""),
        (
            ["catalog", "check", "."], 3,
            "error: .: it holds no checkpoint: no HDF5 file, no directory of Hugging Face or OLMo, and no .safetensors, .pt, .ckpt or .npz file"
        ),
        (["catalog", "list", "nothing.txt", "--training", "OLMo-2"], 3, "error: nothing.txt: cannot open"),
        (
            ["catalog", "schedule", "OLMo-2-1124-7"], 2,
            "error: OLMo-2-1124-7: is neither a known model ('dynamics catalog models' lists them) nor a file; did you mean 'OLMo-2-1124-7B'?"
        ),
        (["catalog", "pick", "x.csv", "--count", "0"], 2, "error: --count takes a number from 1 on; see"),
        (
            ["catalog", "pick", "experiments/data/tiny-olmo2", "--count", "9", "--spacing", "lr"], 3,
            "error: --spacing lr: nothing tells the learning rate of stage1-step0-tokens0B; name a model or training configs"
        ),
    ])
    func `what cannot be done ends with the right code and one line`(arguments: [String], code: Int, message: String)
        throws
    {
        let found = try DynamicsProcess(arguments).wait()
        #expect(found.code == code)
        #expect(found.errors.hasPrefix(message))
    }
}

/// A CSV file without quotes.
private struct CSVText {
    let rows: [[String: String]]

    init(_ path: String) throws {
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        rows = lines.dropFirst().map { Dictionary(zip(lines[0], $0), uniquingKeysWith: { first, _ in first }) }
    }
}
