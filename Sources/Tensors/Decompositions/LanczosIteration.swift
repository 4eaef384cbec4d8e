import CBLAS

/// The iteration behind ``LeadingSpectrum``: grows a Krylov basis until its leading Ritz values have small residuals.
final class LanczosIteration {
    private let operation: GramOperator
    private let basis: KrylovBasis
    private let tolerance: Double
    private let count: Int
    private let block: Int
    private let columns: Int
    /// The projection of A'A on the basis, by columns; only what lies on or above the diagonal is used.
    private var projection: [[Double]] = []
    /// Passes over the matrix.
    private(set) var steps = 0

    init(
        _ source: MatrixSource, settings: LeadingSpectrum.Settings, count: Int, scale: Double,
        in loop: @escaping ParallelLoop
    ) throws {
        columns = source.columns
        block = min(count, LeadingSpectrum.widestBlock)
        // Whole blocks, unless the basis may fill the space: then what is left of a cut block is rounding.
        let affordable = max(settings.basisBytes / (8 * columns), count + 4 * block)
        let capacity = affordable >= columns ? columns : affordable / block * block
        operation = GramOperator(source, scale: scale, width: block, in: loop)
        basis = KrylovBasis(length: columns, capacity: min(capacity, columns), block: block, seed: settings.seed, in: loop)
        tolerance = settings.tolerance
        self.count = count
    }

    /// The Ritz vectors of the `count` largest values, columns x count.
    func run() throws -> Workspace {
        // A start block of zeros becomes random directions.
        let start = Workspace(columns * block)
        _ = try basis.append(start, width: block, negligible: 0)
        var nextCheck = max(count, 8)
        while true {
            let done = projection.count
            let width = basis.count - done
            // Fewer than a block only at the very end; the operator's other columns are then zero.
            start.clear()
            start.base.update(from: basis.vectors + done * columns, count: columns * width)
            try operation.apply(to: start.base)
            steps += 1
            let components = try basis.project(operation.result, width: width)
            for column in 0..<width {
                projection.append(Array(components[column * basis.count..<(column + 1) * basis.count]))
            }
            let size = projection.count
            let largest = projection.indices.reduce(0) { max($0, projection[$1][$1]) }
            let triangle = try basis.append(operation.result, width: width, negligible: 1e-13 * largest)
            let exhausted = basis.count == size
            guard exhausted || size >= nextCheck else { continue }
            nextCheck = size + max(block, size / 8)
            let ritz = try leadingPairs(size)
            if exhausted || isConverged(ritz, triangle: triangle, width: width) {
                return combine(ritz)
            }
        }
    }

    private struct Pairs {
        /// Descending.
        var values: [Double]
        /// Eigenvectors of the projection in the same order, size x count.
        var vectors: Workspace
        var size: Int
    }

    /// The leading eigenpairs of the projection.
    private func leadingPairs(_ size: Int) throws -> Pairs {
        let matrix = Workspace(size * size)
        for column in 0..<size {
            // The upper triangle, mirrored: LAPACK is asked to look at the lower one.
            for row in 0...column { matrix.base[row * size + column] = projection[column][row] }
        }
        let values = Workspace(size)
        let vectors = Workspace(size * count)
        let work = Workspace(40 * size)
        var support = [Int32](repeating: 0, count: 2 * count)
        var integers = [Int32](repeating: 0, count: 10 * size)
        try Tridiagonal.check(
            cb_dsyevr_range(
                size.lapack, matrix.base, size.lapack, (size - count + 1).lapack, size.lapack, values.base,
                vectors.base, size.lapack, &support, work.base, work.count.lapack, &integers, integers.count.lapack),
            "dsyevr")
        let descending = Workspace(size * count)
        for index in 0..<count {
            (descending + index * size).update(from: vectors + (count - 1 - index) * size, count: size)
        }
        return Pairs(values: values.array.prefix(count).reversed(), vectors: descending, size: size)
    }

    /// The residual of a Ritz vector `V y` is `Q R y_last`, with R the triangle of the newest block.
    private func isConverged(_ ritz: Pairs, triangle: [Double], width: Int) -> Bool {
        let goal = 0.8 * tolerance * ritz.values[0].squareRoot()
        return (0..<count).allSatisfy { index in
            let last = ritz.vectors + (index * ritz.size + ritz.size - width)
            var square = 0.0
            for row in 0..<width {
                var component = 0.0
                for column in row..<width { component += triangle[column * width + row] * last[column] }
                square += component * component
            }
            let residual = square.squareRoot()
            let value = max(0, ritz.values[index]).squareRoot()
            return min(value > 0 ? residual / value : .infinity, residual.squareRoot()) <= goal
        }
    }

    private func combine(_ ritz: Pairs) -> Workspace {
        let result = Workspace(columns * count)
        let none = CChar(UInt8(ascii: "N"))
        cb_dgemm(
            none, none, columns.lapack, count.lapack, ritz.size.lapack, 1, basis.vectors.base, columns.lapack,
            ritz.vectors.base, ritz.size.lapack, 0, result.base, columns.lapack)
        return result
    }
}
