import Base
import Foundation
import Reports

/// The program gnuplot, run as a child for each picture.
package struct Gnuplot: Sendable {
    /// A picture of some thousand points takes a fraction of a second; a program that hangs is not waited for.
    private static let timeLimit: Double = 120

    /// Bytes of the largest picture that is taken.
    static let largestFile = 1 << 28

    private let path: String

    /// Finds gnuplot where the shell would; `nil` when it is not there.
    init?() {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
        guard let folder = folders.first(where: { access("\($0)/gnuplot", X_OK) == 0 }) else { return nil }
        path = "\(folder)/gnuplot"
    }

    /// Draws one of a script's outputs, such as `drift.svg`, in the folder where the script and its data lie.
    /// - Returns: why it could not; `nil` when it is there.
    func draw(_ output: String, of script: GnuplotScript, in folder: String) -> String? {
        let process = Process()
        process.executableURL = URL(filePath: path)
        let format = (output as NSString).pathExtension
        // -d: nothing of the user's own settings.
        process.arguments = ["-d", "-e", "format = '\(format)'", script.fileName]
        process.currentDirectoryURL = URL(filePath: folder)
        process.environment = ProcessInfo.processInfo.environment.filter {
            !$0.key.hasPrefix("GNU") && $0.key != "LANG"
        }
        .merging(["LC_ALL": "C.UTF-8"]) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        let messages = "\(folder)/\(output).messages"
        defer { unlink(messages) }
        guard FileManager.default.createFile(atPath: messages, contents: nil),
            let sink = FileHandle(forWritingAtPath: messages)
        else { return "cannot write into \(folder)" }
        process.standardError = sink
        let ended = DispatchSemaphore(value: 0)
        process.terminationHandler = { _ in ended.signal() }
        do { try process.run() } catch { return "cannot start \(path): \(error.localizedDescription)" }
        guard ended.wait(timeout: .now() + Gnuplot.timeLimit) == .success else {
            kill(process.processIdentifier, SIGKILL)
            return "\(path) did not end within \(Int(Gnuplot.timeLimit)) s"
        }
        let said = (try? readText(messages, limit: Gnuplot.largestFile)) ?? nil ?? ""
        let place = "\(folder)/\(output)"
        guard process.terminationStatus == 0, process.terminationReason == .exit,
            let picture = (try? readFile(place, limit: Gnuplot.largestFile)).map({ Data($0) }), !picture.isEmpty
        else {
            unlink(place)
            // gnuplot shows the line, a mark below it, and then says what is wrong.
            let reason = said.split(whereSeparator: \.isNewline).last { $0.contains(":") } ?? "it said nothing"
            return "\(path): \(reason.trimmingCharacters(in: .whitespaces))"
        }
        let plain = format == "svg" ? Gnuplot.plainSVG(picture, title: script.title) : Gnuplot.undatedPDF(picture)
        guard (try? plain.write(to: URL(filePath: place))) != nil else { return "cannot write \(place)" }
        return nil
    }

    /// Without the version of gnuplot, and with the figure's title, which screen readers read out.
    private static func plainSVG(_ picture: Data, title: String) -> Data {
        var text = String(decoding: picture, as: UTF8.self)
        let escaped = title.replacing(byte: UInt8(ascii: "&"), with: "&amp;").replacing(
            byte: UInt8(ascii: "<"), with: "&lt;")
        text = text.replacing("<title>Gnuplot</title>", with: "<title>\(escaped)</title>", maxReplacements: 1)
        if let start = text.range(of: "<desc>"),
            let end = text.range(of: "</desc>\n", range: start.upperBound..<text.endIndex)
        {
            text.removeSubrange(start.lowerBound..<end.upperBound)
        }
        return Data(text.utf8)
    }

    /// With the time of drawing set to a fixed one of the same length: offsets in the file stay right.
    private static func undatedPDF(_ picture: Data) -> Data {
        var picture = picture
        if let key = picture.range(of: Data("/CreationDate (D:".utf8)),
            let end = picture.range(of: Data(")".utf8), in: key.upperBound..<picture.endIndex)
        {
            for place in key.upperBound..<end.lowerBound where (48...57).contains(picture[place]) {
                picture[place] = 48
            }
        }
        return picture
    }
}
