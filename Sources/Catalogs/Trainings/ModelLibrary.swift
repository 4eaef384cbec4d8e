import Checkpoints
import Foundation
import Settings

/// The models that are known out of the box: `Models/*.yaml` beside this file, compiled into the program so that it
/// knows them wherever it is started.
package enum ModelLibrary {
    /// One line a family; SwiftPM makes the constants of the files' names.
    private static let documents: [(name: String, bytes: [UInt8])] = [
        ("olmo1.yaml", PackageResources.olmo1_yaml),
        ("olmo2.yaml", PackageResources.olmo2_yaml),
        ("olmo3.yaml", PackageResources.olmo3_yaml),
        ("pythia.yaml", PackageResources.pythia_yaml),
    ]

    /// All of them, family by family.
    package static let models: [ModelFacts] = documents.flatMap { document in
        do {
            return try decode(String(decoding: document.bytes, as: UTF8.self), file: document.name)
        } catch {
            preconditionFailure("\(error)")
        }
    }

    /// The model of that name, in upper or lower case, with or without an organisation (`allenai/`).
    package static func model(named name: String) -> ModelFacts? {
        let wanted = (name.split(separator: "/").last.map(String.init) ?? name).lowercased()
        return models.first { $0.names.contains { $0.lowercased() == wanted } }
    }

    /// The model that the name of a file or folder starts with: `OLMo-2-1124-7B` of `OLMo-2-1124-7B-stage2.csv`.
    package static func model(of path: String) -> ModelFacts? {
        let name = (path.split(separator: "/").last.map(String.init) ?? path).lowercased()
        let matches = models.flatMap { model in model.names.map { (name: $0.lowercased(), model: model) } }
        return matches.filter { ModelLibrary.starts(name, with: $0.name) }.max { $0.name.count < $1.name.count }?.model
    }

    /// Whether a file's name is a model's, alone or with an ending that does not make it another's: OLMo-7B-0724 is not
    /// OLMo-7B. A folder of the Hub's cache is called models--ORGANISATION--NAME.
    private static func starts(_ name: String, with model: String) -> Bool {
        guard let found = name.range(of: model) else { return false }
        let isAtStart = found.lowerBound == name.startIndex || name[..<found.lowerBound].hasSuffix("--")
        let rest = name[found.upperBound...]
        return isAtStart && (rest.isEmpty || [".", "-stage", "-deduped", "-hf"].contains { rest.hasPrefix($0) })
    }

    /// The one known name that someone who typed `name` most likely meant.
    package static func nearestName(to name: String) -> String? { nearest(to: name, among: models.map(\.name)) }

    /// Reads a file of the same form: `models:`, a list.
    /// - Throws: `SettingsError` for an unknown key or a value of another type, `CatalogError` for facts that contradict
    ///   each other.
    static func decode(_ text: String, file: String) throws -> [ModelFacts] {
        let models = try ModelDocument.decode(text, file: file).models
        for model in models {
            if let problem = model.problem { throw CatalogError("\(file): \(model.name): \(problem)") }
            do {
                _ = try TrainingPlan.checked(model.runs)
            } catch {
                throw CatalogError("\(file): \(model.name): \(error)")
            }
        }
        return models
    }
}

extension ModelFacts {
    fileprivate var names: [String] { [name] + (aliases ?? []) }
}

/// A file of models.
private struct ModelDocument: ExperimentSettings {
    @Setting("The models.") var models: [ModelFacts] = []
}
