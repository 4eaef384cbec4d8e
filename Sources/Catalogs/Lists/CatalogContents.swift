import Base
import Checkpoints
import Tensors

extension Catalog {
    /// Everything that is wrong: rows that could not be read, rows that contradict each other or the plan, and, of
    /// folders, identical checkpoints and missing tensors. By source and line, then kind.
    /// - Parameter expectsQueryKeyNorms: whether the architecture asks for `q_norm` and `k_norm`.
    package func check(
        plan: TrainingPlan?, expectsQueryKeyNorms: Bool = false
    ) throws(CheckpointError) -> [CatalogFinding] {
        var all = findings + CatalogCheck.findings(of: self, plan: plan)
        all += missingTensors(expectsQueryKeyNorms: expectsQueryKeyNorms)
        all += try identicalCheckpoints()
        let kinds = Dictionary(
            CatalogFinding.Kind.allCases.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        let places = Dictionary(sources.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        return all.enumerated().sorted {
            let left = (places[$0.element.source] ?? 0, $0.element.line ?? .max, kinds[$0.element.kind] ?? 0, $0.offset)
            let right = (
                places[$1.element.source] ?? 0, $1.element.line ?? .max, kinds[$1.element.kind] ?? 0, $1.offset
            )
            return left < right
        }.map(\.element)
    }

    /// Tensors that more than half of the checkpoints have and one has not; with OLMo 2 and 3, also norms of queries and
    /// keys that none has.
    private func missingTensors(expectsQueryKeyNorms: Bool) -> [CatalogFinding] {
        var counts: [String: Int] = [:]
        for checkpoint in checkpoints.values {
            for tensor in checkpoint.tensors { counts[tensor.name, default: 0] += 1 }
        }
        var common = Set(counts.filter { 2 * $0.value > checkpoints.count }.keys)
        if expectsQueryKeyNorms {
            for name in common where name.hasSuffix("q_proj.weight") || name.hasSuffix("k_proj.weight") {
                common.insert(name.replacing("_proj.weight", with: "_norm.weight"))
            }
        }
        return checkpoints.keys.sorted().compactMap { place in
            guard let checkpoint = checkpoints[place] else { return nil }
            let missing = common.subtracting(checkpoint.tensors.map(\.name)).sorted()
            guard let first = missing.first else { return nil }
            let norms = missing.count { $0.contains("q_norm") || $0.contains("k_norm") }
            let what =
                norms == missing.count
                ? "\(norms) norms of queries and keys (q_norm, k_norm)"
                : "\(missing.count) tensors that most of the others have"
                    + (norms > 0 ? ", \(norms) of them q_norm or k_norm" : "")
            return CatalogFinding(
                .missingTensors, entries[place], "\(checkpoint.label) lacks \(what); the first is '\(first)'")
        }
    }

    /// Checkpoints whose tensors are the same. A sample of each tensor tells who might be; these are then read whole.
    private func identicalCheckpoints() throws(CheckpointError) -> [CatalogFinding] {
        var groups: [Fingerprint: [Int]] = [:]
        var findings: [CatalogFinding] = []
        for place in checkpoints.keys.sorted() {
            guard let reader = checkpoints[place]?.reader else { continue }
            do throws(CheckpointError) {
                groups[try reader.sample(bytes: 4096), default: []].append(place)
            } catch {
                findings.append(CatalogFinding(.unreadableCheckpoint, entries[place], error.problem))
            }
        }
        for group in groups.values.filter({ $0.count > 1 }).sorted(by: { $0[0] < $1[0] }) {
            var wholes: [Fingerprint: Int] = [:]
            for place in group {
                guard let checkpoint = checkpoints[place], let reader = checkpoint.reader else { continue }
                let whole = try reader.sample(bytes: .max)
                guard let first = wholes[whole] else {
                    wholes[whole] = place
                    continue
                }
                let other = checkpoints[first]?.label ?? ""
                findings.append(
                    CatalogFinding(
                        .identicalCheckpoints, entries[place],
                        "\(checkpoint.label) holds the same tensors as \(other), byte for byte: "
                            + "one of them is not what its name says"))
            }
        }
        return findings
    }
}

extension TensorReader {
    /// A fingerprint of names, types and shapes of all tensors, and of up to `bytes` bytes at both ends of each.
    fileprivate func sample(bytes limit: Int) throws(CheckpointError) -> Fingerprint {
        let stream = Fingerprint.Stream()
        for (index, tensor) in tensors.enumerated() {
            let shape = tensor.shape.map(String.init).joined(separator: "x")
            Array("\(tensor.name) \(tensor.elementType.rawValue) \(shape)\n".utf8).withUnsafeBytes { stream.add($0) }
            let size = tensor.elementType.byteCount
            let ends = min(tensor.elementCount, limit / size)
            try add(elements: 0..<ends, of: index, to: stream)
            try add(elements: max(ends, tensor.elementCount - ends)..<tensor.elementCount, of: index, to: stream)
        }
        try checkUnchanged()
        return stream.fingerprint
    }

    private func add(
        elements: Range<Int>, of tensor: Int, to stream: Fingerprint.Stream
    ) throws(CheckpointError) {
        let size = tensors[tensor].elementType.byteCount
        let block = (1 << 20) / size
        var start = elements.lowerBound
        guard !isDirect(tensor) else {
            let buffer = UnsafeMutableRawBufferPointer.allocate(
                byteCount: min(block, elements.count) * size, alignment: 64)
            defer { buffer.deallocate() }
            while start < elements.upperBound {
                let end = min(start + block, elements.upperBound)
                let part = UnsafeMutableRawBufferPointer(rebasing: buffer[..<((end - start) * size)])
                try read(tensor, from: start, into: part)
                stream.add(UnsafeRawBufferPointer(part))
                start = end
            }
            return
        }
        guard !elements.isEmpty else { return }
        let window = try window(tensor, capacity: 16 << 20)
        while start < elements.upperBound {
            let end = min(window.reach(from: start), elements.upperBound)
            try window.load(start..<end, on: .one)
            stream.add(UnsafeRawBufferPointer(start: window.pointer(to: start), count: (end - start) * size))
            start = end
        }
    }
}
