import Tensors

/// Fixed token sequences, in named domains, that checkpoints are run over.
package struct ProbeSet: Sendable {
    /// One sequence: every token but the first is predicted from those before it.
    package struct Sequence: Sendable, Equatable {
        /// Place of its domain.
        package let domain: Int
        /// Its number within the domain, from 0.
        package let number: Int
        /// At least two ids.
        package let tokens: [Int32]
        /// Bytes of the text that the tokens but the first stand for; `nil` where the probe set does not tell.
        package let byteCount: Int?
        /// The user's own label; `nil` where the probe set has none.
        package let label: Int?

        /// Makes a sequence; see the properties.
        package init(domain: Int, number: Int, tokens: [Int32], byteCount: Int? = nil, label: Int? = nil) {
            precondition(tokens.count > 1)
            (self.domain, self.number, self.tokens) = (domain, number, tokens)
            (self.byteCount, self.label) = (byteCount, label)
        }
    }

    /// Names of the domains.
    package let domains: [String]
    /// All sequences, domain by domain.
    package let sequences: [Sequence]
    /// First tokens of the sequences, counted over all, and the end of the last.
    let bounds: [Int]

    /// Takes sequences and puts them in the order of their domains.
    /// - Precondition: every sequence's domain exists.
    package init(domains: [String], sequences: [Sequence]) {
        precondition(sequences.allSatisfy { domains.indices.contains($0.domain) })
        self.domains = domains
        self.sequences = sequences.enumerated().sorted {
            ($0.element.domain, $0.offset) < ($1.element.domain, $1.offset)
        }
        .map(\.element)
        var bounds = [0]
        for sequence in self.sequences { bounds.append(bounds[bounds.count - 1] + sequence.tokens.count) }
        self.bounds = bounds
    }

    /// Tokens of all sequences.
    package var tokenCount: Int { bounds[bounds.count - 1] }

    /// Places of a domain's sequences.
    package func sequences(of domain: Int) -> [Int] { sequences.indices.filter { sequences[$0].domain == domain } }

    /// For messages: `sequence 3 of 'pydoc'`.
    func name(of sequence: Sequence) -> String { "sequence \(sequence.number) of '\(domains[sequence.domain])'" }

    /// What results depend on: every token, and where sequences and domains begin.
    package var fingerprint: Fingerprint {
        let stream = Fingerprint.Stream()
        for sequence in sequences {
            let header = [Int32(sequence.domain), Int32(sequence.tokens.count)]
            (header + sequence.tokens).withUnsafeBytes { stream.add($0) }
        }
        return stream.fingerprint
    }
}
