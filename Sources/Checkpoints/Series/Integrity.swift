import Foundation
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
        /// Two revisions hold the same values in other bits: in other types, or with other signs of zeros.
        case identicalValues = "identical_values"
        /// A tensor holds NaN or infinity.
        case nonFinite = "non_finite"
    }

    /// What was found.
    package let kind: Kind
    /// Label of the checkpoint.
    package let checkpoint: String
    /// Label of the other checkpoint of an identity; of several, all of them, with commas.
    package let other: String?
    /// The tensor; of identical tensors, the first.
    package let tensor: String?
    /// How many tensors it concerns.
    package let tensorCount: Int
    /// How many elements: those of the identical tensors, or those that are not finite.
    package let elementCount: Int
    /// Row-major index of the first element that is not finite.
    package let firstIndex: Int?
    /// How many checkpoints share them.
    package var checkpointCount = 1

    /// Labels of the others, at most four.
    private var fewOthers: String {
        let labels = (other ?? "").components(separatedBy: ", ")
        guard labels.count > 5 else { return other ?? "" }
        return labels.prefix(4).joined(separator: ", ") + " and \(labels.count - 4) more"
    }

    /// Two checkpoints with the same values in other bits.
    package static func equalValues(_ checkpoint: String, _ other: String, tensors: Int, elements: Int)
        -> IntegrityFinding
    {
        IntegrityFinding(
            kind: .identicalValues, checkpoint: checkpoint, other: other, tensor: nil, tensorCount: tensors,
            elementCount: elements, firstIndex: nil)
    }

    /// One line for a person.
    package var message: String {
        switch kind {
        case .identicalCheckpoints where checkpointCount > 2:
            "\(checkpointCount) checkpoints hold the same weights, \(tensorCount) tensor\(tensorCount == 1 ? "" : "s") bit for bit: \(checkpoint), "
                + "\(fewOthers); all but one of them are mislabelled or copies"
        case .identicalCheckpoints:
            "\(checkpoint) and \(other ?? "") hold the same \(tensorCount) tensors, bit for bit: one of them is mislabelled or a copy"
        case .identicalTensors:
            "\(tensorCount) tensor\(tensorCount == 1 ? "" : "s") of \(checkpoint) (first '\(tensor ?? "")') "
                + "stand\(tensorCount == 1 ? "s" : "") bit for bit in \(fewOthers)"
        case .identicalValues:
            "\(checkpoint) and \(other ?? "") hold equal values in all \(tensorCount) tensors, if not the same bits: one of "
                + "them is a copy, in other types or with other signs of zeros"
        case .nonFinite:
            "\(checkpoint): '\(tensor ?? "")' holds \(elementCount) NaN or infinite element\(elementCount == 1 ? "" : "s"), "
                + "the first at index \(firstIndex ?? 0); its statistics are left empty"
        }
    }
}

/// The findings over a set of checkpoints, from the content of their tensors.
package struct Integrity: Sendable {
    /// Non-finite tensors in the checkpoints' order, then identities, each for all that share it.
    package private(set) var findings: [IntegrityFinding]

    /// Adds what differences of checkpoints told.
    package mutating func add(_ more: [IntegrityFinding]) { findings += more }

    /// Examines checkpoints: `contents[c][t]` is the content of tensor t of checkpoint c, `nil` where it was not read.
    ///
    /// Identical tensors are told by fingerprint, element type and count, whatever their names. Tensors of a single
    /// magnitude (gains that are still ones, biases that are zeros) are expected to be alike and not reported as parts.
    package init(_ checkpoints: [Checkpoint], contents: [[TensorContent?]]) {
        var findings: [IntegrityFinding] = []
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
            }
        }
        findings += Integrity.identities(checkpoints, contents)
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

    private struct Named: Hashable {
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

    /// Checkpoints that hold the same, and tensors that several hold: one finding for all that share them.
    private static func identities(_ checkpoints: [Checkpoint], _ contents: [[TensorContent?]]) -> [IntegrityFinding] {
        let named = checkpoints.indices.map { place in
            zip(checkpoints[place].tensors, contents[place]).compactMap { tensor, content in
                content.flatMap { Named(tensor, $0) }
            }
        }
        var copies: [[Named]: [Int]] = [:]
        for (place, tensors) in named.enumerated() where tensors.contains(where: \.telling) {
            copies[tensors, default: []].append(place)
        }
        // A copy shares its tensors with whatever the first of its group does.
        var owners: [Payload: [Int]] = [:]
        for place in copies.values.map({ $0[0] }).sorted() {
            for tensor in named[place] where tensor.telling && owners[tensor.payload]?.last != place {
                owners[tensor.payload, default: []].append(place)
            }
        }
        var found = copies.filter { $1.count > 1 }.map { (places: $1, tensors: $0, isWhole: true) }
        for places in Set(owners.values.filter { $0.count > 1 }) {
            found.append((places, named[places[0]].filter { owners[$0.payload] == places && $0.telling }, false))
        }
        func isBefore(_ a: (places: [Int], isWhole: Bool), _ b: (places: [Int], isWhole: Bool)) -> Bool {
            a.places == b.places ? a.isWhole && !b.isWhole : a.places.lexicographicallyPrecedes(b.places)
        }
        return found.sorted { isBefore(($0.places, $0.isWhole), ($1.places, $1.isWhole)) }.map { group in
            IntegrityFinding(
                kind: group.isWhole ? .identicalCheckpoints : .identicalTensors,
                checkpoint: checkpoints[group.places[0]].label,
                other: group.places.dropFirst().map { checkpoints[$0].label }.joined(separator: ", "),
                tensor: group.isWhole ? nil : group.tensors[0].name, tensorCount: group.tensors.count,
                elementCount: group.tensors.reduce(0) { $0 + $1.payload.count }, firstIndex: nil,
                checkpointCount: group.places.count)
        }
    }
}

extension Checkpoint {
    /// The whole checkpoint's fingerprint: of the names, types, shapes and fingerprints of all weights read, in order.
    /// `nil` when a tensor has none.
    package func fingerprint(_ contents: [TensorContent?]) -> Fingerprint? {
        var text = ""
        for (place, content) in contents.enumerated() where isCounted(place) {
            let tensor = tensors[place]
            guard let fingerprint = content?.fingerprint else { return nil }
            text += "\(tensor.name) \(tensor.elementType.rawValue) \(tensor.shape) \(fingerprint)\n"
        }
        return Fingerprint(of: text)
    }
}
