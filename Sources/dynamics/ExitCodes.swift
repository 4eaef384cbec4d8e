import ArgumentParser
import Checkpoints
import Experiments
import Foundation

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
        StandardError.write("interrupted; finished work is journalled, run the same command again to go on\n")
        exit(ExitReason.interrupted.rawValue)
    case let error as EnvironmentError: fail(.environment, "\(error)")
    case let error as SettingsError: fail(.usage, "\(error)")
    case let error as InputError: fail(.badInput, "\(error)")
    case let error as CheckpointError: fail(.badInput, "\(error)")
    case let error as ImportError: fail(error.kind == .usage ? .usage : .environment, "\(error)")
    default: break
    }
    let code = Dynamics.exitCode(for: error)
    let message = Dynamics.fullMessage(for: error)
    if code == .success {
        print(message)
        exit(ExitReason.done.rawValue)
    }
    StandardError.write(message + "\n")
    exit((code == .validationFailure ? ExitReason.usage : .environment).rawValue)
}

private func fail(_ reason: ExitReason, _ message: String) -> Never {
    for line in message.split(separator: "\n") { StandardError.write("error: \(line)\n") }
    exit(reason.rawValue)
}

/// Ctrl-C and a scheduler's SIGTERM ask for an orderly stop; the second one does not wait for it.
func interruptOnSignals() {
    for number in [SIGINT, SIGTERM, SIGHUP] {
        signal(number) { number in
            Interruption.request()
            signal(number, SIG_DFL)
        }
    }
    // A reader that closes its end of a pipe is noticed at the next write.
    signal(SIGPIPE, SIG_IGN)
}
