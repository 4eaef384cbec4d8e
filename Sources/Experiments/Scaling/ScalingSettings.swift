import Settings
import Statistics

/// What `experiments/scaling.yaml` may say.
struct ScalingSettings: ExperimentSettings {
    @Setting("A CSV table, a row a run.")
    var runs = ""
    @Setting("Its columns; from two of N, D, C the third follows, C = 6ND.")
    var columns = Columns()
    @Setting("What a unit of each column is: 1, 1e9, 2^30, ...")
    var units = Units()
    @Setting("What the parameters count, and so what N is called in the tables.")
    var parametersAre = ParameterCount.total
    @Setting("What the loss column holds.")
    var lossIs = LossKind.nats
    @Setting("Tokens of the vocabulary: no loss is above its logarithm.", .atLeast(2))
    var vocabulary: Int?
    @Setting("Rows to take: text of a column, by its name, such as {dataset: c4}.", unset: "all")
    var rows: [String: String] = [:]
    @Setting("Runs of the highest losses that are left out.", .atLeast(0))
    var leaveOutHighest = 0
    @Setting("Names of the runs to fit; the others are predicted.", unset: "all")
    var fitOnly: [String] = []
    @Setting("Laws with a name.")
    var forms: [StandardLaw] = StandardLaw.allCases
    @Setting("Laws of one's own, from a closed set of terms.")
    var ownForms: [OwnLaw] = []
    @Setting("Coefficients that are not fitted, by name, such as {E: 1.7}.", .atLeast(0))
    var pinned: [String: Double] = [:]
    @Setting("Which runs the laws of compute alone are fitted to: those that no cheaper run beats, or all.")
    var computeLawsOn = NamedLaw.Runs.frontier
    @Setting("Where Huber's loss turns from squares to absolute values; 0 is least squares.", .atLeast(0))
    var huberDelta = 1e-3
    @Setting("What the residuals are of.")
    var residuals = LawFit.Options.Residual.log
    @Setting("Points of the grid that are refined.", .within(1...1000))
    var starts = 64
    @Setting("How the runs are resampled.")
    var bootstrap = Resampling()
    @Setting("Of all intervals.", .between(0, 1))
    var confidence = 0.95
    @Setting(
        "Share of the runs, those of most compute, that the law of the others predicts; 0 for none.", .within(0..<1))
    var leaveLargestOut = 0.1
    @Setting("Runs whose compute differs by less than this share form one IsoFLOP group.", .atLeast(0))
    var isoflopTolerance = 0.1
    @Setting("Points whose loss is predicted; two of N, D and C each, or C alone for laws of compute.")
    var predict: [Point] = []
    @Setting("Compute budgets, in FLOP, whose best N and D are asked for.", .above(0))
    var budgets: [Double] = []

    struct Columns: SettingsSection {
        @Setting("Columns whose texts, joined by '-', name a run.", unset: "the line")
        var name: [String] = []
        @Setting("The column of N.")
        var parameters: String?
        @Setting("The column of D.")
        var tokens: String?
        @Setting("The column of C.", unset: "6ND")
        var compute: String?
        @Setting("The column of the loss.")
        var loss = "loss"
    }

    struct Units: SettingsSection {
        @Setting("Of parameters.")
        var parameters = Quantity.one
        @Setting("Of tokens.")
        var tokens = Quantity.one
        @Setting("Of compute, in FLOP.")
        var compute = Quantity.one
    }

    enum ParameterCount: String, Codable, CaseIterable, Sendable {
        case total
        case nonEmbedding = "non_embedding"

        var words: String { self == .total ? "all parameters" : "parameters without embedding and unembedding" }
    }

    enum LossKind: String, Codable, CaseIterable, Sendable {
        case nats, bits, perplexity
    }

    struct Resampling: SettingsSection {
        @SettingGroup var resampling: LawResampling
        @Setting(
            "Points of the grid that each resample's fit starts from, besides the fit to all runs.", .within(0...100))
        var starts = 1
        @Setting("How intervals are read off the resamples; most papers have percentile.")
        var interval = Bootstrap.Interval.biasCorrected
    }

    struct Point: SettingsSection {
        @Setting("N.", .above(0))
        var parameters: Double?
        @Setting("D.", .above(0))
        var tokens: Double?
        @Setting("C, in FLOP.", .above(0))
        var compute: Double?

        var lawPoint: LawPoint { LawPoint(parameters: parameters, tokens: tokens, compute: compute) }
    }

    var fitOptions: LawFit.Options {
        var options = LawFit.Options()
        options.delta = huberDelta == 0 ? .infinity : huberDelta
        options.residual = residuals
        options.starts = starts
        options.bootstrapStarts = bootstrap.starts
        options.bootstrapInterval = bootstrap.interval
        options.confidence = confidence
        return options
    }

    /// The laws to fit, in order.
    func laws() throws(InputError) -> [NamedLaw] {
        var laws = forms.map { $0.law(pinned: pinned, computeRuns: computeLawsOn) }
        for own in ownForms { laws.append(try own.law(pinned: pinned)) }
        guard !laws.isEmpty else { throw InputError("no law is asked for; set forms or own_forms") }
        let names = laws.map(\.name)
        if let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
            throw InputError("two laws are called '\(twice)'")
        }
        let coefficients = Set(laws.flatMap { $0.form.terms.map(\.coefficient) })
        for name in pinned.keys.sorted() where !coefficients.contains(name) {
            throw InputError(
                "pinned: no law has a coefficient '\(name)'; these are \(coefficients.sorted().joined(separator: ", "))"
            )
        }
        return laws
    }

    var conflicts: [String] {
        predict.enumerated()
            .filter { $0.element.parameters == nil && $0.element.tokens == nil && $0.element.compute == nil }
            .map { "predict[\($0.offset)] is empty; a point has parameters, tokens or compute" }
    }
}
