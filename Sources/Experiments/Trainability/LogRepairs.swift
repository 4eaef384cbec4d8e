import Foundation

/// A row of a training log that has a loss.
struct LogRow: Sendable {
    var step: Int
    var tokens: Int?
    var loss: Double
    var norm: Double?
    /// The line in the file.
    var line: Int
}

/// What happens to logs of runs that were interrupted, put right as far as it is certain, and told.
struct LogRepairs {
    private(set) var rows: [LogRow]
    /// What was done, a line each.
    private(set) var findings: [String] = []
    private let path: String

    /// Rows that are looked at on either side of a break.
    private static let neighbourhood = 25
    /// More breaks than this, and more than a twentieth of the rows: the rows stand in no order.
    private static let breakLimit = 16

    init(_ rows: [LogRow], path: String) { (self.rows, self.path) = (rows, path) }

    /// The steps from one row to the next that most rows have: 1 for a row a step.
    var interval: Int {
        let differences = zip(rows, rows.dropFirst()).map { $1.step.subtractingReportingOverflow($0.step).partialValue }
            .filter { $0 > 0 }.sorted()
        return differences.isEmpty ? 1 : differences[differences.count / 2]
    }

    private mutating func tell(_ text: String) { findings.append("\(path): \(text)") }

    /// Makes steps ascend. A step that follows itself is one step: the later row counts. Steps that go back are a run
    /// that went on from an earlier checkpoint: the later rows replace those that they repeat; a counter that began again
    /// while the loss went on is counted on. Rows in no order at all are sorted.
    mutating func order(column: String) {
        let breaks = zip(rows, rows.dropFirst()).count { $1.step < $0.step }
        if breaks > max(LogRepairs.breakLimit, rows.count / 20) {
            rows = rows.enumerated().sorted { ($0.element.step, $0.offset) < ($1.element.step, $1.offset) }
                .map(\.element)
            tell("its rows are not in the order of the column '\(column)': they were sorted")
        }
        let pace = interval
        var ordered: [LogRow] = []
        ordered.reserveCapacity(rows.count)
        var (repeated, offset) = (0, 0)
        for (index, row) in rows.enumerated() {
            var row = row
            row.step = row.step.addingReportingOverflow(offset).partialValue
            guard let last = ordered.last, row.step <= last.step else {
                ordered.append(row)
                continue
            }
            if row.step == last.step {
                repeated += 1
                ordered[ordered.count - 1] = row
                continue
            }
            let next = rows[index...].prefix(LogRepairs.neighbourhood).map(\.loss)
            if row.step <= ordered[0].step, LogRepairs.goesOn(ordered, next) {
                let shift = last.step + pace - row.step
                offset += shift
                tell(
                    "line \(row.line): the steps begin again at \(row.step) after \(last.step), and the loss goes on: "
                        + "they are counted on from \(last.step + pace)")
                row.step += shift
                ordered.append(row)
                continue
            }
            let before = ordered.count
            while let last = ordered.last, last.step >= row.step { ordered.removeLast() }
            tell(
                "line \(row.line): the run went on from step \(row.step) after step \(last.step): the \(before - ordered.count) "
                    + "rows from there on before it are replaced")
            ordered.append(row)
        }
        if repeated > 0 { tell("\(repeated) rows repeat the step before: the later ones count") }
        rows = ordered
    }

    /// Whether the losses after a break are nearer to those just before it than to those at the beginning.
    private static func goesOn(_ rows: [LogRow], _ next: [Double]) -> Bool {
        func median(_ values: [Double]) -> Double? {
            let sorted = values.filter(\.isFinite).sorted()
            return sorted.isEmpty ? nil : sorted[sorted.count / 2]
        }
        let first = median(rows.prefix(next.count).map(\.loss))
        let last = median(rows.suffix(next.count).map(\.loss))
        guard let first, let last, let now = median(next) else { return false }
        return abs(now - last) < abs(now - first)
    }

    /// Counts tokens on where they begin again while the steps go on, at the pace that they had before.
    mutating func countTokensOn(column: String) {
        var offset = 0
        var known: [(step: Int, tokens: Int)] = []
        for index in rows.indices {
            guard let counted = rows[index].tokens else { continue }
            var tokens = counted.addingReportingOverflow(offset).partialValue
            if let last = known.last, tokens < last.tokens {
                let earlier = known.suffix(LogRepairs.neighbourhood)
                let (start, end) = (earlier.first ?? last, last)
                let rate =
                    end.step > start.step
                    ? Double(end.tokens - start.tokens) / Double(end.step - start.step) : 0
                let expected = Double(last.tokens) + (rate * Double(rows[index].step - last.step)).rounded()
                guard let whole = Int(exactly: expected) else { continue }
                offset += whole - tokens
                tell(
                    "line \(rows[index].line): the column '\(column)' goes back from \(last.tokens) to \(tokens) at step "
                        + "\(rows[index].step): tokens are counted on from there, at the pace before")
                tokens = whole
            }
            rows[index].tokens = tokens
            known.append((rows[index].step, tokens))
            if known.count > 2 * LogRepairs.neighbourhood { known.removeFirst(LogRepairs.neighbourhood) }
        }
    }
}
