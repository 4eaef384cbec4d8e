import Checkpoints
import Engine
import Reports
import Settings
import Tensors

/// What `experiments/similarity.yaml` may say.
struct SimilaritySettings: ExperimentSettings {
    @SettingGroup var input: ModelInput
    @SettingGroup var comparisons: ComparisonSettings
    @SettingGroup var pooling: StatesSettings
    @Setting(
        "Tokens of each sequence whose states' rank is computed besides, evenly spaced; 0 for none.", .atLeast(0))
    var tokensPerSequence = 16

    static let describing = ProbeInput.describing
}

/// How alike hidden states are, between checkpoints and between layers, and over how many dimensions they spread.
struct Similarity: Experiment {
    static let name = "similarity"
    static let question =
        "How alike are hidden states between checkpoints and layers, and how many dimensions do they fill?"
    static var tables: [Table] {
        [
            SimilaritySummary.table([]), StateAlignment.checkpoints([]), StateAlignment.layers([]),
            StateSpread.table([]), integrityTable(),
        ]
    }

    private let settings: SimilaritySettings
    private let models: ModelSeries
    private let comparisons: [Comparison]

    /// Reads the probe set, opens the series and chooses the comparisons.
    /// - Throws: `InputError` when no checkpoint can be run over the probe set.
    init(_ settings: SimilaritySettings, _ context: RunContext) throws {
        self.settings = settings
        models = try ModelSeries(
            settings.input, context, branchPoint: settings.comparisons.anchors.branchPoint)
        guard models.probe.sequences.count > 1 else {
            throw InputError("the probe set has one sequence; likeness is compared over two or more")
        }
        comparisons = try Comparison.list(settings.comparisons, models.series)
    }

    var requests: [any Request] { models.requests + models.series.checkpoints.indices.map(request) as [any Request] }

    private func request(_ checkpoint: Int) -> RepresentationRequest {
        RepresentationRequest(
            checkpoint: models.runIndices[checkpoint].value, probe: models.probe, fingerprint: models.fingerprint,
            states: settings.pooling.states, tokensPerSequence: settings.tokensPerSequence)
    }

    func report(_ results: ReductionResults) throws -> Report {
        let standing = try models.standing(results) { results.summary(request($0)) != nil }
        let integrity = try models.contents.integrity(results, strict: false)
        let known = Dictionary(uniqueKeysWithValues: standing.map { ($0, results.summary(request($0))) })
        let pairs = comparisons.flatMap { comparison -> [StateAlignment] in
            guard let from = known[comparison.from] ?? nil, let to = known[comparison.to] ?? nil,
                from.layerCount == to.layerCount
            else { return [] }
            return from.layers.indices.flatMap { alignments(comparison, (from, $0), (to, $0)) }
        }
        let layers = standing.flatMap { index -> [StateAlignment] in
            guard let own = known[index] ?? nil else { return [] }
            let within = Comparison(kind: .pair, from: index, to: index)
            return own.layers.indices.flatMap { from in
                own.layers.indices[(from + 1)...].flatMap { alignments(within, (own, from), (own, $0)) }
            }
        }
        let names = settings.pooling.states.map(\.rawValue) + ["tokens"]
        let spreads = standing.flatMap { index in
            (known[index] ?? nil).map { StateSpread.of(models.series.checkpoints[index], $0, names) } ?? []
        }
        let summary = SimilaritySummary.table(
            standing.map {
                SimilaritySummary(models.series.checkpoints[$0], pairs.filter { $0.states == names[0] }, spreads)
            })
        return Report(
            tables: [
                StateAlignment.checkpoints(pairs), StateAlignment.layers(layers), StateSpread.table(spreads),
                integrityTable(integrity),
            ],
            readable: [summary.view()], findings: integrity.findings.map(\.message) + StateSpread.doubts(spreads),
            inputs: models.contents.facts(results), probeSet: models.probeFacts)
    }

    private typealias LayerStates = (of: RepresentationRequest.Summary, depth: Int)

    /// Two sets of states, for each way of making one vector of a sequence's.
    private func alignments(_ comparison: Comparison, _ from: LayerStates, _ to: LayerStates) -> [StateAlignment] {
        settings.pooling.states.enumerated().map { index, pooling in
            let grams = (from.of.layers[from.depth].grams[index], to.of.layers[to.depth].grams[index])
            return StateAlignment(
                comparison: comparison.kind, from: models.series.checkpoints[comparison.from],
                to: models.series.checkpoints[comparison.to],
                layers: (
                    HiddenLayer(depth: from.depth, layerCount: from.of.layerCount),
                    HiddenLayer(depth: to.depth, layerCount: to.of.layerCount)
                ), states: pooling.rawValue, grams: grams)
        }
    }
}
