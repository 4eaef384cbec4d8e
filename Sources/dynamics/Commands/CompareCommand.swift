import ArgumentParser
import Base
import Experiments
import Results

/// `dynamics compare EXPECTED FOUND`
struct Compare: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Compare the tables of two results folders.",
        discussion: """
            They must be the same byte for byte, except for columns whose description in datapackage.json states a \
            tolerance. Differences go to stderr, one line a file, and make the exit code 4.
            """)

    @Argument(help: "Folder of the results that are expected.", completion: .directory)
    var expected: String

    @Argument(help: "Folder of the results to check.", completion: .directory)
    var found: String

    func run() throws {
        let differences = try ResultsComparison(expected: expected, found: found).differences
        for difference in differences { StandardError.write(printable(difference, limit: .max) + "\n") }
        if !differences.isEmpty { throw ExitReason.findings }
    }
}
