import Catalogs
import Checkpoints
import TestSupport
import Testing

/// Reads files of these names and texts as one catalog.
func catalog(_ files: KeyValuePairs<String, String>) throws -> Catalog {
    let folder = try ScratchFolder()
    return try Catalog(reading: files.map { try folder.write($0.key, $0.value) })
}

@Suite struct CatalogTests {
    private func facts(_ entry: CatalogEntry) -> [Int?] {
        [entry.revision.stage, entry.revision.ingredient, entry.revision.step]
    }

    @Test func `line ends of either kind and a missing final one give the same entries`() throws {
        let lines = [
            "Step,Checkpoint Directory", "0,https://host/run/step0-unsharded/",
            "150,https://host/run/step150-unsharded/",
        ]
        for text in [
            lines.joined(separator: "\n") + "\n", lines.joined(separator: "\r\n") + "\r\n",
            lines.joined(separator: "\r\n"), "\u{FEFF}" + lines.joined(separator: "\n"),
            lines[0] + "\r\n\r\n" + lines[1] + "\n" + lines[2],
        ] {
            let found = try catalog(["model.csv": text])
            #expect(found.findings.isEmpty)
            #expect(found.entries.map(facts) == [[1, nil, 0], [1, nil, 150]])
            #expect(
                found.entries.map(\.location) == [
                    "https://host/run/step0-unsharded/", "https://host/run/step150-unsharded/",
                ])
            #expect(found.entries[1].text == lines[2])
        }
    }

    @Test func `a stage-2 catalog names ingredients and their soup`() throws {
        let found = try catalog([
            "stage2.csv": """
            Ingredient,Step,Checkpoint Directory
            1,1000,https://host/stage2/x_stage2_ingredient1/step1000/
            soup,11921,https://host/stage2/soup/step11921-unsharded/
            """
        ])
        #expect(found.entries.map(facts) == [[2, 1, 1000], [2, nil, 11921]])
        #expect(found.entries.map(\.isAverage) == [false, true])
        #expect(found.entries.map(\.revision.name) == ["stage2-ingredient1-step1000", "stage2-soup-step11921"])
        #expect(found.entries.map(\.line) == [2, 3])
    }

    @Test func `the columns of OLMo 3 name stages, ingredients and tokens`() throws {
        let found = try catalog([
            "olmo3.csv": """
            Stage,Step,Tokens Seen,Checkpoint Directory
            stage1_pretraining,1000,8388608000,https://host/step1000/
            stage2_midtraining_ingredient2,23842,5695864832000,https://host/stage2/ingredient2/step23842/
            stage2_midtraining_souped,23842,5695864832000,https://host/stage2/souped/stage2-ingredient1+2-step23842/
            stage_3_longcontext,11921,5979089403904,https://host/stage3/step11921/
            stage3_longcontext_souped,11921,5979089403904,https://host/stage3/step11921+11000+10000-nooptim/
            """
        ])
        #expect(
            found.entries.map(facts) == [
                [1, nil, 1000], [2, 2, 23842], [2, nil, 23842], [3, nil, 11921], [3, nil, 11921],
            ])
        #expect(found.entries.map(\.isAverage) == [false, false, true, false, true])
        #expect(found.entries[0].statedTokens == 8_388_608_000)
        // Read all the same, but told: it is spelled unlike the others.
        #expect(found.findings.map(\.kind) == [.stageSpelling] && found.findings[0].line == 5)
    }

    @Test func `a broken row is told with its line, and the rest is read`() throws {
        let found = try catalog([
            "model.csv": """
            Ingredient,Step,Checkpoint Directory
            1,1000,https://host/step1000/
            1,2000
            1,two,https://host/step2/
            1,-3,https://host/step3/
            first,4000,https://host/step4000/
            1,5000,
            1,6000,"https://host/step6000/
            1,7000,https://host/step7000/,more
            "1","8000","https://host/step8000/"
            """
        ])
        #expect(found.entries.map(\.revision.step) == [1000, 8000])
        #expect(found.findings.allSatisfy { $0.kind == .unreadableRow })
        #expect(found.findings.map(\.line) == [3, 4, 5, 6, 7, 8, 9])
        #expect(
            found.findings.map(\.message) == [
                "expected 3 fields, found 2", "the step is 'two', not a whole number",
                "the step is '-3', not a whole number", "the ingredient is 'first', neither a number from 1 nor soup",
                "it names no checkpoint directory", "a quote is not closed on its line", "expected 3 fields, found 4",
            ])
        #expect(found.findings[1].text == "1,two,https://host/step2/")
    }

    @Test func `a list of names is a catalog`() throws {
        let found = try catalog([
            "revisions.txt": """
            # branches
            stage1-step1000-tokens5B

              stage2-ingredient2-step11931-tokens50B
            final-version
            step143000
            main
            """
        ])
        #expect(found.entries.map(facts) == [[1, nil, 1000], [2, 2, 11931], [nil, nil, 143_000], [nil, nil, nil]])
        #expect(found.findings.map(\.kind) == [.unknownName] && found.findings[0].line == 5)
        #expect(
            found.findings[0].message
                == "revision name 'final-version' tells no stage and step: it has none of the forms stepN, checkpoint-N, global_stepN, iter_N, epochN"
        )
    }

    @Test func `several sources make one catalog, each entry with its own`() throws {
        let found = try catalog(["a.txt": "stage1-step5\n", "b.txt": "stage1-step6\n"])
        #expect(found.sources.count == 2 && found.entries.map(\.source) == found.sources)
    }

    @Test(arguments: [
        ("", "is empty; expected a header with Step and Checkpoint Directory"),
        ("step5\n", "expected a header with Step and Checkpoint Directory, found 'step5'"),
        ("Step,Address\n1,x\n", "expected a header with Step and Checkpoint Directory, found 'Step,Address'"),
    ])
    func `a file that is no catalog is refused as a whole`(text: String, problem: String) {
        let error = #expect(throws: CatalogError.self) { try catalog(["model.csv": text]) }
        #expect(error?.description.hasSuffix(problem) == true)
    }

    @Test func `a file that is not there is refused with what would do`() {
        let error = #expect(throws: CatalogError.self) { try Catalog(reading: ["nothing.csv"]) }
        #expect(
            error?.description
                == "nothing.csv: cannot open 'nothing.csv': No such file or directory; a catalog is a .csv file, a list of names, or a folder"
        )
    }
}
