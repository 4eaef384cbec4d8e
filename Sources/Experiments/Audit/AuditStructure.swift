import Base
import Checkpoints
import Foundation
import LanguageModels
import Reports
import Tensors

extension AuditedSeries {
    /// Configs against each other, tensors against the config, or, without one, against what most checkpoints have.
    var structureFindings: [AuditFinding] { checkpoints.indices.flatMap { structure(of: $0) } }

    private func structure(of place: Int) -> [AuditFinding] {
        var findings: [AuditFinding] = []
        switch architectures[place] {
        case .failure(let error) where !error.isUnknown: findings.append(finding(.badConfig, place, error.description))
        case .success(let architecture):
            let differs = configFinding(place, architecture)
            findings += differs.isEmpty ? computationFinding(place) : differs
            findings += compare(
                place, architecture.tensors.map { ($0.name, $0.shape) }, source: "its config",
                head: architecture.isTied ? architecture.headName : nil)
        default:
            findings += strangerFinding(place)
            // A series of two has no majority.
            if checkpoints.count > 2 {
                findings += compare(
                    place, common.map { ($0.name, $0.shape) }, source: "most of the others", head: nil)
            }
        }
        return findings + elementTypes(place)
    }

    /// Settings of the config that change what the model computes and leave its tensors' shapes alone.
    private static let computationKeys = [
        "model_type", "hidden_act", "rms_norm_eps", "layer_norm_eps", "layer_norm_epsilon", "rope_theta",
        "rotary_emb_base", "rotary_pct", "rope_scaling", "sliding_window", "use_parallel_residual", "clip_qkv",
    ]

    /// Settings that most checkpoints state otherwise.
    private func computationFinding(_ place: Int) -> [AuditFinding] {
        let stated: [[String: String]] = checkpoints.map { checkpoint in
            guard let text = checkpoint.contents.config,
                let config = try? ModelConfig(text)
            else { return [:] }
            return Dictionary(
                uniqueKeysWithValues: AuditedSeries.computationKeys.compactMap { key in
                    config.stated(key).map { (key, $0.sorted.compact) }
                })
        }
        return AuditedSeries.computationKeys.compactMap { key -> AuditFinding? in
            guard let own = stated[place][key] else { return nil }
            let others = stated.indices.filter { stated[$0][key] != nil && stated[$0][key] != own }
            guard let other = others.first, let usual = stated[other][key],
                2 * stated.count(where: { $0[key] == usual }) > stated.count(where: { $0[key] != nil })
            else { return nil }
            return finding(
                .configDiffers, place, other: other,
                "its config says \(key) \(own), that of \(checkpoints[other].label) \(usual)")
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

    /// A config unlike the one that most checkpoints have.
    private func configFinding(_ place: Int, _ own: Architecture) -> [AuditFinding] {
        let all = checkpoints.indices.compactMap { place in
            if case .success(let architecture) = architectures[place] { (place, architecture) } else { nil }
        }
        let like = all.count { $0.1 == own }
        guard 2 * like < all.count, let (other, usual) = all.first(where: { $0.1 != own }) else { return [] }
        return [
            finding(
                .configDiffers, place, other: other,
                "its config describes \(text(own)), that of \(checkpoints[other].label) \(text(usual))")
        ]
    }

    func text(_ architecture: Architecture) -> String {
        "\(architecture.family.rawValue) of \(architecture.layerCount) layers, hidden size \(architecture.hiddenSize), "
            + "\(architecture.parameterCount) parameters"
    }

    /// - Parameter head: name of a tied head, which a file may have or not.
    private func compare(
        _ place: Int, _ expected: [(name: String, shape: [Int])], source: String, head: String?
    ) -> [AuditFinding] {
        let tensors = checkpoints[place].tensors
        let shapes = Dictionary(tensors.map { ($0.name, $0.shape) }, uniquingKeysWith: { first, _ in first })
        let names = Set(expected.map(\.name))
        let missing = expected.filter { shapes[$0.name] == nil }
        let differing = expected.filter { name, shape in shapes[name].map { $0 != shape } ?? false }
        let extra = tensors.filter { !names.contains($0.name) && $0.name != head && !Architecture.isBuffer($0.name) }
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
                        + "\(part(differing.map(\.name), "of another shape")), \(part(extra.map(\.name), "more"))")
            ]
        }
        return findings(.missingTensor, place, missing.map { ($0.name, "expected by \(source), not there") })
            + findings(
                .shapeDiffers, place,
                differing.map { name, shape in
                    (name, "\(shapeText(shapes[name] ?? [])) instead of \(shapeText(shape)), by \(source)")
                })
            + findings(.extraTensor, place, extra.map { ($0.name, "not expected by \(source)") })
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
