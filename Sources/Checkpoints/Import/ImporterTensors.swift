import Base
import HDF5

extension SourceCheckpoint {
    /// The tensors as datasets, under the names they have here, of the file `destination`. Types that HDF5 has no notion of become opaque bytes, with
    /// their safetensors name in the attribute `safetensors_dtype`; packed ones become a flat run of bytes, with their
    /// shape in `safetensors_shape`.
    func storedTensors(link: Importer.Link, from destination: String) throws -> [CheckpointWriter.Tensor] {
        var targets: [String] = []
        if link != .none {
            for file in files { targets.append(try linkTarget(file.source.name, link, from: destination)) }
        }
        var stored: [CheckpointWriter.Tensor] = []
        for tensor in tensors {
            try checkStorable(tensor)
            var entry = CheckpointWriter.Tensor(
                name: tensor.name, type: tensor.type.elementType?.storedType ?? .opaque, shape: tensor.shape)
            if tensor.type.elementType == nil {
                entry.attributes.append(("safetensors_dtype", .string(tensor.type.rawValue)))
            }
            if tensor.type.bitCount < 8 {
                entry.shape = [tensor.byteCount]
                entry.attributes.append(("safetensors_shape", .string("\(tensor.shape)")))
            }
            if link != .none, tensor.byteCount > 0 {
                guard tensor.deflated == nil, !tensor.isBigEndian else {
                    throw CheckpointError(
                        .unsupported, checkpoint: path,
                        problem:
                            "'\(tensor.name)' is stored \(tensor.deflated == nil ? "big-endian" : "deflated"), so that "
                            + "nothing can point at its bytes", remedy: "import it without --link")
                }
                let file = files[tensor.extent.file].source.identity
                entry.link = ExternalStorage(
                    path: targets[tensor.extent.file], offset: tensor.extent.offset,
                    byteCount: tensor.extent.byteCount)
                entry.attributes.append(("source_size", .integer(file.byteCount)))
                entry.attributes.append(("source_mtime_ns", .integer(file.modificationTimeNanoseconds)))
            }
            stored.append(entry)
        }
        return stored
    }

    /// Refuses what libhdf5 would refuse, as this source's fault and not the destination's.
    private func checkStorable(_ tensor: Tensor) throws {
        guard isPrintable(tensor.name) else {
            throw CheckpointError(
                .unsupported, checkpoint: path,
                problem: "the name of tensor '\(printable(tensor.name))' is not printable text, so that the file's "
                    + "reader would leave it out",
                remedy: "rename the tensor")
        }
        let nameLimit = 1024
        guard !tensor.name.isEmpty, tensor.name != ".", tensor.name.utf8.count <= nameLimit else {
            throw CheckpointError(
                .unsupported, checkpoint: path,
                problem: "a dataset cannot have the name '\(tensor.name.prefix(80))' (\(tensor.name.utf8.count) bytes)")
        }
        let rankLimit = 32
        guard tensor.shape.count <= rankLimit else {
            throw CheckpointError(
                .unsupported, checkpoint: path,
                problem: "'\(tensor.name)' has \(tensor.shape.count) dimensions; HDF5 allows \(rankLimit)")
        }
    }

    /// The file's real path: what a reader compares with the roots that it trusts, and what stays when a link in a Hub
    /// cache is pruned.
    private func linkTarget(
        _ file: String, _ link: Importer.Link, from destination: String
    ) throws -> String {
        guard let target = resolvedPath(file) else {
            throw CheckpointError(.unreachable, checkpoint: path, problem: "cannot resolve '\(file)': \(lastError())")
        }
        guard link == .relative else { return target }
        let parent = PathText(destination).folder
        guard let folder = resolvedPath(parent.isEmpty ? "." : parent) else {
            throw OutputError(destination, lastError())
        }
        let from = PathText(folder).components
        let to = PathText(target).components
        let common = zip(from, to).prefix { $0 == $1 }.count
        return (from.dropFirst(common).map { _ in ".." } + to.dropFirst(common)).joined(separator: "/")
    }
}
