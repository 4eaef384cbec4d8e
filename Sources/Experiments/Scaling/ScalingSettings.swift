import Settings
import Statistics

/// What `experiments/scaling.yaml` may say.
struct ScalingSettings: ExperimentSettings {
    /// A CSV table, a row a run.
    var runs = ""
    /// Its columns.
    var columns = Columns()
    /// What a unit of each column is: 1, 1e6, 1e9, 2^20, 2^30, ...
    var units = Units()
    /// What the parameters count: it names the N of all results.
    var parametersAre = ParameterCount.total
    /// What the loss column holds.
    var lossIs = LossKind.nats
    /// Tokens of the vocabulary: no loss is above ln(vocabulary).
    var vocabulary: Int?
    /// Rows to take: text of a column, by its name; all when empty.
    var rows: [String: String] = [:]
    /// Runs of the highest losses that are left out.
    var leaveOutHighest = 0
    /// Names of the runs to fit; the others are predicted. All are fitted when empty.
    var fitOnly: [String] = []
    /// Laws with a name.
    var forms: [StandardLaw] = StandardLaw.allCases
    /// Laws of one's own.
    var ownForms: [OwnLaw] = []
    /// Coefficients that are not fitted, such as E, by name.
    var pinned: [String: Double] = [:]
    /// Which runs the laws of compute alone are fitted to.
    var computeLawsOn = NamedLaw.Runs.frontier
    /// Where Huber's loss turns from squares to absolute values; 0 is least squares.
    var huberDelta = 1e-3
    /// What the residuals are of.
    var residuals = LawFit.Options.Residual.log
    /// Points of the grid that are refined.
    var starts = 64
    /// Resamples of the runs.
    var bootstrap = Resampling()
    /// Of all intervals.
    var confidence = 0.95
    /// Share of the runs, those of most compute, that the others predict; 0 for none.
    var leaveLargestOut = 0.1
    /// Runs whose compute differs by less than this share form one IsoFLOP group.
    var isoflopTolerance = 0.1
    /// Points whose loss is predicted; two of N, D and C each, or C alone for laws of compute.
    var predict: [Point] = []
    /// Compute budgets, in FLOP, whose best N and D are asked for.
    var budgets: [Double] = []

    init() {}

    enum CodingKeys: String, CodingKey, CaseIterable {
        case runs, columns, units
        case parametersAre = "parameters_are"
        case lossIs = "loss_is"
        case vocabulary, rows
        case leaveOutHighest = "leave_out_highest"
        case fitOnly = "fit_only"
        case forms
        case ownForms = "own_forms"
        case pinned
        case computeLawsOn = "compute_laws_on"
        case huberDelta = "huber_delta"
        case residuals, starts, bootstrap, confidence
        case leaveLargestOut = "leave_largest_out"
        case isoflopTolerance = "isoflop_tolerance"
        case predict, budgets
    }

    struct Columns: Codable, Equatable, Sendable {
        /// Columns whose texts, joined by '-', name a run; none for the line.
        var name: [String] = []
        /// N.
        var parameters: String?
        /// D.
        var tokens: String?
        /// C; 6ND when not given.
        var compute: String?
        /// The loss.
        var loss = "loss"

        enum CodingKeys: String, CodingKey, CaseIterable {
            case name, parameters, tokens, compute, loss
        }
    }

    struct Units: Codable, Equatable, Sendable {
        var parameters = Quantity.one
        var tokens = Quantity.one
        var compute = Quantity.one

        enum CodingKeys: String, CodingKey, CaseIterable {
            case parameters, tokens, compute
        }
    }

    enum ParameterCount: String, Codable, CaseIterable, Sendable {
        case total
        case nonEmbedding = "non_embedding"

        var words: String { self == .total ? "all parameters" : "parameters without embedding and unembedding" }
    }

    enum LossKind: String, Codable, CaseIterable, Sendable {
        case nats, bits, perplexity
    }

    struct Resampling: Codable, Equatable, Sendable {
        /// How many; 0 for none.
        var resamples = 1000
        /// Points of the grid that each resample's fit starts from, besides the fit to all runs.
        var starts = 1
        /// Of the generator.
        var seed: UInt64 = 6198
        /// How intervals are read off the resamples.
        var interval = Bootstrap.Interval.biasCorrected

        enum CodingKeys: String, CodingKey, CaseIterable {
            case resamples, starts, seed, interval
        }
    }

    struct Point: Codable, Equatable, Sendable {
        var parameters: Double?
        var tokens: Double?
        var compute: Double?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case parameters, tokens, compute
        }

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

    /// Rejects numbers that no run could be made with.
    func check() throws(InputError) {
        let problems: [(Bool, String)] = [
            (huberDelta >= 0, "huber_delta is \(huberDelta), not 0 (least squares) or above"),
            ((1...1000).contains(starts), "starts is \(starts), not a number from 1 to 1000"),
            (
                (0...100_000).contains(bootstrap.resamples),
                "bootstrap.resamples is \(bootstrap.resamples), not 0 to 100000"
            ),
            ((0...100).contains(bootstrap.starts), "bootstrap.starts is \(bootstrap.starts), not 0 to 100"),
            (confidence > 0 && confidence < 1, "confidence is \(confidence), not between 0 and 1"),
            (
                leaveLargestOut >= 0 && leaveLargestOut < 1,
                "leave_largest_out is \(leaveLargestOut), not a share below 1"
            ),
            (isoflopTolerance >= 0, "isoflop_tolerance is \(isoflopTolerance), not a share of compute"),
            (leaveOutHighest >= 0, "leave_out_highest is \(leaveOutHighest), not a number of runs"),
            (vocabulary ?? 2 >= 2, "vocabulary is \(vocabulary ?? 0), not a number of tokens above 1"),
            (pinned.values.allSatisfy { $0 >= 0 }, "pinned: a coefficient is at least 0"),
            (budgets.allSatisfy { $0 > 0 }, "budgets: compute is above 0"),
        ]
        let failed = problems.filter { !$0.0 }.map(\.1)
        guard failed.isEmpty else { throw InputError(failed) }
        for point in predict {
            let values = [point.parameters, point.tokens, point.compute].compactMap { $0 }
            guard !values.isEmpty, values.allSatisfy({ $0 > 0 }) else {
                throw InputError("predict: a point has parameters, tokens or compute, each above 0")
            }
        }
    }
}
