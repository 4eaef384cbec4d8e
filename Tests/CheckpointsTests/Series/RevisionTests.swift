import Checkpoints
import Foundation
import TestSupport
import Testing

@Suite struct RevisionTests {
    @Test(arguments: [
        (
            "stage1-step1000-tokens5B",
            Revision(name: "stage1-step1000-tokens5B", stage: 1, step: 1000, tokens: 5_000_000_000)
        ),
        (
            "stage2-ingredient2-step11931-tokens50B",
            Revision(
                name: "stage2-ingredient2-step11931-tokens50B", stage: 2, ingredient: 2, step: 11931,
                tokens: 50_000_000_000)
        ),
        ("stage3-step500", Revision(name: "stage3-step500", stage: 3, step: 500)),
        ("step1000", Revision(name: "step1000", step: 1000)),
        ("step500-tokens20K", Revision(name: "step500-tokens20K", step: 500, tokens: 20_000)),
        ("step500-tokens7M", Revision(name: "step500-tokens7M", step: 500, tokens: 7_000_000)),
        ("step500-tokens4T", Revision(name: "step500-tokens4T", step: 500, tokens: 4_000_000_000_000)),
        ("step500-tokens123", Revision(name: "step500-tokens123", step: 500, tokens: 123)),
        ("main", Revision(name: "main")),
    ])
    func `a name tells its facts`(name: String, expected: Revision) throws {
        #expect(try Revision(parsing: name) == expected)
    }

    @Test(
        arguments: [
            ("stage1", nil),
            ("step1-step2", "it tells two values of step, 1 and 2"),
            ("checkpoint-5-step_5", nil),
            ("step", "'step' has no whole number"),
            ("step+5", "'step+5' has no whole number"),
            ("epoch1.5", "'epoch1.5' has no whole number"),
            ("step5-tokens9223372036855T", "'9223372036855T' is no whole number that fits 63 bits"),
            ("step5-", nil),
            ("bootstep5", "it has none of the forms stepN, checkpoint-N, global_stepN, iter_N, epochN"),
            ("checkpoint3", "it has none of the forms stepN, checkpoint-N, global_stepN, iter_N, epochN"),
            ("", "it has none of the forms stepN, checkpoint-N, global_stepN, iter_N, epochN"),
        ] as [(String, String?)])
    func `a name that tells nothing is said to, and why`(name: String, problem: String?) {
        var found: String?
        do throws(RevisionNameError) { _ = try Revision(parsing: name) } catch { found = error.problem }
        #expect(found == problem)
        if problem != nil { #expect(Revision(named: name) == Revision(name: name)) }
    }

    @Test func `training order is stage, ingredient, step, and averages last`() {
        let order = [
            "stage1-step0-tokens0B", "stage1-step25-tokens1B", "stage1-step1000-tokens5B",
            "stage2-ingredient1-step100-tokens1B", "stage2-ingredient1-step2000-tokens9B",
            "stage2-ingredient2-step100-tokens1B", "stage3-step10", "main",
        ].map(Revision.init(named:))
        #expect(order.reversed().sorted() == order)
    }

    @Test func `attributes win over the name, and the name fills what they leave open`() {
        let revision = Revision(
            attributes: ["revision": .string("stage1-step25-tokens1B"), "tokens": .integer(102_400)],
            fallbackName: "file")
        #expect(revision == Revision(name: "stage1-step25-tokens1B", stage: 1, step: 25, tokens: 102_400))
        #expect(Revision(attributes: [:], fallbackName: "step7") == Revision(name: "step7", step: 7))
    }

    /// The form as the documentation writes it, an example of it, and what that tells: a row a form, as in the code.
    @Test func `the documentation's table of names is the code's`() throws {
        let text = try String(contentsOfFile: "\(packageRoot)/docs/files.md", encoding: .utf8)
        let rows = text.components(separatedBy: "| form | for example | tells |\n|---|---|---|\n")
        let table = try #require(rows.last).components(separatedBy: "\n\n")[0]
        let cells = table.split(separator: "\n").map { row in
            row.split(separator: "|").map { $0.filter { $0 != "`" }.trimmingCharacters(in: .whitespaces) }
        }
        #expect(cells.map { [$0[0], $0[1]] } == RevisionNameForm.all.map { [$0.form, $0.example] })
        for row in cells {
            let revision = try Revision(parsing: row[1])
            let facts = [
                ("stage", revision.stage), ("ingredient", revision.ingredient), ("epoch", revision.epoch),
                ("step", revision.step), ("tokens", revision.tokens),
            ]
            let told = facts.compactMap { key, value in value.map { "\(key) \($0)" } }.joined(separator: ", ")
            #expect(told == row[2], "\(row[1])")
        }
    }

    @Test(arguments: [
        ("step1000-unsharded", 1000), ("step-7", 7), ("step_7", 7), ("step=7", 7), ("Step7", 7), ("STEP_07", 7),
        ("pythia-70m-step512-hf", 512), ("checkpoint_40", 40), ("model.ckpt-1000", 1000), ("global-step9", 9),
        ("globalstep9", 9), ("iteration_12", 12), ("iter-12", 12), ("rl_model_10000_steps", 10000), ("step10k", 10000),
        ("feature/step500", 500), ("checkpoint_3_700", 700),
    ])
    func `steps are read in every spelling`(name: String, step: Int) throws {
        #expect(try Revision(parsing: name).step == step)
    }

    @Test func `an epoch is no step, and orders only where there is none`() throws {
        #expect(try Revision(parsing: "epoch=2-step=300") == Revision(name: "epoch=2-step=300", epoch: 2, step: 300))
        #expect(try Revision(parsing: "epoch_10") == Revision(name: "epoch_10", epoch: 10))
        let order = ["step5", "step40", "epoch2", "epoch10", "v2", "v10"].map(Revision.init(named:))
        #expect(order.reversed().sorted() == order)
    }

    @Test func `a step in the files overrules the name's, whatever they call it`() {
        for key in ["step", "global_step", "global_steps", "iter_num", "iteration", "num_updates", "training_step"] {
            #expect(Revision(attributes: [key: .integer(900)], fallbackName: "checkpoint-5").step == 900)
        }
        #expect(Revision(attributes: ["global_step": .string("x")], fallbackName: "checkpoint-5").step == 5)
        #expect(Revision(attributes: ["global_step": .integer(-1)], fallbackName: "checkpoint-5").step == 5)
    }
}
