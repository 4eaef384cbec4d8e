/// A computation that runs checkpoints as models: the third kind of request beside `Reduction` and `MatrixRequest`.
///
/// Its summary is journalled by the content of the checkpoints' tensors, or, where that is not known, by the files they
/// are in. Requests are carried out one after another, each on all threads.
package protocol ModelRequest: Request {
    /// The checkpoints it runs, by their index in the run. One that fails costs the requests that need it.
    var checkpoints: [Int] { get }
    /// Tokens that each of them is run over.
    var tokenCount: Int { get }

    /// Computes. It throws a `ReadFailure`, as `ModelWorkspace` does, or `Interrupted`.
    func summary(_ workspace: ModelWorkspace) throws -> Summary
}

extension ModelRequest {
    package var operands: Operands { .models(checkpoints) }
}
