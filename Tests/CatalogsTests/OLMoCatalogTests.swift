import Checkpoints
import Foundation
import TestSupport
import Testing

@testable import Catalogs

/// OLMo's own catalogs and configs, which are not in the repository: DYNAMICS_SHARED names the folder that holds
/// `olmo2-catalogs/`, or `../shared` is it.
private let published: String? = {
    let candidates = [ProcessInfo.processInfo.environment["DYNAMICS_SHARED"], "\(packageRoot)/../shared"]
    return candidates.compactMap { $0.map { "\($0)/olmo2-catalogs" } }.first {
        FileManager.default.fileExists(atPath: $0)
    }
}()

@Suite(.enabled(if: published != nil, "needs OLMo's catalogs: DYNAMICS_SHARED or ../shared"))
struct OLMoCatalogTests {
    private let folder = published ?? ""

    private func findings(_ model: String, _ files: String...) throws -> [CatalogFinding] {
        let catalog = try Catalog(reading: files.map { "\(folder)/catalogs/\($0).csv" })
        return try catalog.check(plan: try #require(ModelLibrary.model(named: model)).plan())
    }

    private func kinds(_ findings: [CatalogFinding]) -> [String: Int] {
        Dictionary(findings.map { ($0.kind.rawValue, 1) }, uniquingKeysWith: +)
    }

    @Test func `13B: forty duplicates and the row that points at another step`() throws {
        let found = try findings("OLMo-2-1124-13B", "OLMo-2-1124-13B", "OLMo-2-1124-13B-stage2")
        #expect(kinds(found) == ["duplicate_row": 40, "mislabelled": 1])
        #expect(found.last?.line == 37)
        #expect(found.last?.message == "the row says step 11931, its directory step 11000")
    }

    @Test func `7B: the start of stage 2 is not listed, and its learning rate is a quarter of a percent off`() throws {
        let found = try findings("OLMo-2-1124-7B", "OLMo-2-1124-7B", "OLMo-2-1124-7B-stage2")
        #expect(kinds(found) == ["missing_branch_point": 1, "learning_rate_jump": 3])
        #expect(found[0].message.contains("step 928646 of stage 1"))
    }

    @Test func `32B lists one step twice, 1B is clean`() throws {
        let found = try findings("OLMo-2-0325-32B", "OLMo-2-0325-32B", "OLMo-2-0325-32B-stage2")
        #expect(kinds(found) == ["duplicate_row": 1] && found[0].text?.hasPrefix("200000,") == true)
        #expect(try findings("OLMo-2-0425-1B", "OLMo-2-0425-1B", "OLMo-2-0425-1B-stage2").isEmpty)
    }

    @Test func `OLMo 3: tokens of later stages, a stage spelled otherwise, steps after the branch point`() throws {
        let small = try findings("Olmo-3-1025-7B", "OLMo-3-1025-7B")
        #expect(kinds(small) == ["wrong_tokens": 60, "stage_spelling": 1, "learning_rate_jump": 1])
        let large = try findings("Olmo-3-1125-32B", "OLMo-3-1025-32B")
        #expect(kinds(large)["beyond_branch_point"] == 1)
        // Stage 1 of both counts right.
        #expect((small + large).allSatisfy { $0.kind != .wrongTokens || $0.text?.hasPrefix("stage1") == false })
    }

    @Test(arguments: [
        ("OLMo-2-0425-1B", "OLMo2-1B", ["seed42", "seed42069", "seed666"]),
        ("OLMo-2-1124-7B", "OLMo2-7B", ["seed42", "seed42069", "seed666"]),
        ("OLMo-2-1124-13B", "OLMo2-13B", ["seed1110-100B", "seed2662-100B", "seed6209-100B", "seed2662-300B"]),
    ])
    func `known models restate the published configs`(name: String, files: String, seeds: [String]) throws {
        let model = try #require(ModelLibrary.model(named: name))
        let source = try TrainingSource(
            ["\(folder)/configs/\(files)-stage1.yaml"] + seeds.map { "\(folder)/configs/\(files)-stage2-\($0).yaml" })
        #expect(source.problems.isEmpty && source.plan.runs.count == model.runs.count)
        for (config, known) in zip(source.plan.runs, model.runs) {
            var (config, known) = (config, known)
            (known.labelRounding, known.endLabelTokens) = (nil, nil)
            // Which ingredient of 1B has which seed is not recorded.
            if known.seed == nil { config.seed = nil }
            // Epochs of data tell no last step; 13B's peak is corrected.
            if config.endStep == nil { known.endStep = nil }
            if name == "OLMo-2-1124-13B", known.stage == 1 { config.schedule?.learningRate = 9e-4 }
            #expect(config == known)
        }
    }

    @Test func `every published config is read`() throws {
        for file in try FileManager.default.contentsOfDirectory(atPath: "\(folder)/configs") {
            #expect(try TrainingSource(["\(folder)/configs/\(file)"]).problems.isEmpty, "\(file)")
        }
    }
}
