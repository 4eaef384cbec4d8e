import Checkpoints
import Foundation
import Tensors
import TestSupport

@testable import Experiments

/// A checkpoint of the committed series in memory, to be changed and written elsewhere.
struct EditedCheckpoint {
    struct Tensor {
        var name: String
        var type: ElementType
        var shape: [Int]
        var bytes: [UInt8]

        /// Its elements, of bfloat16.
        var values: [Float] {
            get {
                (0..<(bytes.count / 2)).map {
                    Float(bitPattern: (UInt32(bytes[2 * $0]) | UInt32(bytes[2 * $0 + 1]) << 8) << 16)
                }
            }
            set { bytes = newValue.flatMap { EditedCheckpoint.bfloat16($0) } }
        }
    }

    var revision: Revision
    var config: String?
    var tensors: [Tensor]

    init(_ name: String) throws { try self.init(path: "\(packageRoot)/experiments/data/tiny-olmo2/\(name).h5") }

    init(path: String) throws {
        let checkpoint = try Checkpoint(opening: CheckpointLocation(path: path), options: readOptions())
        guard let reader = checkpoint.reader else { preconditionFailure("just opened") }
        revision = checkpoint.revision
        config = checkpoint.contents.config
        tensors = try checkpoint.tensors.enumerated().map { place, info in
            var bytes = [UInt8](repeating: 0, count: info.elementCount * info.elementType.byteCount)
            try bytes.withUnsafeMutableBytes { try reader.read(place, from: 0, into: $0) }
            return Tensor(name: info.name, type: info.elementType, shape: info.shape, bytes: bytes)
        }
    }

    /// Rounds to nearest, ties to even.
    static func bfloat16(_ value: Float) -> [UInt8] {
        let bits = value.bitPattern
        let top = value.isNaN ? 0x7fc0 : UInt16(truncatingIfNeeded: (bits + 0x7fff + (bits >> 16 & 1)) >> 16)
        return [UInt8(truncatingIfNeeded: top), UInt8(top >> 8)]
    }

    subscript(_ name: String) -> Tensor {
        get { tensors[place(name)] }
        set { tensors[place(name)] = newValue }
    }

    private func place(_ name: String) -> Int {
        guard let place = tensors.firstIndex(where: { $0.name == name }) else { preconditionFailure("no \(name)") }
        return place
    }

    mutating func remove(_ names: (String) -> Bool) { tensors.removeAll { names($0.name) } }

    /// Its weights plus those of `to` less those of `from`, rounded.
    mutating func add(_ to: EditedCheckpoint, less from: EditedCheckpoint, times factor: Float = 1) {
        for index in tensors.indices {
            let (a, b) = (to.tensors[index].values, from.tensors[index].values)
            tensors[index].values = zip(tensors[index].values, zip(a, b)).map { $0 + factor * ($1.0 - $1.1) }
        }
    }

    func write(to folder: ScratchFolder, as name: String? = nil) throws {
        let writer = try CheckpointWriter(
            path: "\(folder.path)/\(name ?? revision.name).h5", model: nil, revision: revision, config: config,
            tensors: tensors.map { CheckpointWriter.Tensor(name: $0.name, elementType: $0.type, shape: $0.shape) })
        for (place, tensor) in tensors.enumerated() {
            try tensor.bytes.withUnsafeBytes { try writer.write($0, tensor: place, at: 0) }
        }
        try writer.commit()
    }
}

/// Copies of the committed series' files in a folder, to be damaged.
final class DamagedSeries {
    let folder: ScratchFolder

    /// Links to the named checkpoints, or to all.
    init(_ names: [String]? = nil) throws {
        folder = try ScratchFolder()
        let source = "\(packageRoot)/experiments/data/tiny-olmo2"
        let all = try FileManager.default.contentsOfDirectory(atPath: source).filter { $0.hasSuffix(".h5") }
        for name in all where names?.contains(String(name.dropLast(3))) ?? true {
            try FileManager.default.createSymbolicLink(
                atPath: "\(folder.path)/\(name)", withDestinationPath: "\(source)/\(name)")
        }
    }

    /// Writes a changed checkpoint in the place of the old one.
    func edit(_ name: String, as other: String? = nil, _ change: (inout EditedCheckpoint) throws -> Void) throws {
        var checkpoint = try EditedCheckpoint(name)
        try change(&checkpoint)
        try FileManager.default.removeItem(atPath: "\(folder.path)/\(name).h5")
        try checkpoint.write(to: folder, as: other ?? name)
    }

    /// Puts the weights of one checkpoint under the label of another.
    func relabel(_ name: String, with weights: String) throws {
        let tensors = try EditedCheckpoint(weights).tensors
        try edit(name) { $0.tensors = tensors }
    }

    /// Audits the folder.
    @discardableResult
    func audit(settings: String = "", out: String = "out", jobs: Int = 2, experiments: [String] = ["audit"]) throws
        -> ExperimentRun.Outcome
    {
        var options = ExperimentRun.Options(names: experiments, jobs: jobs)
        options.settingsFile = try folder.write("settings.yaml", "series: [\"\(folder.path)\"]\n\(settings)")
        options.output = "\(folder.path)/\(out)"
        options.journal = "\(folder.path)/journal"
        options.readOptions = readOptions()
        return try ExperimentRun(options).run()
    }

    func table(_ name: String, out: String = "out") throws -> CSVRows {
        CSVRows(try folder.text("\(out)/\(name).csv"))
    }

    /// What an audit finds: `KIND REVISION TENSOR`.
    func findings(settings: String = "") throws -> [String] {
        try audit(settings: settings)
        let table = try table("findings")
        return table.rows.indices.map { row in
            ["finding", "revision", "tensor"].compactMap { table.cell(row, $0) }.filter { !$0.isEmpty }
                .joined(separator: " ")
        }
    }
}
