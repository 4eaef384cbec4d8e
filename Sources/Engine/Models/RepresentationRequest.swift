import Checkpoints
import LanguageModels
import Tensors

/// Takes the measure of each layer's states of a checkpoint.
package struct RepresentationRequest: ModelRequest {
    /// The version of what `CenteredGram`, `RepresentationRank` and `Matrix.init(_:_:)` compute.
    package static let kernel = "representations/1"

    package let checkpoint: Int
    let probe: ProbeSet
    /// The probe set's fingerprint.
    let fingerprint: Fingerprint
    let states: [Pooling]
    let tokensPerSequence: Int

    /// Asks for a checkpoint's hidden states over a probe set.
    /// - Parameters:
    ///   - checkpoint: its index in the run.
    ///   - fingerprint: that of the probe set.
    ///   - tokensPerSequence: single tokens of each sequence whose states' rank is computed besides; 0 for none.
    package init(
        checkpoint: Int, probe: ProbeSet, fingerprint: Fingerprint, states: [Pooling], tokensPerSequence: Int
    ) {
        (self.checkpoint, self.probe, self.fingerprint) = (checkpoint, probe, fingerprint)
        (self.states, self.tokensPerSequence) = (states, tokensPerSequence)
    }

    /// Over how many dimensions some states of a layer spread.
    package struct Spread: Codable, Sendable, Equatable {
        package let samples: Int
        /// `nil` where states are not finite, and where a decomposition of theirs does not converge.
        package let rank: RepresentationRank?

        init(_ states: Matrix) {
            samples = states.rows
            rank = (try? RepresentationRank(of: states)) ?? nil
        }
    }

    /// What a layer leaves.
    package struct Layer: Codable, Sendable, Equatable {
        /// By pooling: products between sequences.
        package let grams: [CenteredGram]
        /// By pooling, then of single tokens, if any were asked for.
        package let spreads: [Spread]
    }

    /// What a checkpoint leaves.
    package struct Summary: Codable, Sendable, Equatable {
        package let layerCount: Int
        package let width: Int
        /// By depth.
        package let layers: [Layer]
    }

    package var checkpoints: [Int] { [checkpoint] }
    package var tokenCount: Int { probe.tokenCount }

    package var parameters: String {
        "probe=\(fingerprint) states=\(states.map(\.rawValue)) tokens_per_sequence=\(tokensPerSequence)"
    }

    package func summary(_ workspace: ModelWorkspace) throws -> Summary {
        let model = try workspace.model(checkpoint)
        var layers: [Layer] = []
        try workspace.forward(checkpoint, over: probe) { _, hidden in
            let pooled = states.map { Matrix(hidden, $0) }
            let tokens = tokensPerSequence > 0 ? [Matrix(hidden, tokensPerSequence: tokensPerSequence)] : []
            layers.append(
                Layer(
                    grams: pooled.map { CenteredGram(of: $0) }, spreads: (pooled + tokens).map(Spread.init)))
        }
        return Summary(layerCount: model.layerCount, width: model.width, layers: layers)
    }
}
