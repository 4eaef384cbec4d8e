/// Decodes a settings tree strictly: an unknown key, a value of another type and a missing one are errors that say where.
///
/// The known keys are those that a `SettingsSection` declares. Other types, such as descriptions of models in catalogs, may
/// stand in a tree too: theirs are the cases of their `CodingKeys`, which therefore have to be `CaseIterable`.
package struct SettingsDecoder: Decoder {
    let node: SettingsNode
    package let codingPath: [any CodingKey]
    package var userInfo: [CodingUserInfoKey: Any] { [:] }
    /// What the section that is decoded declares; `nil` where it is none.
    private var declarations: [Declaration]?
    /// Of the setting whose value is decoded.
    private(set) var declaration: (any DeclaredSetting)?
    /// A group's names are checked with those of the section around it.
    private var isGroup = false
    /// A dictionary's keys are the user's.
    private var acceptsAnyKey = false

    init(node: SettingsNode, codingPath: [any CodingKey]) {
        (self.node, self.codingPath) = (node, codingPath)
    }

    package func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard case .section(let members) = node.content else { throw mismatch("a section of named settings") }
        if let declarations {
            if !isGroup { try check(members, against: declarations.map(\.name.stringValue)) }
        } else if !acceptsAnyKey {
            guard let known = type as? any (CodingKey & CaseIterable).Type else {
                preconditionFailure(
                    "'\(path)': the CodingKeys of settings are CaseIterable, or typing errors go unseen")
            }
            try check(members, against: names(of: known))
        }
        let values = Dictionary(members.map { ($0.key, $0.value) }) { _, last in last }
        return KeyedDecodingContainer(Keyed<Key>(decoder: self, values: values))
    }

    package func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        // A single value stands for the list of it alone.
        if case .scalar = node.content { return Unkeyed(decoder: self, elements: [node], isSingle: true) }
        guard case .list(let elements) = node.content else { throw mismatch("a list") }
        return Unkeyed(decoder: self, elements: elements)
    }

    package func singleValueContainer() throws -> any SingleValueDecodingContainer { Single(decoder: self) }

    /// Decodes the value here.
    func read<T: Decodable>(_ type: T.Type) throws -> T {
        var decoder = SettingsDecoder(node: node, codingPath: codingPath)
        decoder.acceptsAnyKey = type is any StringKeyed.Type
        if let section = type as? any SettingsSection.Type { decoder.declarations = section.init().declarations }
        if let choices = type as? any (RawRepresentable & CaseIterable).Type { try checkChoice(choices) }
        do {
            return try type.init(from: decoder)
        } catch DecodingError.dataCorrupted(let context) {
            throw failure(context.debugDescription)
        }
    }

    /// Decodes the value at `key` of this section or list.
    func decode<T: Decodable>(_ type: T.Type, _ value: SettingsNode, at key: any CodingKey) throws -> T {
        try SettingsDecoder(node: value, codingPath: codingPath + [key]).read(type)
    }

    /// Decodes a property of a section: a setting, or a group of them.
    func decode<T: Decodable>(_ type: T.Type, property: String, among values: [String: SettingsNode]) throws -> T {
        if type is any EmbeddedGroup.Type {
            var decoder = self
            decoder.isGroup = true
            return try type.init(from: decoder)
        }
        let name = SettingName(ofProperty: property)
        guard let declared = declarations?.first(where: { $0.name.stringValue == name.stringValue })?.setting else {
            preconditionFailure("'\(property)' of settings is no @Setting")
        }
        guard let value = values[name.stringValue] else {
            guard !declared.isRequired, let setting = declared as? T else {
                throw failure("'\(name.stringValue)' is missing")
            }
            return setting
        }
        var decoder = SettingsDecoder(node: value, codingPath: codingPath + [name])
        decoder.declaration = declared
        return try type.init(from: decoder)
    }

    /// Whether what is decoded is a section of declared settings.
    var isDeclared: Bool { declarations != nil }

    func failure(_ problem: String) -> SettingsError {
        SettingsError(node.origin, path.isEmpty ? problem : "'\(path)': \(problem)")
    }

    func mismatch(_ expected: String) -> SettingsError { failure("expected \(expected), found \(node.found)") }

    /// `compare.pairs[2].from`.
    private var path: String { SettingsDecoder.text(codingPath) }

    private static func text(_ path: [any CodingKey]) -> String {
        path.reduce("") { text, key in
            if let index = key.intValue { return "\(text)[\(index)]" }
            return text.isEmpty ? key.stringValue : "\(text).\(key.stringValue)"
        }
    }

    private func check(_ members: [(key: String, value: SettingsNode)], against known: [String]) throws {
        for (key, value) in members where !known.contains(key) {
            let prefix = path.isEmpty ? "" : "\(path)."
            let remedy =
                nearest(to: key, among: known).map { "did you mean '\(prefix)\($0)'?" }
                ?? "the settings here are \(known.joined(separator: ", "))"
            throw SettingsError(value.origin, "unknown setting '\(prefix)\(key)'; \(remedy)")
        }
    }

    private func checkChoice(_ type: any (RawRepresentable & CaseIterable).Type) throws {
        let choices = values(of: type)
        guard !choices.isEmpty else { return }
        if case .scalar(let text, _) = node.content, choices.contains(text) { return }
        let expected = "expected one of \(choices.joined(separator: ", ")), found \(node.found)"
        guard case .scalar(let text, _) = node.content, let near = nearest(to: text, among: choices) else {
            throw failure(expected)
        }
        throw failure("\(expected); did you mean '\(near)'?")
    }
}

private func names<Keys: CodingKey & CaseIterable>(of type: Keys.Type) -> [String] {
    type.allCases.map(\.stringValue)
}

/// The words an enumeration of text may be; empty for one of other raw values.
private func values<Choice: RawRepresentable & CaseIterable>(of type: Choice.Type) -> [String] {
    type.allCases.compactMap { $0.rawValue as? String }
}

/// A dictionary whose keys are the user's.
protocol StringKeyed { static var value: Any.Type { get } }
extension Dictionary: StringKeyed where Key == String { static var value: Any.Type { Value.self } }

/// An element's position as a coding key.
private struct Index: CodingKey {
    let position: Int
    var stringValue: String { String(position) }
    var intValue: Int? { position }
    init(_ position: Int) { self.position = position }
    init?(intValue: Int) { position = intValue }
    init?(stringValue: String) { return nil }
}

private struct Keyed<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let decoder: SettingsDecoder
    let values: [String: SettingsNode]

    var codingPath: [any CodingKey] { decoder.codingPath }
    var allKeys: [Key] { values.keys.sorted().compactMap(Key.init(stringValue:)) }

    func contains(_ key: Key) -> Bool { values[key.stringValue] != nil }

    func decodeNil(forKey key: Key) throws -> Bool {
        if case .nothing = try value(key).content { true } else { false }
    }

    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
        guard decoder.isDeclared else { return try decoder.decode(type, value(key), at: key) }
        return try decoder.decode(type, property: key.stringValue, among: values)
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        try nested(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try nested(key).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder { decoder }
    func superDecoder(forKey key: Key) throws -> any Decoder { try nested(key) }

    private func nested(_ key: Key) throws -> SettingsDecoder {
        SettingsDecoder(node: try value(key), codingPath: codingPath + [key])
    }

    private func value(_ key: Key) throws -> SettingsNode {
        guard let value = values[key.stringValue] else { throw decoder.failure("'\(key.stringValue)' is missing") }
        return value
    }
}

private struct Unkeyed: UnkeyedDecodingContainer {
    let decoder: SettingsDecoder
    let elements: [SettingsNode]
    /// Whether the one element was stated without a list around it, so that its place has no index.
    var isSingle = false
    var currentIndex = 0

    var codingPath: [any CodingKey] { decoder.codingPath }
    var count: Int? { elements.count }
    var isAtEnd: Bool { currentIndex == elements.count }

    mutating func decodeNil() throws -> Bool {
        guard case .nothing = try current().content else { return false }
        currentIndex += 1
        return true
    }

    mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
        let node = try current()
        let value = isSingle ? try decoder.read(type) : try decoder.decode(type, node, at: Index(currentIndex))
        currentIndex += 1
        return value
    }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> {
        try superDecoder().container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try superDecoder().unkeyedContainer()
    }

    mutating func superDecoder() throws -> any Decoder {
        let path = codingPath + (isSingle ? [] : [Index(currentIndex)])
        let decoder = SettingsDecoder(node: try current(), codingPath: path)
        currentIndex += 1
        return decoder
    }

    private func current() throws -> SettingsNode {
        guard !isAtEnd else { throw decoder.failure("expected more than \(elements.count) elements") }
        return elements[currentIndex]
    }
}

/// One value, read as the type that the setting has.
private struct Single: SingleValueDecodingContainer {
    let decoder: SettingsDecoder

    var codingPath: [any CodingKey] { decoder.codingPath }

    func decodeNil() -> Bool {
        if case .nothing = decoder.node.content { true } else { false }
    }

    /// Any single value is text as it was typed: a revision may be called `1000`.
    func decode(_ type: String.Type) throws -> String {
        guard case .scalar(let text, _) = decoder.node.content else { throw decoder.mismatch("text") }
        return text
    }

    func decode(_ type: Bool.Type) throws -> Bool {
        try plain("true or false") { text in
            switch text {
            case "true", "True", "TRUE": true
            case "false", "False", "FALSE": false
            default: nil
            }
        }
    }

    func decode(_ type: Double.Type) throws -> Double {
        try plain("a number") { Double($0).flatMap { $0.isFinite ? $0 : nil } }
    }

    func decode(_ type: Float.Type) throws -> Float {
        try plain("a number") { Float($0).flatMap { $0.isFinite ? $0 : nil } }
    }

    func decode(_ type: Int.Type) throws -> Int { try integer() }
    func decode(_ type: Int8.Type) throws -> Int8 { try integer() }
    func decode(_ type: Int16.Type) throws -> Int16 { try integer() }
    func decode(_ type: Int32.Type) throws -> Int32 { try integer() }
    func decode(_ type: Int64.Type) throws -> Int64 { try integer() }
    func decode(_ type: UInt.Type) throws -> UInt { try integer() }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try integer() }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try integer() }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try integer() }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try integer() }

    func decode<T: Decodable>(_ type: T.Type) throws -> T { try decoder.read(type) }

    private func integer<Value: FixedWidthInteger>() throws -> Value {
        let isNarrow = Value.bitWidth < 64 || !Value.isSigned
        return try plain(isNarrow ? "an integer between \(Value.min) and \(Value.max)" : "an integer") { Value($0) }
    }

    private func plain<Value>(_ expected: String, _ read: (String) -> Value?) throws -> Value {
        guard case .scalar(let text, isQuoted: false) = decoder.node.content, let value = read(text) else {
            throw decoder.mismatch(expected)
        }
        return value
    }
}
