/// Hidden states of every token of a probe set after one step of a model: [tokens, width], sequences one after another.
package struct HiddenStates: Sendable {
    let matrix: Activation
    /// First tokens of the sequences, and the end of the last.
    let bounds: [Int]

    /// Elements of a state.
    package var width: Int { matrix.columns }
    /// Number of sequences.
    package var sequenceCount: Int { bounds.count - 1 }

    /// Number of tokens of a sequence.
    package func tokenCount(ofSequence sequence: Int) -> Int { bounds[sequence + 1] - bounds[sequence] }

    /// Calls `body` with the states of a sequence, token after token, `width` numbers each. They are those of this step only
    /// while `visit` of the forward pass runs.
    package func withStates<Result>(
        ofSequence sequence: Int, _ body: (UnsafeBufferPointer<Float>) throws -> Result
    ) rethrows -> Result {
        let count = tokenCount(ofSequence: sequence) * width
        return try body(UnsafeBufferPointer(start: matrix.row(bounds[sequence]), count: count))
    }

    /// The sequence that a token, counted over all sequences, belongs to.
    func sequence(ofToken token: Int) -> Int { (bounds.firstIndex { $0 > token } ?? bounds.count) - 1 }
}
