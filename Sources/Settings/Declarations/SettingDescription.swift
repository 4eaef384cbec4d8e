import Base

/// A value of its own that a setting may have: what it takes, in words, such as `a number above 0, such as 1e21`.
package protocol SettingValue {
    static var expected: String { get }
}

/// All that a declaration says of a setting: for `dynamics describe` and the documentation.
package struct SettingDescription: Sendable {
    /// The name as options write it, `power_law.floor`; of a section in a list `predict[].tokens`, of one under a name of the
    /// user's `revisions.NAME.step`.
    package let name: String
    /// One sentence.
    package let meaning: String
    /// What it takes: the type, with choices and bounds.
    package let takes: String
    /// What it may be, where that is one of some words.
    package let choices: [String]
    package let bounds: Bounds
    /// The default; `nil` where there is none.
    package let value: JSON?
    /// What holds when nothing is stated, where the default does not say it.
    package let unset: String?
    /// Whether it has to be stated.
    package let isRequired: Bool
    /// The shared group it comes from.
    package let group: String?

    /// The default in words: as a settings file would state it, or what holds without one; empty where nothing does.
    package var defaultText: String {
        if isRequired { return "required" }
        if let unset { return unset }
        return value.map { $0.flow } ?? ""
    }
}

extension SettingsSection {
    /// The settings of the section, each followed by those of the section it may be.
    package static var descriptions: [SettingDescription] { Self().describe(below: "", group: nil) }

    fileprivate func describe(below prefix: String, group: String?) -> [SettingDescription] {
        let defaults: JSON = canonicalJSON
        return declarations.flatMap { declaration -> [SettingDescription] in
            let (setting, name) = (declaration.setting, declaration.name.stringValue)
            let shape = Shape(setting.valueType)
            let group = group ?? declaration.group
            let path = prefix + name
            let inner = shape.section.map { type in
                // A section shows its own defaults, which may be others than those of its type.
                (setting.stated as? any SettingsSection ?? type.init()).describe(
                    below: path + shape.suffix + ".", group: group)
            }
            return [
                SettingDescription(
                    name: path, meaning: setting.meaning, takes: shape.text(setting.bounds), choices: shape.choices,
                    bounds: setting.bounds, value: shape.isPlainSection ? nil : defaults[name], unset: setting.unset,
                    isRequired: setting.isRequired, group: group)
            ] + (inner ?? [])
        }
    }
}

/// How the type of a setting is built up.
private struct Shape {
    /// What is left without optionals, lists and names.
    private var core: Any.Type
    private var isList = false
    private var isNamed = false
    private var isNestedList = false

    init(_ type: Any.Type) {
        core = type
        while true {
            if let optional = core as? any OptionalType.Type {
                core = optional.wrapped
            } else if let list = core as? any ListType.Type {
                (isNestedList, isList) = (isNamed, true)
                core = list.element
            } else if let named = core as? any StringKeyed.Type {
                isNamed = true
                core = named.value
            } else {
                return
            }
        }
    }

    var section: (any SettingsSection.Type)? { core as? any SettingsSection.Type }
    var isPlainSection: Bool { section != nil && !isList && !isNamed }
    /// What stands between the name of the setting and those in its section.
    var suffix: String { (isNamed ? ".NAME" : "") + (isList ? "[]" : "") }

    var choices: [String] {
        guard let type = core as? any (RawRepresentable & CaseIterable).Type else { return [] }
        return rawValues(of: type)
    }

    func text(_ bounds: Bounds) -> String {
        let list =
            isList
            ? "a list" + (bounds.listText.map { ", \($0.hasSuffix(",") ? String($0.dropLast()) : $0)," } ?? "") + " of "
            : ""
        let named = isNamed ? "by name, " : ""
        return named + list + (isList ? several(bounds) : one(bounds))
    }

    private func one(_ bounds: Bounds) -> String {
        if !choices.isEmpty { return choices.joined(separator: ", ") }
        return switch core {
        case is any SettingsSection.Type: "a section"
        case let value as any SettingValue.Type: value.expected
        case is Bool.Type: "true or false"
        case is String.Type: "text"
        case is any BinaryInteger.Type:
            bounds.text.map { $0.replacing("a number", with: "a whole number") } ?? "a whole number"
        case is any BinaryFloatingPoint.Type: bounds.text ?? "a number"
        default: "a value"
        }
    }

    private func several(_ bounds: Bounds) -> String {
        if !choices.isEmpty { return choices.joined(separator: ", ") }
        return switch core {
        case is any SettingsSection.Type: "sections"
        case is String.Type: "texts"
        case is any BinaryInteger.Type, is any BinaryFloatingPoint.Type:
            one(bounds).replacing("a number", with: "numbers").replacing("a whole number", with: "whole numbers")
        default: one(bounds)
        }
    }
}

private func rawValues<Choice: RawRepresentable & CaseIterable>(of type: Choice.Type) -> [String] {
    type.allCases.compactMap { $0.rawValue as? String }
}

private protocol ListType { static var element: Any.Type { get } }
extension Array: ListType { static var element: Any.Type { Element.self } }

extension JSON {
    /// As a settings file states it on one line.
    package var flow: String {
        switch self {
        case .array(let elements): "[\(elements.map(\.flow).joined(separator: ", "))]"
        case .object(let members): "{\(members.map { "\($0.key): \($0.value.flow)" }.joined(separator: ", "))}"
        case .string(let text):
            text.isEmpty || text.contains(where: { "[]{},#:&*!|>'\"%@`".contains($0) }) ? "'\(text)'" : text
        default: compact
        }
    }
}
