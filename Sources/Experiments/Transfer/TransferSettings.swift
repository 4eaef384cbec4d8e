import Settings
import Statistics

/// What `experiments/transfer.yaml` may say.
struct TransferSettings: ExperimentSettings {
    @Setting("Laws L = c C^p of compute, as published or one's own.")
    var laws: [Law] = []
    @Setting("Which of them tell the same task from scratch and by transfer.")
    var pairs: [Pair] = []
    @Setting("Compute, in FLOP, at which losses are predicted.")
    var compute: [Quantity] = []
    @Setting("Laws N = c C^p of the best size.")
    var sizes: [Law] = []
    @Setting("Sizes of models: the compute that each size law asks for them.")
    var models: [Quantity] = []
    @Setting("Further pairs of size and compute, for D = C/(6N).")
    var trainings: [Training] = []
    @Setting("The law of effectively transferred tokens D_t = k D_f^a N^b.")
    var transferredTokens: TransferredTokens?
    @Setting("Table of one's own runs from scratch and by transfer.")
    var runs: String?
    @Setting("Its columns.")
    var columns = Columns()
    @Setting("Where Huber's loss of the fits turns from squares to absolute values; 0 is least squares.", .atLeast(0))
    var huberDelta = 1e-3
    @Setting("How the runs are resampled.")
    var bootstrap = LawResampling()
    @Setting("Two stages of one training.")
    var stages: Stages?
    @Setting("Of all intervals.", .between(0, 1))
    var confidence = 0.95

    /// A power law y = c x^p as it was published.
    struct Law: SettingsSection {
        @Setting("Its name, unique.")
        var name: String
        @Setting("c: of a loss in nats at 1 FLOP, of a size at 1 FLOP.")
        var coefficient: StatedNumber
        @Setting("p: negative for a loss that falls.")
        var exponent: StatedNumber
        @Setting("Where it is published.")
        var source: String
    }

    struct Pair: SettingsSection {
        @Setting("Its name.")
        var name: String
        @Setting("The law from scratch.")
        var scratch: String
        @Setting("The law of transfer.")
        var transfer: String
    }

    /// A size and a compute.
    struct Training: SettingsSection {
        @Setting("N.")
        var parameters: Quantity
        @Setting("C, in FLOP.")
        var compute: Quantity
    }

    struct TransferredTokens: SettingsSection {
        @Setting("k.")
        var coefficient: StatedNumber
        @Setting("a.")
        var tokensExponent: StatedNumber
        @Setting("b.")
        var parametersExponent: StatedNumber
        @Setting("Where the law is published.")
        var source: String
        @Setting("Where it is asked: sizes and fine-tuning tokens.")
        var cases: [Case] = []
        @Setting("Budgets to split: sizes and compute for all tokens.")
        var budgets: [Training] = []

        struct Case: SettingsSection {
            @Setting("N.")
            var parameters: Quantity
            @Setting("D_f.")
            var finetuningTokens: Quantity
        }
    }

    struct Columns: SettingsSection {
        @Setting("The column that says scratch or transfer.")
        var arm = "arm"
        @Setting("The column of the run's own compute, in FLOP.")
        var compute = "compute"
        @Setting("The column of the compute of what it was transferred from, in FLOP.")
        var pretrainingCompute: String?
        @Setting("The column of the loss, in nats.")
        var loss = "loss"
    }

    struct Stages: SettingsSection {
        @Setting("Training log of the first stage: a column of tokens, and losses by domain.")
        var first: String?
        @Setting("Training logs of the runs of the second stage.")
        var second: [String]?
        @Setting("The column of tokens since the stage began.", unset: "tokens")
        var tokens: String?
        @Setting("The beginning of the names of loss columns.", unset: "val_")
        var prefix: String?
        @Setting("Instead of logs, loss tables as probe leaves them: stage, ingredient, tokens, domain, loss.")
        var lossTables: [String]?
        @Setting(
            "Tokens of the first stage from which its law is fitted, once the learning rate is warmed up.", unset: "0")
        var fitFrom: Quantity?
        @Setting(
            "How far beyond the first stage its law is believed where it does not identify all its parameters: a ratio.",
            .atLeast(1), unset: "2")
        var trustedFactor: Double?
    }

    var conflicts: [String] {
        let names = laws.map(\.name)
        var conflicts: [String] = []
        if let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
            conflicts.append("laws: two are called '\(twice)'")
        }
        for law in laws where law.coefficient.interval.lowerBound <= 0 {
            conflicts.append("laws: the coefficient of '\(law.name)' is \(law.coefficient.text), not above 0")
        }
        for law in sizes where law.coefficient.interval.lowerBound <= 0 || law.exponent.interval.lowerBound <= 0 {
            conflicts.append("sizes: coefficient and exponent of '\(law.name)' are above 0")
        }
        for pair in pairs {
            if let name = [pair.scratch, pair.transfer].first(where: { !names.contains($0) }) {
                let remedy = nearest(to: name, among: names).map { "did you mean '\($0)'?" }
                conflicts.append(
                    "pairs: '\(pair.name)' names a law '\(name)' that is not there; "
                        + (remedy ?? "the laws are \(names.joined(separator: ", "))"))
            }
        }
        if laws.isEmpty, sizes.isEmpty, transferredTokens == nil, runs == nil, stages == nil {
            conflicts.append("nothing is asked; set laws, sizes, transferred_tokens, runs or stages")
        }
        return conflicts
    }

    /// The pairs with their laws.
    var statedPairs: [StatedPair] {
        pairs.compactMap { pair in
            guard let scratch = laws.first(where: { $0.name == pair.scratch }),
                let transfer = laws.first(where: { $0.name == pair.transfer })
            else { return nil }
            return StatedPair(name: pair.name, scratch: scratch, transfer: transfer)
        }
    }

    var fitOptions: LawFit.Options {
        var options = LawFit.Options()
        options.delta = huberDelta == 0 ? .infinity : huberDelta
        options.confidence = confidence
        return options
    }

    /// `nil` for none.
    var resampling: Bootstrap? { bootstrap.bootstrap }
}
