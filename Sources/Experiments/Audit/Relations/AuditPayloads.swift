import Checkpoints
import LanguageModels
import Tensors

extension AuditedSeries {
    /// Checkpoints, and single tensors, that stand bit for bit elsewhere.
    var payloadFindings: [AuditFinding] {
        let payloads = checkpoints.indices.map(payloads)
        let originals = originals
        let frozen = frozen(payloads, originals)
        let copies = copyGroups.compactMap { group -> AuditFinding? in
            let others = group.dropFirst().filter { !expectedCopies.contains([group[0], $0]) }
            return others.isEmpty ? nil : copyFinding(group[0], others)
        }
        // A copy shares its tensors with whatever the original does.
        let distinct = checkpoints.indices.filter { originals[$0] == $0 || originals[$0] == nil }
        let constant = Set(frozen.map(\.payload))
        let shared = pairs(distinct, payloads, without: constant).compactMap {
            self.shared($0[0], $0[1], payloads, frozen: constant)
        }
        return copies + frozenFindings(frozen, distinct) + shared
            + checkpoints.indices.flatMap { repeated($0, payloads[$0]) }
    }

    /// What several checkpoints hold, bit for bit or by value, said once.
    private func copyFinding(_ first: Int, _ others: [Int]) -> AuditFinding {
        let count = checkpoints[first].tensors.indices.filter(checkpoints[first].isCounted).count
        let whole = checkpoints[first].fingerprint(contents[first])
        let inOtherBits = others.filter { checkpoints[$0].fingerprint(contents[$0]) != whole }
        var evidence = "all \(count) tensors are bit for bit those of \(listed(others))"
        if inOtherBits == others {
            evidence =
                "all \(count) tensors hold the values of \(listed(others)), in other types or with other signs of zeros"
        } else if !inOtherBits.isEmpty {
            evidence += ", of \(listed(inOtherBits)) by value, in other types or with other signs of zeros"
        }
        if others.count > 1 { evidence = "\(others.count + 1) checkpoints hold the same weights: " + evidence }
        return finding(.identicalCheckpoints, first, count: count, other: others[0], evidence)
    }

    /// For each checkpoint, the first that holds the same values under the same names; itself where it is the first.
    private var originals: [Int?] {
        var originals: [Int?] = checkpoints.indices.map { isRead($0) ? $0 : nil }
        for group in copyGroups { for place in group { originals[place] = group[0] } }
        return originals
    }

    /// Pairs of places that have a tensor in common.
    private func pairs(
        _ places: [Int], _ payloads: [[(name: String, payload: Payload)]], without frozen: Set<Payload>
    ) -> [[Int]] {
        var owners: [Payload: [Int]] = [:]
        for place in places {
            for (_, payload) in payloads[place] where !frozen.contains(payload) && owners[payload]?.last != place {
                owners[payload, default: []].append(place)
            }
        }
        var pairs: Set<[Int]> = []
        for members in owners.values {
            for (index, a) in members.enumerated() { for b in members[(index + 1)...] { pairs.insert([a, b]) } }
        }
        return pairs.sorted { $0.lexicographicallyPrecedes($1) }
    }

    private struct Payload: Hashable {
        let fingerprint: Fingerprint
        let type: ElementType
        let count: Int
        let isVector: Bool
    }

    /// A tensor that most checkpoints hold unchanged.
    private struct Frozen {
        let name: String
        let payload: Payload
        let places: [Int]
    }

    /// Tensors that say something of where they come from: not those of one magnitude, and no buffers.
    private func payloads(_ place: Int) -> [(name: String, payload: Payload)] {
        zip(checkpoints[place].tensors, contents[place]).compactMap { info, content in
            guard let content, let fingerprint = content.fingerprint, info.elementCount > 1, !content.hasOneMagnitude
            else { return nil }
            let payload = Payload(
                fingerprint: fingerprint, type: info.elementType, count: info.elementCount,
                isVector: info.shape.count < 2)
            return (info.name, payload)
        }
    }

    private func frozen(_ payloads: [[(name: String, payload: Payload)]], _ originals: [Int?]) -> [Frozen] {
        struct Key: Hashable {
            let name: String
            let payload: Payload
        }
        let distinct = checkpoints.indices.filter { originals[$0] == $0 }
        guard distinct.count > 2 else { return [] }
        var places: [Key: [Int]] = [:]
        for place in distinct {
            for (name, payload) in payloads[place] {
                places[Key(name: name, payload: payload), default: []].append(place)
            }
        }
        return places.filter { 2 * $0.value.count > distinct.count && $0.value.count > 2 }
            .map { Frozen(name: $0.key.name, payload: $0.key.payload, places: $0.value) }.sorted { $0.name < $1.name }
    }

    private func frozenFindings(_ frozen: [Frozen], _ distinct: [Int]) -> [AuditFinding] {
        Dictionary(grouping: frozen, by: \.places).sorted { $0.key.lexicographicallyPrecedes($1.key) }.flatMap {
            places, group in
            findings(
                .identicalTensors, places[0],
                group.map {
                    ($0.name, "bit for bit the same in \(places.count) of \(distinct.count) checkpoints: not trained")
                })
        }
    }

    /// What two checkpoints share besides constants. Gains and biases may come to rest before the end of a schedule, where
    /// 16 bits do not tell their last changes; between neighbours of a run, and with an average, that is no finding.
    private func shared(
        _ place: Int, _ other: Int, _ payloads: [[(name: String, payload: Payload)]], frozen: Set<Payload>
    ) -> AuditFinding? {
        var owners: [Payload: [String]] = [:]
        for (name, payload) in payloads[other] { owners[payload, default: []].append(name) }
        var common = payloads[place].filter { owners[$0.payload] != nil && !frozen.contains($0.payload) }
        guard !common.isEmpty else { return nil }
        let areNeighbours =
            series.predecessor(of: other) == place || series.predecessor(of: place) == other
            || [place, other].contains { checkpoints[$0].revision.step == nil }
        if areNeighbours { common.removeAll { $0.payload.isVector } }
        guard !common.isEmpty else { return nil }
        let patterns = tensorPatterns(common.map(\.name))
        let moved = common.first { owners[$0.payload]?.contains($0.name) == false }
        return finding(
            .identicalTensors, place, tensor: patterns[0].pattern, count: common.count, other: other,
            "bit for bit in \(checkpoints[other].label)"
                + (patterns.count > 1
                    ? ", with \(common.count - patterns[0].names.count) more, of \(patterns.count) kinds" : "")
                + (moved.map { ", '\($0.name)' there as '\(owners[$0.payload]?.first ?? "")'" } ?? ""))
    }

    /// Tensors that one checkpoint holds twice, other than a tied head.
    private func repeated(_ place: Int, _ payloads: [(name: String, payload: Payload)]) -> [AuditFinding] {
        var head: String?
        if case .success(let architecture) = architectures[place], architecture.isTied { head = architecture.headName }
        var first: [Payload: String] = [:]
        var twice: [(name: String, evidence: String)] = []
        for (name, payload) in payloads where name != head {
            if let other = first[payload] {
                twice.append((name, "bit for bit the same as '\(other)' of this checkpoint"))
            } else {
                first[payload] = name
            }
        }
        return findings(.identicalTensors, place, twice)
    }
}
