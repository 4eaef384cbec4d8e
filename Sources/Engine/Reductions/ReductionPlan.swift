import Checkpoints
import Tensors

/// A requested reduction, made ready to run.
package struct PlannedReduction: Sendable {
    let reduction: any Reduction
    /// Where the reduction's inputs stand in the component's.
    let indices: [Int]
    /// Element types of the inputs.
    let types: [ElementType]
    /// Elements it covers: those that all inputs have.
    let elementCount: Int
}

/// Tensors that are read together, because some reduction needs them at the same time, and what is made of them.
package struct PlanComponent: Sendable {
    /// Every tensor once.
    let inputs: [TensorReference]
    let types: [ElementType]
    let elementCounts: [Int]
    let reductions: [PlannedReduction]
    /// Bytes that reading all inputs takes from their files.
    let storedByteCount: Int

    /// Elements of the longest input.
    var elementCount: Int { elementCounts.max() ?? 0 }
    /// Segments of 2^20 elements; one for empty tensors.
    var segmentCount: Int { max(1, (elementCount + Fingerprint.segmentElements - 1) / Fingerprint.segmentElements) }

    /// The elements of a segment.
    func elements(ofSegment segment: Int) -> Range<Int> {
        let start = segment * Fingerprint.segmentElements
        return start..<max(start, min(start + Fingerprint.segmentElements, elementCount))
    }

    /// Groups reductions so that no tensor stands in two components; both orders follow the requests'.
    static func components(_ reductions: [any Reduction], in checkpoints: [Checkpoint]) -> [PlanComponent] {
        var groups = DisjointSets<TensorReference>()
        for reduction in reductions {
            guard let first = reduction.inputs.first else { preconditionFailure("a reduction of no tensor") }
            for input in reduction.inputs { groups.join(first, input) }
        }
        var order: [TensorReference] = []
        var members: [TensorReference: [any Reduction]] = [:]
        for reduction in reductions {
            let root = groups.root(reduction.inputs[0])
            if members[root] == nil { order.append(root) }
            members[root, default: []].append(reduction)
        }
        return order.map { PlanComponent(members[$0] ?? [], in: checkpoints) }
    }

    private init(_ reductions: [any Reduction], in checkpoints: [Checkpoint]) {
        var indices: [TensorReference: Int] = [:]
        var inputs: [TensorReference] = []
        for input in reductions.flatMap(\.inputs) where indices[input] == nil {
            indices[input] = inputs.count
            inputs.append(input)
        }
        let infos = inputs.map { checkpoints[$0.checkpoint].tensors[$0.tensor] }
        self.inputs = inputs
        types = infos.map(\.elementType)
        elementCounts = infos.map(\.elementCount)
        storedByteCount = infos.reduce(0) { $0 + $1.storedByteCount }
        self.reductions = reductions.map { reduction in
            let own = reduction.inputs.map { indices[$0] ?? 0 }
            return PlannedReduction(
                reduction: reduction, indices: own,
                types: own.map { infos[$0].elementType },
                elementCount: min(
                    own.map { infos[$0].elementCount }.min() ?? 0, reduction.elementLimit ?? Int.max))
        }
    }
}

/// Which elements have been joined, directly or through others.
struct DisjointSets<Element: Hashable> {
    private var parents: [Element: Element] = [:]

    mutating func root(_ element: Element) -> Element {
        var root = element
        while let parent = parents[root], parent != root { root = parent }
        var walked = element
        while let parent = parents[walked], parent != root {
            parents[walked] = root
            walked = parent
        }
        return root
    }

    mutating func join(_ a: Element, _ b: Element) {
        let (rootA, rootB) = (root(a), root(b))
        if parents[rootA] == nil { parents[rootA] = rootA }
        if rootA != rootB { parents[rootB] = rootA }
    }
}
