import Base
import Checkpoints
import Foundation
import LanguageModels
import Reports
import Tensors

extension AuditedSeries {
    /// Configs against each other, tensors against the config, or, without one, against what most checkpoints have.
    var structureFindings: [AuditFinding] {
        let odd = otherArchitectures
        return odd.findings + computationFindings(without: odd.places)
            + checkpoints.indices.flatMap { structure(of: $0) + elementTypes($0) }
    }

    /// Checkpoints whose configs describe another architecture than most do, the first ones where as many do: one finding.
    private var otherArchitectures: (findings: [AuditFinding], places: Set<Int>) {
        let known = checkpoints.indices.compactMap { place -> (place: Int, value: Architecture)? in
            if case .success(let own) = architectures[place] { (place, own) } else { nil }
        }
        let groups = AuditedSeries.groups(known)
        guard groups.count > 1, let usual = groups.first else { return ([], []) }
        let others = groups.dropFirst().flatMap(\.places).sorted()
        let first = others[0]
        let evidence =
            others.count == 1
            ? "its config describes \(text(groups[1].value)), that of \(checkpoints[usual.places[0]].label) "
                + text(usual.value)
            : "the configs describe \(groups.count) architectures: "
                + groups.map { "\(text($0.value)) (\(listed($0.places)))" }.joined(separator: "; ")
        return ([finding(.configDiffers, first, other: usual.places[0], evidence)], Set(others))
    }

    /// Equal values together, in the order of their first places; those that most have come first.
    private static func groups<Value: Equatable>(
        _ values: [(place: Int, value: Value)]
    ) -> [(value: Value, places: [Int])] {
        var groups: [(value: Value, places: [Int])] = []
        for (place, value) in values {
            if let known = groups.firstIndex(where: { $0.value == value }) {
                groups[known].places.append(place)
            } else {
                groups.append((value, [place]))
            }
        }
        return groups.enumerated().sorted {
            ($1.element.places.count, $0.offset) < ($0.element.places.count, $1.offset)
        }
        .map(\.element)
    }

    /// Labels of some checkpoints, at most three.
    func listed(_ places: [Int]) -> String {
        places.prefix(3).map { checkpoints[$0].label }.joined(separator: ", ")
            + (places.count > 3 ? " and \(places.count - 3) more" : "")
    }

    private func structure(of place: Int) -> [AuditFinding] {
        switch architectures[place] {
        case .failure(let error) where !error.isUnknown: return [finding(.badConfig, place, error.description)]
        case .success(let architecture):
            return compare(
                place, architecture.tensors.map { ($0.name, $0.shape) }, source: "its config",
                head: architecture.isTied ? architecture.headName : nil)
        default:
            // A series of two has no majority; of checkpoints with the same tensors, the first tells.
            let alike = checkpoints.indices.filter { isLikeBuilt($0, place) }
            guard checkpoints.count > 2, alike.first == place else { return strangerFinding(place) }
            return strangerFinding(place)
                + compare(
                    place, common.map { ($0.name, $0.shape) }, source: "most of the others", head: nil,
                    note: alike.count > 1 ? "; the same in \(listed(Array(alike.dropFirst())))" : "")
        }
    }

    /// Whether two checkpoints without a config of a known architecture have the same weights.
    private func isLikeBuilt(_ a: Int, _ b: Int) -> Bool {
        func forms(_ place: Int) -> [CommonTensor] {
            guard case .success = architectures[place] else {
                return checkpoints[place].tensors.indices.filter { checkpoints[place].notWeights[$0] == nil }.map {
                    CommonTensor(
                        name: checkpoints[place].tensors[$0].name, shape: checkpoints[place].tensors[$0].shape,
                        places: [])
                }
            }
            return []
        }
        return a == b || !forms(a).isEmpty && forms(a) == forms(b)
    }

    /// Configs that come to something else than those of most checkpoints, the first ones where as many do: a finding for
    /// all that come to the same.
    private func computationFindings(without told: Set<Int>) -> [AuditFinding] {
        let known = checkpoints.indices.compactMap { place -> (place: Int, value: ConfigMeaning)? in
            guard !told.contains(place), let config = checkpoints[place].contents.config else { return nil }
            // What leaves sizes open is told as bad.
            if case .failure(let error) = architectures[place], !error.isUnknown { return nil }
            return ConfigMeaning(config: config).map { (place, $0) }
        }
        let groups = AuditedSeries.groups(known)
        guard let usual = groups.first else { return [] }
        return groups.dropFirst().map { group in
            let (own, common) = (group.value.values, usual.value.values)
            let keys = Set(own.keys).union(common.keys).filter { own[$0] != common[$0] }.sorted()
            func text(_ values: [String: String]) -> String {
                keys.map { "\($0) \(values[$0] ?? "none")" }.joined(separator: ", ")
            }
            let others = group.places.count > 1 ? " (as those of \(listed(Array(group.places.dropFirst()))))" : ""
            return finding(
                .configDiffers, group.places[0], other: usual.places[0],
                "its config\(others) comes to \(text(own)), that of \(checkpoints[usual.places[0]].label) to \(text(common))"
            )
        }
    }

    /// No config, or one of an unknown architecture, among checkpoints that have known ones.
    private func strangerFinding(_ place: Int) -> [AuditFinding] {
        let known = architectures.indices.filter { if case .success = architectures[$0] { true } else { false } }
        guard let other = known.first, 2 * known.count > checkpoints.count else { return [] }
        var problem = "it carries no config"
        if case .failure(let error) = architectures[place] { problem = error.description }
        return [
            finding(
                .configDiffers, place, other: other,
                "\(problem); \(known.count) of \(checkpoints.count) checkpoints have one that tells their tensors")
        ]
    }

    func text(_ architecture: Architecture) -> String {
        "\(architecture.family.rawValue) of \(architecture.layerCount) layers, hidden size \(architecture.hiddenSize), "
            + "\(architecture.parameterCount) parameters"
    }

    /// - Parameters:
    ///   - head: name of a tied head, which a file may have or not.
    ///   - note: ends what is said of each kind of tensors.
    private func compare(
        _ place: Int, _ expected: [(name: String, shape: [Int])], source: String, head: String?, note: String = ""
    ) -> [AuditFinding] {
        let tensors = checkpoints[place].tensors
        let shapes = Dictionary(tensors.map { ($0.name, $0.shape) }, uniquingKeysWith: { first, _ in first })
        let names = Set(expected.map(\.name))
        let missing = expected.filter { shapes[$0.name] == nil }
        let differing = expected.filter { name, shape in shapes[name].map { $0 != shape } ?? false }
        let extra = zip(tensors, checkpoints[place].notWeights)
            .filter { !names.contains($0.name) && $0.name != head && $1 == nil }.map(\.0)
        let kinds = tensorPatterns(missing.map(\.name) + differing.map(\.name) + extra.map(\.name))
        guard kinds.count <= AuditedSeries.listedKinds else {
            func part(_ names: [String], _ what: String) -> String {
                "\(names.count) \(what)" + (names.first.map { " (first '\($0)')" } ?? "")
            }
            let weights = expected.reduce(0) { $0 + $1.shape.reduce(1, *) }
            let found = tensors.reduce(0) { $0 + ($1.elementType.hasStatistics ? $1.elementCount : 0) }
            return [
                finding(
                    .architectureDiffers, place, count: missing.count + differing.count + extra.count,
                    "by \(source) it has \(expected.count) tensors with \(weights) weights, found are \(tensors.count) with "
                        + "\(found): \(part(missing.map(\.name), "missing")), "
                        + "\(part(differing.map(\.name), "of another shape")), \(part(extra.map(\.name), "more"))\(note)"
                )
            ]
        }
        return findings(.missingTensor, place, missing.map { ($0.name, "expected by \(source), not there\(note)") })
            + findings(
                .shapeDiffers, place,
                differing.map { name, shape in
                    (name, "\(shapeText(shapes[name] ?? [])) instead of \(shapeText(shape)), by \(source)\(note)")
                })
            + findings(.extraTensor, place, extra.map { ($0.name, "not expected by \(source)\(note)") })
    }

    /// Kinds of tensors (blocks taken together) that are listed one by one; beyond, it is another model.
    private static let listedKinds = 4

    /// Tensors stored in another type than in most of the other checkpoints.
    private func elementTypes(_ place: Int) -> [AuditFinding] {
        let infos = Dictionary(
            checkpoints[place].tensors.map { ($0.name, $0.elementType) }, uniquingKeysWith: { first, _ in first })
        var differing: [(name: String, usual: ElementType, found: ElementType)] = []
        for tensor in common {
            guard let own = infos[tensor.name] else { continue }
            let types = checkpoints.indices.compactMap { other in
                tensor.places[other].map { checkpoints[other].tensors[$0].elementType }
            }
            let counts = Dictionary(types.map { ($0, 1) }, uniquingKeysWith: +)
            guard let usual = counts.max(by: { $0.value < $1.value }), 2 * usual.value > types.count, usual.key != own
            else { continue }
            differing.append((tensor.name, usual.key, own))
        }
        guard let first = differing.first else { return [] }
        let all = differing.count == common.count
        if all, differing.allSatisfy({ $0.found == first.found && $0.usual == first.usual }) {
            return [
                finding(
                    .elementTypeDiffers, place, count: differing.count,
                    "all \(differing.count) tensors are \(first.found.rawValue), in most of the others \(first.usual.rawValue)"
                )
            ]
        }
        return findings(
            .elementTypeDiffers, place,
            differing.map { ($0.name, "\($0.found.rawValue), in most of the others \($0.usual.rawValue)") })
    }
}
