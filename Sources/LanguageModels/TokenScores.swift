import Base
import CBLAS
import CKernels
import Checkpoints
import Foundation

/// What a model says of every token that is predicted: place t of a sequence, from 0, predicts token t + 1.
package struct TokenScores: Sendable {
    /// −ln of the probability of the token that follows, in nats.
    package let loss: [Double]
    /// Of the distribution over the vocabulary, in nats.
    package let entropy: [Double]
    /// The largest probability.
    package let confidence: [Double]
    /// Whether the most probable token (of several, the first) is the one that follows.
    package let isFirst: [Bool]
    /// Whether fewer than five tokens are more probable than the one that follows.
    package let isAmongFive: [Bool]
    let bounds: [Int]

    /// Indices of a sequence's predictions.
    package func indices(ofSequence sequence: Int) -> Range<Int> { predictions(sequence, bounds) }
}

/// How two models differ in what they say of every token that is predicted.
package struct TokenDivergences: Sendable {
    /// KL(reference ‖ model) = Σ p (ln p − ln q) in nats; what rounding makes of 0 is 0.
    package let divergence: [Double]
    /// Whether the most probable tokens are the same.
    package let isAgreed: [Bool]
    let bounds: [Int]

    /// Indices of a sequence's predictions.
    package func indices(ofSequence sequence: Int) -> Range<Int> { predictions(sequence, bounds) }
}

private func predictions(_ sequence: Int, _ bounds: [Int]) -> Range<Int> {
    bounds[sequence]..<bounds[sequence + 1] - 1
}

extension LanguageModel {
    /// Compares the final states' predictions with the tokens that follow.
    ///
    /// The unembedding passes by in bands, and of each token's logits only sums are kept: the logits of a vocabulary are
    /// never there as a whole.
    /// - Parameter states: what `forward` returned for this probe set.
    /// - Throws: `.malformed` where logits are not finite, naming the sequence; what the execution's check throws.
    package func scores(_ states: HiddenStates, _ probe: ProbeSet, _ execution: Execution) throws -> TokenScores {
        let tokens = Slots<ck_token>(states.matrix.rows) { ck_token_begin($0) }
        // The last token of a sequence predicts nothing; what it is compared with does not matter.
        let following = probe.sequences.flatMap { $0.tokens.dropFirst() + [0] }
        let head = try Unembedding(self, states, execution)
        while let band = try head.next() {
            head.eachTile(of: band) { id, rows in
                band.withLogits(id, rows) { logits, count in
                    for (row, token) in rows.enumerated() {
                        ck_token_add(tokens.base + token, logits + row * count, count, Int32(id), following[token])
                    }
                }
            }
        }
        let kept = tokens.array
        for (token, state) in kept.enumerated() where !state.sum.isFinite { throw notFinite(token, states, probe) }
        return TokenScores(
            loss: kept.map { Double($0.largest.0) + log($0.sum) - Double($0.target) },
            entropy: kept.map { log($0.sum) - $0.moment / $0.sum }, confidence: kept.map { 1 / $0.sum },
            isFirst: kept.indices.map { kept[$0].first == following[$0] },
            isAmongFive: kept.map { $0.target >= $0.largest.4 }, bounds: states.bounds)
    }

    /// Compares the final states' predictions with those of a reference.
    /// - Parameters:
    ///   - states: what `forward` returned for this probe set.
    ///   - reference: the other model, of the same vocabulary.
    ///   - referenceStates: what its `forward` returned.
    /// - Throws: `.unsupported` where the vocabularies differ; otherwise as `scores`.
    package func divergences(
        _ states: HiddenStates, from reference: LanguageModel, _ referenceStates: HiddenStates, _ probe: ProbeSet,
        _ execution: Execution
    ) throws -> TokenDivergences {
        guard vocabulary == reference.vocabulary else {
            throw CheckpointError(
                .unsupported, checkpoint: checkpoint.location.description,
                problem: "its vocabulary is \(vocabulary), but that of the reference \(reference.checkpoint.label) is "
                    + "\(reference.vocabulary)")
        }
        let tokens = Slots<ck_pair_token>(states.matrix.rows) { ck_pair_token_begin($0) }
        let head = try Unembedding(self, states, execution)
        let other = try Unembedding(reference, referenceStates, execution)
        while let band = try head.next(), let otherBand = try other.next() {
            head.eachTile(of: band) { id, rows in
                band.withLogits(id, rows) { logits, count in
                    otherBand.withLogits(id, rows) { otherLogits, _ in
                        for (row, token) in rows.enumerated() {
                            let index = row * count
                            ck_pair_token_add(
                                tokens.base + token, otherLogits + index, logits + index, count, Int32(id))
                        }
                    }
                }
            }
        }
        let kept = tokens.array
        for (token, state) in kept.enumerated() where !(state.sum + state.other_sum).isFinite {
            throw notFinite(token, states, probe)
        }
        return TokenDivergences(
            divergence: kept.map { state in
                let lead = Double(state.other_largest) - Double(state.largest)
                return max(0, state.moment / state.sum - log(state.sum) + lead + log(state.other_sum))
            },
            isAgreed: kept.map { $0.first == $0.other_first }, bounds: states.bounds)
    }

    private func notFinite(_ token: Int, _ states: HiddenStates, _ probe: ProbeSet) -> CheckpointError {
        let sequence = states.sequence(ofToken: token)
        return CheckpointError(
            .malformed, checkpoint: checkpoint.location.description,
            problem: "the logits of \(probe.name(of: probe.sequences[sequence])) are not finite at token "
                + "\(token - states.bounds[sequence])")
    }
}

/// One entry a token, filled by several threads, each its own.
private final class Slots<Entry>: @unchecked Sendable {
    let base: UnsafeMutablePointer<Entry>
    private let count: Int

    init(_ count: Int, _ begin: (UnsafeMutablePointer<Entry>) -> Void) {
        self.count = count
        base = .allocate(capacity: max(1, count))
        for index in 0..<count { begin(base + index) }
    }

    deinit { base.deallocate() }

    var array: [Entry] { Array(UnsafeBufferPointer(start: base, count: count)) }
}

/// Makes logits, band after band of the vocabulary.
private final class Unembedding {
    /// Ids and tokens of one matrix product.
    static let idTile = 512
    static let tokenTile = 256
    /// Rows that are held at a time: the same for any width, so that those of two models go together.
    private static let bandRows = 4096

    private let bands: WeightBands
    private let states: HiddenStates
    private let execution: Execution
    private let pool = ActivationPool()

    /// Some rows of the unembedding in float32, and the states that meet them.
    struct Band: Sendable {
        let first: Int
        private let rows: Activation
        private let states: Activation
        private let pool: ActivationPool

        init(_ first: Int, _ rows: Activation, _ states: Activation, _ pool: ActivationPool) {
            (self.first, self.rows, self.states, self.pool) = (first, rows, states, pool)
        }

        /// One past the last id.
        var end: Int { first + rows.rows }

        /// Calls `body` with logits [tokens, ids] from id `id` on, at most `idTile` of them.
        func withLogits(_ id: Int, _ tokens: Range<Int>, _ body: (UnsafePointer<Float>, Int) -> Void) {
            let count = min(idTile, end - id)
            let logits = pool.take(tokenTile, idTile)
            cb_sgemm(
                Int8(bitPattern: UInt8(ascii: "T")), Int8(bitPattern: UInt8(ascii: "N")), Int32(count),
                Int32(tokens.count), Int32(rows.columns), 1, rows.row(id - first), Int32(rows.columns),
                states.row(tokens.lowerBound), Int32(rows.columns), 0, logits.base, Int32(count))
            body(logits.base, count)
        }
    }

    init(_ model: LanguageModel, _ states: HiddenStates, _ execution: Execution) throws {
        (self.states, self.execution) = (states, execution)
        bands = try WeightReader(model.checkpoint, execution).bands(model.unembedding, rows: Unembedding.bandRows)
    }

    /// The next band; `nil` after the last.
    func next() throws -> Band? {
        guard let (first, weights) = try bands.next() else { return nil }
        let rows = pool.take(weights.rows, weights.columns)
        let tile = Unembedding.idTile
        execution.threads.forEach((weights.rows + tile - 1) / tile) { piece in
            let range = piece * tile..<min(piece * tile + tile, weights.rows)
            weights.copy(rows: range, to: rows.row(range.lowerBound))
        }
        return Band(first, rows, states.matrix, pool)
    }

    /// Calls `body` with the first id and the tokens of each tile; of one token's tiles in order and on one thread.
    func eachTile(of band: Band, _ body: @escaping @Sendable (Int, Range<Int>) -> Void) {
        let (tokens, tile) = (states.matrix.rows, Unembedding.tokenTile)
        execution.threads.forEach((tokens + tile - 1) / tile) { piece in
            let rows = piece * tile..<min(piece * tile + tile, tokens)
            for id in stride(from: band.first, to: band.end, by: Unembedding.idTile) { body(id, rows) }
        }
    }
}
