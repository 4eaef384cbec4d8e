/// TensorBoard's event file: scalars by step.
///
/// A file is a sequence of TFRecords, each a length (64 bits, little-endian), its checksum, the bytes and theirs. The bytes
/// are a protocol buffer `Event` (tensorboard/compat/proto/event.proto): `step` = 2, `file_version` = 3, `summary` = 5, a
/// `Summary` of `Value`s = 1, each with a `tag` = 1 and a `simple_value` = 2 (float). So values are rounded to float32. The
/// time of an event is left out, and so 0: equal tables give equal bytes.
package struct EventFile: Sendable {
    /// TensorBoard takes files whose names hold `tfevents`.
    package static let fileName = "events.out.tfevents.0.dynamics"

    /// The file's bytes.
    package private(set) var bytes: [UInt8] = []

    /// A file of one run.
    package init(_ run: ScalarRuns.Run) {
        append(Message().text(3, "brain.Event:2"))
        for (step, values) in run.steps {
            let summary = values.reduce(Message()) { summary, scalar in
                summary.message(1, Message().text(1, scalar.tag).float(2, Float(scalar.value)))
            }
            append(Message().integer(2, step).message(5, summary))
        }
    }

    private mutating func append(_ event: Message) {
        let length = littleEndian(UInt64(event.bytes.count))
        bytes += length + littleEndian(maskedCRC32C(length))
        bytes += event.bytes + littleEndian(maskedCRC32C(event.bytes))
    }

    /// A protocol buffer being written: a key (field number and wire type), then the value.
    private struct Message {
        var bytes: [UInt8] = []

        /// 0 is what a missing integer means, and is left out.
        func integer(_ field: Int, _ value: Int) -> Message {
            value == 0 ? self : adding(field, wireType: 0, EventFile.varint(UInt64(bitPattern: Int64(value))))
        }
        func float(_ field: Int, _ value: Float) -> Message {
            adding(field, wireType: 5, littleEndian(value.bitPattern))
        }
        func text(_ field: Int, _ value: String) -> Message { data(field, Array(value.utf8)) }
        func message(_ field: Int, _ value: Message) -> Message { data(field, value.bytes) }

        private func data(_ field: Int, _ value: [UInt8]) -> Message {
            adding(field, wireType: 2, EventFile.varint(UInt64(value.count)) + value)
        }
        private func adding(_ field: Int, wireType: Int, _ value: [UInt8]) -> Message {
            Message(bytes: bytes + EventFile.varint(UInt64(field << 3 | wireType)) + value)
        }
    }

    /// Seven bits a byte, the lowest first; the highest bit says that more follow.
    private static func varint(_ value: UInt64) -> [UInt8] {
        var (rest, bytes): (UInt64, [UInt8]) = (value, [])
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }
}

private func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
}

/// The checksum of TFRecords: CRC-32C (Castagnoli), turned by 15 bits and moved by a constant.
func maskedCRC32C(_ bytes: [UInt8]) -> UInt32 {
    let crc = ~bytes.reduce(~UInt32(0)) { crc, byte in
        crcTable[Int(UInt8(truncatingIfNeeded: crc) ^ byte)] ^ (crc >> 8)
    }
    return (crc >> 15 | crc << 17) &+ 0xa282_ead8
}

/// Of the reflected polynomial 0x82F63B78, a byte at a time.
private let crcTable: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { crc, _ in crc & 1 == 1 ? crc >> 1 ^ 0x82f6_3b78 : crc >> 1 }
}
