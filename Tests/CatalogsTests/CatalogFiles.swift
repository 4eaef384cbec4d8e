import Foundation

/// A Hugging Face directory with one tensor of four numbers.
func writeSafetensors(to folder: String, value: Float) throws {
    let header = #"{"w":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}"#
    var data = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Data($0) } + Data(header.utf8)
    for _ in 0..<4 { withUnsafeBytes(of: value.bitPattern.littleEndian) { data += Data($0) } }
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try data.write(to: URL(filePath: folder + "/model.safetensors"))
}

/// A file and the folders above it.
func writeText(_ text: String, to path: String) throws {
    let url = URL(filePath: path)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
}
