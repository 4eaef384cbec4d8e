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
    /// The tables it may leave, in order, without rows: what the columns mean before anything is run. Settings decide some
    /// columns; here they are those of the defaults, and those that only some settings add are there as well.
    static var tables: [Table] { get }
    /// What `run.json` calls its inputs: checkpoints, unless an experiment reads something else.
    static var inputsName: String { get }

    /// Opens the checkpoints it needs and plans; throws when nothing can be asked of them.
    init(_ settings: Settings, _ context: RunContext) throws
    /// What has to be computed: over tensors, over whole matrices, by running models.
    var requests: [any Request] { get }
    /// What has to be computed besides, now that the requests are answered: another reading, and so for rare cases only.
    func followUps(_ results: ReductionResults) -> [any Request]
    /// Makes the tables. A pure function of the summaries: nothing is read here.
    func report(_ results: ReductionResults) throws -> Report
    /// The figures it may leave, by name, and how each is drawn; none, unless an experiment says otherwise.
    static var figures: FigureList { get }
    /// Answers the question in two to five sentences, of what the tables say: none where the data supports none. A pure
    /// function of the tables, as the figures are.
    static func answer(_ tables: [Table]) -> [Sentence]
}

extension Experiment {
    static var inputsName: String { "checkpoints" }
    func followUps(_ results: ReductionResults) -> [any Request] { [] }
    static var figures: FigureList { [:] }
    static func answer(_ tables: [Table]) -> [Sentence] { [] }
}

/// Figures by name. Each is drawn by a pure function of its name and of the tables that were written, as
/// `dynamics report` reads them again: some of these may be missing or empty, and then there may be no figure.
typealias FigureList = KeyValuePairs<String, @Sendable (_ name: String, _ tables: [Table]) -> Figure?>

extension FigureList {
    /// Those figures that the tables allow, in order.
    func drawn(of tables: [Table]) -> [Figure] { compactMap { name, figure in figure(name, tables) } }
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
    /// The experiment's answer, made of the tables when they are there.
    var answer: [Sentence] = []

    /// Makes a report; see the properties.
    init(
        tables: [Table], readable: [TableView], findings: [String] = [], inputs: JSON, probeSet: JSON? = nil
    ) {
        self.tables = tables
        self.readable = readable
        self.findings = findings
        self.inputs = inputs
        self.probeSet = probeSet
    }
}

/// The input does not allow an answer (exit code 3). One problem a line, each with what, where and remedy.
package struct InputError: Error, CustomStringConvertible {
    /// The problems, one line each.
    package let problems: [String]
    /// Whether the machine failed at reading it, and nothing is known of the input (exit code 1).
    package let isMachineFailure: Bool

    /// Makes an error of one line or more.
    package init(_ problems: String...) { self.init(problems) }
    /// Makes an error of one line or more.
    package init(_ problems: [String], isMachineFailure: Bool = false) {
        (self.problems, self.isMachineFailure) = (problems, isMachineFailure)
    }
    /// A table's error.
    init(_ error: CSVError) { self.init([error.description], isMachineFailure: error.isMachineFailure) }

    /// All problems, one below the other.
    package var description: String { problems.joined(separator: "\n") }
}
