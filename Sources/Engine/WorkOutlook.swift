import Base
import Checkpoints
import Tensors

/// What a run of requests would find and do, looked at before it is started. Nothing is read of tensors, nothing is written.
package struct WorkOutlook: Sendable {
    /// Requests, each once.
    package let requestCount: Int
    /// Those whose summaries the journal has.
    package let knownCount: Int
    /// Pairs of checkpoints that some request compares.
    package let pairCount: Int
    /// Matrices, and differences of two, that are to be taken apart.
    package let matrixCount: Int
    /// Checkpoints that are to be run as models.
    package let modelCount: Int
    /// What the rest costs: an upper bound, since a tensor that is read may turn out to be known by its content.
    package let cost: WorkCost
    /// Bytes of memory at most, roughly.
    package let memory: Int

    /// Seconds of work on `jobs` threads, without waiting for disks.
    package func seconds(jobs: Int) -> Double { cost.nanoseconds * 1e-9 / Double(max(jobs, 1)) }

    /// Bytes that are to be read.
    package var bytes: Int { cost.reducedBytes + cost.matrixBytes + cost.modelBytes }
}

extension RequestEngine {
    /// What `run` would do with these requests.
    package func outlook(of requests: [any Request]) -> WorkOutlook {
        let ledger = Ledger(checkpoints, journal, after: ReductionResults())
        var seen: Set<RequestKey> = []
        let distinct = requests.filter { seen.insert(RequestKey($0)).inserted }
        // Contents first: they are what the other summaries are looked up by.
        let contents = distinct.filter { $0 is ContentReduction }
        let others = distinct.filter { !($0 is ContentReduction) }
        let rest = (contents + others).filter { !ledger.recalls($0) }
        let pairs = distinct.compactMap { request -> Set<Int>? in
            let checkpoints = Set(request.operands.checkpoints)
            return checkpoints.count == 2 ? checkpoints : nil
        }
        let models = rest.compactMap { $0 as? any ModelRequest }
        return WorkOutlook(
            requestCount: distinct.count, knownCount: distinct.count - rest.count, pairCount: Set(pairs).count,
            matrixCount: rest.count { $0 is any MatrixRequest }, modelCount: Set(models.flatMap(\.checkpoints)).count,
            cost: WorkCost(rest, in: checkpoints),
            memory: WorkOutlook.processBytes
                + max(blockBytes(rest), matrixBytes(rest), models.map(modelBytes).max() ?? 0))
    }

    private func info(_ reference: TensorReference) -> TensorInfo {
        checkpoints[reference.checkpoint].tensors[reference.tensor]
    }

    /// Blocks of every thread, and windows for what is decoded first.
    private func blockBytes(_ requests: [any Request]) -> Int {
        let components = PlanComponent.components(requests.compactMap { $0 as? any Reduction }, in: checkpoints)
        return components.map { component in
            let indirect = component.inputs.filter { input in
                checkpoints[input.checkpoint].reader.map { !$0.isDirect(input.tensor) } ?? false
            }
            let decoded = indirect.reduce(0) { $0 + info($1).elementCount * info($1).elementType.byteCount }
            return threads.count * SegmentPass.blockBytes(of: component.types) + min(decoded, windowBytes)
        }.max() ?? 0
    }

    /// Matrices as they are stored, and up to 512 MiB of work on each: the largest at a time on every thread.
    private func matrixBytes(_ requests: [any Request]) -> Int {
        let sizes = requests.compactMap { $0 as? any MatrixRequest }.map { request -> Int in
            let infos = request.matrices.map(info)
            let stored = infos.reduce(0) { $0 + $1.elementCount * $1.elementType.byteCount }
            let largest = infos.map(\.elementCount).max() ?? 0
            let order = infos.compactMap { $0.shape.min() }.max() ?? 0
            return stored + min(512 << 20, 3 * 8 * largest) + 2 * 8 * order * order
        }
        return sizes.sorted(by: >).prefix(threads.count).reduce(0, +)
    }

    /// The states of all tokens of two checkpoints, what a layer makes of a group of them, the largest layer as stored.
    private func modelBytes(_ request: any ModelRequest) -> Int {
        request.checkpoints.map { checkpoint in
            let tensors = checkpoints[checkpoint].tensors.filter { $0.shape.count == 2 }
            let widths = tensors.map { $0.shape[1] }
            // The width of hidden states is that of most matrices.
            let width =
                Dictionary(widths.map { ($0, 1) }, uniquingKeysWith: +)
                .max { ($0.value, $0.key) < ($1.value, $1.key) }?.key ?? 0
            let feedForward =
                tensors.filter { $0.shape[1] == width && $0.shape[0] < 16 * width }.map { $0.shape[0] }
                .max() ?? 0
            let layers = Dictionary(
                tensors.map { (ParameterName($0.name).layer, $0.elementCount * $0.elementType.byteCount) },
                uniquingKeysWith: +)
            let layer = layers.filter { $0.key != nil }.values.max() ?? 0
            return 2 * 4 * request.tokenCount * width + 4 * 2048 * (6 * width + 3 * feedForward) + layer
                + 4 * 4096 * (width + 2048)
        }.max() ?? 0
    }
}

extension WorkOutlook {
    /// Of the program itself with its libraries.
    fileprivate static let processBytes = 48 << 20
}
