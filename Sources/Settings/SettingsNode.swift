/// A settings value that knows where it was written. Files, options and defaults all become such trees, which are merged
/// before anything is decoded.
package struct SettingsNode: Sendable {
    enum Content: Sendable {
        /// No value: `~`, `null`, or nothing after the colon.
        case nothing
        /// One value. What is quoted is text; what is not becomes what the setting's type reads in it.
        case scalar(String, isQuoted: Bool)
        case list([SettingsNode])
        case section([(key: String, value: SettingsNode)])
    }

    var content: Content
    package var origin: SettingsOrigin

    /// This tree with `other` laid over it: sections are merged key by key, everything else is replaced.
    func merged(with other: SettingsNode) -> SettingsNode {
        guard case .section(var members) = content, case .section(let others) = other.content else { return other }
        for (key, value) in others {
            if let index = members.firstIndex(where: { $0.key == key }) {
                members[index].value = members[index].value.merged(with: value)
            } else {
                members.append((key, value))
            }
        }
        return SettingsNode(content: .section(members), origin: origin)
    }

    /// For messages: what stands where something else was expected.
    package var found: String {
        switch content {
        case .nothing: "nothing"
        case .scalar(let text, let isQuoted): isQuoted ? "the text \"\(text)\"" : "'\(text)'"
        case .list: "a list"
        case .section: "a section"
        }
    }
}

extension SettingsNode {
    /// The value of a key; `nil` when there is none, or nothing after the colon.
    package func member(_ key: String) -> SettingsNode? {
        guard case .section(let members) = content, let node = members.last(where: { $0.key == key })?.value else {
            return nil
        }
        if case .nothing = node.content { return nil }
        return node
    }

    package func required(_ key: String) throws(SettingsError) -> SettingsNode {
        guard let node = member(key) else { throw SettingsError(origin, "'\(key)' is missing") }
        return node
    }

    /// A single value as it was typed.
    package var text: String? { if case .scalar(let text, _) = content { text } else { nil } }

    package func word() throws(SettingsError) -> String {
        guard let text else { throw SettingsError(origin, "expected a single value, found \(found)") }
        return text
    }

    package func number() throws(SettingsError) -> Double {
        guard let text, let value = Double(text.replacing("_", with: "")), value.isFinite else {
            throw SettingsError(origin, "expected a number, found \(found)")
        }
        return value
    }

    /// A whole number, also written as 5e12 or 739_328.
    package func integer(_ shown: String? = nil) throws(SettingsError) -> Int {
        let digits = (shown ?? text)?.replacing("_", with: "")
        if let digits, let value = Int(digits) ?? Double(digits).flatMap({ Int(exactly: $0) }),
            (0...(1 << 60)).contains(value)
        {
            return value
        }
        throw SettingsError(origin, "expected a whole number, found \(found)")
    }

    package func numbers() throws(SettingsError) -> [Double] {
        guard case .list(let elements) = content else {
            throw SettingsError(origin, "expected a list of numbers, found \(found)")
        }
        var numbers: [Double] = []
        for element in elements { numbers.append(try element.number()) }
        return numbers
    }
}
