/// A settings value that knows where it was written. Files, options and defaults all become such trees, which are merged
/// before anything is decoded.
struct SettingsNode: Sendable {
    enum Content: Sendable {
        /// No value: `~`, `null`, or nothing after the colon.
        case nothing
        /// One value. What is quoted is text; what is not becomes what the setting's type reads in it.
        case scalar(String, isQuoted: Bool)
        case list([SettingsNode])
        case section([(key: String, value: SettingsNode)])
    }

    var content: Content
    var origin: SettingsOrigin

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
    var found: String {
        switch content {
        case .nothing: "nothing"
        case .scalar(let text, let isQuoted): isQuoted ? "the text \"\(text)\"" : "'\(text)'"
        case .list: "a list"
        case .section: "a section"
        }
    }
}
