import ArgumentParser
import Base
import Checkpoints
import Experiments
import Foundation
import Logging

/// How much is said on stderr.
struct MessageOptions: ParsableArguments {
    @Flag(name: .long, help: "No progress and no notes: only warnings and errors.")
    var quiet = false

    @Option(name: .long, help: "Least severe messages shown: debug, info, warning or error.")
    var logLevel: LogLevel = .info

    /// Sets up logging; call once, before the first message.
    func makeLogger() -> Logger {
        let level = quiet ? max(Logger.Level.warning, logLevel.level) : logLevel.level
        LoggingSystem.bootstrap { _ in StandardErrorLog(logLevel: level) }
        return Logger(label: "dynamics")
    }

    enum LogLevel: String, ExpressibleByArgument, CaseIterable {
        case debug, info, warning, error

        var level: Logger.Level {
            switch self {
            case .debug: .debug
            case .info: .info
            case .warning: .warning
            case .error: .error
            }
        }
    }
}

/// How checkpoints are read.
struct ReadingOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "Let external storage and links lead below this folder, besides the checkpoint's own. Repeatable.",
            valueName: "dir"))
    var allowExternal: [String] = []

    var readOptions: ReadOptions { ReadOptions(trustedRoots: allowExternal) }
}

/// `warning: ...` lines on stderr; nothing else goes there but progress and errors.
private struct StandardErrorLog: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let prefix = event.level == .info ? "" : "\(event.level): "
        StandardError.write("\(prefix)\(printable("\(event.message)", limit: .max))\n")
    }
}
