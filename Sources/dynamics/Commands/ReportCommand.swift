import ArgumentParser
import Experiments
import Foundation
import Reports

/// `dynamics report NAME...`
struct Report: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Make figures, pages, LaTeX and Markdown again from saved tables.",
        discussion: "Checkpoints are not needed. The paths of the files written go to stdout.")

    @Argument(help: "Names of experiments, for results/NAME, or folders of results.", completion: .directory)
    var names: [String]

    @OptionGroup var figures: FigureOptions
    @OptionGroup var messages: MessageOptions

    func run() throws {
        let logger = messages.makeLogger()
        for name in names {
            let outcome = try SavedReport(
                name, figureWidth: figures.width, jobs: ProcessInfo.processInfo.activeProcessorCount
            ).write()
            for line in outcome.undrawn { logger.notice("\(line)") }
            try StandardOutput.write(outcome.paths.map { $0 + "\n" }.joined())
        }
    }
}

/// How figures are drawn.
struct FigureOptions: ParsableArguments {
    @Option(name: .long, help: "Draw figures as wide as one or two columns of a paper, or none.")
    var figures: Width = .one

    enum Width: String, ExpressibleByArgument, CaseIterable { case one, two, none }

    /// `nil` for no figures.
    var width: GnuplotScript.Width? { GnuplotScript.Width(rawValue: figures.rawValue) }
}
