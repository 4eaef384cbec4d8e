import Checkpoints
import Engine
import LanguageModels
import Tensors

/// How alike hidden states are, between checkpoints and between layers, and over how many dimensions they spread.
struct Similarity: Experiment {
    static let name = "similarity"
    static let question =
        "How alike are hidden states between checkpoints and layers, and how many dimensions do they fill?"

    let settings: SimilaritySettings
    let models: ModelSeries
    let comparisons: [Comparison]

    /// Reads the probe set, opens the series and chooses the comparisons.
    /// - Throws: `InputError` when no checkpoint can be run over the probe set.
    init(_ settings: SimilaritySettings, _ context: RunContext) throws {
        self.settings = settings
        let models = try ModelSeries(
            settings.input, context, branchPoint: settings.comparisons.anchors.branchPoint)
        self.models = models
        try settings.pooling.layers.note(in: context, models.series)
        guard models.probe.sequences.count > 1 else {
            throw InputError("the probe set has one sequence; likeness is compared over two or more")
        }
        comparisons = Comparison.list(
            settings.comparisons.compare, models.series,
            reference: try settings.comparisons.anchors.reference.map {
                try models.series.place(named: $0, setting: "reference")
            } ?? 0,
            branchPoint: try settings.comparisons.anchors.branchPoint.map {
                try models.series.place(named: $0, setting: "branch_point")
            } ?? models.series.branchPoint)
    }

    var requests: [any Request] { models.requests + models.series.checkpoints.indices.map(request) as [any Request] }

    func request(_ place: Int) -> RepresentationRequest {
        RepresentationRequest(
            checkpoint: models.places[place], probe: models.probe, fingerprint: models.fingerprint,
            states: settings.pooling.states, tokensPerSequence: settings.tokensPerSequence)
    }
}

/// Takes the measure of each layer's states of a checkpoint.
struct RepresentationRequest: ModelRequest {
    /// See `CenteredGram`, `RepresentationRank` and `Matrix.init(_:_:)`.
    static let kernel = "representations/1"

    let checkpoint: Int
    let probe: ProbeSet
    /// Of the probe set.
    let fingerprint: Fingerprint
    let states: [Pooling]
    let tokensPerSequence: Int

    /// Over how many dimensions some states of a layer spread.
    struct Spread: Codable, Sendable, Equatable {
        let samples: Int
        /// `nil` where states are not finite, and where a decomposition of theirs does not converge.
        let rank: RepresentationRank?

        init(_ states: Matrix) {
            samples = states.rows
            rank = (try? RepresentationRank(of: states)) ?? nil
        }
    }

    /// What a layer leaves.
    struct Layer: Codable, Sendable, Equatable {
        /// By pooling: products between sequences.
        let grams: [CenteredGram]
        /// By pooling, then of single tokens, if any were asked for.
        let spreads: [Spread]
    }

    /// What a checkpoint leaves.
    struct Summary: Codable, Sendable, Equatable {
        let layerCount: Int
        let width: Int
        /// By depth.
        let layers: [Layer]
    }

    var checkpoints: [Int] { [checkpoint] }
    var tokenCount: Int { probe.tokenCount }

    var parameters: String {
        "probe=\(fingerprint) states=\(states.map(\.rawValue)) tokens_per_sequence=\(tokensPerSequence)"
    }

    func summary(_ workspace: ModelWorkspace) throws -> Summary {
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
