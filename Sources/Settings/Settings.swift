import Base
import Foundation

/// The settings of an experiment: what `experiments/NAME.yaml` and `--set` may say.
///
/// The initial values are the defaults. A file or an option states only what differs; any other name is an error. Sections
/// are merged key by key; lists are replaced whole.
package protocol ExperimentSettings: SettingsSection {
    /// Sections that describe what a key in them names: where an option names another, what the settings file says in the
    /// section does not hold for it and is dropped. Keys by section.
    static var describing: [String: [String]] { get }

    /// What is wrong with the settings together, one line each; bounds are looked at before.
    var conflicts: [String] { get }
}

extension ExperimentSettings {
    /// There are none, unless the settings say otherwise.
    package static var describing: [String: [String]] { [:] }
    /// There are none, unless the settings say otherwise.
    package var conflicts: [String] { [] }

    /// What no run could follow, one line each: what is out of bounds, otherwise what does not go together.
    package var problems: [String] {
        let outside = boundsProblems(below: "")
        return outside.isEmpty ? conflicts : outside
    }
}

/// One `--set KEY=VALUE`. A dotted key reaches into a section; a later option overrules an earlier one.
package struct SettingsOverride: Sendable {
    fileprivate let node: SettingsNode
    /// The setting it overrides, names of nested sections joined by dots.
    package let name: String

    /// Reads an argument of `--set`. The value is YAML: `threshold=1e-4`, `compare=[reference, predecessor]`; nothing after
    /// the `=` is no value.
    package init(_ argument: String) throws(SettingsError) {
        let origin = SettingsOrigin.option("--set \(argument)")
        guard let equals = argument.firstIndex(of: "=") else {
            throw SettingsError(origin, "expected KEY=VALUE, as in --set threshold=1e-4")
        }
        let key = argument[..<equals]
        guard !key.isEmpty, key.split(separator: ".", omittingEmptySubsequences: false).allSatisfy({ !$0.isEmpty })
        else {
            throw SettingsError(origin, "'\(key)' is not the name of a setting, such as threshold or compare.pairs")
        }
        var value = try parseYAML(String(argument[argument.index(after: equals)...])) { _ in origin }
        value.origin = origin
        node = SettingsOverride.nest(value, under: String(key))
        name = String(key)
    }

    /// A value that is text whatever it looks like, from an option of another name: errors will quote `option`.
    package init(_ key: String, text: String, option: String) {
        let value = SettingsNode(content: .scalar(text, isQuoted: true), origin: .option(option))
        node = SettingsOverride.nest(value, under: key)
        name = key
    }

    /// The experiment, say, that stands before the first dot of the name, and the override of what follows it; `nil`
    /// without a dot.
    package var split: (owner: String, override: SettingsOverride)? {
        guard let dot = name.firstIndex(of: "."), case .section(let members) = node.content,
            let inner = members.first?.value
        else { return nil }
        return (String(name[..<dot]), SettingsOverride(inner, name: String(name[name.index(after: dot)...])))
    }

    /// The option as it was typed.
    package var origin: String { node.origin.description }

    private init(_ node: SettingsNode, name: String) { (self.node, self.name) = (node, name) }

    private static func nest(_ value: SettingsNode, under key: String) -> SettingsNode {
        key.split(separator: ".").reversed().reduce(value) { inner, name in
            SettingsNode(content: .section([(String(name), inner)]), origin: inner.origin)
        }
    }
}

/// Bytes of the largest settings file that is read: what is made of it takes many times its bytes.
private let largestFile = 4 << 20

extension ExperimentSettings {
    /// The defaults, with a settings file laid over them, and the options over both.
    /// - Throws: `SettingsError` for a file that cannot be read, and for the first setting that is unknown, missing, or of
    ///   another type.
    package static func load(file path: String, overrides: [SettingsOverride] = []) throws(SettingsError) -> Self {
        let text: String?
        do throws(FileReadingError) {
            text = try readText(path, limit: largestFile)
        } catch {
            throw SettingsError(
                .file(path, line: nil), "cannot read the settings: \(error.reason)",
                isMachineFailure: error.kind == .machine)
        }
        guard let text else { throw SettingsError(.file(path, line: nil), "the settings are not UTF-8 text") }
        return try decode(text, file: path, overrides: overrides)
    }

    /// Loads settings from text that has been read already; `file` is the name that errors give it.
    package static func decode(
        _ text: String, file: String, overrides: [SettingsOverride] = []
    ) throws(SettingsError) -> Self {
        var tree = SettingsNode(Self().canonicalJSON)
        tree.origin = .file(file, line: nil)
        var stated = try parseYAML(text) { .file(file, line: $0) }
        let options = overrides.map(\.node)
        for (section, keys) in describing
        where options.contains(where: { option in keys.contains { option.member(section)?.has($0) == true } }) {
            stated = stated.without(section)
        }
        if case .nothing = stated.content {} else { tree = tree.merged(with: stated) }
        for option in options { tree = tree.merged(with: option) }
        do {
            return try SettingsDecoder(node: tree, codingPath: []).read(Self.self)
        } catch let error as SettingsError {
            throw error
        } catch {
            throw SettingsError(tree.origin, "\(error)")
        }
    }
}

extension SettingsSection {
    /// The effective settings, keys sorted, values that are `nil` left out: equal settings give equal text, whatever file and
    /// options they came from. For `run.json` and, as `canonicalJSON.compact`, for keys.
    package var canonicalJSON: JSON {
        do {
            return try JSONDecoder().decode(JSON.self, from: JSONEncoder().encode(self))
        } catch {
            preconditionFailure("settings that cannot be encoded: \(error)")
        }
    }
}

extension SettingsNode {
    fileprivate func has(_ key: String) -> Bool {
        if case .section(let members) = content { members.contains { $0.key == key } } else { false }
    }

    fileprivate func without(_ key: String) -> SettingsNode {
        guard case .section(let members) = content else { return self }
        return SettingsNode(content: .section(members.filter { $0.key != key }), origin: origin)
    }

    /// A tree of default values.
    fileprivate init(_ json: JSON) {
        origin = .defaults
        content =
            switch json {
            case .null: .nothing
            case .boolean(let value): .scalar(String(value), isQuoted: false)
            case .integer(let value): .scalar(String(value), isQuoted: false)
            case .number(let value): .scalar(String(value), isQuoted: false)
            case .string(let text): .scalar(text, isQuoted: true)
            case .array(let elements): .list(elements.map { SettingsNode($0) })
            case .object(let members): .section(members.map { ($0.key, SettingsNode($0.value)) })
            }
    }
}
