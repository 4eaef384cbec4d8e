/// A computation that needs whole matrices, not blocks in order: the second kind of request beside `Reduction`.
///
/// Requests that read one tensor (of any checkpoint) are worked on together, in their order.
package protocol MatrixRequest: Request {
    /// The matrices it reads: tensors of two dimensions.
    var matrices: [TensorReference] { get }

    /// Computes. Whatever a matrix itself does wrong (NaN, no convergence) is part of the summary; what it throws is a
    /// checkpoint that cannot be read, or `Interrupted`.
    func summary(_ workspace: MatrixWorkspace) throws -> Summary
}

extension MatrixRequest {
    package var operands: Operands { .tensors(matrices) }
}
