import Base
import Catalogs
import Checkpoints
import Engine
import Foundation
import Reports
import Settings

/// A settings file to begin with: what a look at checkpoints told is set, and every other setting stands there with its
/// default and its meaning, out of use behind a '#'.
package struct SettingsTemplate: Sendable {
    /// The file.
    package let text: String
    /// What was looked at, in a line for people.
    package let summary: String
    /// Checkpoints that could not be opened.
    package let refused: [CheckpointError]

    /// Looks at checkpoints: files, folders of them, directories. Without any, the file is that of the default run.
    /// - Parameter file: where the settings will stand, which decides how paths in them are written.
    /// - Throws: `SettingsError` for an unknown experiment, and for one that reads no checkpoints when some are named;
    ///   `InputError` when none can be opened.
    package init(_ name: String, lookingAt sources: [String], for file: String, readOptions: ReadOptions) throws {
        guard let experiment = Registry.descriptions.first(where: { $0.name == name }) else {
            let near = nearest(to: name, among: Registry.list.map(\.name)).map { "did you mean '\($0)'?" }
            throw SettingsError(
                .option("init \(name)"),
                "there is no experiment '\(name)'; \(near ?? "'dynamics list' shows those there are")")
        }
        guard !sources.isEmpty else {
            text = BuiltInSettings.text(of: name)
            summary = "the settings of the default run"
            refused = []
            return
        }
        let settings = experiment.settings
        guard settings.contains(where: { $0.name == "series" }) else {
            throw SettingsError(
                .option("init \(name)"),
                "\(name) reads tables and no checkpoints; 'dynamics init \(name)' alone writes the settings of its default run, "
                    + "in which you name yours")
        }
        let context = RunContext(
            jobs: ProcessInfo.processInfo.activeProcessorCount,
            settings: RunContext.SettingsPlace(folder: "", stated: ["series"]),
            journal: try Journal(directory: "/nonexistent"), readOptions: readOptions)
        var input = SeriesFiles()
        input.series = sources
        let series = try input.open(in: context, tellsOrder: false).series
        let look = SeriesLook(series, sources: sources, knows: Set(settings.map(\.name)))
        refused = context.refused
        let bytes = series.checkpoints.reduce(0) { $0 + $1.tensors.reduce(0) { $0 + $1.storedByteCount } }
        summary = "\(series.checkpoints.count) checkpoints, \(bytes) bytes"
        text = SettingsTemplate.text(experiment, look, sources: sources, file: file)
    }

    private static func text(
        _ experiment: ExperimentDescription, _ look: SeriesLook, sources: [String], file: String
    ) -> String {
        let isBeside = !file.contains("/")
        let paths = sources.map { yaml(isBeside || $0.hasPrefix("/") ? $0 : realPath($0)) }
        var text = comment(
            "\(experiment.question) Made by 'dynamics init \(experiment.name)' from a look at the files.")
        text += look.lines.map { comment($0) }.joined()
        text += comment("Try it: dynamics run \(experiment.name) --settings \(yaml(file)) --dry-run")
        text += "\n" + comment("Files, folders of checkpoints, or Hugging Face directories.")
        text += "series: [\(paths.joined(separator: ", "))]\n"
        text += look.settings
        text +=
            "\n"
            + comment(
                "All other settings with their defaults: take away the '#' in front of one to set it. What they mean in a run: "
                    + "'dynamics describe \(experiment.name).NAME'.")
        let done = look.named.union(["series", "from", "to"])
        for setting in experiment.settings where !setting.name.contains(where: { ".[".contains($0) }) {
            guard !done.contains(setting.name) else { continue }
            text += "\n" + comment(meaning(setting))
            let inner = experiment.settings.filter {
                $0.name.hasPrefix(setting.name + ".")
                    && !$0.name.dropFirst(setting.name.count + 1).contains(where: { ".[".contains($0) })
                    && !$0.name.contains(".NAME")
            }
            guard !inner.isEmpty, setting.value == nil || setting.value?.isObject == true else {
                text += "#\(setting.name):\(value(setting))\n"
                continue
            }
            text += "#\(setting.name):\n"
            for part in inner {
                text += comment(meaning(part), indent: "  ")
                text += "#  \(part.name.dropFirst(setting.name.count + 1)):\(value(part))\n"
            }
        }
        return text
    }

    private static func meaning(_ setting: SettingDescription) -> String {
        let unset = setting.unset.map { " Without a value: \($0)." } ?? ""
        return "\(setting.meaning) Takes \(setting.takes).\(unset)"
    }

    private static func value(_ setting: SettingDescription) -> String { setting.value.map { " \($0.flow)" } ?? "" }

    /// Prose behind '# ', at most 120 characters a line.
    private static func comment(_ text: String, indent: String = "") -> String {
        var lines: [String] = []
        var line = ""
        for word in printable(text, limit: .max).split(separator: " ") {
            if !line.isEmpty, line.count + 1 + word.count > 116 - indent.count {
                lines.append(line)
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        return (lines + [line]).map { "# \(indent)\($0)\n" }.joined()
    }

    /// A text as YAML reads it back.
    static func yaml(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { byte in
            byte < 0x80 && (Character(Unicode.Scalar(byte)).isLetter || Character(Unicode.Scalar(byte)).isNumber)
                || "/._-".utf8.contains(byte)
        }
        let isWord = text.first.map { $0.isLetter || $0 == "/" || $0 == "." } ?? false
        return isPlain && isWord && !["true", "false", "null"].contains(text.lowercased())
            ? text : JSON.string(text).compact
    }
}

/// What a look at checkpoints tells.
private struct SeriesLook {
    /// What was found, a line a fact.
    var lines: [String] = []
    /// Settings that follow from it.
    var settings = ""
    /// Their names.
    var named: Set<String> = []

    init(_ series: CheckpointSeries, sources: [String], knows names: Set<String>) {
        let all = series.checkpoints
        let bytes = all.reduce(0) { $0 + $1.tensors.reduce(0) { $0 + $1.storedByteCount } }
        let elements = all[0].tensors.filter(\.elementType.hasStatistics).reduce(0) { $0 + $1.elementCount }
        let types = Set(all.flatMap { $0.tensors.map(\.elementType.rawValue) }).sorted()
        lines.append(
            "\(all.count) checkpoints, \(bytes) bytes, of \(elements) weights in the first, as \(types.joined(separator: ", "))."
        )
        var runs: [(name: String, labels: [String])] = []
        for checkpoint in all where checkpoint.revision.step != nil {
            let revision = checkpoint.revision
            let name =
                "stage \(revision.stage ?? 1)" + (revision.ingredient.map { ", ingredient \($0)" } ?? "")
            if runs.last?.name == name {
                runs[runs.count - 1].labels.append(checkpoint.label)
            } else {
                runs.append((name, [checkpoint.label]))
            }
        }
        for run in runs {
            let ends = run.labels.count == 1 ? run.labels[0] : "\(run.labels[0]) to \(run.labels[run.labels.count - 1])"
            lines.append("\(run.name): \(run.labels.count), \(ends).")
        }
        if let branch = series.branchPoint, names.contains("branch_point") {
            lines.append("The ingredients start from \(all[branch].label).")
        }
        let models = sources.compactMap { ModelLibrary.model(of: $0) }
        if let model = models.first, names.contains("training") {
            named.insert("training")
            settings +=
                "\n# How the model was trained: a known model, told by the name.\ntraining: [\(SettingsTemplate.yaml(model.name))]\n"
        }
        let unplaced = series.unplaced.map { all[$0].label }
        if !unplaced.isEmpty, all.count > 1 {
            named.insert("revisions")
            settings +=
                "\n# Neither names nor attributes tell where these stand in training, and so their order is that of their names.\n"
                + "# State it: stage, ingredient, step, tokens.\n#revisions:\n"
                + unplaced.map { "#  \(SettingsTemplate.yaml($0)): {step: 0}\n" }.joined()
        }
        if names.contains("probe_set") {
            named.insert("probe_set")
            settings +=
                "\n# Token sequences that the checkpoints are run over, made for their tokenizer: tools/make-probe-set.py makes such a\n"
                + "# file from text. It has to be named.\nprobe_set: {file: probe.h5}\n"
        }
    }
}

extension JSON {
    fileprivate var isObject: Bool { if case .object = self { true } else { false } }
}
