import Base

/// What a regular file is, by what it begins with: the ending of its name decides only where the bytes say nothing.
enum FileFormat: Equatable {
    case hdf5
    case safetensors
    /// torch's, NumPy's or Keras's: its members tell.
    case zip
    /// What torch wrote before version 1.6.
    case torchStream
    /// One array of NumPy's.
    case npy
    /// A format that is not read: its name, and a way on.
    case other(String, remedy: String)
    /// Nothing that is known.
    case unknown

    /// Bytes that are looked at.
    private static let prefixLength = 512

    init(of file: any ByteSource) throws(CheckpointError) {
        let start = try file.bytes(at: 0, count: min(file.byteCount, FileFormat.prefixLength))
        self = FileFormat(start: start, byteCount: file.byteCount, path: file.name)
    }

    /// - Parameter start: the first bytes of a file of `byteCount` bytes.
    init(start: [UInt8], byteCount: Int, path: String) {
        if start.starts(with: HDF5Signature.bytes) {
            self = .hdf5
        } else if start.starts(with: [0x50, 0x4b, 3, 4]) || start.starts(with: [0x50, 0x4b, 5, 6]) {
            self = .zip
        } else if start.starts(with: TorchStream.signature) {
            self = .torchStream
        } else if start.starts(with: [0x93] + Array("NUMPY".utf8)) {
            self = .npy
        } else if FileFormat.isSafetensors(start) {
            self = .safetensors
        } else if let known = FileFormat.signatures.first(where: { $0.isAt(start) }) {
            self = .other(known.name, remedy: known.remedy)
        } else if let other = FileFormat.other(start, path) {
            self = other
        } else if path.hasSuffix(".safetensors") {
            self = .safetensors
        } else {
            self = .unknown
        }
    }

    /// Eight bytes of a length that a header may have, and the beginning of JSON.
    private static func isSafetensors(_ start: [UInt8]) -> Bool {
        guard start.count > 8, let length = LittleEndianBytes(start).uint64(0), length >= 2,
            length <= SafetensorsHeader.lengthLimit
        else { return false }
        return start.dropFirst(8).first { !" \t\r\n".utf8.contains($0) } == UInt8(ascii: "{")
    }

    private struct Signature {
        let bytes: [UInt8]
        var offset = 0
        let name: String
        let remedy: String

        init(_ text: String, at offset: Int = 0, _ name: String, _ remedy: String) {
            self.init(Array(text.utf8), at: offset, name, remedy)
        }

        init(_ bytes: [UInt8], at offset: Int = 0, _ name: String, _ remedy: String) {
            (self.bytes, self.offset, self.name, self.remedy) = (bytes, offset, name, remedy)
        }

        func isAt(_ start: [UInt8]) -> Bool { start.dropFirst(offset).starts(with: bytes) }
    }

    private static let unpack = "unpack it first"
    private static let export = "export the weights of the model that it was made of as safetensors"

    private static let signatures: [Signature] = [
        Signature(
            "GGUF", "GGUF (llama.cpp)",
            "use the checkpoint that it was converted from; of its own tensors, unquantized ones can be saved as "
                + "safetensors with llama.cpp's gguf package"),
        Signature("lmgg", "GGML (llama.cpp)", "use the checkpoint that it was converted from"),
        Signature("tjgg", "GGML (llama.cpp)", "use the checkpoint that it was converted from"),
        Signature("TFL3", at: 4, "TFLite", export),
        Signature("MATLAB 5.0 MAT-file", "a MATLAB file of version 5", "save it with -v7.3, which is HDF5"),
        Signature(
            "version https://git-lfs.github.com/spec/v1", "a pointer of Git LFS, and not the file",
            "fetch the file with 'git lfs pull'"),
        Signature([0x1f, 0x8b], "compressed by gzip", FileFormat.unpack),
        Signature("BZh", "compressed by bzip2", FileFormat.unpack),
        Signature([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], "compressed by xz", FileFormat.unpack),
        Signature([0x28, 0xb5, 0x2f, 0xfd], "compressed by zstd", FileFormat.unpack),
        Signature([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], "a 7z archive", FileFormat.unpack),
        Signature("Rar!", "a RAR archive", FileFormat.unpack),
        Signature(
            "ustar", at: 257, "a tar archive",
            "unpack it; torch's own of before 2017 can be loaded with torch and saved again"),
        Signature("TRTorchV", "TensorRT", export), Signature("ftrt", "TensorRT", export),
        Signature("PAR1", "Parquet", "save its columns with np.savez"),
    ]

    /// What is told by less than a signature.
    private static func other(_ start: [UInt8], _ path: String) -> FileFormat? {
        if start.first == 0x80, start.count > 1, (2...5).contains(start[1]) {
            return .other(
                "a Python pickle that torch.save did not write",
                remedy: "if you trust it, load it with Python and save its arrays with safetensors or np.savez")
        }
        let text = String(decoding: start.drop { " \t\r\n".utf8.contains($0) }.prefix(32), as: UTF8.self).lowercased()
        if text.hasPrefix("<!doctype html") || text.hasPrefix("<html") || text.hasPrefix("<?xml") {
            return .other("a web page, and not the file", remedy: "fetch the file itself; the page may ask for a login")
        }
        // Protocol buffers begin with the number of their first field: ONNX's ir_version, then its producer.
        let isONNX =
            start.count > 2 && start[0] == 0x08 && start[1] < 0x20 && [0x12, 0x1a, 0x22, 0x3a].contains(start[2])
        if path.hasSuffix(".onnx") || isONNX {
            return .other(
                "ONNX",
                remedy: "use the checkpoint that it was exported from, or save its initializers with np.savez "
                    + "(onnx.numpy_helper.to_array)")
        }
        let tensorFlow = [".pb", ".ckpt.index", ".ckpt.meta", ".index", ".meta"].contains { path.hasSuffix($0) }
        if tensorFlow || path.firstMatch(of: /\.data-[0-9]{5}-of-[0-9]{5}$/) != nil {
            return .other(
                "TensorFlow's",
                remedy: "save the weights with model.save_weights('model.weights.h5'), or the variables of "
                    + "tf.train.load_checkpoint with np.savez")
        }
        if path.hasSuffix(".msgpack") {
            return .other(
                "Flax's msgpack", remedy: "load it with flax and save its arrays with np.savez or safetensors.flax")
        }
        if path.hasSuffix(".mlmodel") { return .other("Core ML", remedy: export) }
        return nil
    }

    /// What a zip archive is that holds no tensors in a way that is read; `nil` when nothing tells.
    static func ofArchive(_ names: [String]) -> (name: String, remedy: String)? {
        func has(_ ending: String) -> Bool { names.contains { $0 == ending || $0.hasSuffix("/" + ending) } }
        if has("constants.pkl") || names.contains(where: { $0.contains("/code/__torch__") }) {
            return (
                "a TorchScript archive (torch.jit.save)",
                "load it with torch.jit.load and save its tensors: torch.save(module.state_dict(), 'model.pt')"
            )
        }
        if has("serialized_exported_program.json") || has("models/model.json") || has("archive_format") {
            return (
                "an exported program of torch (torch.export)",
                "load it with torch.export.load and save its state_dict with torch.save"
            )
        }
        if has("saved_model.pb") {
            return ("a TensorFlow SavedModel in a zip archive", "unpack it, and save its weights")
        }
        if has("[Content_Types].xml") { return ("an office document", "give the checkpoint itself") }
        return nil
    }

    /// The error for a file of another format.
    static func error(_ path: String, _ name: String, _ remedy: String, checkpoint: String) -> CheckpointError {
        CheckpointError(
            .unsupported, checkpoint: checkpoint, problem: "'\(path)' is \(name), which is not read", remedy: remedy)
    }
}
