import ArgumentParser
import Base
import Catalogs
import Checkpoints
import Experiments
import Foundation
import Reports
import Settings

/// What the process' exit codes mean; the same list stands in the help.
enum ExitReason: Int32 {
    case done = 0
    case environment = 1
    case usage = 2
    case badInput = 3
    case findings = 4
    case interrupted = 130
}

extension ExitReason: Error {}

/// Says what went wrong on stderr, one line a problem, and ends the process with the right code. Help and version are no
/// errors: they go to stdout.
func endProcess(_ error: any Error) -> Never {
    switch error {
    case let reason as ExitReason: exit(reason.rawValue)
    case is Interrupted:
        StandardError.write("interrupted; finished work is kept, run the same command again to go on\n")
        exit(ExitReason.interrupted.rawValue)
    case let error as EnvironmentError: fail(.environment, "\(error)")
    case let error as SettingsError: fail(error.isMachineFailure ? .environment : .usage, "\(error)")
    case let error as InputError: fail(error.isMachineFailure ? .environment : .badInput, error.problems)
    case let error as CatalogError: fail(error.isMachineFailure ? .environment : .badInput, "\(error)")
    case let error as CheckpointError: fail(error.kind == .environment ? .environment : .badInput, "\(error)")
    case let error as ImportError: fail(error.kind == .usage ? .usage : .environment, "\(error)")
    default: break
    }
    let code = Dynamics.exitCode(for: error)
    let message = Dynamics.fullMessage(for: error)
        .split(separator: "\n", omittingEmptySubsequences: false).map { printable(String($0), limit: .max) }
        .joined(separator: "\n")
    if code == .success {
        do {
            try StandardOutput.write(message + "\n")
        } catch {
            fail(.environment, "\(error)")
        }
        exit(ExitReason.done.rawValue)
    }
    StandardError.write("\(usageError(message))\n")
    exit((code == .validationFailure ? ExitReason.usage : .environment).rawValue)
}

/// What the parser of the command line has to say, in the voice of all other errors: `Error: Unknown option '--form'. Did
/// you mean '--from'?` and lines of usage become one line that says where help is.
func usageError(_ message: String) -> String {
    let lines = message.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let prefix = "Error: "
    guard let first = lines.first, first.hasPrefix(prefix) else { return message }
    let problem = lines.prefix {
        !$0.isEmpty && !["Usage:", "USAGE:", "OVERVIEW:", "Help:"].contains(where: $0.hasPrefix)
    }
    var text = problem.joined(separator: " ").dropFirst(prefix.count).replacing(/\s+/, with: " ")
    if text.hasSuffix(".") { text.removeLast() }
    text = text.replacing(". Did you mean", with: "; did you mean")
    // A sentence goes on after the colon; names of options and files keep their letters.
    if let initial = text.first, text.dropFirst().first?.isLowercase == true || text.dropFirst().first == " " {
        text = initial.lowercased() + text.dropFirst()
    }
    let usage = lines.compactMap { $0.firstMatch(of: /^(?:Usage|USAGE): (dynamics(?: [a-z]+)*)/)?.1 }.first
    return "error: \(text); see '\(usage ?? "dynamics") --help'"
}

private func fail(_ reason: ExitReason, _ message: String) -> Never { fail(reason, [message]) }

/// A line that names of files have broken in two would make an error of its own: it stays one, and what controls the
/// terminal is spelled out.
private func fail(_ reason: ExitReason, _ lines: [String]) -> Never {
    for line in lines { StandardError.write("error: \(printable(line, limit: .max))\n") }
    exit(reason.rawValue)
}

/// Ctrl-C and a scheduler's SIGTERM ask for an orderly stop; the second one does not wait for it. What the parent has us
/// ignore stays ignored: `nohup` means it.
func interruptOnSignals() {
    // A program that starts us from a thread which blocks signals hands that down.
    var handled = sigset_t()
    sigemptyset(&handled)
    for number in [SIGINT, SIGTERM, SIGHUP] {
        var inherited = sigaction()
        sigaction(number, nil, &inherited)
        guard !inherited.isIgnored else { continue }
        signal(number) { number in
            Interruption.request()
            signal(number, SIG_DFL)
        }
        sigaddset(&handled, number)
    }
    sigprocmask(SIG_UNBLOCK, &handled, nil)
    // A reader that closes its end of a pipe is noticed at the next write.
    signal(SIGPIPE, SIG_IGN)
}

extension sigaction {
    fileprivate var isIgnored: Bool {
        #if canImport(Darwin)
            let handler = __sigaction_u.__sa_handler
        #else
            let handler = __sigaction_handler.sa_handler
        #endif
        return unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    }
}
