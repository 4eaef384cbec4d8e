import ArgumentParser
import Experiments
import Foundation
import Reports

/// `dynamics report NAME...`
struct Report: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Make figures, pages, LaTeX and Markdown again from saved tables.",
        discussion: """
            Checkpoints are not needed. The paths of the files written go to stdout. With --figure, one figure of one run \
            is cut and drawn by itself:

              dynamics report drift --figure drift_by_module --where 'module=attention.*' --log y --title Attention \
            --width icml --as attention --to paper
            """)

    @Argument(help: "Names of experiments, for results/NAME, or folders of results.", completion: .directory)
    var names: [String]

    @OptionGroup var figures: FigureOptions
    @OptionGroup var single: SingleFigureOptions
    @OptionGroup var messages: MessageOptions

    func validate() throws {
        guard single.figure == nil || names.count == 1 else {
            throw ValidationError("--figure goes with one run.")
        }
    }

    func run() throws {
        let logger = messages.makeLogger()
        if let figure = single.figure {
            let written = try SavedFigure(names[0], figure: figure, cut: single.cut).write(
                to: single.to ?? ".", width: single.width ?? .column,
                jobs: ProcessInfo.processInfo.activeProcessorCount)
            for line in written.undrawn { logger.notice("\(line)") }
            try StandardOutput.write(written.paths.map { $0 + "\n" }.joined())
            return
        }
        for name in names {
            let outcome = try SavedReport(
                name, figureWidth: figures.width, hasFigureSpecs: figures.hasSpecs,
                jobs: ProcessInfo.processInfo.activeProcessorCount
            ).write()
            for line in outcome.undrawn { logger.notice("\(line)") }
            try StandardOutput.write(outcome.paths.map { $0 + "\n" }.joined())
        }
    }
}

/// One figure, as a paper wants it.
struct SingleFigureOptions: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("Only this figure, cut as the following say.", valueName: "name"))
    var figure: String?

    @Option(
        name: .customLong("where"), parsing: .singleValue,
        help: ArgumentHelp(
            "Only rows of the figure's CSV that fulfil it, as 'dynamics table' has conditions. Repeatable.",
            valueName: "condition"))
    var conditions: [String] = []

    @Option(name: .long, help: "Only this panel, from 1.")
    var panel: Int?

    @Option(
        name: .long, parsing: .singleValue, help: ArgumentHelp("An axis, x or y, that shows ratios.", valueName: "axis")
    )
    var log: [FigureCut.AxisName] = []

    @Option(
        name: .long, parsing: .singleValue,
        help: ArgumentHelp("An axis, x or y, that shows distances.", valueName: "axis"))
    var linear: [FigureCut.AxisName] = []

    @Option(name: .long, help: "What stands above it.")
    var title: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "How wide it is printed: 3.25in, 8.5cm, icml, ..., as 'dynamics table' has it; otherwise one."))
    var width: PaperWidth?

    @Option(name: .long, help: ArgumentHelp("What the files are called; otherwise as the figure.", valueName: "name"))
    var `as`: String?

    @Option(name: .long, help: ArgumentHelp("Folder for the files; otherwise the current one.", valueName: "dir"))
    var to: String?

    func validate() throws {
        let isCut =
            !conditions.isEmpty || panel != nil || !log.isEmpty || !linear.isEmpty || title != nil || width != nil
            || self.as != nil || to != nil
        guard figure != nil || !isCut else {
            throw ValidationError(
                "--where, --panel, --log, --linear, --title, --width, --as and --to go with --figure NAME.")
        }
        if let text = conditions.first(where: { RowCondition($0) == nil }) {
            throw ValidationError("--where \(text): expected COLUMN=VALUE, or another of != < <= > >= between both.")
        }
        guard Set(log).isDisjoint(with: linear) else {
            throw ValidationError("An axis shows ratios or distances, not both.")
        }
        if let name = self.as, name.wholeMatch(of: /[a-z][a-z0-9_]*/) == nil {
            throw ValidationError("--as \(name): expected small letters, digits and underscores.")
        }
    }

    /// What is asked for.
    var cut: FigureCut {
        var cut = FigureCut()
        cut.conditions = conditions.compactMap { RowCondition($0) }
        (cut.panel, cut.title, cut.name) = (panel, title, self.as)
        (cut.logarithmic, cut.linear) = (Set(log), Set(linear))
        return cut
    }
}

extension FigureCut.AxisName: ExpressibleByArgument {}

/// How figures are drawn.
struct FigureOptions: ParsableArguments {
    @Option(
        name: .long,
        help:
            "Draw figures as wide as one or two columns of a paper, or none; with vega, of one, and Vega-Lite's beside."
    )
    var figures: Width = .one

    enum Width: String, ExpressibleByArgument, CaseIterable { case one, two, none, vega }

    /// `nil` for no figures.
    var width: GnuplotScript.Width? { hasSpecs ? .one : GnuplotScript.Width(rawValue: figures.rawValue) }

    /// Whether each figure also leaves a specification of Vega-Lite.
    var hasSpecs: Bool { figures == .vega }
}
