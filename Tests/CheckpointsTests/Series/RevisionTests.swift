import Checkpoints
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
            ("checkpoint-500", "'checkpoint' is none of stage, ingredient, step, tokens"),
            ("stage1", nil),
            ("step5-stage1", "'stage1' is repeated or out of order"),
            ("step1-step2", "'step2' is repeated or out of order"),
            ("step", "'step' has no whole number that fits 63 bits"),
            ("step+5", "'step+5' has no whole number that fits 63 bits"),
            ("step5-tokens9223372036855T", "'tokens9223372036855T' has no whole number that fits 63 bits"),
            ("step5-tokens5b", "'tokens5b' has no whole number that fits 63 bits"),
            ("step5-", "'' is none of stage, ingredient, step, tokens"),
            ("", "'' is none of stage, ingredient, step, tokens"),
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
}
