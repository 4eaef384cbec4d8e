import ArgumentParser
import Base
import Experiments
import Foundation

/// `dynamics list`
struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the experiments and what they answer.")

    @Flag(name: .long, help: "Write JSON instead of text.")
    var json = false

    func run() throws {
        var text = ""
        if json {
            let experiments = Registry.descriptions.map { experiment in
                JSON.object([
                    ("name", .string(experiment.name)), ("question", .string(experiment.question)),
                    ("reads", .string(experiment.settings.contains { $0.name == "series" } ? "checkpoints" : "tables")),
                    ("tables", .array(experiment.tables.map { .string($0.name) })),
                    ("figures", .array(experiment.figures.map(JSON.string))),
                ])
            }
            JSON.array(experiments).write(to: &text)
        } else {
            let width = Registry.list.map(\.name.count).max() ?? 0
            for experiment in Registry.list {
                text += experiment.name.padding(toLength: width + 2, withPad: " ", startingAt: 0)
                text += experiment.question + "\n"
            }
        }
        try StandardOutput.write(text)
    }
}
