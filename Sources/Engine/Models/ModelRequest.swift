import Checkpoints
import LanguageModels
import Tensors

/// A computation that runs a checkpoint as a model: the third kind of request beside `Reduction` and `MatrixRequest`.
///
/// It leaves a small summary, which is journalled by the content of the checkpoints' tensors, or, where that is not known,
/// by the files they are in. Requests are carried out one after another, each on all threads.
package protocol ModelRequest: Sendable {
    /// What it leaves.
    associatedtype Summary: Codable & Sendable

    /// Name and version of the computation; a new version disowns summaries that an older one journalled.
    static var kernel: String { get }
    /// Everything besides the checkpoints that decides the result, in canonical text: the fingerprint of the probe set.
    var parameters: String { get }
    /// The checkpoints it runs, by their places in the run's list. One that fails costs the requests that need it.
    var checkpoints: [Int] { get }

    /// Computes. It throws a `ReadFailure`, as `ModelWorkspace` does, or `Interrupted`.
    func summary(_ workspace: ModelWorkspace) throws -> Summary
}

extension ReductionKey {
    /// Of a computation with models: a model is its config and its weights, with their names.
    init(kernel: String, parameters: String, models: [Int], in all: [Checkpoint]) {
        var text = parameters
        var inputs: [TensorReference] = []
        for place in models {
            let tensors = all[place].tensors
            let weights = tensors.indices.filter { tensors[$0].elementType.hasStatistics }
            let names = weights.map { tensors[$0].name }.joined(separator: "\n")
            text += " model=\(Fingerprint(of: names + "\n" + (all[place].contents.config ?? "")))"
            inputs += weights.map { TensorReference(checkpoint: place, tensor: $0) }
        }
        self.init(kernel: kernel, parameters: text, inputs: inputs)
    }
}

extension ReductionResults {
    /// The summary of a request; `nil` when a checkpoint it needs could not be read or run.
    package func summary<R: ModelRequest>(_ request: R) -> R.Summary? {
        models[ModelRequestKey(request)] as? R.Summary
    }
}

/// What tells two requests for the same computation from two different ones.
package struct ModelRequestKey: Hashable {
    let kernel: String
    let parameters: String
    let checkpoints: [Int]

    init<R: ModelRequest>(_ request: R) {
        (kernel, parameters, checkpoints) = (R.kernel, request.parameters, request.checkpoints)
    }
}
