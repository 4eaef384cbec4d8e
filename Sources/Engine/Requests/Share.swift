import Checkpoints

/// One of several shares of a plan: `number` 1 to `count`.
package struct Share: Sendable, Hashable {
    /// The most shares that a plan is cut into.
    package static let most = 1000

    package let number: Int
    package let count: Int

    /// `nil` unless 1 <= number <= count <= 1000.
    package init?(number: Int, of count: Int) {
        guard 1...Share.most ~= count, 1...count ~= number else { return nil }
        (self.number, self.count) = (number, count)
    }

    /// Reads `2/3`.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 2, let number = parts[0], let count = parts[1] else { return nil }
        self.init(number: number, of: count)
    }
}

/// What falls to a share.
package struct ShareOfPlan: Sendable {
    /// The requests to carry out, in the plan's order.
    package let requests: [any Request]
    /// Pieces of work among them, and in the whole plan: what is coupled is one piece.
    package let pieceCounts: (own: Int, all: Int)
}

/// A plan cut into pieces of work that have nothing in common, each with its estimated cost.
///
/// Coupled are tensors that a reduction reads together, matrices of one name, and models that a request runs together
/// (those measured from one reference are one piece). Contents of tensors that nothing else couples go with the model
/// they belong to. The cut depends on the plan and the number of shares only: not on the journal, the machine or the
/// threads.
struct PlanPieces {
    private struct Piece {
        /// Indices in the plan.
        var requests: [Int] = []
        /// Nanoseconds of one core, roughly.
        var cost = 0.0
    }

    private enum Node: Hashable {
        case tensor(TensorReference)
        case matrices(String)
        case model(Int)
    }

    private let plan: [any Request]
    private let checkpoints: [Checkpoint]
    private var pieces: [Piece] = []

    init(_ requests: [any Request], in checkpoints: [Checkpoint]) {
        var seen: Set<RequestKey> = []
        plan = requests.filter { seen.insert(RequestKey($0)).inserted }
        self.checkpoints = checkpoints
        var groups = coupled()
        var numbers: [Node: Int] = [:]
        for (index, request) in plan.enumerated() {
            guard let node = Self.nodes(of: request).first else { preconditionFailure("a request of nothing") }
            let root = groups.root(node)
            let number = numbers[root] ?? pieces.count
            if number == pieces.count {
                numbers[root] = number
                pieces.append(Piece())
            }
            pieces[number].requests.append(index)
        }
        for number in pieces.indices { pieces[number].cost = cost(of: pieces[number].requests.map { plan[$0] }) }
    }

    private static func nodes(of request: any Request) -> [Node] {
        switch request.operands {
        case .tensors(let tensors): tensors.map(Node.tensor)
        case .models(let models): models.map(Node.model)
        }
    }

    private func coupled() -> DisjointSets<Node> {
        var groups = DisjointSets<Node>()
        var shared: Set<TensorReference> = []
        for request in plan {
            let nodes = Self.nodes(of: request)
            for node in nodes { groups.join(nodes[0], node) }
            guard case .tensors(let tensors) = request.operands else { continue }
            let isMatrix = request is any MatrixRequest
            if isMatrix {
                let name = checkpoints[tensors[0].checkpoint].tensors[tensors[0].tensor].name
                groups.join(nodes[0], .matrices(name))
            }
            if isMatrix || tensors.count > 1 { shared.formUnion(tensors) }
        }
        let models = Set(plan.lazy.filter { $0 is any ModelRequest }.flatMap(\.operands.checkpoints))
        for case .tensors(let tensors) in plan.lazy.map(\.operands) {
            for tensor in tensors where models.contains(tensor.checkpoint) && !shared.contains(tensor) {
                groups.join(.model(tensor.checkpoint), .tensor(tensor))
            }
        }
        return groups
    }

    private func cost(of requests: [any Request]) -> Double { WorkCost(requests, in: checkpoints).nanoseconds }

    /// What falls to a share: the dearest piece first goes to the share that has least, the first of them.
    func part(_ share: Share) -> ShareOfPlan {
        var loads = [Double](repeating: 0, count: share.count)
        var own: [Int] = []
        for number in pieces.indices.sorted(by: { (pieces[$0].cost, $1) > (pieces[$1].cost, $0) }) {
            let least = loads.indices.min { (loads[$0], $0) < (loads[$1], $1) } ?? 0
            loads[least] += pieces[number].cost
            if least == share.number - 1 { own.append(number) }
        }
        let indices = Set(own.flatMap { pieces[$0].requests })
        let all = indices.union(contents(neededBy: indices)).sorted()
        return ShareOfPlan(requests: all.map { plan[$0] }, pieceCounts: (own.count, pieces.count))
    }

    /// The contents by which a model's work goes in the journal, where another share has them: both read them then.
    private func contents(neededBy indices: Set<Int>) -> [Int] {
        let models = Set(indices.lazy.filter { plan[$0] is any ModelRequest }.flatMap { plan[$0].operands.checkpoints })
        guard !models.isEmpty else { return [] }
        return plan.indices.filter { index in
            (plan[index] as? ContentReduction).map { models.contains($0.input.checkpoint) } ?? false
        }
    }
}
