import CKernels
import Foundation
import Tensors
import TestSupport
import Testing

@testable import Base
@testable import LanguageModels

/// The steps of a layer against plain loops in double precision, beyond the sizes at which work is cut into pieces.
@Suite struct LayerComputationTests {
    private let pool = ActivationPool()

    /// Numbers between −1 and 1 that repeat nowhere soon.
    private func matrix(_ rows: Int, _ columns: Int, seed: UInt64) -> Activation {
        let matrix = pool.take(rows, columns)
        var random = SplitMix64(seed: seed)
        for place in 0..<rows * columns { matrix.base[place] = Float(Int(random.next() >> 40)) / Float(1 << 23) - 1 }
        return matrix
    }

    private func weights(_ matrix: Activation) -> StoredWeights {
        let weights = StoredWeights(rows: matrix.rows, columns: matrix.columns, type: .float32)
        weights.bytes.copyMemory(
            from: UnsafeRawBufferPointer(start: matrix.base, count: 4 * matrix.rows * matrix.columns))
        return weights
    }

    private func computation(_ bounds: [Int]) -> LayerComputation {
        LayerComputation(bounds: bounds, pool: pool, execution: Execution())
    }

    @Test(arguments: [true, false])
    func `a product beyond one tile is that of plain loops`(isBiased: Bool) throws {
        let (x, w) = (matrix(1030, 37, seed: 1), matrix(300, 37, seed: 2))
        let bias = (0..<300).map { Float($0) / 100 }
        let y = try computation([0, 1030]).linear(x, weights(w), bias: isBiased ? bias : nil)
        for row in stride(from: 0, to: 1030, by: 41) {
            for feature in 0..<300 {
                let sum = (0..<37).reduce(0.0) { $0 + Double(x.row(row)[$1]) * Double(w.row(feature)[$1]) }
                #expect(abs(Double(y.row(row)[feature]) - sum - (isBiased ? Double(bias[feature]) : 0)) < 1e-5)
            }
        }
    }

    @Test(arguments: [nil, 1, 100, 300, 1000] as [Int?])
    func `attention beyond one tile is that of plain loops`(window: Int?) throws {
        let bounds = [0, 600, 607]
        let (heads, shared, width) = (4, 2, 6)
        let q = matrix(607, heads * width, seed: 3)
        let k = matrix(607, shared * width, seed: 4)
        let v = matrix(607, shared * width, seed: 5)
        let found = try computation(bounds).attention(
            q: Heads(q, width: width), k: Heads(k, width: width), v: Heads(v, width: width), window: window)
        for token in [0, 1, 99, 100, 255, 256, 511, 512, 599, 600, 606] {
            let first = max(token < 600 ? 0 : 600, window.map { token - $0 + 1 } ?? 0)
            for head in 0..<heads {
                let place = head / 2 * width
                let scores = (first...token).map { key in
                    (0..<width).reduce(0.0) {
                        $0 + Double(q.row(token)[head * width + $1]) * Double(k.row(key)[place + $1])
                    } / Double(width).squareRoot()
                }
                let powers = scores.map { exp($0) }
                let sum = powers.reduce(0, +)
                for element in 0..<width {
                    let expected = zip(first...token, powers).reduce(0.0) {
                        $0 + $1.1 / sum * Double(v.row($1.0)[place + element])
                    }
                    #expect(abs(Double(found.row(token)[head * width + element]) - expected) < 2e-6)
                }
            }
        }
    }

    @Test func `exponentials are right to a few units in the last place`() {
        // silu(x)/x is 1/(1 + e^-x), and of x = 1 everywhere the softmax shows ratios of exponentials.
        for step in -8700...8700 {
            let x = Float(step) / 100
            var gate = [x]
            ck_swiglu(&gate, [1], 1)
            let expected = Double(x) / (1 + exp(-Double(x)))
            #expect(abs(Double(gate[0]) - expected) <= 1e-6 * max(abs(expected), 1e-30))
        }
        var extremes: [Float] = [-1000, 1000, .nan, 0]
        ck_swiglu(&extremes, [1, 1, 1, 1], 4)
        #expect(abs(extremes[0]) < 1e-30 && extremes[1] == 1000 && extremes[2].isNaN && extremes[3] == 0)
    }

    @Test func `norms are those of plain loops`() {
        let x = matrix(70, 533, seed: 6)
        let (gain, bias) = ((0..<533).map { Float($0 % 7) / 3 }, (0..<533).map { Float($0 % 5) - 2 })
        let rms = computation([0, 70]).rmsNormed(x, gain: gain, epsilon: 1e-3)
        let layer = computation([0, 70]).layerNormed(x, gain: gain, bias: bias, epsilon: 1e-3)
        let plain = computation([0, 70]).layerNormed(x, gain: nil, bias: nil, epsilon: 1e-3)
        for row in [0, 63, 64, 69] {
            let values = (0..<533).map { Double(x.row(row)[$0]) }
            let mean = values.reduce(0, +) / 533
            let square = values.reduce(0) { $0 + $1 * $1 } / 533
            let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 533
            for column in 0..<533 {
                let normed = (values[column] - mean) / (variance + 1e-3).squareRoot()
                #expect(abs(Double(plain.row(row)[column]) - normed) < 1e-6)
                #expect(
                    abs(Double(layer.row(row)[column]) - normed * Double(gain[column]) - Double(bias[column])) < 2e-6)
                let expected = values[column] / (square + 1e-3).squareRoot() * Double(gain[column])
                #expect(abs(Double(rms.row(row)[column]) - expected) < 2e-6)
            }
        }
    }

    /// Pieces of a vocabulary in which the largest logits stand first, last and in between.
    @Test(arguments: [0, 1, 2])
    func `logits that pass in pieces are summed as a whole`(order: Int) {
        var logits = (0..<1000).map { Float(($0 * 7919) % 1000) / 50 - 10 }
        if order == 1 { logits.sort() }
        if order == 2 { logits.sort(by: >) }
        logits[500] = logits.max() ?? 0  // a tie
        var token = ck_token()
        ck_token_begin(&token)
        for start in stride(from: 0, to: 1000, by: 300) {
            let piece = Array(logits[start..<min(start + 300, 1000)])
            ck_token_add(&token, piece, piece.count, Int32(start), 777)
        }
        let most = Double(logits.max() ?? 0)
        let sum = logits.reduce(0) { $0 + exp(Double($1) - most) }
        let moment = logits.reduce(0) { $0 + (Double($1) - most) * exp(Double($1) - most) }
        #expect(abs(token.sum - sum) < 1e-6 * sum && abs(token.moment - moment) < 1e-6 * abs(moment))
        let sorted = logits.sorted(by: >)
        #expect(token.largest.0 == sorted[0] && token.largest.1 == sorted[1] && token.largest.4 == sorted[4])
        #expect(token.first == Int32(logits.firstIndex(of: sorted[0]) ?? -1) && token.target == logits[777])
    }
}
