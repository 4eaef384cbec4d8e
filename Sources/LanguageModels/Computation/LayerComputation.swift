import Base
import CBLAS
import CKernels
import Tensors

/// The steps that layers are put together from, for one group of tokens: whole sequences, one after another.
///
/// Work is cut into pieces whose shapes depend on the group and the model only, never on the number of threads, so that
/// results have the same bytes with any.
struct LayerComputation: Sendable {
    /// First tokens of the group's sequences, and the end of the last.
    let bounds: [Int]
    let pool: ActivationPool
    let execution: Execution

    /// Features and tokens of one matrix product: large enough for the library to reach its speed.
    private static let featureTile = 256
    private static let tokenTile = 1024
    /// Tokens of a piece of the other steps.
    private static let rowTile = 64
    /// Queries of a piece of attention.
    private static let queryTile = 256

    private var tokens: Int { bounds[bounds.count - 1] }

    /// x Wᵀ + b, for weights [features, x.columns].
    func linear(_ x: Activation, _ weights: StoredWeights, bias: [Float]? = nil) throws -> Activation {
        precondition(weights.columns == x.columns && bias?.count ?? weights.rows == weights.rows)
        try execution.check()
        let y = pool.take(x.rows, weights.rows)
        LayerComputation.product(x, weights, bias, y, pool, execution.threads)
        return y
    }

    private static func product(
        _ x: Activation, _ weights: StoredWeights, _ bias: [Float]?, _ y: Activation, _ pool: ActivationPool,
        _ threads: Threads
    ) {
        let width = x.columns
        let featurePieces = (weights.rows + featureTile - 1) / featureTile
        let tokenPieces = (x.rows + tokenTile - 1) / tokenTile
        threads.forEach(featurePieces * tokenPieces) { piece in
            let feature = piece / tokenPieces * featureTile
            let features = min(featureTile, weights.rows - feature)
            let token = piece % tokenPieces * tokenTile
            let tokens = min(tokenTile, x.rows - token)
            let tile = pool.take(featureTile, width)
            weights.copy(rows: feature..<feature + features, to: tile.base)
            let target = y.row(token) + feature
            if let bias {
                for row in 0..<tokens {
                    bias.withUnsafeBufferPointer { bias in
                        for index in 0..<features { target[row * y.columns + index] = bias[feature + index] }
                    }
                }
            }
            cb_sgemm(
                Int8(bitPattern: UInt8(ascii: "T")), Int8(bitPattern: UInt8(ascii: "N")), Int32(features),
                Int32(tokens), Int32(width), 1, tile.base, Int32(width), x.row(token), Int32(width),
                bias == nil ? 0 : 1, target, Int32(y.columns))
        }
    }

    private func eachRows(of x: Activation, _ body: @escaping @Sendable (Range<Int>) -> Void) {
        let tile = LayerComputation.rowTile
        execution.threads.forEach((x.rows + tile - 1) / tile) { piece in
            body(piece * tile..<min(piece * tile + tile, x.rows))
        }
    }

    /// gain · x / √(mean(x²) + ε), row by row; in place.
    func rmsNorm(_ x: Activation, gain: [Float], epsilon: Float) {
        precondition(gain.count == x.columns)
        eachRows(of: x) { rows in
            let row = x.row(rows.lowerBound)
            gain.withUnsafeBufferPointer { ck_rms_norm(row, $0.baseAddress, rows.count, x.columns, epsilon, row) }
        }
    }

    /// The same, leaving `x` as it is.
    func rmsNormed(_ x: Activation, gain: [Float], epsilon: Float) -> Activation {
        let y = pool.take(x.rows, x.columns)
        eachRows(of: x) { rows in
            let (from, to) = (x.row(rows.lowerBound), y.row(rows.lowerBound))
            gain.withUnsafeBufferPointer { ck_rms_norm(from, $0.baseAddress, rows.count, x.columns, epsilon, to) }
        }
        return y
    }

    /// gain · (x − mean) / √(variance + ε) + bias, row by row; without gain and bias where they are `nil`.
    func layerNormed(_ x: Activation, gain: [Float]?, bias: [Float]?, epsilon: Float) -> Activation {
        let y = pool.take(x.rows, x.columns)
        eachRows(of: x) { rows in
            withPointers(gain, bias) { gain, bias in
                ck_layer_norm(
                    x.row(rows.lowerBound), gain, bias, rows.count, x.columns, epsilon, y.row(rows.lowerBound))
            }
        }
        return y
    }

    /// x += y.
    func add(_ y: Activation, to x: Activation) {
        eachRows(of: x) { ck_add(x.row($0.lowerBound), y.row($0.lowerBound), $0.count * x.columns) }
    }

    /// Limits the magnitude; in place.
    func clamp(_ x: Activation, limit: Float) {
        eachRows(of: x) { ck_clamp(x.row($0.lowerBound), $0.count * x.columns, limit) }
    }

    /// gate = silu(gate) · up (Shazeer, 2020).
    func swiglu(_ gate: Activation, _ up: Activation) {
        eachRows(of: gate) { ck_swiglu(gate.row($0.lowerBound), up.row($0.lowerBound), $0.count * gate.columns) }
    }

    /// x Φ(x), with the exact error function; in place.
    func gelu(_ x: Activation) {
        eachRows(of: x) { ck_gelu(x.row($0.lowerBound), $0.count * x.columns) }
    }

    /// Turns queries or keys by their positions; in place.
    func rotate(_ heads: Heads, _ table: RotaryTable) {
        precondition(2 * table.pairs <= heads.width)
        for (start, end) in zip(bounds, bounds.dropFirst()) {
            let tile = LayerComputation.rowTile
            execution.threads.forEach((end - start + tile - 1) / tile) { piece in
                for position in piece * tile..<min(piece * tile + tile, end - start) {
                    table.cosines.withUnsafeBufferPointer { cosines in
                        table.sines.withUnsafeBufferPointer { sines in
                            guard let cosines = cosines.baseAddress, let sines = sines.baseAddress else { return }
                            let angles = position * table.pairs
                            ck_rotate(
                                heads.row(start + position), heads.count, heads.width, table.pairs, cosines + angles,
                                sines + angles)
                        }
                    }
                }
            }
        }
    }

    /// Causal attention within each sequence: softmax(q kᵀ/√width) v, over the last `window` positions or all. Each group of
    /// `q.count / k.count` query heads shares a head of keys and values.
    func attention(q: Heads, k: Heads, v: Heads, window: Int? = nil) throws -> Activation {
        try execution.check()
        let result = pool.take(tokens, q.count * q.width)
        let tile = LayerComputation.queryTile
        var pieces: [(start: Int, end: Int, query: Int)] = []
        for (start, end) in zip(bounds, bounds.dropFirst()) {
            for query in stride(from: start, to: end, by: tile) { pieces.append((start, end, query)) }
        }
        let (work, pool) = (pieces, pool)
        execution.threads.forEach(work.count * q.count) { number in
            let piece = work[number / q.count]
            let head = number % q.count
            let queries = piece.query..<min(piece.query + tile, piece.end)
            let first = window.map { max(piece.start, queries.lowerBound - $0 + 1) } ?? piece.start
            let keys = first..<queries.upperBound
            let scores = pool.take(queries.count, keys.count)
            let shared = head / (q.count / k.count)
            // Row-major scores [queries, keys] are the column-major product of keys and queries.
            cb_sgemm(
                Int8(bitPattern: UInt8(ascii: "T")), Int8(bitPattern: UInt8(ascii: "N")), Int32(keys.count),
                Int32(queries.count), Int32(q.width), 1, k.row(keys.lowerBound) + shared * k.width,
                Int32(k.columns), q.row(queries.lowerBound) + head * q.width, Int32(q.columns), 0, scores.base,
                Int32(keys.count))
            let scale = 1 / Float(q.width).squareRoot()
            for (row, query) in queries.enumerated() {
                let seen = window.map { max(keys.lowerBound, query - $0 + 1) } ?? keys.lowerBound
                ck_softmax(
                    scores.row(row), seen - keys.lowerBound, query + 1 - keys.lowerBound, keys.count, scale)
            }
            cb_sgemm(
                Int8(bitPattern: UInt8(ascii: "N")), Int8(bitPattern: UInt8(ascii: "N")), Int32(v.width),
                Int32(queries.count), Int32(keys.count), 1, v.row(keys.lowerBound) + shared * v.width,
                Int32(v.columns), scores.base, Int32(keys.count), 0,
                result.row(queries.lowerBound) + head * q.width, Int32(result.columns))
        }
        return result
    }
}

/// Heads of queries, keys or values within the rows of a matrix.
struct Heads: Sendable {
    private let matrix: Activation
    /// Number of heads.
    let count: Int
    /// Elements of a head.
    let width: Int

    /// Heads beside each other, which fill the rows.
    init(_ matrix: Activation, width: Int) {
        (self.matrix, self.width) = (matrix, width)
        count = matrix.columns / width
    }

    var columns: Int { matrix.columns }

    /// The first head of a token.
    func row(_ token: Int) -> UnsafeMutablePointer<Float> { matrix.row(token) }
}

private func withPointers(
    _ a: [Float]?, _ b: [Float]?, _ body: (UnsafePointer<Float>?, UnsafePointer<Float>?) -> Void
) {
    func with(_ values: [Float]?, _ body: (UnsafePointer<Float>?) -> Void) {
        guard let values else { return body(nil) }
        values.withUnsafeBufferPointer { body($0.baseAddress) }
    }
    with(a) { a in with(b) { b in body(a, b) } }
}
