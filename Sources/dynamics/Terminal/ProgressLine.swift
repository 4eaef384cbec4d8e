import Engine
import Foundation
import Synchronization

/// One line that says what is being done, how far it is and how long it takes: redrawn at most ten times a second when
/// something is finished, and every second in between, so that it never stands still. On a terminal and nowhere else.
final class ProgressLine: Sendable {
    private let isShown: Bool
    private let state = Mutex((text: ProgressText(), drawn: Date.distantPast, isFinished: false))

    init(quiet: Bool) {
        isShown = StandardError.isTerminal && !quiet
        guard isShown else { return }
        let ticks = Thread { [weak self] in
            while self?.tick() == true { Thread.sleep(forTimeInterval: 1) }
        }
        ticks.start()
    }

    /// Shows how far the work is.
    func show(_ progress: RunProgress) {
        guard isShown else { return }
        let now = Date()
        state.withLock { state in
            let isNew = state.text.take(progress, now)
            guard !state.isFinished, isNew || now.timeIntervalSince(state.drawn) >= 0.1 else { return }
            state.drawn = now
            StandardError.showLine(state.text.line(now, width: StandardError.columns))
        }
    }

    /// Erases the line.
    func finish() {
        guard isShown else { return }
        state.withLock { state in
            state.isFinished = true
            StandardError.showLine("")
        }
    }

    private func tick() -> Bool {
        let now = Date()
        return state.withLock { state in
            guard !state.isFinished else { return false }
            if now.timeIntervalSince(state.drawn) >= 0.9 {
                state.drawn = now
                StandardError.showLine(state.text.line(now, width: StandardError.columns))
            }
            return true
        }
    }
}

/// What the progress line says at a moment.
struct ProgressText {
    private var progress = RunProgress("starting")
    /// When the phase began.
    private var began: Date?
    /// When something was last finished.
    private var moved: Date?

    /// Takes what was reported.
    /// - Returns: whether another phase begins with it.
    mutating func take(_ next: RunProgress, _ now: Date) -> Bool {
        let isNew = next.phase != progress.phase || next.total != progress.total && next.detail == progress.detail
        if isNew || began == nil { began = now }
        if next != progress || isNew { moved = now }
        progress = next
        return isNew
    }

    /// `spectra: 12 of 336 matrices, 41 s left`, cut to fit a line of the terminal.
    func line(_ now: Date, width: Int) -> String {
        let seconds = now.timeIntervalSince(began ?? now)
        var parts: [String] = []
        if progress.total > 0 {
            let isBytes = progress.unit.isEmpty
            parts.append(
                isBytes
                    ? "\(byteText(progress.done)) of \(byteText(progress.total))"
                    : "\(progress.done) of \(progress.total) \(progress.unit)")
            if !progress.detail.isEmpty { parts.append(progress.detail) }
            if seconds > 0.5, progress.share > 0 {
                if isBytes { parts.append("\(byteText(Int(Double(progress.done) / seconds)))/s") }
                // Time goes on while something takes long.
                let since = now.timeIntervalSince(moved ?? now)
                let left = (seconds - since) * (1 - progress.share) / progress.share - since
                if left >= 0 { parts.append("\(durationText(left)) left") }
            }
        } else if !progress.detail.isEmpty {
            parts.append(progress.detail)
        }
        if progress.total == 0 || now.timeIntervalSince(moved ?? now) >= 3 {
            parts.append("\(durationText(seconds)) so far")
        }
        return String("\(progress.phase): \(parts.joined(separator: ", "))".prefix(max(width - 1, 20)))
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
