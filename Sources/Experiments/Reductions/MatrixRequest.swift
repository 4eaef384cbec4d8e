import Tensors

/// A matrix as a decomposition takes it: a tensor of two dimensions, or some of its rows.
struct MatrixInput: Hashable, Sendable {
    var tensor: TensorReference
    /// Which rows; `nil` for all.
    var rows: RowSelection?
}

/// `run` rows of every `period`, from row `first` on: one of several matrices that a tensor holds fused.
struct RowSelection: Hashable, Sendable {
    let first: Int
    let run: Int
    let period: Int

    /// Which row of the tensor the matrix' row `row` is.
    func row(_ row: Int) -> Int { first + row / run * period + row % run }

    /// The selected rows of a tensor that has `count`, in order.
    func ranges(of count: Int) -> [Range<Int>] {
        stride(from: first, to: count, by: period).map { $0..<min($0 + run, count) }
    }
}

/// A computation that needs whole matrices, not blocks in order: the second kind of request beside `Reduction`.
///
/// It leaves a small summary, which is journalled by the content of its inputs as a reduction's is. Requests that read
/// one tensor (of any checkpoint) are worked on together, in their order.
protocol MatrixRequest: Sendable {
    /// What it leaves.
    associatedtype Summary: Codable & Sendable

    /// Name and version of the computation; a new version disowns summaries that an older one journalled.
    static var kernel: String { get }
    /// Everything besides the inputs that decides the result, in canonical text.
    var parameters: String { get }
    /// The matrices it reads.
    var matrices: [MatrixInput] { get }

    /// Computes. Whatever a matrix itself does wrong (NaN, no convergence) is part of the summary; what it throws is a
    /// checkpoint that cannot be read, or `Interrupted`.
    func summary(_ workspace: MatrixWorkspace) throws -> Summary
}

extension ReductionKey {
    init<R: MatrixRequest>(_ request: R) {
        let rows = request.matrices.map { $0.rows.map { "\($0.first)+\($0.run)/\($0.period)" } ?? "all" }
        self.init(
            kernel: R.kernel, parameters: "\(request.parameters) rows=\(rows.joined(separator: ","))",
            inputs: request.matrices.map(\.tensor))
    }
}

extension ReductionResults {
    /// The summary of a request; `nil` when a checkpoint it needs could not be read.
    func summary<R: MatrixRequest>(_ request: R) -> R.Summary? { matrices[ReductionKey(request)] as? R.Summary }
}
