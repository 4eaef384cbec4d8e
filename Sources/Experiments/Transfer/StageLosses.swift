import Base
import Foundation
import Reports

/// Held-out losses along a training of two stages, by domain.
struct StageLosses: Sendable {
    struct Point: Sendable {
        let domain: String
        /// 1 or 2.
        let stage: Int
        /// Which run of the second stage.
        let run: String
        /// Tokens since training began.
        let tokens: Double
        let loss: Double
    }

    /// In order of reading.
    let points: [Point]
    /// Tokens of the first stage from which its law is fitted.
    let fitFrom: Double
    let trustedFactor: Double

    var domains: [String] { points.map(\.domain).distinct }

    /// Tokens of the first stage's last point.
    var branchTokens: Double { points.filter { $0.stage == 1 }.map(\.tokens).max() ?? 0 }

    init(
        _ settings: TransferSettings.Stages, _ table: (String) throws(InputError) -> CSVTable
    ) throws(InputError) {
        fitFrom = settings.fitFrom?.value ?? 0
        trustedFactor = settings.trustedFactor ?? 2
        var points: [Point] = []
        if let first = settings.first {
            let prefix = settings.prefix ?? "val_"
            let column = settings.tokens ?? "tokens"
            let own = try Self.log(table(first), prefix, column, stage: 1, run: "", since: 0)
            let branch = own.map(\.tokens).max() ?? 0
            points += own
            for path in settings.second ?? [] {
                let name = (path as NSString).lastPathComponent.replacing(".csv", with: "")
                points += try Self.log(table(path), prefix, column, stage: 2, run: name, since: branch)
            }
        } else if settings.second != nil {
            throw InputError("stages: second is given without first; what stage 2 saved is measured against stage 1")
        }
        for path in settings.lossTables ?? [] { points += try Self.lossTable(table(path)) }
        guard points.contains(where: { $0.stage == 1 }), points.contains(where: { $0.stage == 2 }) else {
            throw InputError("stages: losses of both stages are needed; set first and second, or loss_tables")
        }
        self.points = points
    }

    /// A training log: a row a step, losses by domain in the columns with the prefix, empty where none was measured.
    private static func log(
        _ table: CSVTable, _ prefix: String, _ tokensColumn: String, stage: Int, run: String, since: Double
    ) throws(InputError) -> [Point] {
        let tokens = try reading { () throws(CSVError) in try table.numbers(tokensColumn) }
        let columns = table.columns.filter { $0.hasPrefix(prefix) && $0.count > prefix.count }
        guard !columns.isEmpty else {
            throw InputError("\(table.file): no column's name begins with '\(prefix)': set stages.prefix")
        }
        var points: [Point] = []
        for column in columns {
            let losses = try reading { () throws(CSVError) in try table.numbers(column) }
            for (index, loss) in losses.enumerated() {
                guard let loss else { continue }
                guard let tokens = tokens[index] else {
                    throw InputError("\(table.file):\(table.rows[index].line): a loss without its tokens")
                }
                try check(loss, table, index)
                points.append(
                    Point(
                        domain: String(column.dropFirst(prefix.count)), stage: stage, run: run, tokens: since + tokens,
                        loss: loss))
            }
        }
        return points
    }

    /// A table as `probe` leaves it. Rows without tokens, such as those of a soup, have no place along training.
    private static func lossTable(_ table: CSVTable) throws(InputError) -> [Point] {
        func numbers(_ name: String) throws(InputError) -> [Double?] {
            try reading { () throws(CSVError) in try table.numbers(name) }
        }
        let domains = try reading { () throws(CSVError) in try table.texts("domain") }
        let (stages, ingredients) = (try numbers("stage"), try numbers("ingredient"))
        let (tokens, losses) = (try numbers("tokens"), try numbers("loss"))
        var points: [Point] = []
        for index in table.rows.indices {
            guard let domain = domains[index], let stage = stages[index], let tokens = tokens[index],
                let loss = losses[index]
            else { continue }
            try check(loss, table, index)
            let ingredient = ingredients[index].map { "ingredient\(Int(exactly: $0) ?? 0)" }
            points.append(
                Point(
                    domain: domain, stage: stage == 1 ? 1 : 2, run: stage == 1 ? "" : ingredient ?? "stage \(stage)",
                    tokens: tokens, loss: loss))
        }
        return points
    }

    private static func check(_ loss: Double, _ table: CSVTable, _ index: Int) throws(InputError) {
        guard loss > 0, loss <= Foundation.log(300_000) else {
            throw InputError(
                "\(table.file):\(table.rows[index].line): expected a loss in nats between 0 and ln(300000), found \(short(loss))"
            )
        }
    }
}

extension TransferSettings.Stages {
    /// The files it names.
    var files: [String] { [first].compactMap { $0 } + (second ?? []) + (lossTables ?? []) }
}
