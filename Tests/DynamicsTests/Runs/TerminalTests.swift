import Engine
import Foundation
import TestSupport
import Testing

@testable import dynamics

/// What a person at a terminal sees: one line while it works, and the answer at the end.
struct TerminalTests {
    private func text(_ reports: [(RunProgress, Double)], at seconds: Double, width: Int = 80) -> String {
        let start = Date(timeIntervalSince1970: 0)
        var text = ProgressText()
        for (progress, second) in reports { _ = text.take(progress, start + second) }
        return text.line(start + seconds, width: width)
    }

    @Test func `the line names phase, unit, and what is left by the work and not by the count`() {
        let matrices = RunProgress("spectra", done: 12, of: 336, "matrices", share: 0.2)
        #expect(text([(matrices, 0)], at: 0) == "spectra: 12 of 336 matrices")
        let begun = RunProgress("spectra", done: 0, of: 336, "matrices", share: 0)
        // A fifth took ten seconds.
        #expect(text([(begun, 0), (matrices, 10)], at: 10) == "spectra: 12 of 336 matrices, 40 s left")
        let bytes = RunProgress("reading", done: 12_000_000, of: 24_000_000)
        #expect(
            text([(RunProgress("reading", of: 24_000_000), 0), (bytes, 4)], at: 4)
                == "reading: 12.0 MB of 24.0 MB, 3.0 MB/s, 4 s left")
        let model = RunProgress("models", done: 5, of: 16, "layers", detail: "checkpoint 3 of 18", share: 0.5)
        #expect(
            text([(RunProgress("models", of: 16, "layers"), 0), (model, 60)], at: 60)
                == "models: 5 of 16 layers, checkpoint 3 of 18, 1 min 0 s left")
    }

    @Test func `it moves every second though nothing is finished`() {
        let begun = RunProgress("spectra", done: 0, of: 3, "matrices")
        let one = RunProgress("spectra", done: 1, of: 3, "matrices")
        let lines = (10...40).map { text([(begun, 0), (one, 10)], at: Double($0)) }
        #expect(zip(lines, lines.dropFirst()).allSatisfy { $0 != $1 }, "\(lines)")
        #expect(lines[0] == "spectra: 1 of 3 matrices, 20 s left")
        #expect(lines[5] == "spectra: 1 of 3 matrices, 15 s left, 15 s so far")
        // What takes longer than it should has no time left to state.
        #expect(lines[30] == "spectra: 1 of 3 matrices, 40 s so far")
        #expect(text([(RunProgress("tables of scaling"), 0)], at: 7) == "tables of scaling: 7 s so far")
    }

    @Test func `another phase starts its own clock, and the line fits the terminal`() {
        let reading = RunProgress("reading", done: 5, of: 10)
        let tables = RunProgress("tables of drift")
        #expect(text([(reading, 0), (tables, 100)], at: 103) == "tables of drift: 3 s so far")
        #expect(text([(tables, 0)], at: 3, width: 24).count <= 23)
    }

    @Test(.enabled(if: program("script") != nil, "needs script, of bsdutils"))
    func `on a terminal the last lines are the answer, the table, and where to look`() throws {
        let place = try Workplace()
        let command = [
            "'\(builtDynamics)'", "run", "drift", "norms", "--figures", "none", "--set", "series='[\"\(tinySeries)\"]'",
            "--out", "'\(place / "out")'",
        ].joined(separator: " ")
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = [
            "-c", "script -qec \"$0\" '\(place / "log")' < /dev/null > '\(place / "screen")'", command,
        ]
        process.currentDirectoryURL = URL(filePath: packageRoot)
        process.environment = ProcessInfo.processInfo.environment.merging(["TERM": "dumb"]) { $1 }
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        let screen = try place.text("screen").replacing("\r\n", with: "\n")
        for phase in ["opening: ", "reading: ", "tables of drift: ", "figures of norms: "] {
            #expect(screen.contains("\r\u{1B}[K\(phase)"), "\(phase)")
        }
        // What stays on the screen: lines that were not erased.
        let lines = screen.split(separator: "\n").map { $0.split(separator: "\u{1B}[K").last.map(String.init) ?? "" }
            .filter { !$0.isEmpty }
        let read = try #require(lines.firstIndex { $0.hasPrefix("read 24.4 MB in ") })
        let drift = try #require(lines.firstIndex { $0.hasPrefix("In short, drift: ") })
        let norms = try #require(lines.firstIndex { $0.hasPrefix("In short, norms: ") })
        #expect(read < drift && drift < norms)
        let last = try #require(lines.last)
        #expect(last.contains(/^[0-9]+ files; look at .*index\.html$/), "\(last)")
        #expect(!lines.contains { $0.hasSuffix(".csv") && $0.hasPrefix("/") }, "no list of paths")
        #expect(lines.allSatisfy { $0.count <= 80 || $0 == last || $0.contains("/out/") }, "\(lines)")
    }
}
