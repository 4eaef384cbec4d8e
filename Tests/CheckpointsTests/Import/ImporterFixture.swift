import Foundation

@testable import Checkpoints

/// A folder that goes away with its owner.
final class ImportFolder {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "import-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes a file and the folders above it; hands back its path.
    @discardableResult
    func write(_ name: String, _ content: Data) throws -> String {
        let file = path + "/" + name
        try FileManager.default.createDirectory(
            atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try content.write(to: URL(filePath: file))
        return file
    }

    @discardableResult
    func write(_ name: String, _ content: String) throws -> String { try write(name, Data(content.utf8)) }

    func link(_ name: String, to target: String) throws {
        let file = path + "/" + name
        try FileManager.default.createDirectory(
            atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: file, withDestinationPath: target)
    }

    func read(_ name: String) throws -> Data { try Data(contentsOf: URL(filePath: path + "/" + name)) }

    func list(_ name: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path + "/" + name).sorted()
    }
}

/// The bytes of a safetensors file with this header and this data.
func safetensors(_ header: String, data: [UInt8] = []) -> Data {
    let length = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Data($0) }
    return length + Data(header.utf8) + Data(data)
}

/// One tensor's entry in a safetensors header.
func entry(_ name: String, _ type: String, _ shape: [Int], _ begin: Int, _ end: Int) -> String {
    #""\#(name)":{"dtype":"\#(type)","shape":\#(shape),"data_offsets":[\#(begin),\#(end)]}"#
}

/// A safetensors file of tensors without elements, named by these numbers.
func emptyTensors(_ names: Range<Int>) -> Data {
    let entries = names.map { #""\#($0)":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}"# }
    return safetensors(#"{"__metadata__":{},\#(entries.joined(separator: ","))}"#)
}

/// A model of two tensors: 8 bytes of bfloat16 from `first` on, and 6 bytes.
func tinyModel(first: UInt8 = 1) -> Data {
    safetensors(
        "{\(entry("model.norm.weight", "BF16", [2, 2], 0, 8)),\(entry("lm_head.weight", "I16", [3], 8, 14))}",
        data: (0..<14).map { first + $0 })
}
