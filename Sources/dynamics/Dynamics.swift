import ArgumentParser
import Base
import Checkpoints
import Experiments

/// The whole program: a worker when it is started as one, otherwise one command and its exit code.
@main
struct Dynamics: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dynamics",
        abstract: "Study how a language model changes while it trains, from its checkpoints.",
        discussion: """
            Exit codes: 0 done; 1 the environment failed (disk full, a library missing); 2 usage; \
            3 bad input, nothing done; 4 done, with findings or refusals; 130 interrupted.
            """,
        version: harnessVersion,
        subcommands: [
            Run.self, Report.self, TableCommand.self, Export.self, List.self, Describe.self, Inspect.self, Import.self,
            CatalogCommand.self,
            Compare.self, Docs.self,
        ])

    static func main() {
        if CommandLine.arguments.dropFirst().first == "__hdf5-worker" { runHDF5Worker() }
        occupyStandardStreams()
        DescriptorLimit.raise()
        do {
            var command = try parseAsRoot()
            prepareHDF5Workers()
            interruptOnSignals()
            try command.run()
        } catch {
            endProcess(error)
        }
    }
}
