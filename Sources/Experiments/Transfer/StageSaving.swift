import Foundation
import Reports
import Statistics

/// What one run of the second stage saved in one domain over staying in the first: the first stage's law of its losses,
/// L = E + B/D^beta, says what it would have come to.
struct StageSaving: Sendable {
    let domain: String
    let run: String
    /// Points of the first stage that its law is fitted to.
    let points: Int
    let branchTokens: Double
    let branchLoss: Double?
    /// The end of the second stage: tokens in all, and loss.
    let tokens: Double
    let loss: Double
    /// The first stage's law there.
    let stayed: StatedPair.Value?
    /// Tokens with which the first stage would have reached the loss.
    let equivalentTokens: StatedPair.Value?
    /// How far beyond the first stage that is.
    let factor: Double?
    let reason: String?

    /// Tokens that the second stage saved; below 0 where it cost some.
    var savedTokens: Double? { equivalentTokens.map { $0.value - tokens } }
    /// Nats that it saved.
    var savedLoss: Double? { stayed.map { $0.value - loss } }

    static func all(
        _ losses: StageLosses, _ settings: TransferSettings, _ parallel: Parallel
    ) throws -> [StageSaving] {
        let law = LawForm(
            "stage 1", variableCount: 1,
            terms: [.init("E"), .init("B", [.power(.variable(0), .exponent(0), times: -1)])],
            exponents: [.init("beta", .within(0...2))])
        let named = NamedLaw(name: "stage 1", form: law, variables: [.tokens], runs: .all)
        var savings: [StageSaving] = []
        for domain in losses.domains {
            let first = losses.points.filter { $0.domain == domain && $0.stage == 1 && $0.tokens > 0 }
            let used = first.filter { $0.tokens >= losses.fitFrom }
            let data = used.isEmpty ? nil : LawData(variables: [used.map(\.tokens)], losses: used.map(\.loss))
            let result = try data.flatMap {
                try LawResult(named, $0, settings.fitOptions, settings.resampling, parallel)
            }
            let second = losses.points.filter { $0.domain == domain && $0.stage == 2 }
            for run in second.map(\.run).distinct {
                let points = second.filter { $0.run == run }
                guard let end = points.max(by: { $0.tokens < $1.tokens }) else { continue }
                savings.append(StageSaving(losses, first: first, used: used.count, result, end))
            }
        }
        return savings
    }

    private init(
        _ losses: StageLosses, first: [StageLosses.Point], used: Int, _ result: LawResult?, _ end: StageLosses.Point
    ) {
        domain = end.domain
        run = end.run
        points = used
        let last = first.max { $0.tokens < $1.tokens }
        branchTokens = last?.tokens ?? losses.branchTokens
        branchLoss = last?.loss
        tokens = end.tokens
        loss = end.loss
        guard let result else {
            (stayed, equivalentTokens, factor) = (nil, nil, nil)
            reason = "a law of three parameters needs at least 4 points of stage 1, found \(used)"
            return
        }
        let open = result.reasonAgainstExtrapolation
        let reach = losses.trustedFactor
        let trusts = { (factor: Double) in open == nil || factor <= reach }
        stayed =
            trusts(result.factorBeyond([end.tokens]))
            ? StatedPair.Value(
                value: result.fit.loss([end.tokens]),
                interval: result.interval { result.law.form.loss([end.tokens], parameters: $0) })
            : nil
        guard let equivalent = Self.tokens(for: end.loss, result.fit.parameters), equivalent.isFinite else {
            (equivalentTokens, factor) = (nil, nil)
            reason = "stage 1's law never reaches this loss"
            return
        }
        let beyond = result.factorBeyond([equivalent])
        factor = beyond
        guard trusts(beyond) else {
            equivalentTokens = nil
            reason = "\(short(beyond)) times beyond stage 1; \(open ?? "")"
            return
        }
        let interval = result.interval { Self.tokens(for: end.loss, $0) }
        guard beyond == 1 || interval != nil || result.resampleCount == 0 else {
            equivalentTokens = nil
            reason =
                "\(short(beyond)) times beyond stage 1, where more than a tenth of the resamples never reach this loss"
            return
        }
        equivalentTokens = StatedPair.Value(value: equivalent, interval: interval)
        reason = nil
    }

    /// The D with E + B/D^β = `loss`; `nil` where the law stays above it.
    private static func tokens(for loss: Double, _ parameters: [Double]) -> Double? {
        guard loss > parameters[0], parameters[1] > 0, parameters[2] > 0 else { return nil }
        return pow(parameters[1] / (loss - parameters[0]), 1 / parameters[2])
    }
}

extension Transfer {
    static func stagesTable(_ savings: [StageSaving]) -> Table {
        Table(
            "stages", title: "What stage 2 saved over staying in stage 1, by domain.",
            columns: [
                .string("domain", "Held-out text.") { $0.domain },
                .string("run", "The run of stage 2.") { $0.run },
                .integer("points", "Losses of stage 1 that its law L = E + B/D^beta is fitted to.") { $0.points },
                .number("branch_tokens", "Tokens at the end of stage 1.") { $0.branchTokens },
                .number("branch_loss", unit: "nats", "Loss there.") { $0.branchLoss },
                .number("tokens", "Tokens at the end of stage 2, of both stages.") { $0.tokens },
                .number("loss", unit: "nats", "Loss there.") { $0.loss },
                .number(
                    "stage1_loss", unit: "nats", tolerance: settledTolerance,
                    "Stage 1's law for as many tokens: an extrapolation beyond branch_tokens."
                ) { $0.stayed?.value },
                .number(
                    "stage1_loss_low", unit: "nats", tolerance: resampledTolerance,
                    "Lower end of its bootstrap interval."
                ) {
                    $0.stayed?.interval?.lowerBound
                },
                .number("stage1_loss_high", unit: "nats", tolerance: resampledTolerance, "Upper end of it.") {
                    $0.stayed?.interval?.upperBound
                },
                .number(
                    "saved_loss", unit: "nats", tolerance: settledTolerance,
                    "stage1_loss − loss: below 0 where stage 2 cost."
                ) {
                    $0.savedLoss
                },
                .number("equivalent_tokens", tolerance: 1e-4, "Tokens with which stage 1's law reaches the loss.") {
                    $0.equivalentTokens?.value
                },
                .number("equivalent_tokens_low", tolerance: resampledTolerance, "Lower end of its bootstrap interval.")
                {
                    $0.equivalentTokens?.interval?.lowerBound
                },
                .number("equivalent_tokens_high", tolerance: resampledTolerance, "Upper end of it.") {
                    $0.equivalentTokens?.interval?.upperBound
                },
                .number("saved_tokens", tolerance: 1e-3, "equivalent_tokens − tokens: below 0 where stage 2 cost.") {
                    $0.savedTokens
                },
                .number(
                    "factor_beyond", tolerance: 1e-3,
                    "How far equivalent_tokens lies outside the fitted losses: a ratio, at least 1."
                ) {
                    $0.factor
                },
                .string("reason", "Why equivalent_tokens is missing.") { $0.reason },
            ] as [TypedColumn<StageSaving>], primaryKey: ["domain", "run"], records: savings)
    }
}
