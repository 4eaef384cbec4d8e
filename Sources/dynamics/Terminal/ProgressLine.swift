import Foundation
import Synchronization

/// One line with done/total, rate and time left, redrawn ten times a second on a terminal and nowhere else.
final class ProgressLine: Sendable {
    private struct State {
        var started = Date.distantPast
        /// Of the work that `started` belongs to; one reading may follow another.
        var total = 0
        var drawn = Date.distantPast
    }

    private let isShown: Bool
    private let state = Mutex(State())

    init(quiet: Bool) { isShown = StandardError.isTerminal && !quiet }

    /// Shows that `done` of `total` bytes are read; `what` says of what, if that changes.
    func show(done: Int, total: Int, what: String = "") {
        guard isShown, total > 0 else { return }
        let now = Date()
        let started: Date? = state.withLock { state in
            if total != state.total { (state.started, state.total) = (now, total) }
            let started = state.started
            guard now.timeIntervalSince(state.drawn) >= 0.1 else { return nil }
            state.drawn = now
            return started
        }
        guard let started else { return }
        let seconds = now.timeIntervalSince(started)
        var text = "\(byteText(done)) of \(byteText(total)) (\(Int(100 * Double(done) / Double(total))) %)"
        if seconds > 0.5, done > 0 {
            let rate = Double(done) / seconds
            text += ", \(byteText(Int(rate)))/s, \(durationText(Double(total - done) / rate)) left"
        }
        StandardError.showLine(what.isEmpty ? text : "\(what): \(text)")
    }

    /// Erases the line.
    func finish() {
        guard isShown else { return }
        StandardError.showLine("")
    }
}

/// `950 B`, `1.4 MB`, `29.2 GB`: powers of 1000.
func byteText(_ count: Int) -> String {
    var value = Double(count)
    for unit in ["B", "kB", "MB", "GB", "TB"] {
        if value < 999.5 || unit == "TB" {
            return unit == "B" ? "\(count) B" : "\(String(format: "%.1f", value)) \(unit)"
        }
        value /= 1000
    }
    return "\(count) B"
}

/// `42 s`, `3 min 5 s`, `2 h 10 min`.
func durationText(_ seconds: Double) -> String {
    let whole = Int(min(max(seconds, 0), 1e9).rounded())
    if whole < 60 { return "\(whole) s" }
    if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
    return "\(whole / 3600) h \(whole % 3600 / 60) min"
}
