import CXXHash

/// A 128-bit fingerprint (XXH3) of a tensor's little-endian row-major bytes, independent of how a file lays them out.
///
/// A tensor of at most `segmentElements` elements has the plain XXH3-128 of its bytes, as `xxhsum -H2` prints it. A
/// longer one has the XXH3-128 of the concatenated big-endian fingerprints of its segments, so that segments can be
/// hashed on all cores. It detects equal content; it is no defence against somebody who forges collisions.
package struct Fingerprint: Hashable, Sendable, Codable, CustomStringConvertible {
    /// Elements of a segment: 2^20.
    package static let segmentElements = 1 << 20

    private let high: UInt64
    private let low: UInt64

    /// 32 lower-case hexadecimal digits, most significant first.
    package var description: String { Self.digits(high) + Self.digits(low) }

    private static func digits(_ half: UInt64) -> String {
        let text = String(half, radix: 16)
        return String(repeating: "0", count: 16 - text.count) + text
    }

    /// Reads what `description` writes.
    package init?(_ text: some StringProtocol) {
        guard text.utf8.count == 32, text.allSatisfy(\.isHexDigit), let high = UInt64(text.prefix(16), radix: 16),
            let low = UInt64(text.suffix(16), radix: 16)
        else { return nil }
        (self.high, self.low) = (high, low)
    }

    private init(_ hash: XXH128_hash_t) { (high, low) = (hash.high64, hash.low64) }

    /// The fingerprint of these bytes.
    package init(of bytes: UnsafeRawBufferPointer) { self.init(XXH3_128bits(bytes.baseAddress, bytes.count)) }

    /// The fingerprint of a text's UTF-8 bytes.
    package init(of text: String) {
        var text = text
        self = text.withUTF8 { Fingerprint(of: UnsafeRawBufferPointer($0)) }
    }

    /// The fingerprint of a tensor from its segments', in order. Precondition: there is at least one.
    package init(segments: [Fingerprint]) {
        precondition(!segments.isEmpty)
        guard segments.count > 1 else {
            self = segments[0]
            return
        }
        var bytes: [UInt8] = []
        for segment in segments {
            for half in [segment.high, segment.low] { withUnsafeBytes(of: half.bigEndian) { bytes += $0 } }
        }
        self = bytes.withUnsafeBytes { Fingerprint(of: $0) }
    }

    /// Encoded as its description.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    /// Decoded from its description.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let value = Fingerprint(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a fingerprint")
        }
        self = value
    }

    /// Hashes bytes that arrive in parts.
    package final class Stream {
        private let state: OpaquePointer

        /// Starts with no bytes.
        package init() {
            guard let state = XXH3_createState() else { preconditionFailure("out of memory") }
            self.state = state
            XXH3_128bits_reset(state)
        }

        deinit { XXH3_freeState(state) }

        /// Adds the next bytes.
        package func add(_ bytes: UnsafeRawBufferPointer) {
            cxxhash_update(state, bytes.baseAddress, bytes.count)
        }

        /// The fingerprint of all bytes added so far.
        package var fingerprint: Fingerprint { Fingerprint(XXH3_128bits_digest(state)) }
    }
}
