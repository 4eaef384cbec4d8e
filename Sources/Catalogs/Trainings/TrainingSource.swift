import Base
import Checkpoints
import Foundation
import Settings

/// How a model was trained, from whatever a user names: a known model, a file of runs or models of our own form, or
/// OLMo's training configs.
package struct TrainingSource: Sendable {
    /// The known model, when one was named.
    package private(set) var model: ModelFacts?
    /// The runs.
    package private(set) var plan: TrainingPlan
    /// What could not be used, one line each with file and line number. The plan holds the rest.
    package private(set) var problems: [SettingsError] = []

    /// The training of a known model.
    package init(_ model: ModelFacts) throws(CatalogError) {
        self.model = model
        plan = try model.plan()
    }

    /// Reads names and files. Configs that load a checkpoint are the ingredients of stage 2, numbered in their order, where
    /// there are several.
    /// - Parameter resolve: turns a path as stated into one that the system takes.
    /// - Throws: `SettingsError` for a name or file that cannot be used at all, `CatalogError` for runs that contradict each
    ///   other.
    package init(_ names: [String], resolve: (String) -> String = { $0 }) throws {
        var runs: [TrainingRun] = []
        var configs: [TrainingRun] = []
        for name in names {
            if let known = ModelLibrary.model(named: name) {
                model = known
                runs += known.runs
                continue
            }
            let node = try TrainingSource.document(name, resolve(name))
            if node.member("runs") != nil {
                runs += try RunsDocument.decode(try TrainingSource.text(name, resolve(name)), file: name).runs
            } else if node.member("models") != nil {
                let models = try ModelLibrary.decode(try TrainingSource.text(name, resolve(name)), file: name)
                guard models.count == 1 else {
                    throw SettingsError(.file(name, line: nil), "expected one model, found \(models.count)")
                }
                model = models[0]
                runs += models[0].runs
            } else {
                do throws(SettingsError) {
                    let config = try OLMoTrainingConfig(node)
                    configs.append(config.run)
                    if let problem = config.problem { problems.append(problem) }
                } catch {
                    problems.append(error)
                }
            }
        }
        runs += TrainingSource.numbered(configs)
        plan = try TrainingPlan(runs)
    }

    /// Several runs of stage 2 are its ingredients.
    private static func numbered(_ configs: [TrainingRun]) -> [TrainingRun] {
        let isAlone = configs.count { $0.stage == 2 } == 1
        var ingredient = 0
        return configs.map { config in
            guard config.stage == 2, !isAlone else { return config }
            ingredient += 1
            var run = config
            run.ingredient = ingredient
            return run
        }
    }

    private static func document(_ name: String, _ path: String) throws(SettingsError) -> SettingsNode {
        try parseYAML(try text(name, path)) { .file(name, line: $0) }
    }

    /// Bytes of the largest training config that is read: what is made of it takes many times its bytes.
    private static let largestFile = 4 << 20

    private static func text(_ name: String, _ path: String) throws(SettingsError) -> String {
        let text: String?
        do throws(FileReadingError) {
            text = try readText(path, limit: largestFile)
        } catch {
            guard error.kind == .missing else {
                throw SettingsError(
                    .file(name, line: nil), "cannot be read: \(error.reason)",
                    isMachineFailure: error.kind == .machine)
            }
            let near = ModelLibrary.nearestName(to: name).map { "; did you mean '\($0)'?" } ?? ""
            throw SettingsError(
                .file(name, line: nil),
                "is neither a known model ('dynamics catalog models' lists them) nor a file\(near)")
        }
        guard let text else { throw SettingsError(.file(name, line: nil), "cannot be read as UTF-8 text") }
        return text
    }
}

/// A file of runs: `runs:`, as in a model's description.
private struct RunsDocument: ExperimentSettings {
    @Setting("The runs.") var runs: [TrainingRun] = []
}
