/// Names that differ in nothing but the index of their block, as one: `model.layers.{0-3,7}.mlp.up_proj.weight`.
func tensorPatterns(_ names: [String]) -> [(pattern: String, names: [String])] {
    var order: [String] = []
    var groups: [String: [(layer: Int?, name: String)]] = [:]
    for name in names {
        let (key, layer) = blockPattern(name)
        if groups[key] == nil { order.append(key) }
        groups[key, default: []].append((layer, name))
    }
    return order.map { key in
        let members = groups[key] ?? []
        guard members.count > 1 else { return (members.first?.name ?? key, members.map(\.name)) }
        return (key.replacing("*", with: "{\(ranges(members.compactMap(\.layer)))}"), members.map(\.name))
    }
}

/// A name with `*` for the index of its block, and that index.
func blockPattern(_ name: String) -> (key: String, layer: Int?) {
    guard !name.contains("*") else { return (name, nil) }
    var components = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    for place in components.indices.dropFirst() where ["layers", "h", "blocks"].contains(components[place - 1]) {
        guard let layer = Int(components[place]), layer >= 0 else { continue }
        components[place] = "*"
        return (components.joined(separator: "."), layer)
    }
    return (name, nil)
}

private func ranges(_ numbers: [Int]) -> String {
    var parts: [ClosedRange<Int>] = []
    for number in numbers.sorted() {
        if let last = parts.last, last.upperBound + 1 >= number {
            parts[parts.count - 1] = last.lowerBound...max(last.upperBound, number)
        } else {
            parts.append(number...number)
        }
    }
    return parts.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }.joined(separator: ",")
}
