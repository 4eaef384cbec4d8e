import Base
import Checkpoints
import Foundation
import LanguageModels
import TestSupport
import Testing

@testable import Engine

/// A checkpoint that fails costs what needs it; a machine that fails ends the run, whatever kind of request met it.
@Suite struct FailureTests {
    private let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    /// What a read throws when the system has no more descriptors, or when the file is damaged.
    private static func failure(_ kind: CheckpointError.Kind) -> ReadFailure {
        ReadFailure(checkpoint: 0, error: CheckpointError(kind, checkpoint: "a", problem: "it failed"))
    }

    private struct FailingMatrix: MatrixRequest {
        typealias Summary = Int
        static let kernel = "failing-matrix/1"
        let kind: CheckpointError.Kind
        var parameters: String { "" }
        var matrices: [TensorReference] { [TensorReference(checkpoint: 0, tensor: 0)] }
        func summary(_ workspace: MatrixWorkspace) throws -> Int { throw FailureTests.failure(kind) }
    }

    private struct FailingModel: ModelRequest {
        typealias Summary = Int
        static let kernel = "failing-model/1"
        let kind: CheckpointError.Kind
        var parameters: String { "" }
        var checkpoints: [Int] { [0] }
        var tokenCount: Int { 1 }
        func summary(_ workspace: ModelWorkspace) throws -> Int { throw FailureTests.failure(kind) }
    }

    private func run(_ request: any Request) throws -> ReductionResults {
        let checkpoints = [try open(try SmallModel(0).write(to: folder))]
        let journal = try Journal(directory: "\(folder.path)/journal")
        return try RequestEngine(checkpoints, jobs: 2, journal: journal).run([request])
    }

    @Test func `a machine that fails under a matrix ends the run`() {
        let error = #expect(throws: CheckpointError.self) { try run(FailingMatrix(kind: .environment)) }
        #expect(error?.kind == .environment)
    }

    @Test func `a machine that fails under a model ends the run`() {
        let error = #expect(throws: CheckpointError.self) { try run(FailingModel(kind: .environment)) }
        #expect(error?.kind == .environment)
    }

    @Test func `a damaged checkpoint is refused, and the run goes on`() throws {
        #expect(try run(FailingMatrix(kind: .malformed)).failures[0]?.kind == .malformed)
        #expect(try run(FailingModel(kind: .malformed)).failures[0]?.kind == .malformed)
    }
}
