import Base
import Foundation
import Settings

/// The settings of the default runs, `experiments/NAME.yaml`, compiled into the program so that it runs wherever it is
/// started. `Defaults` holds links to these files.
package enum BuiltInSettings {
    /// One line an experiment; SwiftPM makes the constants of the files' names.
    private static let documents: [String: [UInt8]] = [
        "audit": PackageResources.audit_yaml,
        "claims": PackageResources.claims_yaml,
        "drift": PackageResources.drift_yaml,
        "drift_and_loss": PackageResources.drift_and_loss_yaml,
        "linear_probe": PackageResources.linear_probe_yaml,
        "norms": PackageResources.norms_yaml,
        "probe": PackageResources.probe_yaml,
        "scaling": PackageResources.scaling_yaml,
        "similarity": PackageResources.similarity_yaml,
        "spectra": PackageResources.spectra_yaml,
        "trainability": PackageResources.trainability_yaml,
        "transfer": PackageResources.transfer_yaml,
    ]

    /// The text of an experiment's default settings; that of one without a file is empty, which states nothing.
    package static func text(of experiment: String) -> String {
        String(decoding: documents[experiment] ?? [], as: UTF8.self)
    }
}

/// Where the settings of a run come from.
package enum SettingsSource: Sendable, Equatable {
    /// A file that was named, or `experiments/NAME.yaml` in the current folder.
    case file(String)
    /// What the program holds itself.
    case builtIn

    /// The file that was named, or else that of the current folder, or else what is built in.
    init(named file: String?, experiment: String) {
        let usual = "experiments/\(experiment).yaml"
        self =
            if let file { .file(file) } else if pathExists(usual) { .file(usual) } else {
                .builtIn
            }
    }

    /// The folder that relative paths in the settings are looked for in first.
    var folder: String {
        switch self {
        case .file(let path): (path as NSString).deletingLastPathComponent
        case .builtIn: ""
        }
    }

    /// How messages and `--dry-run` call it.
    package func name(of experiment: String) -> String {
        switch self {
        case .file(let path): path
        case .builtIn: "the built-in settings of \(experiment)"
        }
    }

    /// The settings, with options laid over them.
    func load<S: ExperimentSettings>(
        _ type: S.Type, of experiment: String, overrides: [SettingsOverride]
    ) throws(SettingsError) -> S {
        switch self {
        case .file(let path): try S.load(file: path, overrides: overrides)
        case .builtIn:
            try S.decode(
                BuiltInSettings.text(of: experiment), file: name(of: experiment), overrides: overrides)
        }
    }
}
