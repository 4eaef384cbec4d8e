/// What one reading of a tensor tells about its content: its sums, and its fingerprint where one was asked for.
package struct TensorContent: Codable, Sendable, Equatable {
    /// Sums over all elements.
    package var sums = TensorSums()
    /// Fingerprints of the segments of 2^20 elements, in order; empty when none were asked for.
    package var segments: [Fingerprint] = []

    /// The content of no elements.
    package init() {}

    /// The tensor's fingerprint; `nil` when none was asked for.
    package var fingerprint: Fingerprint? { segments.isEmpty ? nil : Fingerprint(segments: segments) }

    /// Whether every element has the same magnitude, as far as the sums tell (relative error 1e-7): ones and zeros say
    /// nothing about where a tensor comes from.
    package var hasOneMagnitude: Bool {
        let uniform = Double(sums.count) * sums.maximumMagnitude * sums.maximumMagnitude
        return abs(uniform - sums.squareSum) <= 1e-7 * uniform
    }

    /// Adds the content of the segment that follows.
    package mutating func append(_ next: TensorContent) {
        sums.append(next.sums)
        segments += next.segments
    }
}
