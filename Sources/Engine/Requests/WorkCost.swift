import Checkpoints
import Tensors

/// What requests cost: bytes to read, and the time of one core, roughly.
package struct WorkCost: Sendable {
    /// What a byte read and reduced costs, a step of a decomposition, and one of a matrix product, in nanoseconds.
    private static let byteCost = 1.0
    private static let decompositionCost = 0.05
    private static let productCost = 0.01

    /// Bytes of the tensors that are reduced block by block; each once, whatever number of reductions wants it.
    package private(set) var reducedBytes = 0
    /// Bytes of the matrices that are taken apart; each as often as a request wants it.
    package private(set) var matrixBytes = 0
    /// Bytes of the models that are run; each once.
    package private(set) var modelBytes = 0
    /// Nanoseconds of one core.
    package private(set) var nanoseconds = 0.0

    /// The cost of these requests together.
    package init(_ requests: [any Request], in checkpoints: [Checkpoint]) {
        var tensors: Set<TensorReference> = []
        var models: [Int: Int] = [:]
        for request in requests {
            switch request {
            case let request as any ModelRequest:
                for model in request.checkpoints { models[model] = max(models[model] ?? 0, request.tokenCount) }
            case let request as any MatrixRequest:
                matrixBytes += request.matrices.reduce(0) {
                    $0 + checkpoints[$1.checkpoint].tensors[$1.tensor].storedByteCount
                }
                nanoseconds += WorkCost.of(request, in: checkpoints)
            default:
                if case .tensors(let read) = request.operands { tensors.formUnion(read) }
            }
        }
        reducedBytes = tensors.reduce(0) { $0 + checkpoints[$1.checkpoint].tensors[$1.tensor].storedByteCount }
        nanoseconds += WorkCost.byteCost * Double(reducedBytes)
        for (model, tokens) in models.sorted(by: { $0.key < $1.key }) {
            let parameters = checkpoints[model].tensors.reduce(0) { $0 + $1.elementCount }
            modelBytes += checkpoints[model].tensors.reduce(0) { $0 + $1.storedByteCount }
            nanoseconds += WorkCost.productCost * 2 * Double(parameters) * Double(tokens)
        }
    }

    /// Nanoseconds of one core for a request over whole matrices.
    static func of(_ request: any MatrixRequest, in checkpoints: [Checkpoint]) -> Double {
        request.matrices.reduce(0.0) { sum, matrix in
            let info = checkpoints[matrix.checkpoint].tensors[matrix.tensor]
            let steps = Double(info.elementCount) * Double(info.shape.min() ?? 0)
            return sum + byteCost * Double(info.storedByteCount) + decompositionCost * steps
        }
    }
}
