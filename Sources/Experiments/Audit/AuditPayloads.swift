import Checkpoints
import Tensors

extension AuditedSeries {
    /// Checkpoints, and single tensors, that stand bit for bit elsewhere.
    var payloadFindings: [AuditFinding] {
        let labels = Dictionary(
            checkpoints.indices.map { (checkpoints[$0].label, $0) }, uniquingKeysWith: { first, _ in first })
        let across = Integrity(checkpoints, contents: contents).findings.compactMap { found -> AuditFinding? in
            guard let place = labels[found.checkpoint], let other = found.other.flatMap({ labels[$0] }) else {
                return nil
            }
            switch found.kind {
            case .nonFinite: return nil
            case .identicalCheckpoints:
                guard !expectedCopies.contains([place, other].sorted()) else { return nil }
                return finding(
                    .identicalCheckpoints, place, count: found.tensorCount, other: other,
                    "all \(found.tensorCount) tensors are bit for bit those of \(checkpoints[other].label)")
            case .identicalTensors: return shared(place, other)
            }
        }
        return across + checkpoints.indices.flatMap(repeated)
    }

    /// What two checkpoints share besides constants. Gains and biases may come to rest before the end of a schedule, where
    /// 16 bits do not tell their last changes; between neighbours of a run that is no finding.
    private func shared(_ place: Int, _ other: Int) -> AuditFinding? {
        let areNeighbours = series.predecessor(of: other) == place || series.predecessor(of: place) == other
        var owners: [Payload: [String]] = [:]
        for (name, payload) in payloads(other) { owners[payload, default: []].append(name) }
        let common = payloads(place).filter { name, payload in
            owners[payload] != nil && !(areNeighbours && payload.isVector)
        }
        guard let first = common.first else { return nil }
        let patterns = tensorPatterns(common.map(\.name))
        let moved = common.filter { owners[$0.payload]?.contains($0.name) == false }
        return finding(
            .identicalTensors, place, tensor: patterns[0].pattern, count: common.count, other: other,
            "bit for bit in \(checkpoints[other].label)"
                + (patterns.count > 1
                    ? " with \(common.count - patterns[0].names.count) more, of \(patterns.count) kinds" : "")
                + (moved.isEmpty ? "" : ", '\(moved[0].name)' there as '\(owners[first.payload]?.first ?? "")'"))
    }

    /// Tensors that one checkpoint holds twice, other than a tied head.
    private func repeated(_ place: Int) -> [AuditFinding] {
        var head: String?
        if case .success(let architecture) = architectures[place], architecture.isTied { head = architecture.headName }
        var first: [Payload: String] = [:]
        var twice: [(name: String, evidence: String)] = []
        for (name, payload) in payloads(place) where name != head {
            if let other = first[payload] {
                twice.append((name, "bit for bit the same as '\(other)' of this checkpoint"))
            } else {
                first[payload] = name
            }
        }
        return findings(.identicalTensors, place, twice)
    }

    private struct Payload: Hashable {
        let fingerprint: Fingerprint
        let type: ElementType
        let count: Int
        let isVector: Bool
    }

    /// Tensors that say something of where they come from: not those of one magnitude, and no buffers.
    private func payloads(_ place: Int) -> [(name: String, payload: Payload)] {
        zip(checkpoints[place].tensors, contents[place]).compactMap { info, content in
            guard let content, let fingerprint = content.fingerprint, info.elementCount > 1, !content.hasOneMagnitude,
                !Architecture.isBuffer(info.name)
            else { return nil }
            let payload = Payload(
                fingerprint: fingerprint, type: info.elementType, count: info.elementCount,
                isVector: info.shape.count < 2)
            return (info.name, payload)
        }
    }
}
