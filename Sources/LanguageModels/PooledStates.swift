import Tensors

/// How the hidden states of a sequence become one vector, or several.
package enum Pooling: String, Codable, Sendable, CaseIterable {
    /// Their mean over all tokens.
    case mean
    /// That of the last token.
    case last
}

extension Matrix {
    /// A row for each sequence.
    package init(_ states: HiddenStates, _ pooling: Pooling) {
        var elements: [Float] = []
        elements.reserveCapacity(states.sequenceCount * states.width)
        for sequence in 0..<states.sequenceCount {
            let count = states.tokenCount(ofSequence: sequence)
            states.withStates(ofSequence: sequence) { values in
                switch pooling {
                case .last: elements += values[(count - 1) * states.width..<count * states.width]
                case .mean: elements += Matrix.mean(values, count, states.width)
                }
            }
        }
        self.init(rows: states.sequenceCount, columns: states.width, elements: elements)
    }

    private static func mean(_ values: UnsafeBufferPointer<Float>, _ count: Int, _ width: Int) -> [Float] {
        var sums = [Double](repeating: 0, count: width)
        for token in 0..<count {
            for column in 0..<width { sums[column] += Double(values[token * width + column]) }
        }
        return sums.map { Float($0 / Double(count)) }
    }

    /// A row for each of at most `limit` tokens of every sequence, evenly spaced, the last one among them.
    ///
    /// Of a longer sequence the first token is not taken: it often holds states like no other's.
    package init(_ states: HiddenStates, tokensPerSequence limit: Int) {
        var elements: [Float] = []
        for sequence in 0..<states.sequenceCount {
            let count = states.tokenCount(ofSequence: sequence)
            let taken = min(limit, count)
            states.withStates(ofSequence: sequence) { values in
                for index in 1...taken {
                    let token = index * count / taken - 1
                    elements += values[token * states.width..<(token + 1) * states.width]
                }
            }
        }
        self.init(rows: elements.count / max(1, states.width), columns: states.width, elements: elements)
    }
}
