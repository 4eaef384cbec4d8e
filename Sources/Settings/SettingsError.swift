/// A setting that cannot be used: where it was written, which one, what is wrong and what would be right.
package struct SettingsError: Error, Equatable, CustomStringConvertible {
    /// Where: `experiments/drift.yaml:12`, or `--set threshold=x`.
    package let origin: String
    /// What is wrong, with the setting's full path, and the remedy.
    package let problem: String
    /// The file it was written in, or the option.
    package let file: String
    /// The line in the file, where that is known.
    package let line: Int?
    /// Whether the machine failed at reading the file (exit code 1).
    package let isMachineFailure: Bool

    package init(_ origin: SettingsOrigin, _ problem: String, isMachineFailure: Bool = false) {
        self.isMachineFailure = isMachineFailure
        self.origin = origin.description
        if case .file(let path, let line) = origin {
            (file, self.line) = (path, line)
        } else {
            (file, line) = (origin.description, nil)
        }
        self.problem = problem
    }

    /// One line: the origin and the problem.
    package var description: String { "\(origin): \(problem)" }
}

/// Where a setting's value comes from.
package enum SettingsOrigin: Sendable, CustomStringConvertible {
    /// The initial values of the settings type.
    case defaults
    /// A settings file, and the line in it where that is known.
    case file(String, line: Int?)
    /// An option of the command line, as it was typed.
    case option(String)

    package var description: String {
        switch self {
        case .defaults: "built-in defaults"
        case .file(let path, let line): line.map { "\(path):\($0)" } ?? path
        case .option(let text): text
        }
    }
}

/// The one of `candidates` that someone who typed `text` most likely meant; `nil` when none is near.
package func nearest(to text: String, among candidates: [String]) -> String? {
    let best = candidates.map { (name: $0, distance: editDistance(text, $0)) }.min { $0.distance < $1.distance }
    // A third of the word may be wrong, or two letters of a short one, but never all of it.
    guard let best, best.distance <= max(2, text.count / 3), best.distance < text.count else { return nil }
    return best.name
}

/// Levenshtein's distance: the insertions, deletions and replacements of a character that turn `a` into `b`.
private func editDistance(_ a: String, _ b: String) -> Int {
    let target = Array(b)
    var row = Array(0...target.count)
    for (i, character) in a.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for j in target.indices {
            let replaced = diagonal + (character == target[j] ? 0 : 1)
            diagonal = row[j + 1]
            row[j + 1] = min(replaced, diagonal + 1, row[j] + 1)
        }
    }
    return row[target.count]
}
