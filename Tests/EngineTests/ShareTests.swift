import Checkpoints
import Foundation
import TestSupport
import Testing

@testable import Engine

@Suite struct ShareTests {
    private let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    private func content(_ checkpoint: Int, _ tensor: Int) -> ContentReduction {
        ContentReduction(TensorReference(checkpoint: checkpoint, tensor: tensor), fingerprints: true)
    }

    private struct Whole: MatrixRequest {
        typealias Summary = Int
        static let kernel = "whole/1"
        let matrices: [TensorReference]
        var parameters: String { "" }
        func summary(_ workspace: MatrixWorkspace) throws -> Int { 0 }
    }

    private struct Run: ModelRequest {
        typealias Summary = Int
        static let kernel = "run/1"
        let checkpoints: [Int]
        var parameters: String { "" }
        var tokenCount: Int { 10 }
        func summary(_ workspace: ModelWorkspace) throws -> Int { 0 }
    }

    private func parts(_ plan: [any Request], _ count: Int) throws -> [Set<RequestKey>] {
        let checkpoints = try SmallModel.writeSeries(to: folder).map { try open($0) }
        let pieces = PlanPieces(plan, in: checkpoints)
        return try (1...count).map { number in
            Set(pieces.part(try #require(Share(number: number, of: count))).requests.map { RequestKey($0) })
        }
    }

    @Test(arguments: [1, 2, 3, 7]) func `shares have all of the plan, each request once`(count: Int) throws {
        let plan: [any Request] = (0..<3).flatMap { checkpoint in
            SmallModel.shapes.indices.map { content(checkpoint, $0) }
        }
        let parts = try parts(plan, count)
        #expect(parts.reduce(0) { $0 + $1.count } == plan.count)
        #expect(parts.reduce(into: Set()) { $0.formUnion($1) } == Set(plan.map { RequestKey($0) }))
        #expect(parts.allSatisfy { !$0.isEmpty })
    }

    @Test func `what is coupled goes to one share: compared tensors, and models of one reference`() throws {
        let difference = DifferenceReduction(
            from: TensorReference(checkpoint: 0, tensor: 0), to: TensorReference(checkpoint: 1, tensor: 0),
            movedThreshold: 0)
        let tensors: [any Request] = [content(0, 0), content(1, 0), difference, content(0, 1)]
        let cut = try parts(tensors, 2).map(\.count).sorted()
        #expect(cut == [1, 3])

        let models: [any Request] = [Run(checkpoints: [0]), Run(checkpoints: [0, 1]), Run(checkpoints: [2])]
        let runs = try parts(models, 2)
        #expect(runs[0] == [RequestKey(Run(checkpoints: [0])), RequestKey(Run(checkpoints: [0, 1]))])
        #expect(runs[1] == [RequestKey(Run(checkpoints: [2]))])
    }

    /// By hand: one model costs more than all its contents, and what goes by them has to know them.
    @Test func `a model's contents go with it, also where another share compares them`() throws {
        let difference = DifferenceReduction(
            from: TensorReference(checkpoint: 0, tensor: 0), to: TensorReference(checkpoint: 1, tensor: 0),
            movedThreshold: 0)
        let plan: [any Request] = [content(0, 0), content(1, 0), content(0, 1), difference, Run(checkpoints: [0])]
        let parts = try parts(plan, 2)
        let model = try #require(parts.first { $0.contains(RequestKey(Run(checkpoints: [0]))) })
        #expect(model.isSuperset(of: [RequestKey(content(0, 0)), RequestKey(content(0, 1))]))
        #expect(!model.contains(RequestKey(difference)))
    }

    @Test(arguments: ["0/3", "4/3", "1", "1/0", "a/b", "1/1001", "1/2/3", "", "-1/2"])
    func `what is no share is none`(text: String) { #expect(Share(text) == nil) }
}
