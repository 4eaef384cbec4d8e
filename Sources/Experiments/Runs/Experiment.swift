import Base
import Checkpoints
import Engine
import Reports
import Results
import Settings

/// One question asked of checkpoints: it states the reductions it needs, and makes tables of their summaries.
///
/// An experiment is a type, a settings file of its name under `experiments/`, and a line in `Registry`.
protocol Experiment: Sendable {
    /// What its settings file may say.
    associatedtype Settings: ExperimentSettings

    /// Its name everywhere: `NAME.yaml`, `results/NAME/`, `dynamics run NAME`.
    static var name: String { get }
    /// One line: what it answers.
    static var question: String { get }
    /// What `run.json` calls its inputs: checkpoints, unless an experiment reads something else.
    static var inputsName: String { get }

    /// Opens the checkpoints it needs and plans; throws when nothing can be asked of them.
    init(_ settings: Settings, _ context: RunContext) throws
    /// Findings about the input that opening it made, one line each; none, unless an experiment says otherwise.
    var openingFindings: [String] { get }
    /// What has to be computed over tensors.
    var requests: [any Reduction] { get }
    /// What has to be computed besides, now that the requests are answered: another reading, and so for rare cases only.
    func followUps(_ results: ReductionResults) -> [any Reduction]
    /// What has to be computed over whole matrices; nothing, unless an experiment says otherwise.
    var matrixRequests: [any MatrixRequest] { get }
    /// What has to be computed by running checkpoints as models; nothing, unless an experiment says otherwise.
    var modelRequests: [any ModelRequest] { get }
    /// Makes the tables. A pure function of the summaries: nothing is read here.
    func report(_ results: ReductionResults) throws -> Report
    /// Draws the tables. A pure function of those that were written, as `dynamics report` reads them again: some may be
    /// missing or empty. Nothing, unless an experiment says otherwise.
    static func figures(_ tables: [Table]) -> [Figure]
}

extension Experiment {
    static var inputsName: String { "checkpoints" }
    var openingFindings: [String] { [] }
    func followUps(_ results: ReductionResults) -> [any Reduction] { [] }
    var matrixRequests: [any MatrixRequest] { [] }
    var modelRequests: [any ModelRequest] { [] }
    static func figures(_ tables: [Table]) -> [Figure] { [] }
}

/// What an experiment has to say once its reductions are done.
struct Report: Sendable {
    /// Written as CSV, in order.
    var tables: [Table]
    /// Written as LaTeX and Markdown as well: what a person reads of the tables. A table that only a view shows is
    /// written as CSV besides, or the view could not be made again.
    var readable: [TableView]
    /// Findings about the input, one line each: they go to stderr and make the exit code 4.
    var findings: [String]
    /// Facts about the inputs for `run.json`, such as checkpoints with their fingerprints.
    var inputs: JSON
    /// Facts about the probe set for `run.json`, where there is one.
    var probeSet: JSON?

    /// Makes a report; see the properties.
    init(tables: [Table], readable: [TableView], findings: [String], inputs: JSON, probeSet: JSON? = nil) {
        self.tables = tables
        self.readable = readable
        self.findings = findings
        self.inputs = inputs
        self.probeSet = probeSet
    }
}

/// The input does not allow an answer (exit code 3). One problem a line, each with what, where and remedy.
package struct InputError: Error, CustomStringConvertible {
    /// The lines.
    package let problems: [String]

    /// Makes an error of one line or more.
    package init(_ problems: String...) { self.problems = problems }
    /// Makes an error of one line or more.
    package init(_ problems: [String]) { self.problems = problems }

    /// All lines.
    package var description: String { problems.joined(separator: "\n") }
}
