import Engine
import LanguageModels
import Reports
import Tensors

/// What a checkpoint says of a probe set, summed by sequence.
struct SequenceLosses: Codable, Sendable, Equatable {
    /// Sums over the predicted tokens of one sequence.
    struct Sequence: Codable, Sendable, Equatable {
        /// −ln p of the tokens that follow, in nats, by position: those predicted at 1, 2 to 3, 4 to 7, and so on.
        var loss: [Double] = []
        /// Tokens that were the most probable one, by the same positions.
        var first: [Int] = []
        /// Tokens among the five most probable.
        var five = 0
        /// Entropies, in nats.
        var entropy = 0.0
    }

    /// Tokens whose most probable continuation has a probability in one fifteenth of [0, 1].
    struct Bin: Codable, Sendable, Equatable {
        var count = 0
        /// Of these probabilities.
        var confidence = 0.0
        /// How often that continuation came.
        var hits = 0
    }

    /// Fifteen, as Guo et al. (2017) take.
    static let binCount = 15

    var sequences: [Sequence]
    /// By domain.
    var bins: [[Bin]]

    init(_ scores: TokenScores, _ probe: ProbeSet) {
        bins = Array(repeating: Array(repeating: Bin(), count: SequenceLosses.binCount), count: probe.domains.count)
        sequences = []
        for (index, sequence) in probe.sequences.enumerated() {
            var sums = Sequence()
            for (number, token) in scores.indices(ofSequence: index).enumerated() {
                let bucket = SequenceLosses.bucket(ofPosition: number + 1)
                if bucket == sums.loss.count {
                    sums.loss.append(0)
                    sums.first.append(0)
                }
                sums.loss[bucket] += scores.loss[token]
                sums.first[bucket] += scores.isFirst[token] ? 1 : 0
                sums.five += scores.isAmongFive[token] ? 1 : 0
                sums.entropy += scores.entropy[token]
                let bin = min(
                    Int(scores.confidence[token] * Double(SequenceLosses.binCount)), SequenceLosses.binCount - 1)
                bins[sequence.domain][bin].count += 1
                bins[sequence.domain][bin].confidence += scores.confidence[token]
                bins[sequence.domain][bin].hits += scores.isFirst[token] ? 1 : 0
            }
            sequences.append(sums)
        }
    }

    /// Positions 2^b to 2^(b+1) − 1 form bucket b.
    static func bucket(ofPosition position: Int) -> Int { position.bitWidth - 1 - position.leadingZeroBitCount }
}

/// Runs a checkpoint over a probe set.
struct LossRequest: ModelRequest {
    typealias Summary = SequenceLosses
    /// See `LanguageModel.scores` and `SequenceLosses`.
    static let kernel = "probe-loss/1"

    let checkpoint: Int
    let probe: ProbeSet
    /// The probe set's fingerprint, which is computed once.
    let fingerprint: Fingerprint

    var parameters: String { "probe=\(fingerprint) domains=\(probe.domains.count)" }
    var checkpoints: [Int] { [checkpoint] }
    var tokenCount: Int { probe.tokenCount }

    func summary(_ workspace: ModelWorkspace) throws -> SequenceLosses {
        let model = try workspace.model(checkpoint)
        let states = try workspace.finalStates(checkpoint, over: probe)
        return try workspace.attributed(to: checkpoint) {
            SequenceLosses(try model.scores(states, probe, workspace.execution), probe)
        }
    }
}

/// How a checkpoint's predictions differ from a reference's, summed by sequence.
struct Divergences: Codable, Sendable, Equatable {
    /// Σ KL(reference ‖ checkpoint) over predicted tokens, in nats.
    var divergence: [Double]
    /// Predicted tokens where the most probable ones are the same.
    var agreed: [Int]
}

/// Compares a checkpoint's predictions with a reference's, of which only the final states are kept.
struct DivergenceRequest: ModelRequest {
    typealias Summary = Divergences
    /// See `LanguageModel.divergences`.
    static let kernel = "probe-divergence/1"

    let reference: Int
    let checkpoint: Int
    let probe: ProbeSet
    let fingerprint: Fingerprint

    var parameters: String { "probe=\(fingerprint)" }
    var checkpoints: [Int] { [reference, checkpoint] }
    var tokenCount: Int { probe.tokenCount }

    func summary(_ workspace: ModelWorkspace) throws -> Divergences {
        let model = try workspace.model(checkpoint)
        // The reference's last: they are then the last to be given up.
        let states = try workspace.finalStates(checkpoint, over: probe)
        let referenceModel = try workspace.model(reference)
        let referenceStates = try workspace.referenceStates(reference, over: probe)
        return try workspace.attributed(to: checkpoint) {
            let found = try model.divergences(
                states, from: referenceModel, referenceStates, probe, workspace.execution)
            return Divergences(
                divergence: probe.sequences.indices.map { sequence in
                    found.indices(ofSequence: sequence).reduce(0) { $0 + found.divergence[$1] }
                },
                agreed: probe.sequences.indices.map { sequence in
                    found.indices(ofSequence: sequence).reduce(0) { $0 + (found.isAgreed[$1] ? 1 : 0) }
                })
        }
    }
}
