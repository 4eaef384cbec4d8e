import Yams

/// Reads one YAML document; `origin` gives a line its place.
///
/// Values are kept as they are typed: the type of the setting decides what `1e-5` or `no` is, not YAML's own rules.
package func parseYAML(_ text: String, origin: (_ line: Int?) -> SettingsOrigin) throws(SettingsError) -> SettingsNode {
    guard text.utf8.count(where: separators.contains) <= 2 * mostYAMLNodes else {
        throw SettingsError(origin(nil), "it holds more than \(mostYAMLNodes) values")
    }
    let root: Node?
    do {
        root = try Yams.compose(yaml: text)
    } catch let error as YamlError {
        let (problem, line) = explain(error)
        throw SettingsError(origin(line), "not valid YAML: \(problem)")
    } catch {
        throw SettingsError(origin(nil), "not valid YAML: \(error)")
    }
    guard let root else { return SettingsNode(content: .nothing, origin: origin(nil)) }
    var room = mostYAMLNodes
    return try convert(root, origin, &room)
}

/// Aliases let a few lines stand for billions of values.
private let mostYAMLNodes = 200_000
/// One of these stands between two values, or a value and its name: what parsing makes of a value takes hundreds of bytes, so
/// they are counted before.
private let separators = Set(",:\n[]{}".utf8)

private func convert(
    _ node: Node, _ origin: (_ line: Int?) -> SettingsOrigin, _ room: inout Int
) throws(SettingsError) -> SettingsNode {
    let place = origin(node.mark?.line)
    room -= 1
    guard room >= 0 else {
        throw SettingsError(place, "it holds more than \(mostYAMLNodes) values, aliases written out")
    }
    switch node {
    case .scalar(let scalar):
        let isPlain = scalar.style == .plain || scalar.style == .any
        if isPlain, ["", "~", "null", "Null", "NULL"].contains(scalar.string) {
            return SettingsNode(content: .nothing, origin: place)
        }
        return SettingsNode(content: .scalar(scalar.string, isQuoted: !isPlain), origin: place)
    case .sequence(let sequence):
        var elements: [SettingsNode] = []
        for element in sequence { elements.append(try convert(element, origin, &room)) }
        return SettingsNode(content: .list(elements), origin: place)
    case .mapping(let mapping):
        var members: [(key: String, value: SettingsNode)] = []
        for (key, value) in mapping {
            guard let name = key.scalar?.string else {
                throw SettingsError(origin(key.mark?.line), "the name of a setting is a word, not a list or a section")
            }
            // A section starts on the line after its name; the line of the name is the one to look at.
            var member = try convert(value, origin, &room)
            member.origin = origin(key.mark?.line)
            members.append((name, member))
        }
        return SettingsNode(content: .section(members), origin: place)
    case .alias:
        // Parsing resolves aliases; only trees built by hand contain them.
        preconditionFailure("an alias in a parsed document")
    }
}

private func explain(_ error: YamlError) -> (problem: String, line: Int?) {
    switch error {
    case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
        .composer(let context, let problem, let mark, _):
        ((context.map { "\($0.text), " } ?? "") + problem, mark.line)
    case .duplicatedKeysInMapping(let duplicates, let context):
        ("'\(duplicates.joined(separator: "', '"))' is set twice", context.mark.line)
    case .reader(let problem, _, _, _):
        (problem, nil)
    default:
        ("\(error)", nil)
    }
}
