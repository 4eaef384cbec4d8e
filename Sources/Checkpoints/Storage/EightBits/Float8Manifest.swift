import Base
import Foundation
import Tensors

extension CheckpointManifest {
    /// What names of a weight's scale end with, after the weight's own, or in place of its last part. All of them
    /// multiply: `weight_scale_inv` of DeepSeek-V3 is the inverse of what weights were multiplied by on writing
    /// (`weight_dequant` in its `inference/kernel.py`), `weight_scale` of compressed-tensors, FBGEMM and ModelOpt is what
    /// they are multiplied by on reading, `scale_weight` and a sibling `scale` are so called by other programs.
    private static let scaleEndings = ["_scale_inv", "_scale"]
    private static let scaleSiblings = ["scale_weight", "scale"]

    /// The same with 8-bit floats read as float32, times their scale where they have one. One whose scale fits no blocks of
    /// it is left out, and said so: its values are not known.
    func withFloat8() -> CheckpointManifest {
        var manifest = self
        let stored = tensors.map { $0.origin?.name ?? $0.name }
        let places = Dictionary(
            stored.enumerated().filter { tensors[$0.offset].origin?.rows == nil }.map { ($1, $0) },
            uniquingKeysWith: { first, _ in first })
        var unfit: Set<Int> = []
        let lost = Set(leftOut.map(\.name))
        let block = CheckpointManifest.blockSize(config)
        for (index, info) in tensors.enumerated() {
            let place = CheckpointManifest.scaleNames(of: stored[index]).lazy.compactMap { places[$0] }.first
            guard info.elementType.isQuantised, let format = Float8(info.elementType) else {
                // The scale of integers is no weight either.
                if let place, info.elementType.isQuantised, tensors[place].elementType.hasStatistics {
                    manifest.tensors[place].notWeight = .scale
                }
                continue
            }
            // A scale of a type that is not read, such as E8M0: without it the values are not known.
            guard place != nil || !CheckpointManifest.scaleNames(of: stored[index]).contains(where: lost.contains)
            else {
                unfit.insert(index)
                continue
            }
            guard let place, place != index else {
                manifest.storage[index] = .float8(Float8Elements(format: format, scale: nil), of: storage[index])
                continue
            }
            let scale = tensors[place]
            manifest.tensors[place].notWeight = .scale
            let whole = wholeShape(of: index)
            guard let type = info.elementType.scaled, scale.elementType.hasStatistics, !scale.elementType.isFloat8,
                let spread = ElementScale(stored[place], shape: scale.shape, of: whole, stated: block)
            else {
                unfit.insert(index)
                continue
            }
            manifest.tensors[index].elementType = type
            manifest.tensors[index].scale = spread
            var blocks: Blocks?
            if case .view(let part, _) = storage[index] { blocks = part }
            let elements = Float8Elements(
                format: format, scale: .init(tensor: place, spread: spread, shape: whole, blocks: blocks))
            manifest.storage[index] = .float8(elements, of: storage[index])
        }
        return unfit.isEmpty ? manifest : manifest.without(unfit, places, stored)
    }

    private static func scaleNames(of name: String) -> [String] {
        let folder = name.hasSuffix(".weight") ? String(name.dropLast("weight".count)) : nil
        return scaleEndings.map { name + $0 } + scaleSiblings.compactMap { sibling in folder.map { $0 + sibling } }
    }

    /// Extents of the stored tensor that one is a part of.
    private func wholeShape(of index: Int) -> [Int] {
        guard let rows = tensors[index].origin?.rows, case .view(_, let whole) = storage[index] else {
            return tensors[index].shape
        }
        var count = 0
        if case .extents(let extents, _) = whole { count = extents.reduce(0) { $0 + $1.byteCount } }
        let width = tensors[index].shape.dropFirst().reduce(1, *)
        return [max(count / max(width, 1), rows.total)] + tensors[index].shape.dropFirst()
    }

    /// `quantization_config.weight_block_size` of a config, or of the one below `text_config`.
    private static func blockSize(_ config: String?) -> [Int]? {
        guard let config, let read = try? JSONDecoder().decode(JSON.self, from: Data(config.utf8)) else { return nil }
        let told = (read["quantization_config"] ?? read["text_config"]?["quantization_config"])?["weight_block_size"]
        guard case .array(let sizes)? = told else { return nil }
        return sizes.compactMap { if case .integer(let size) = $0 { size } else { nil } }
    }

    /// The same without these tensors, which are told as left out.
    private func without(_ unfit: Set<Int>, _ places: [String: Int], _ stored: [String]) -> CheckpointManifest {
        var manifest = self
        // Scales refer to tensors by their places: those that stay move up.
        let kept = tensors.indices.filter { !unfit.contains($0) }
        let moved = Dictionary(uniqueKeysWithValues: kept.enumerated().map { ($1, $0) })
        manifest.tensors = kept.map { tensors[$0] }
        manifest.storage = kept.map { index in
            guard case .float8(let elements, let inner) = storage[index], let scale = elements.scale else {
                return storage[index]
            }
            return .float8(
                Float8Elements(
                    format: elements.format,
                    scale: .init(
                        tensor: moved[scale.tensor] ?? 0, spread: scale.spread, shape: scale.shape,
                        blocks: scale.blocks)), of: inner)
        }
        for index in unfit.sorted() {
            let lost = Set(leftOut.map(\.name))
            let names = CheckpointManifest.scaleNames(of: stored[index])
            let name = names.first { places[$0] != nil } ?? names.first(where: lost.contains) ?? ""
            let scale = places[name].map { tensors[$0] }
            let info = tensors[index]
            manifest.leftOut.append(
                LeftOut(
                    name: info.name,
                    reason: "\(info.elementType.rawValue) \(info.shape), whose scale '\(name)' is "
                        + "\(scale.map { "\($0.elementType.rawValue) \($0.shape) and fits no blocks of it" } ?? "of a type that is not read")",
                    elementCount: info.elementCount))
        }
        manifest.leftOut.sort { $0.name < $1.name }
        return manifest
    }
}

extension ElementType {
    /// Whether weights are kept in it only together with a scale, or may be.
    fileprivate var isQuantised: Bool {
        switch self {
        case .float8e4m3, .float8e5m2, .int8, .uint8, .int32, .uint32: true
        default: false
        }
    }
}
