import HDF5
import Tensors

/// Writes one checkpoint file: first its whole structure, then the tensors' bytes in any order and in pieces of any
/// size, so that a checkpoint is never in memory whole. The file gets its name when it is complete; until then, and
/// after a failure, nothing is there.
///
/// Equal arguments give equal files, byte for byte.
package struct CheckpointWriter: ~Copyable {
    private let file: PartialFile
    /// The room of each tensor's bytes; `nil` for linked ones and those without elements.
    private let rooms: [Range<Int>?]

    /// One tensor of the file to be.
    package struct Tensor: Sendable {
        var name: String
        var type: StoredType
        var shape: [Int]
        var link: ExternalStorage?
        var attributes: [(name: String, content: AttributeContent)] = []

        /// A tensor with bytes of its own.
        /// - Parameters:
        ///   - name: any but the empty one, without slashes.
        ///   - shape: extents, slowest first; empty for a scalar.
        package init(name: String, elementType: ElementType, shape: [Int]) {
            self.init(name: name, type: elementType.storedType, shape: shape)
        }

        init(name: String, type: StoredType, shape: [Int]) {
            self.name = name
            self.type = type
            self.shape = shape
        }

        /// Bytes the tensor takes.
        var byteCount: Int { shape.reduce(type.byteCount, *) }
    }

    /// What the attribute `format` says.
    static let format = "training-dynamics"

    /// The version of the file format that is written, in the attribute `format_version`.
    package static let formatVersion = 1

    /// Writes the structure.
    /// - Parameters:
    ///   - path: the file; one that is there stays as it is until `commit`.
    ///   - model: name of the training run.
    ///   - config: the Hugging Face `config.json`, verbatim.
    ///   - tensors: in the order that their bytes shall have in the file.
    package init(
        path: String, model: String?, revision: Revision, config: String?, tensors: [Tensor]
    ) throws(OutputError) {
        try self.init(
            path: path, model: model, revision: revision, config: config, sourceFingerprint: nil, tensors: tensors)
    }

    init(
        path: String, model: String?, revision: Revision, config: String?, sourceFingerprint: String?, tensors: [Tensor]
    ) throws(OutputError) {
        let file = try PartialFile(for: path)
        let attributes: [(String, AttributeContent?)] = [
            ("format", .string(CheckpointWriter.format)),
            ("format_version", .integer(CheckpointWriter.formatVersion)),
            ("model", model.map { .string($0) }),
            ("revision", .string(revision.name)),
            ("stage", revision.stage.map { .integer($0) }),
            ("ingredient", revision.ingredient.map { .integer($0) }),
            ("step", revision.step.map { .integer($0) }),
            ("tokens", revision.tokens.map { .integer($0) }),
            ("config", config.map { .string($0) }),
            ("source_fingerprint", sourceFingerprint.map { .string($0) }),
        ]
        do throws(HDF5Error) {
            rooms = try CheckpointWriter.writeStructure(file.path, attributes, tensors)
        } catch {
            // HDF5 wraps the system's reason in file descriptors and addresses.
            let system = error.reason.firstMatch(of: /error message = '([^']*)'/)
            throw OutputError(path, system.map { String($0.1) } ?? error.description)
        }
        self.file = file
    }

    private static func writeStructure(
        _ path: String, _ attributes: [(String, AttributeContent?)], _ tensors: [Tensor]
    ) throws(HDF5Error) -> [Range<Int>?] {
        let writer = try FileWriter(creating: path)
        for (name, content) in attributes {
            if let content { try writer.setAttribute(name, content) }
        }
        var rooms: [Range<Int>?] = []
        for tensor in tensors {
            let offset = try writer.createDataset(
                tensor.name, type: tensor.type, shape: tensor.shape, external: tensor.link,
                attributes: tensor.attributes)
            rooms.append(offset.map { $0..<($0 + tensor.byteCount) })
        }
        try writer.finish()
        return rooms
    }

    /// Writes `bytes` (row-major, little-endian) of tensor number `tensor`, from byte `offset` of it on.
    package func write(_ bytes: UnsafeRawBufferPointer, tensor: Int, at offset: Int) throws(OutputError) {
        guard !bytes.isEmpty else { return }
        guard let room = rooms[tensor], offset >= 0, offset + bytes.count <= room.count else {
            preconditionFailure("bytes outside the room of tensor \(tensor)")
        }
        try file.write(bytes, at: room.lowerBound + offset)
    }

    /// Puts the complete file into its place, instead of one that is there.
    package consuming func commit() throws(OutputError) {
        try file.commit()
    }

    /// Whether the file at the destination has this structure already: attributes, names, types, shapes, links, all but
    /// the tensors' bytes. Since files get their name only when they are complete, and their attributes tell the source,
    /// such a file is what this writer would write. Compared as bytes: HDF5 never opens the other file.
    func matchesDestination() throws(OutputError) -> Bool {
        let payload = rooms.compactMap { $0 }.sorted { $0.lowerBound < $1.lowerBound }
        return try file.matchesDestination(outside: payload)
    }
}

extension ElementType {
    /// The type as HDF5 files written here describe it.
    var storedType: StoredType {
        switch self {
        case .bfloat16: .float(byteCount: 2, exponentBits: 8, mantissaBits: 7)
        case .float16: .float(byteCount: 2, exponentBits: 5, mantissaBits: 10)
        case .float32: .float(byteCount: 4, exponentBits: 8, mantissaBits: 23)
        case .float64: .float(byteCount: 8, exponentBits: 11, mantissaBits: 52)
        case .float8e4m3, .scaledFloat8e4m3: .float(byteCount: 1, exponentBits: 4, mantissaBits: 3)
        case .float8e5m2, .scaledFloat8e5m2: .float(byteCount: 1, exponentBits: 5, mantissaBits: 2)
        case .int8, .int16, .int32, .int64: .integer(byteCount: byteCount, signed: true)
        case .uint8, .uint16, .uint32, .uint64: .integer(byteCount: byteCount, signed: false)
        case .bool: .boolean
        case .complex64: .complex64
        }
    }
}
