import Checkpoints
import Tensors

/// A computation that an experiment asks for: over the blocks of tensors (`Reduction`), over whole matrices
/// (`MatrixRequest`), or over checkpoints run as models (`ModelRequest`).
///
/// It leaves a small summary, which is journalled by the content of what it reads. Two requests of one key are one.
package protocol Request: Sendable {
    /// What it leaves.
    associatedtype Summary: Codable & Sendable

    /// Name and version of the computation; a new version disowns summaries that an older one journalled.
    static var kernel: String { get }
    /// Everything besides what it reads that decides the result, in canonical text.
    var parameters: String { get }
    /// What it reads.
    var operands: Operands { get }
}

/// What a request reads.
package enum Operands: Hashable, Sendable {
    /// Tensors, in the order of the computation.
    case tensors([TensorReference])
    /// Whole checkpoints, by their index in the run.
    case models([Int])

    /// The checkpoints that have to be readable, each as often as it is read.
    package var checkpoints: [Int] {
        switch self {
        case .tensors(let tensors): tensors.map(\.checkpoint)
        case .models(let checkpoints): checkpoints
        }
    }
}

/// What tells two requests for the same computation from two different ones.
package struct RequestKey: Hashable, Sendable {
    let kernel: String
    let parameters: String
    let operands: Operands

    package init<R: Request>(_ request: R) {
        (kernel, parameters, operands) = (R.kernel, request.parameters, request.operands)
    }
}

/// What an engine found: summaries by request, and the checkpoints that could not be read.
package struct ReductionResults: Sendable {
    var summaries: [RequestKey: any Codable & Sendable] = [:]
    /// Why a checkpoint could not be read, by its index in the run.
    package var failures: [Int: CheckpointError] = [:]

    /// Those reasons, in the order of the checkpoints.
    package var refusals: [CheckpointError] { failures.sorted { $0.key < $1.key }.map(\.value) }

    /// The summary of a request; `nil` when a checkpoint it needs could not be read.
    package func summary<R: Request>(_ request: R) -> R.Summary? { summaries[RequestKey(request)] as? R.Summary }
}
