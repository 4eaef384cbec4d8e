import Base
import Foundation
import Reports

/// One training run.
struct ScalingRun: Sendable, Equatable {
    let name: String
    /// Line of the table.
    let line: Int
    let point: LawPoint
    /// In nats.
    let loss: Double
}

/// Something about the runs that a reader of the results has to know.
struct ScalingCheck: Sendable, Equatable {
    /// Its kind.
    let check: String
    /// Lines of the table that it is about, joined by spaces.
    let lines: String
    let message: String
}

/// The runs of a table, checked.
struct ScalingRuns: Sendable {
    /// To be fitted.
    let fitted: [ScalingRun]
    /// To be predicted.
    let heldOut: [ScalingRun]
    let checks: [ScalingCheck]

    /// - Throws: `InputError` for a table without the columns, or a value that is none.
    init(_ table: CSVTable, _ settings: ScalingSettings) throws(InputError) {
        var runs = try ScalingRuns.read(table, settings)
        guard !runs.isEmpty else { throw InputError("\(table.file): no run is left by 'rows' and 'leave_out_highest'") }
        try ScalingRuns.checkLosses(runs, table.file, settings)
        var checks = ScalingRuns.duplicates(runs) + ScalingRuns.mixedUnits(runs, settings.columns)
        // Small perplexities pass for losses by their size, not by their name.
        let name = settings.columns.loss.lowercased()
        if settings.lossIs != .perplexity, name.contains("perplexity") || name.contains("ppl") {
            checks.append(
                ScalingCheck(
                    check: "loss", lines: "1",
                    message: "the column '\(settings.columns.loss)' is called a perplexity, and is read as "
                        + "\(settings.lossIs.rawValue); if that is wrong, set loss_is=perplexity"))
        }
        if settings.leaveOutHighest > 0 {
            let order = runs.sorted { ($0.loss, $1.line) > ($1.loss, $0.line) }
            let left = order.prefix(settings.leaveOutHighest)
            let lines = Set(left.map(\.line))
            runs.removeAll { lines.contains($0.line) }
            checks.append(
                ScalingCheck(
                    check: "left_out", lines: lines.sorted().map(String.init).joined(separator: " "),
                    message: "the \(left.count) runs of the highest losses are left out, as leave_out_highest asks"))
        }
        guard !runs.isEmpty else { throw InputError("\(table.file): leave_out_highest leaves no run") }
        let names = Set(settings.fitOnly)
        if let unknown = settings.fitOnly.first(where: { name in !runs.contains { $0.name == name } }) {
            throw InputError(
                "fit_only: no run is called '\(unknown)'; \(table.file) has \(runs.prefix(5).map { "'\($0.name)'" }.joined(separator: ", "))"
                    + (runs.count > 5 ? ", ..." : ""))
        }
        fitted = names.isEmpty ? runs : runs.filter { names.contains($0.name) }
        heldOut = names.isEmpty ? [] : runs.filter { !names.contains($0.name) }
        self.checks = checks
    }

    private static func read(_ table: CSVTable, _ settings: ScalingSettings) throws(InputError) -> [ScalingRun] {
        let columns = settings.columns
        guard columns.parameters != nil || columns.tokens != nil || columns.compute != nil else {
            throw InputError("columns: name at least one of parameters, tokens and compute in \(table.file)")
        }
        func column(_ name: String?, _ unit: Quantity) throws(InputError) -> [Double?]? {
            guard let name else { return nil }
            let factor = unit.value
            return try reading { () throws(CSVError) in try table.numbers(name) }.map { $0.map { $0 * factor } }
        }
        let parameters = try column(columns.parameters, settings.units.parameters)
        let tokens = try column(columns.tokens, settings.units.tokens)
        let compute = try column(columns.compute, settings.units.compute)
        let losses = try reading { () throws(CSVError) in try table.numbers(columns.loss) }
        var names: [[String?]] = []
        for name in columns.name { names.append(try reading { () throws(CSVError) in try table.texts(name) }) }
        var kept = [Bool](repeating: true, count: table.rows.count)
        for (name, wanted) in settings.rows.sorted(by: { $0.key < $1.key }) {
            let texts = try reading { () throws(CSVError) in try table.texts(name) }
            for index in texts.indices where texts[index] != wanted { kept[index] = false }
        }
        var runs: [ScalingRun] = []
        for (index, row) in table.rows.enumerated() where kept[index] {
            func value(
                _ values: [Double?]?, _ variable: LawVariable, _ name: String?, least: Double
            ) throws(InputError) -> Double? {
                guard let values, let name else { return nil }
                guard let value = values[index] else {
                    throw InputError(
                        "\(table.file):\(row.line): column '\(name)' is empty; leave the row out, or fill it")
                }
                guard value > 0 else {
                    throw InputError(
                        "\(table.file):\(row.line): column '\(name)': expected a number above 0, found \(value)")
                }
                guard value >= least else {
                    throw InputError(
                        "\(table.file):\(row.line): column '\(name)' is \(value) after its unit; no model has so few, "
                            + "so set units, such as units.\(variable.rawValue)=1e9")
                }
                guard value <= largestQuantity else {
                    throw InputError(
                        "\(table.file):\(row.line): column '\(name)' is \(value) after its unit, above \(largestQuantity): no "
                            + "training is as large")
                }
                return value
            }
            let point = LawPoint(
                parameters: try value(parameters, .parameters, columns.parameters, least: 100),
                tokens: try value(tokens, .tokens, columns.tokens, least: 1000),
                compute: try value(compute, .compute, columns.compute, least: 1e6))
            guard let loss = losses[index] else {
                throw InputError(
                    "\(table.file):\(row.line): column '\(columns.loss)' is empty; leave the row out, or fill it")
            }
            let name = names.isEmpty ? "line \(row.line)" : names.map { $0[index] ?? "" }.joined(separator: "-")
            guard loss > 0 else {
                throw InputError(
                    "\(table.file):\(row.line): column '\(columns.loss)': expected a loss above 0, found \(loss)")
            }
            runs.append(ScalingRun(name: name, line: row.line, point: point, loss: settings.lossIs.nats(loss)))
        }
        return runs
    }

    private static func checkLosses(
        _ runs: [ScalingRun], _ file: String, _ settings: ScalingSettings
    ) throws(InputError) {
        // Without a stated vocabulary, the largest in use.
        let vocabulary = settings.vocabulary ?? 300_000
        let limit = log(Double(vocabulary))
        let above = runs.filter { $0.loss > limit }
        if let first = above.first {
            throw InputError(
                "\(file):\(first.line): a loss of \(short(first.loss)) nats is above ln(\(vocabulary)) = \(short(limit)), what "
                    + "guessing costs (\(above.count) of \(runs.count) runs); if these are perplexities or bits, set loss_is"
            )
        }
        if let first = runs.first(where: { $0.loss <= 0 }) {
            throw InputError("\(file):\(first.line): a perplexity is above 1")
        }
    }

    private static func duplicates(_ runs: [ScalingRun]) -> [ScalingCheck] {
        var checks: [ScalingCheck] = []
        let groups = Dictionary(grouping: runs) { run in
            [run.point.parameters, run.point.tokens, run.point.compute, run.loss].map { $0.map { "\($0)" } ?? "" }
        }
        for group in groups.values.filter({ $0.count > 1 }).sorted(by: { $0[0].line < $1[0].line }) {
            checks.append(
                ScalingCheck(
                    check: "duplicated", lines: group.map { String($0.line) }.joined(separator: " "),
                    message: "\(group.count) runs agree in size, tokens, compute and loss; each counts in the fits"))
        }
        return checks
    }

    private static func mixedUnits(
        _ runs: [ScalingRun], _ columns: ScalingSettings.Columns
    ) -> [ScalingCheck] {
        var checks: [ScalingCheck] = []
        let given = [
            (LawVariable.parameters, columns.parameters), (.tokens, columns.tokens), (.compute, columns.compute),
        ]
        for variable in given.filter({ $0.1 != nil }).map(\.0) {
            let values = runs.compactMap { run in run.point[variable].map { (value: $0, line: run.line) } }
                .sorted { ($0.value, $0.line) < ($1.value, $1.line) }
            for (low, high) in zip(values, values.dropFirst()) where high.value / low.value > 3e3 {
                checks.append(
                    ScalingCheck(
                        check: "units", lines: "\(low.line) \(high.line)",
                        message:
                            "\(variable.rawValue) jumps from \(short(low.value)) to \(short(high.value)) with nothing between: "
                            + "are two units mixed?"))
            }
        }
        let off = runs.filter { run in
            guard let n = run.point.parameters, let d = run.point.tokens, let c = run.point.compute else {
                return false
            }
            return !(1.0 / 3...3).contains(c / (6 * n * d))
        }
        if !off.isEmpty {
            checks.append(
                ScalingCheck(
                    check: "compute", lines: off.map { String($0.line) }.joined(separator: " "),
                    message: "compute is not within a factor of 3 of 6ND: another unit, or another count of parameters?"
                ))
        }
        return checks
    }
}

extension ScalingSettings.LossKind {
    /// A loss in nats.
    func nats(_ value: Double) -> Double {
        switch self {
        case .nats: value
        case .bits: value * log(2)
        case .perplexity: log(value)
        }
    }
}

/// More parameters, tokens or floating-point operations than any training has; products of some of them still fit a double.
let largestQuantity = 1e40

/// Four significant digits, for messages.
func short(_ value: Double) -> String { String(format: "%.4g", value) }
