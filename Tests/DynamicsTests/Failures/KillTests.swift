import Foundation
import Testing

/// Runs that end before they are done, and the runs after them.
@Suite(.serialized)
struct KillTests {
    private static let old = "of an earlier run\n"

    /// A pair of 200 MB, what an undisturbed run makes of it, and how long that takes.
    private struct Undisturbed {
        let place: Workplace
        let arguments: [String]
        let tables: [String: String]
        let bytesRead: Int
        let seconds: Double

        init() throws {
            place = try Workplace()
            let pair = try place.largePair(100)
            arguments = ["run", "drift", "--from", pair.from, "--to", pair.to, "--out"]
            let started = Date()
            let finished = try DynamicsProcess(arguments + [place / "whole"]).wait()
            seconds = Date().timeIntervalSince(started)
            try #require(finished.code == 0, "\(finished.errors)")
            tables = try place.tables("whole")
            bytesRead = try #require(try place.json("whole/machine.json", "bytes_read") as? Int)
            #expect(bytesRead == 200 << 20)
        }

        /// A results folder that holds tables of an earlier run.
        func prepare(_ folder: String) throws {
            for name in tables.keys { try place.write("\(folder)/\(name)", KillTests.old) }
        }

        func journalLines(_ folder: String) -> Int {
            (place.list("\(folder)/.journal") ?? []).reduce(0) { count, name in
                let file = FileManager.default.contents(atPath: place / "\(folder)/.journal/\(name)")
                return count + (file?.count { $0 == UInt8(ascii: "\n") } ?? 0)
            }
        }

        /// What must hold in the folder of a run that was stopped, whenever that was.
        func expectWholeTables(_ folder: String, _ moment: String) throws {
            for (name, text) in try place.tables(folder) {
                #expect(text == KillTests.old || text == tables[name], "\(name) is neither old nor new, \(moment)")
            }
        }

        /// Runs again: the results are those of an undisturbed run, nothing is left over, and what was journalled is not
        /// read again.
        func expectRecovery(_ folder: String, _ moment: String) throws -> Int {
            let lines = journalLines(folder)
            let finished = try DynamicsProcess(arguments + [place / folder]).wait()
            #expect(finished.code == 0, "\(finished.errors) \(moment)")
            #expect(try place.tables(folder) == tables, "\(moment)")
            #expect(
                place.list(folder)?.filter { $0.hasPrefix(".") } == [".journal"], "temporary files stay, \(moment)")
            let bytes = try #require(try place.json("\(folder)/machine.json", "bytes_read") as? Int)
            // Two lines describe the checkpoints, three each pair of tensors; up to one pair may be on its way.
            if lines >= 2 + 3 + 3 { #expect(bytes < bytesRead, "\(lines) lines were journalled, \(moment)") }
            return bytes
        }
    }

    @Test func `a run that is killed at any moment is taken up by the next one`() throws {
        let undisturbed = try Undisturbed()
        var resumed: [Int] = []
        for step in 0...14 {
            let folder = "killed \(step)"
            try undisturbed.prepare(folder)
            let process = try DynamicsProcess(undisturbed.arguments + [undisturbed.place / folder])
            Thread.sleep(forTimeInterval: undisturbed.seconds * Double(step) / 14)
            process.send(SIGKILL)
            let moment = "killed after \(step)/14 of the time"
            let code = try process.wait().code
            #expect(code == -SIGKILL || code == 0)
            try undisturbed.expectWholeTables(folder, moment)
            resumed.append(try undisturbed.expectRecovery(folder, moment))
        }
        #expect(resumed.first == undisturbed.bytesRead)
    }

    @Test func `a run that is killed while it reads or writes is taken up by the next one`() throws {
        let undisturbed = try Undisturbed()
        for wanted in [1, 8, 100, 200, 290] {
            let folder = "killed at \(wanted)"
            try undisturbed.prepare(folder)
            let process = try DynamicsProcess(undisturbed.arguments + [undisturbed.place / folder])
            while process.isRunning, undisturbed.journalLines(folder) < wanted { usleep(500) }
            process.send(SIGKILL)
            _ = try process.wait()
            try undisturbed.expectWholeTables(folder, "killed at \(wanted) lines")
            #expect(undisturbed.journalLines(folder) >= wanted)
            let bytes = try undisturbed.expectRecovery(folder, "killed at \(wanted) lines")
            if wanted >= 200 { #expect(bytes < undisturbed.bytesRead / 2) }
        }
        // Everything is journalled: what is left to do is writing.
        let folder = "killed while writing"
        #expect(try DynamicsProcess(undisturbed.arguments + [undisturbed.place / folder]).wait().code == 0)
        for delay in 0..<8 {
            let process = try DynamicsProcess(undisturbed.arguments + [undisturbed.place / folder])
            let isStaging = { undisturbed.place.list(folder)?.contains { $0.hasPrefix(".staging-") } ?? false }
            while process.isRunning, !isStaging() { usleep(100) }
            usleep(UInt32(delay) * 1000)
            process.send(SIGKILL)
            _ = try process.wait()
            #expect(try undisturbed.place.tables(folder) == undisturbed.tables)
        }
        #expect(try undisturbed.expectRecovery(folder, "killed while writing") == 0)
    }

    @Test(arguments: [SIGINT, SIGTERM])
    func `an interrupted run stops in order`(signal: Int32) throws {
        let undisturbed = try Undisturbed()
        // On a busy machine the run may end before the signal: another attempt.
        for attempt in 0..<20 {
            let folder = "interrupted \(attempt)"
            try undisturbed.prepare(folder)
            let process = try DynamicsProcess(undisturbed.arguments + [undisturbed.place / folder])
            while process.isRunning, undisturbed.journalLines(folder) < 8 { usleep(200) }
            // Held in its place while we look around.
            process.send(SIGSTOP)
            let workers = children(of: process.identifier)
            process.send(signal)
            process.send(SIGCONT)
            let finished = try process.wait()
            guard finished.code != 0 else { continue }
            let message = "interrupted; finished work is kept, run the same command again to go on\n"
            #expect(finished == Finished(code: 130, output: "", errors: message))
            #expect(!workers.contains(where: isAlive), "a worker outlives its run")
            #expect(try undisturbed.place.tables(folder).allSatisfy { $0.value == KillTests.old })
            #expect(undisturbed.place.list(folder)?.filter { $0.hasPrefix(".") } == [".journal"])
            _ = try undisturbed.expectRecovery(folder, "interrupted")
            return
        }
        Issue.record("no run was interrupted")
    }

    @Test func `under nohup a hangup is ignored`() throws {
        let undisturbed = try Undisturbed()
        let process = try DynamicsProcess(
            undisturbed.arguments + [undisturbed.place / "nohup"], before: "trap '' HUP;")
        while process.isRunning, undisturbed.journalLines("nohup") < 1 { usleep(200) }
        process.send(SIGHUP)
        #expect(try process.wait().code == 0)
        #expect(try undisturbed.place.tables("nohup") == undisturbed.tables)
    }

    @Test func `a killed run's workers end by themselves`() throws {
        let undisturbed = try Undisturbed()
        var seen = 0
        for attempt in 0..<20 where seen == 0 {
            let process = try DynamicsProcess(undisturbed.arguments + [undisturbed.place / "\(attempt)"])
            var workers: [pid_t] = []
            while process.isRunning, workers.isEmpty { workers = children(of: process.identifier) }
            process.send(SIGKILL)
            _ = try process.wait()
            seen += workers.count
            let deadline = Date() + 10
            while workers.contains(where: isAlive), Date() < deadline { usleep(10_000) }
            #expect(!workers.contains(where: isAlive), "a worker outlives its run")
        }
        #expect(seen > 0, "no worker was met")
    }

    @Test func `a second run into the same folder is told so, and the first one goes on`() throws {
        let undisturbed = try Undisturbed()
        let arguments = undisturbed.arguments + [undisturbed.place / "shared"]
        let first = try DynamicsProcess(arguments)
        while first.isRunning, undisturbed.journalLines("shared") < 1 { usleep(500) }
        // Held in its place, however slow this machine is.
        first.send(SIGSTOP)
        #expect(
            try DynamicsProcess(arguments).wait()
                == Finished(
                    code: 1, output: "",
                    errors: "error: cannot write into \(undisturbed.place / "shared"): another run is using it; "
                        + "wait for it to end\n"))
        first.send(SIGCONT)
        #expect(try first.wait().code == 0)
        #expect(try undisturbed.place.tables("shared") == undisturbed.tables)
    }
}

/// Processes that `parent` has started and that have not ended.
private func children(of parent: pid_t) -> [pid_t] {
    let list = Process()
    let pipe = Pipe()
    list.executableURL = URL(filePath: "/bin/ps")
    list.arguments = ["-A", "-o", "pid=,ppid="]
    list.standardOutput = pipe
    guard (try? list.run()) != nil else { return [] }
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    list.waitUntilExit()
    return text.split(separator: "\n").compactMap { line in
        let numbers = line.split(separator: " ").compactMap { pid_t($0) }
        return numbers.count == 2 && numbers[1] == parent ? numbers[0] : nil
    }
}

/// Whether a process runs; one that has ended and waits for its parent to notice does not.
private func isAlive(_ process: pid_t) -> Bool {
    #if os(Linux)
        guard let status = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
            let state = status.split(separator: ")").last?.split(separator: " ").first
        else { return false }
        return state != "Z" && state != "X"
    #else
        return kill(process, 0) == 0
    #endif
}
