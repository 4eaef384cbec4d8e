import Base
import Foundation
import Reports
import Settings

/// The log of one training run: a row every so many steps, in order.
struct TrainingLog: Sendable {
    /// The file's path without its ending, as the settings lead to it.
    let name: String
    /// Steps that have a loss, with the tokens seen.
    let steps: [Int]
    let tokens: [Int?]
    /// Training loss in nats a token; NaN and infinities stand for themselves.
    let losses: [Double]
    /// Norms of the gradient, `nil` for a step that has none; `nil` where the log has none at all.
    let gradientNorms: [Double?]?
    /// Why tokens or norms are missing, in words; `nil` where they are not.
    let tokensMissing: String?
    let normsMissing: String?
    /// Steps from one row to the next, as most rows have it: each row stands for so many steps up to its own.
    let interval: Int
    /// What a reader of the results has to know, a line each: what is missing though the settings name a column for it,
    /// and what of the log had to be put right.
    let findings: [String]

    /// Reads a log.
    /// - Throws: `InputError` for a file that is no such log, or whose losses cannot be losses.
    init(
        _ path: String, in context: RunContext, columns: TrainabilitySettings.LogColumns, vocabulary: Int
    ) throws(InputError) {
        name = path.hasSuffix(".csv") ? String(path.dropLast(4)) : path
        let table = try context.table(path, of: "logs")
        let indices: (step: Int, loss: Int)
        do throws(CSVError) {
            indices = (try table.index(of: columns.step), try table.index(of: columns.loss))
        } catch {
            throw InputError("\(error.description); the settings under log_columns name the columns of logs")
        }
        let tokenIndex = columns.tokens.flatMap { try? table.index(of: $0) }
        let normIndex = columns.gradientNorm.flatMap { try? table.index(of: $0) }
        var rows: [LogRow] = []
        for row in table.rows {
            func failure(_ column: String, _ problem: String) -> InputError {
                InputError("\(path):\(row.line): column '\(column)': \(problem)")
            }
            // A row without a loss is an evaluation, not a step.
            guard let lossText = TrainingLog.cell(row.cells[indices.loss]) else { continue }
            guard let step = TrainingLog.count(row.cells[indices.step]) else {
                throw failure(columns.step, "expected a whole number of steps")
            }
            guard let loss = TrainingLog.number(lossText) else {
                throw failure(
                    columns.loss,
                    "expected a loss, found '\(lossText.prefix(40))'; leave the cell empty where a row has none")
            }
            if loss < 0 { throw failure(columns.loss, "\(loss) is negative; a loss in nats a token is not") }
            var norm: Double?
            if let normIndex, let text = TrainingLog.cell(row.cells[normIndex]) {
                norm = TrainingLog.number(text)
                guard norm != nil else {
                    throw failure(
                        columns.gradientNorm ?? "",
                        "expected a norm, found '\(text.prefix(40))'; leave the cell empty where a row has none")
                }
            }
            rows.append(
                LogRow(
                    step: step, tokens: tokenIndex.flatMap { TrainingLog.count(row.cells[$0]) }, loss: loss, norm: norm,
                    line: row.line))
        }
        guard !rows.isEmpty else { throw InputError("\(path): no row has a loss in the column '\(columns.loss)'") }
        var repairs = LogRepairs(rows, path: path)
        repairs.order(column: columns.step)
        repairs.countTokensOn(column: columns.tokens ?? "")
        (steps, tokens, losses) = (repairs.rows.map(\.step), repairs.rows.map(\.tokens), repairs.rows.map(\.loss))
        interval = repairs.interval
        let norms = repairs.rows.map(\.norm)
        let finite = losses.filter(\.isFinite).sorted()
        if let median = finite.isEmpty ? nil : finite[finite.count / 2], median > log(Double(vocabulary)) {
            throw InputError(
                "\(path): half of the losses are above \(median), a uniform guess among \(vocabulary) tokens has "
                    + "\(log(Double(vocabulary))) nats: these are perplexities, or not in nats a token")
        }
        let normCount = norms.count { $0 != nil }
        gradientNorms = normCount == 0 ? nil : norms
        tokensMissing = TrainingLog.missing(
            columns.tokens, isThere: tokenIndex != nil, values: tokens.count { $0 != nil }, steps: steps.count)
        normsMissing = TrainingLog.missing(
            columns.gradientNorm, isThere: normIndex != nil, values: normCount, steps: steps.count)
        let missing = [
            (columns.tokens, "tokens", tokensMissing, "tokens of convergence are", tokenIndex != nil),
            (columns.gradientNorm, "gradient_norm", normsMissing, "spikes of the gradient are", normIndex != nil),
        ]
        let gaps = missing.compactMap { column, setting, reason, what, isThere -> String? in
            guard column != nil, let reason else { return nil }
            guard !isThere else { return "\(path): \(reason): at the others \(what) missing" }
            return "\(path): \(reason): \(what) missing; log_columns.\(setting) names the column, null for none"
        }
        findings = repairs.findings + gaps
    }

    /// The text of a cell; `nil` for what programs write for nothing.
    private static func cell(_ text: String?) -> String? {
        guard let text else { return nil }
        return ["", "None", "null", "NULL", "NA", "N/A", "-"].contains(text) ? nil : text
    }

    /// Steps that the rows stand for.
    var stepCount: Int { (steps.last ?? 0) - (steps.first ?? 0) + interval }

    /// Why there is not a value for every step; `nil` where there is.
    private static func missing(_ column: String?, isThere: Bool, values: Int, steps: Int) -> String? {
        guard let column else { return "the settings name no column" }
        guard isThere else { return "there is no column '\(column)'" }
        return values == steps ? nil : "column '\(column)' has \(values) values for \(steps) losses"
    }

    /// A whole number that a double holds exactly: steps and tokens are added and subtracted.
    private static func count(_ text: String?) -> Int? {
        text.flatMap { Double(decimal: $0) }.flatMap { abs($0) <= 0x1p53 ? Int(exactly: $0) : nil }
    }

    /// A number, or what a diverged run logs instead of one.
    private static func number(_ text: String) -> Double? {
        if let value = Double(decimal: text) { return value }
        switch text.lowercased() {
        case "nan", "-nan": return .nan
        case "inf", "+inf", "infinity": return .infinity
        case "-inf", "-infinity": return -.infinity
        default: return nil
        }
    }
}
