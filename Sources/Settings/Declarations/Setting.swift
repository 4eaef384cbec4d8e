/// A section of settings, each declared once: the settings of an experiment, a section in them, an element of a list of
/// sections, or a group that several experiments embed.
///
/// ```swift
/// struct DriftSettings: ExperimentSettings {
///     @SettingGroup var input: SeriesInput
///     @Setting("|b − a| above which an element counts as moved.", .atLeast(0))
///     var movedThreshold = 1e-5
///     @Setting("Label of the branch point.", unset: "the last of stage 1")
///     var branchPoint: String?
/// }
/// ```
/// A property that is not a `@Setting` or a `@SettingGroup` is no setting: such a type has none.
package protocol SettingsSection: Codable, Equatable, Sendable {
    /// The defaults. What has no default is not set yet, and must not be asked for.
    init()

    /// What a group that experiments share is called in the documentation; `nil` for what belongs to one experiment.
    static var title: String? { get }
}

extension SettingsSection {
    package static var title: String? { nil }
}

/// One setting: its default, what it means, and what it may be. Its name is that of the property in snake_case.
///
/// The value may be a number, text, `true` or `false`, a choice (an enumeration of text that is `CaseIterable`), a
/// `SettingsSection`, another single value that is read from text, and an optional, a list or a dictionary of these.
@propertyWrapper
package struct Setting<Value: Codable & Equatable & Sendable>: Sendable {
    /// `nil` for a setting without a default that was not set yet.
    private var value: Value?
    let meaning: String
    let bounds: Bounds
    let unset: String?

    package var wrappedValue: Value {
        get {
            guard let value else { preconditionFailure("a setting without a default is asked for: \(meaning)") }
            return value
        }
        set { value = newValue }
    }

    /// A setting with a default.
    /// - Parameters:
    ///   - meaning: one sentence.
    ///   - bounds: what its numbers, those in lists and dictionaries too, and its list may be.
    ///   - unset: what an empty or missing value stands for, such as `all of them`.
    package init(wrappedValue: Value, _ meaning: String, _ bounds: Bounds = .none, unset: String? = nil) {
        (value, self.meaning, self.bounds, self.unset) = (wrappedValue, meaning, bounds, unset)
    }

    /// A setting without a default. An optional need not be stated, and `unset` says what then holds; any other has to be, in
    /// an element of a list or in a section that may be left out.
    package init(_ meaning: String, _ bounds: Bounds = .none, unset: String? = nil) {
        value = (Value.self as? any OptionalType.Type)?.nothing as? Value
        (self.meaning, self.bounds, self.unset) = (meaning, bounds, unset)
    }
}

extension Setting: Equatable {
    /// Whether the values are equal.
    package static func == (a: Setting, b: Setting) -> Bool { a.value == b.value }
}

extension Setting: Decodable {
    /// Only as a member of a `SettingsSection` that is decoded strictly: the declaration comes from its defaults.
    package init(from decoder: any Decoder) throws {
        guard let decoder = decoder as? SettingsDecoder, let declared = decoder.declaration as? Setting else {
            preconditionFailure("settings are read by ExperimentSettings.decode")
        }
        self = declared
        value = try decoder.read(Value.self)
    }
}

extension Setting: DeclaredSetting {
    var stated: Any? { value }
    var valueType: Any.Type { Value.self }
    var isRequired: Bool { value == nil }

    func encode(to container: inout KeyedEncodingContainer<SettingName>, as name: SettingName) throws {
        // What is not set is left out, as an optional is elsewhere.
        guard let value, (value as? any OptionalType)?.isNothing != true else { return }
        try container.encode(value, forKey: name)
    }
}

/// Settings that are declared together elsewhere and stand here as if they were declared here: a group's names are flat.
@propertyWrapper
package struct SettingGroup<Group: SettingsSection>: Equatable, Sendable {
    package var wrappedValue: Group

    /// The group with its defaults.
    package init() { wrappedValue = Group() }
    /// The group with other defaults.
    package init(wrappedValue: Group) { self.wrappedValue = wrappedValue }
}

extension SettingGroup: Decodable {
    package init(from decoder: any Decoder) throws { wrappedValue = try Group(from: decoder) }
}

extension SettingGroup: EmbeddedGroup {
    var section: any SettingsSection { wrappedValue }
}
