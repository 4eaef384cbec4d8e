import Base
import CBLAS

/// The iteration behind ``LeadingSpectrum``: grows a Krylov basis until its leading Ritz values have small residuals.
///
/// Blocks of basis vectors wait in a queue; a step applies A'A to the first, and what the result has outside the basis
/// becomes a new block. The projection of A'A on the basis is kept whole, so blocks may come from anywhere: that is what
/// lets a probe, a chain from fresh random vectors, look for copies of multiple values that the first chain cannot see.
final class LanczosIteration {
    private let operation: GramOperator
    private let basis: KrylovBasis
    private let tolerance: Double
    private let count: Int
    private let block: Int
    private let columns: Int
    /// Basis vectors that A'A has been applied to.
    private var processed: [Int] = []
    /// For each of them, A'A of it in the basis; vectors that joined later have no part in it.
    private var images: [[Double]] = []
    /// Blocks of basis vectors that wait.
    private var queue: [Range<Int>] = []
    /// Passes over the matrix.
    private(set) var steps = 0

    /// Vectors in a block: copies of a value, up to this many, are found by the first chain already.
    private static let widest = 4
    /// Steps of a probe: a third of what the first chain took, because where that was few the spectrum has gaps that show
    /// a missed copy soon. Within 8, one that stands 10% above what the basis leaves out shows on any spectrum.
    private var probeSteps: Int { min(8, max(4, steps / 3)) }

    init(
        _ source: MatrixSource, settings: LeadingSpectrum.Settings, count: Int, scale: Double,
        on threads: Threads
    ) {
        columns = source.columns
        operation = GramOperator(source, scale: scale, width: count == 1 ? 1 : Self.widest, on: threads)
        block = min(operation.width, columns)
        let affordable = max(settings.basisBytes / (8 * columns), count + 16 * block)
        basis = KrylovBasis(
            length: columns, capacity: min(affordable, columns), block: block, seed: settings.seed, on: threads)
        tolerance = settings.tolerance
        self.count = count
    }

    /// The Ritz vectors of the `count` largest values, columns x count.
    func run() throws -> Workspace {
        queue = [try basis.appendRandom(block)]
        var nextCheck = max(count, 8)
        while true {
            guard try step() else { return combine(try leadingPairs()) }
            guard processed.count >= nextCheck else { continue }
            // Looking costs a small eigenproblem: next to nothing for one value.
            nextCheck = processed.count + max(block, processed.count / (count == 1 ? 16 : 8))
            let found = try leadingPairs()
            guard isConverged(found) else { continue }
            // One value needs no probe: a second copy of it would not change it.
            if count == 1 { return combine(found) }
            let waiting = queue
            queue = [try basis.appendRandom(block)]
            for _ in 0..<probeSteps where !queue[0].isEmpty { _ = try step() }
            let probed = try leadingPairs()
            let goal = tolerance * probed.values[0]
            let unchanged = zip(found.values, probed.values).allSatisfy { abs($0 - $1) <= goal }
            if unchanged && isConverged(probed) { return combine(probed) }
            queue = waiting + queue
        }
    }

    /// Applies A'A to the first block that waits; false when none is left.
    private func step() throws -> Bool {
        guard let first = queue.first(where: { !$0.isEmpty }) else { return false }
        queue.removeFirst((queue.firstIndex(of: first) ?? 0) + 1)
        let input = Workspace(columns * operation.width)
        input.base.update(from: basis.vectors + first.lowerBound * columns, count: columns * first.count)
        try operation.apply(to: input)
        steps += 1
        let known = basis.count
        let components = try basis.project(operation.result, width: first.count)
        for (column, vector) in first.enumerated() {
            processed.append(vector)
            images.append(Array(components[column * known..<(column + 1) * known]))
        }
        let largest = processed.indices.reduce(0) { max($0, images[$1][processed[$1]]) }
        let triangle = try basis.append(operation.result, width: first.count, negligible: 1e-13 * largest)
        let added = known..<basis.count
        for column in 0..<first.count {
            let start = column * first.count
            images[images.count - first.count + column] += triangle[start..<start + added.count]
        }
        queue.append(added)
        return true
    }

    /// The leading eigenpairs of the projection.
    private struct Pairs {
        /// Squares of the singular values, descending.
        var values: [Double]
        /// Eigenvectors in the same order, size x count.
        var vectors: Workspace
        var size: Int
    }

    private func leadingPairs() throws -> Pairs {
        let size = processed.count
        let matrix = Workspace(size * size)
        for column in 0..<size {
            // What a vector's image has in vectors before it, mirrored: LAPACK is asked to look at the lower triangle.
            for row in 0...column { matrix.base[row * size + column] = images[column][processed[row]] }
        }
        let wanted = min(count, size)
        let values = Workspace(size)
        let vectors = Workspace(size * wanted)
        let work = Workspace(40 * size)
        var support = [Int32](repeating: 0, count: 2 * wanted)
        var integers = [Int32](repeating: 0, count: 10 * size)
        try Tridiagonal.check(
            cb_dsyevr_range(
                size.lapack, matrix.base, size.lapack, (size - wanted + 1).lapack, size.lapack, values.base,
                vectors.base, size.lapack, &support, work.base, work.count.lapack, &integers, integers.count.lapack),
            "dsyevr")
        let descending = Workspace(size * wanted)
        for index in 0..<wanted {
            (descending + index * size).update(from: vectors + (wanted - 1 - index) * size, count: size)
        }
        return Pairs(values: values.array.prefix(wanted).reversed(), vectors: descending, size: size)
    }

    /// The residual of a Ritz vector is what its image has in basis vectors that still wait.
    private func isConverged(_ ritz: Pairs) -> Bool {
        let waiting = Set(0..<basis.count).subtracting(processed).sorted()
        let goal = 0.8 * tolerance * max(0, ritz.values[0]).squareRoot()
        return (0..<ritz.values.count).allSatisfy { index in
            let weights = ritz.vectors + index * ritz.size
            var square = 0.0
            for vector in waiting {
                var component = 0.0
                for column in 0..<ritz.size where vector < images[column].count {
                    component += images[column][vector] * weights[column]
                }
                square += component * component
            }
            let residual = square.squareRoot()
            let value = max(0, ritz.values[index]).squareRoot()
            return min(value > 0 ? residual / value : .infinity, residual.squareRoot()) <= goal
        }
    }

    private func combine(_ ritz: Pairs) -> Workspace {
        let result = Workspace(columns * ritz.values.count)
        let taken = Workspace(columns * ritz.size)
        for (place, vector) in processed.enumerated() {
            (taken + place * columns).update(from: basis.vectors + vector * columns, count: columns)
        }
        let none = CChar(UInt8(ascii: "N"))
        cb_dgemm(
            none, none, columns.lapack, ritz.values.count.lapack, ritz.size.lapack, 1, taken.base, columns.lapack,
            ritz.vectors.base, ritz.size.lapack, 0, result.base, columns.lapack)
        return result
    }
}
