import Checkpoints
import Foundation
import Tensors

/// A float32 tensor of a checkpoint made for a test.
struct FloatTensor {
    let name: String
    let shape: [Int]
    let values: [Float]

    init(_ name: String, _ shape: [Int], _ values: [Float]) {
        self.name = name
        self.shape = shape
        self.values = values
    }

    var bytes: Data { values.withUnsafeBytes { Data($0) } }
}

/// Two tensors of norms 5 and √30.
let smallModel = [
    FloatTensor("model.norm.weight", [2], [3, 4]), FloatTensor("lm_head.weight", [2, 2], [1, 2, 3, 4]),
]
/// The same after a step of length 5: 4 in one element of the first tensor, 3 in one of the second.
let movedModel = [
    FloatTensor("model.norm.weight", [2], [3, 8]), FloatTensor("lm_head.weight", [2, 2], [1, 2, 3, 7]),
]

extension Workplace {
    /// Writes a checkpoint file; hands back its path.
    @discardableResult
    func checkpoint(_ name: String, _ tensors: [FloatTensor]) throws -> String {
        let path = self / name
        let folder = URL(filePath: path).deletingLastPathComponent()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let revision = String(name.split(separator: "/").last?.dropLast(".h5".count) ?? "")
        let writer = try CheckpointWriter(
            path: path, model: "small", revision: Revision(named: revision), config: nil,
            tensors: tensors.map { CheckpointWriter.Tensor(name: $0.name, elementType: .float32, shape: $0.shape) })
        for (index, tensor) in tensors.enumerated() {
            try tensor.values.withUnsafeBytes { bytes in try writer.write(bytes, tensor: index, at: 0) }
        }
        try writer.commit()
        return path
    }

    /// Writes a Hugging Face directory; hands back its path.
    @discardableResult
    func huggingFace(_ name: String, _ tensors: [FloatTensor]) throws -> String {
        try write("\(name)/config.json", #"{"model_type": "olmo2"}"#)
        try write("\(name)/model.safetensors", safetensors(tensors))
        return self / name
    }

    /// Writes two checkpoints of `count` matrices of 1 MiB that differ everywhere; hands back their paths.
    func largePair(_ count: Int) throws -> (from: String, to: String) {
        let shape = [512, 1024]
        // bfloat16 between 2^-7 and 2^1 with either sign: finite, and no two tensors alike.
        var state: UInt64 = 1
        let block: [UInt16] = (0..<(512 * 1024)).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt16(truncatingIfNeeded: state >> 40) & 0x83FF | 0x3C00
        }
        var paths: [String] = []
        for side in 0..<2 {
            let path = self / "large\(side).h5"
            let names = (0..<count).map { "model.layers.\($0).mlp.up_proj.weight" }
            let writer = try CheckpointWriter(
                path: path, model: nil, revision: Revision(named: "large\(side)"), config: nil,
                tensors: names.map { .init(name: $0, elementType: .bfloat16, shape: shape) })
            for index in names.indices {
                // Each tensor is the block, turned by another number of elements.
                let turn = 2 * (1 + 7 * index + 3001 * side)
                try block.withUnsafeBytes { bytes in
                    try writer.write(
                        UnsafeRawBufferPointer(rebasing: bytes[turn...]), tensor: index, at: 0)
                    try writer.write(
                        UnsafeRawBufferPointer(rebasing: bytes[..<turn]), tensor: index, at: bytes.count - turn)
                }
            }
            try writer.commit()
            paths.append(path)
        }
        return (paths[0], paths[1])
    }
}

/// The bytes of a safetensors file (https://huggingface.co/docs/safetensors): the header's length, the header, the data.
func safetensors(_ tensors: [FloatTensor]) -> Data {
    var entries: [String] = []
    var data = Data()
    for tensor in tensors {
        let end = data.count + tensor.bytes.count
        entries.append(
            #""\#(tensor.name)":{"dtype":"F32","shape":\#(tensor.shape),"data_offsets":[\#(data.count),\#(end)]}"#)
        data += tensor.bytes
    }
    let header = "{\(entries.joined(separator: ","))}"
    return withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Data($0) } + Data(header.utf8) + data
}
