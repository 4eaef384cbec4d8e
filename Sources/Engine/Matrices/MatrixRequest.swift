/// A computation that needs whole matrices, not blocks in order: the second kind of request beside `Reduction`.
///
/// It leaves a small summary, which is journalled by the content of its inputs as a reduction's is. Requests that read
/// one tensor (of any checkpoint) are worked on together, in their order.
package protocol MatrixRequest: Sendable {
    /// What it leaves.
    associatedtype Summary: Codable & Sendable

    /// Name and version of the computation; a new version disowns summaries that an older one journalled.
    static var kernel: String { get }
    /// Everything besides the inputs that decides the result, in canonical text.
    var parameters: String { get }
    /// The matrices it reads: tensors of two dimensions.
    var matrices: [TensorReference] { get }

    /// Computes. Whatever a matrix itself does wrong (NaN, no convergence) is part of the summary; what it throws is a
    /// checkpoint that cannot be read, or `Interrupted`.
    func summary(_ workspace: MatrixWorkspace) throws -> Summary
}

extension ReductionKey {
    init<R: MatrixRequest>(_ request: R) {
        self.init(kernel: R.kernel, parameters: request.parameters, inputs: request.matrices)
    }
}

extension ReductionResults {
    /// The summary of a request; `nil` when a checkpoint it needs could not be read.
    package func summary<R: MatrixRequest>(_ request: R) -> R.Summary? { matrices[ReductionKey(request)] as? R.Summary }
}
