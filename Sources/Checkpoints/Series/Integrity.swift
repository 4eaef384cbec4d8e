import HDF5
import Tensors

/// What a reading found that casts doubt on a checkpoint.
package struct IntegrityFinding: Sendable, Equatable {
    /// The kinds of findings.
    package enum Kind: String, Sendable {
        /// Two revisions hold the same tensors, bit for bit.
        case identicalCheckpoints = "identical_checkpoints"
        /// Some tensors of one revision stand in another, bit for bit.
        case identicalTensors = "identical_tensors"
        /// A tensor holds NaN or infinity.
        case nonFinite = "non_finite"
    }

    /// What was found.
    package let kind: Kind
    /// Label of the checkpoint.
    package let checkpoint: String
    /// Label of the other checkpoint of an identity.
    package let other: String?
    /// The tensor; of identical tensors, the first.
    package let tensor: String?
    /// How many tensors it concerns.
    package let tensorCount: Int
    /// How many elements: those of the identical tensors, or those that are not finite.
    package let elementCount: Int
    /// Row-major index of the first element that is not finite.
    package let firstIndex: Int?

    /// One line for a person.
    package var message: String {
        switch kind {
        case .identicalCheckpoints:
            "\(checkpoint) and \(other ?? "") hold the same \(tensorCount) tensors, bit for bit: one of them is mislabelled or a copy"
        case .identicalTensors:
            "\(tensorCount) tensor\(tensorCount == 1 ? "" : "s") of \(checkpoint) (first '\(tensor ?? "")') "
                + "stand\(tensorCount == 1 ? "s" : "") bit for bit in \(other ?? "")"
        case .nonFinite:
            "\(checkpoint): '\(tensor ?? "")' holds \(elementCount) NaN or infinite element\(elementCount == 1 ? "" : "s"), "
                + "the first at index \(firstIndex ?? 0); its statistics are left empty"
        }
    }
}

/// The findings over a set of checkpoints, from the content of their tensors.
package struct Integrity: Sendable {
    /// Non-finite tensors in the checkpoints' order, then identities by pair.
    package let findings: [IntegrityFinding]

    /// Examines checkpoints: `contents[c][t]` is the content of tensor t of checkpoint c, `nil` where it was not read.
    ///
    /// Identical tensors are told by fingerprint, element type and count, whatever their names. Tensors of a single
    /// magnitude (gains that are still ones, biases that are zeros) are expected to be alike and not reported as parts.
    package init(_ checkpoints: [Checkpoint], contents: [[TensorContent?]]) {
        var findings: [IntegrityFinding] = []
        var owners: [Payload: [Int]] = [:]
        for (place, checkpoint) in checkpoints.enumerated() {
            for (tensor, content) in zip(checkpoint.tensors, contents[place]) {
                guard let content else { continue }
                if content.sums.nonFiniteCount > 0 {
                    findings.append(
                        IntegrityFinding(
                            kind: .nonFinite, checkpoint: checkpoint.label, other: nil, tensor: tensor.name,
                            tensorCount: 1, elementCount: content.sums.nonFiniteCount,
                            firstIndex: content.sums.firstNonFinite))
                }
                if let payload = Payload(tensor, content), owners[payload]?.last != place {
                    owners[payload, default: []].append(place)
                }
            }
        }
        var pairs: Set<[Int]> = []
        for places in owners.values where places.count > 1 {
            for (offset, a) in places.enumerated() { for b in places[(offset + 1)...] { pairs.insert([a, b]) } }
        }
        for pair in pairs.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
            findings += Integrity.identity(pair[0], pair[1], checkpoints, contents)
        }
        self.findings = findings
    }

    private struct Payload: Hashable {
        let fingerprint: Fingerprint
        let type: ElementType
        let count: Int

        init?(_ tensor: TensorInfo, _ content: TensorContent) {
            guard let fingerprint = content.fingerprint, tensor.elementCount > 0 else { return nil }
            self.fingerprint = fingerprint
            type = tensor.elementType
            count = tensor.elementCount
        }
    }

    private struct Named {
        let name: String
        let payload: Payload
        /// Whether it is unlikely to recur by chance.
        let telling: Bool

        init?(_ tensor: TensorInfo, _ content: TensorContent) {
            guard let payload = Payload(tensor, content) else { return nil }
            name = tensor.name
            self.payload = payload
            telling = tensor.elementCount > 1 && !content.hasOneMagnitude
        }
    }

    private static func identity(
        _ a: Int, _ b: Int, _ checkpoints: [Checkpoint], _ contents: [[TensorContent?]]
    ) -> [IntegrityFinding] {
        func payloads(_ place: Int) -> [Named] {
            zip(checkpoints[place].tensors, contents[place]).compactMap { tensor, content in
                content.flatMap { Named(tensor, $0) }
            }
        }
        let (left, right) = (payloads(a), payloads(b))
        let isWhole =
            // Of a selection, nobody knows whether the rest is the same.
            ![a, b].contains { checkpoints[$0].tensors.contains(where: \.isDeselected) }
            && left.count == right.count && left.contains { $0.telling }
            && zip(left, right).allSatisfy { $0.name == $1.name && $0.payload == $1.payload }
        let others = Set(right.map(\.payload))
        let shared = isWhole ? left : left.filter { $0.telling && others.contains($0.payload) }
        guard !shared.isEmpty else { return [] }
        return [
            IntegrityFinding(
                kind: isWhole ? .identicalCheckpoints : .identicalTensors, checkpoint: checkpoints[a].label,
                other: checkpoints[b].label, tensor: isWhole ? nil : shared[0].name, tensorCount: shared.count,
                elementCount: shared.reduce(0) { $0 + $1.payload.count }, firstIndex: nil)
        ]
    }
}

extension CheckpointContents {
    /// The whole checkpoint's fingerprint: of the names, types, shapes and fingerprints of all tensors read, in order.
    /// `nil` when a tensor has none.
    package func fingerprint(_ contents: [TensorContent?]) -> Fingerprint? {
        var text = ""
        for (tensor, content) in zip(tensors, contents) where tensor.elementType.hasStatistics {
            guard let fingerprint = content?.fingerprint else { return nil }
            text += "\(tensor.name) \(tensor.elementType.rawValue) \(tensor.shape) \(fingerprint)\n"
        }
        return Fingerprint(of: text)
    }
}
