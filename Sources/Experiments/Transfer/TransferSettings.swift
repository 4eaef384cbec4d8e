import Settings
import Statistics

/// What `experiments/transfer.yaml` may say.
struct TransferSettings: ExperimentSettings {
    /// Laws L = a C^alpha, as published or one's own.
    var laws: [Law] = []
    /// Which of them tell the same task from scratch and by transfer.
    var pairs: [Pair] = []
    /// Compute, in FLOP, at which losses are predicted.
    var compute: [Quantity] = []
    /// Laws N = k C^p of the best size.
    var sizes: [Law] = []
    /// Models: the compute that each size law asks for them.
    var models: [Quantity] = []
    /// Further pairs of size and compute, for D = C/(6N).
    var trainings: [Training] = []
    /// The law of effectively transferred tokens D_t = k D_f^a N^b.
    var transferredTokens: TransferredTokens?
    /// Table of one's own runs from scratch and by transfer.
    var runs: String?
    /// Its columns.
    var columns = Columns()
    /// Huber's δ of the fits to it.
    var huberDelta = 1e-3
    /// Resamples of its runs.
    var bootstrap = Resampling()
    /// Two stages of one training.
    var stages: Stages?
    /// Of all intervals.
    var confidence = 0.95

    init() {}

    enum CodingKeys: String, CodingKey, CaseIterable {
        case laws, pairs, compute, sizes, models, trainings
        case transferredTokens = "transferred_tokens"
        case runs, columns
        case huberDelta = "huber_delta"
        case bootstrap, stages, confidence
    }

    /// A power law y = c x^p as it was published.
    struct Law: Codable, Equatable, Sendable {
        var name: String
        /// c: of a loss in nats at 1 FLOP, of a size at 1 FLOP.
        var coefficient: StatedNumber
        /// p: negative for a loss that falls.
        var exponent: StatedNumber
        var source: String

        enum CodingKeys: String, CodingKey, CaseIterable {
            case name, coefficient, exponent, source
        }
    }

    struct Pair: Codable, Equatable, Sendable {
        var name: String
        var scratch: String
        var transfer: String

        enum CodingKeys: String, CodingKey, CaseIterable {
            case name, scratch, transfer
        }
    }

    struct Training: Codable, Equatable, Sendable {
        var parameters: Quantity
        var compute: Quantity

        enum CodingKeys: String, CodingKey, CaseIterable {
            case parameters, compute
        }
    }

    struct TransferredTokens: Codable, Equatable, Sendable {
        /// k.
        var coefficient: StatedNumber
        /// a.
        var tokensExponent: StatedNumber
        /// b.
        var parametersExponent: StatedNumber
        var source: String
        /// Where it is asked: sizes and fine-tuning tokens D_f.
        var cases: [Case] = []
        /// Budgets to split: sizes and tokens in all.
        var budgets: [Budget] = []

        enum CodingKeys: String, CodingKey, CaseIterable {
            case coefficient
            case tokensExponent = "tokens_exponent"
            case parametersExponent = "parameters_exponent"
            case source, cases, budgets
        }

        struct Case: Codable, Equatable, Sendable {
            var parameters: Quantity
            var finetuningTokens: Quantity

            enum CodingKeys: String, CodingKey, CaseIterable {
                case parameters
                case finetuningTokens = "finetuning_tokens"
            }
        }

        struct Budget: Codable, Equatable, Sendable {
            var parameters: Quantity
            var compute: Quantity

            enum CodingKeys: String, CodingKey, CaseIterable {
                case parameters, compute
            }
        }
    }

    struct Columns: Codable, Equatable, Sendable {
        /// `scratch` or `transfer`.
        var arm = "arm"
        /// Of the run itself, in FLOP.
        var compute = "compute"
        /// Of what it was transferred from, in FLOP; none when there is no such column.
        var pretrainingCompute: String?
        var loss = "loss"

        enum CodingKeys: String, CodingKey, CaseIterable {
            case arm, compute
            case pretrainingCompute = "pretraining_compute"
            case loss
        }
    }

    struct Resampling: Codable, Equatable, Sendable {
        var resamples = 1000
        var seed: UInt64 = 6198

        enum CodingKeys: String, CodingKey, CaseIterable {
            case resamples, seed
        }
    }

    struct Stages: Codable, Equatable, Sendable {
        /// Training logs of the first stage and of the runs of the second: columns of tokens, and of losses by domain.
        var first: String?
        var second: [String]?
        /// The column of tokens since the stage began; `tokens` when not given.
        var tokens: String?
        /// The beginning of the names of loss columns; `val_` when not given.
        var prefix: String?
        /// Loss tables as `probe` leaves them: stage, ingredient, tokens, domain, loss.
        var lossTables: [String]?
        /// Tokens of the first stage from which its law is fitted, once the learning rate is warmed up.
        var fitFrom: Quantity?
        /// How far beyond the first stage its law is believed where it does not identify all its parameters: a ratio.
        var trustedFactor: Double?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case first, second, tokens, prefix
            case lossTables = "loss_tables"
            case fitFrom = "fit_from"
            case trustedFactor = "trusted_factor"
        }
    }

    /// Rejects what no table could be made of.
    func check() throws(InputError) {
        let names = laws.map(\.name)
        if let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
            throw InputError("laws: two are called '\(twice)'")
        }
        for law in laws where law.coefficient.interval.lowerBound <= 0 {
            throw InputError("laws: the coefficient of '\(law.name)' is \(law.coefficient.text), not above 0")
        }
        for law in sizes where law.coefficient.interval.lowerBound <= 0 || law.exponent.interval.lowerBound <= 0 {
            throw InputError("sizes: coefficient and exponent of '\(law.name)' are above 0")
        }
        for pair in pairs {
            for name in [pair.scratch, pair.transfer] where !names.contains(name) {
                let remedy = nearest(to: name, among: names).map { "did you mean '\($0)'?" }
                throw InputError(
                    "pairs: '\(pair.name)' names a law '\(name)' that is not there; "
                        + (remedy ?? "the laws are \(names.joined(separator: ", "))"))
            }
        }
        guard huberDelta >= 0 else { throw InputError("huber_delta is \(huberDelta), not 0 (least squares) or above") }
        guard confidence > 0 && confidence < 1 else {
            throw InputError("confidence is \(confidence), not between 0 and 1")
        }
        guard (0...100_000).contains(bootstrap.resamples) else {
            throw InputError("bootstrap.resamples is \(bootstrap.resamples), not 0 to 100000")
        }
        guard !laws.isEmpty || !sizes.isEmpty || transferredTokens != nil || runs != nil || stages != nil else {
            throw InputError("nothing is asked; set laws, sizes, transferred_tokens, runs or stages")
        }
    }

    var fitOptions: LawFit.Options {
        var options = LawFit.Options()
        options.delta = huberDelta == 0 ? .infinity : huberDelta
        options.confidence = confidence
        return options
    }

    /// `nil` for none.
    var resampling: Bootstrap? {
        bootstrap.resamples > 0 ? Bootstrap(resamples: bootstrap.resamples, seed: bootstrap.seed) : nil
    }
}
