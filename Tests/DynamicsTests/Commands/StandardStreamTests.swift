import Foundation
import Testing

/// Results that cannot reach stdout are a failure; messages that cannot reach stderr are none.
struct StandardStreamTests {
    private static let commands = [
        ["--help"], ["list"], ["inspect", "\(tinySeries)/main.h5"], ["--generate-completion-script", "bash"],
    ]

    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full"), "needs /dev/full"), arguments: commands)
    func `a full disk behind stdout is an error`(command: [String]) throws {
        #expect(
            try DynamicsProcess(command, shell: ">/dev/full").wait()
                == Finished(code: 1, output: "", errors: "error: cannot write to stdout: No space left on device\n"))
    }

    @Test(arguments: commands)
    func `a closed stdout is an error`(command: [String]) throws {
        #expect(
            try DynamicsProcess(command, shell: ">&-").wait()
                == Finished(code: 1, output: "", errors: "error: cannot write to stdout: Bad file descriptor\n"))
    }

    @Test func `a reader that goes away is an error, and the tables are there`() throws {
        let place = try Workplace()
        let pipe = Pipe()
        try pipe.fileHandleForReading.close()
        let finished = try DynamicsProcess(
            [
                "run", "drift", "--quiet", "--from", try place.checkpoint("a.h5", smallModel), "--to",
                try place.checkpoint("b.h5", movedModel), "--out", place / "out",
            ], output: pipe.fileHandleForWriting
        ).wait()
        #expect(finished == Finished(code: 1, output: "", errors: "error: cannot write to stdout: Broken pipe\n"))
        #expect(place.list("out") == ([".journal"] + RunTests.pairFiles).sorted())
    }

    @Test func `a closed stdout does not lend its number to a file`() throws {
        let place = try Workplace()
        let pair = [
            "run", "drift", "--from", try place.checkpoint("a.h5", smallModel), "--to",
            try place.checkpoint("b.h5", movedModel),
        ]
        #expect(try DynamicsProcess(pair + ["--out", place / "open"]).wait().code == 0)
        let finished = try DynamicsProcess(pair + ["--out", place / "closed"], shell: "<&- >&- 2>&-").wait()
        #expect(finished == Finished(code: 1, output: "", errors: ""))
        #expect(try place.tables("closed") == place.tables("open"))
        for name in place.list("closed/.journal") ?? [] {
            #expect(try !place.text("closed/.journal/\(name)").contains("summary.csv"))
        }
    }

    @Test(arguments: ["2>&-", "2>/dev/full"])
    func `without stderr the run is done all the same`(shell: String) throws {
        guard shell == "2>&-" || FileManager.default.fileExists(atPath: "/dev/full") else { return }
        let place = try Workplace()
        let finished = try DynamicsProcess(
            [
                "run", "drift", "--from", try place.checkpoint("a.h5", smallModel), "--to",
                try place.checkpoint("b.h5", movedModel), "--out", place / "out",
            ], shell: shell
        ).wait()
        #expect(finished.code == 0)
        #expect(finished.output.hasSuffix("\(place / "out/run.json")\n"))
    }
}
