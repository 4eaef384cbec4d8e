/// What a `Setting` tells of itself, whatever its type.
protocol DeclaredSetting: Sendable {
    var meaning: String { get }
    var bounds: Bounds { get }
    var unset: String? { get }
    /// The value; `nil` when there is none yet.
    var stated: Any? { get }
    var valueType: Any.Type { get }
    /// Whether it has no default, and no value yet.
    var isRequired: Bool { get }

    func encode(to container: inout KeyedEncodingContainer<SettingName>, as name: SettingName) throws
}

/// What a `SettingGroup` holds.
protocol EmbeddedGroup: Sendable {
    var section: any SettingsSection { get }
}

/// A setting's name as a coding key.
struct SettingName: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { return nil }

    /// `movedThreshold` is `moved_threshold`; capitals that stand together are one word, so that `normMADs` is `norm_mads`.
    init(ofProperty property: String) {
        var name = ""
        var last: Character?
        for character in property {
            if character.isUppercase, let last, !last.isUppercase { name += "_" }
            name += character.lowercased()
            last = character
        }
        stringValue = name
    }
}

/// A setting of a section, found by looking at the section's properties.
struct Declaration {
    let name: SettingName
    let setting: any DeclaredSetting
    /// What the innermost shared group it comes from is called.
    let group: String?
}

extension SettingsSection {
    /// The settings in the order they are declared, those of embedded groups in the place of the group.
    var declarations: [Declaration] {
        Mirror(reflecting: self).children.flatMap { child -> [Declaration] in
            switch child.value {
            case let setting as any DeclaredSetting:
                // A wrapped property is stored with an underscore before its name.
                let property = (child.label ?? "").drop { $0 == "_" }
                return [
                    Declaration(name: SettingName(ofProperty: String(property)), setting: setting, group: Self.title)
                ]
            case let group as any EmbeddedGroup:
                return group.section.declarations.map {
                    Declaration(name: $0.name, setting: $0.setting, group: $0.group ?? Self.title)
                }
            default: return []
            }
        }
    }

    /// By the settings' names; what is not set is left out.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: SettingName.self)
        for declaration in declarations { try declaration.setting.encode(to: &container, as: declaration.name) }
    }

    /// What is out of bounds, one line each.
    func boundsProblems(below prefix: String) -> [String] {
        declarations.flatMap { declaration in
            declaration.setting.stated.map {
                declaration.setting.bounds.problems(of: $0, at: prefix + declaration.name.stringValue)
            } ?? []
        }
    }
}

/// An optional of whatever type.
protocol OptionalType {
    static var wrapped: Any.Type { get }
    /// An optional without a value.
    static var nothing: Any { get }
    var isNothing: Bool { get }
}

extension Optional: OptionalType {
    static var wrapped: Any.Type { Wrapped.self }
    static var nothing: Any { Self.none as Any }
    var isNothing: Bool { self == nil }
}
