import CKernels
import Testing

@testable import Tensors

struct DecompositionKernelTests {
    @Test(arguments: [(1, 1), (3, 5), (4, 8), (17, 23), (33, 512), (5, 1031)], [1, 4])
    func `the Gram product agrees with plain loops`(size: (Int, Int), vectors: Int) {
        let (rows, columns) = size
        let matrix = TestMatrix.random(rows, columns, 50)
        let v = TestMatrix.random(vectors, columns, 51).elements.map(Double.init)
        let before = TestMatrix.random(vectors, columns, 52).elements.map(Double.init)
        let doubles = matrix.elements.map(Double.init)
        var (y, z) = ([Double](repeating: .nan, count: rows * vectors), before)
        var (wideY, wideZ) = (y, before)
        ck_gram_product_f32(matrix.elements, rows, columns, vectors, v, &y, &z)
        ck_gram_product_f64(doubles, rows, columns, vectors, v, &wideY, &wideZ)
        #expect(y == wideY)
        #expect(z == wideZ)

        for vector in 0..<vectors {
            var products = [Double](repeating: 0, count: rows)
            for row in 0..<rows {
                for column in 0..<columns {
                    products[row] += doubles[row * columns + column] * v[vector * columns + column]
                }
                #expect(abs(y[row * vectors + vector] - products[row]) < 1e-12)
            }
            for column in 0..<columns {
                let sum = (0..<rows).reduce(before[vector * columns + column]) {
                    $0 + doubles[$1 * columns + column] * products[$1]
                }
                #expect(abs(z[vector * columns + column] - sum) < 1e-11)
            }
        }
    }
}
