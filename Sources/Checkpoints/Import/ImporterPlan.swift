import Base

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// One source of an import: what was read of it, and the file that it becomes.
struct ImportPlan {
    let source: SourceCheckpoint
    let model: String?
    let revision: Revision
    let destination: String
    let link: Importer.Link

    /// What became of it.
    enum Outcome {
        case written, skipped, stopped
    }

    /// Bytes are copied in pieces of this size: large enough for the disk, small enough for the memory bar.
    private static let blockByteCount = 4 << 20

    /// Bytes of all tensors.
    var byteCount: Int { source.tensors.map(\.byteCount).reduce(0, +) }

    /// As results name it.
    var file: ImportedFile {
        ImportedFile(source: source.path, revision: revision, path: destination, byteCount: byteCount)
    }

    /// Reads what all sources say of themselves. Those that cannot be imported go into `failures`.
    static func make(
        for sources: [String], _ options: Importer.Options, failures: inout [ImportFailure]
    ) throws(ImportError) -> [ImportPlan] {
        var plans: [ImportPlan] = []
        // By their bytes: two names of one look are two files.
        var taken: [PathText: String] = [:]
        let members = try expand(sources, failures: &failures)
        guard options.revision == nil || members.count + failures.count == 1 else {
            throw ImportError(.usage, "--revision names one source, but there are \(members.count + failures.count)")
        }
        for member in members {
            let path = member.path
            do {
                let plan = try ImportPlan(member, options)
                if let other = taken.updateValue(path, forKey: PathText(plan.destination)) {
                    throw ImportError(.usage, "'\(other)' and '\(path)' both become '\(plan.destination)'")
                }
                plans.append(plan)
            } catch let error as ImportError {
                throw error
            } catch let error as CheckpointError where error.kind == .environment {
                throw ImportError(.environment, error.description)
            } catch {
                failures.append(ImportFailure(source: path, error))
            }
        }
        return plans
    }

    /// A folder stands for the checkpoints in it.
    private static func expand(
        _ sources: [String], failures: inout [ImportFailure]
    ) throws(ImportError) -> [CheckpointListing.Member] {
        var members: [CheckpointListing.Member] = []
        for source in sources {
            do throws(CheckpointError) {
                let listing = try CheckpointListing(source, at: source)
                members += listing.members
                failures += listing.unread.map { ImportFailure(source: $0.checkpoint, $0) }
                if listing.members.isEmpty, listing.unread.isEmpty {
                    failures.append(ImportFailure(source: source, reason: listing.emptiness))
                }
            } catch {
                if error.kind == .environment { throw ImportError(.environment, error.description) }
                failures.append(ImportFailure(source: source, error))
            }
        }
        return members
    }

    private init(_ member: CheckpointListing.Member, _ options: Importer.Options) throws {
        let path = member.path
        let location = CheckpointLocation(parsing: path)
        source = try SourceCheckpoint(
            location.path, group: location.group, dumps: options.bfloat16Dumps, trusted: options.trustedRoots)
        try source.checkComplete()
        model = options.model ?? source.identity.model
        let name = options.revision ?? (member.isFinal ? Checkpoint.finalName : source.identity.revision.name)
        var facts = try member.isFinal ? [:] : source.attributes
        facts["revision"] = .string(name)
        revision = try options.facts?.revision(named: name) ?? Revision(attributes: facts, fallbackName: name)
        destination = options.destination + "/" + (try ImportPlan.fileName(of: name, path))
        link = options.link
    }

    /// `REVISION.h5`; slashes, which branch names may hold, become `--`, as in the Hub's cache.
    private static func fileName(of revision: String, _ source: String) throws(CheckpointError) -> String {
        guard !revision.isEmpty, revision.utf8.first != UInt8(ascii: "."), isPrintable(revision) else {
            throw CheckpointError(
                .unsupported, checkpoint: source, problem: "the revision '\(revision)' cannot name a file",
                remedy: "name it with --revision")
        }
        let name = PathText(revision).replacingSlashes(with: "--") + ".h5"
        // The limit of every file system in use.
        guard name.utf8.count <= 255 else {
            throw CheckpointError(
                .unsupported, checkpoint: source,
                problem: "the file's name would have \(name.utf8.count) bytes, and 255 are the most",
                remedy: "name it with --revision")
        }
        return name
    }

    /// Writes the file, unless it is there.
    /// - Parameter proceed: told the bytes done; `false` stops the work.
    /// - Throws: `OutputError` when the destination is at fault, anything else when this source is.
    func carryOut(_ options: Importer.Options, proceed: (Int) -> Bool) throws -> Outcome {
        let writer = try CheckpointWriter(
            path: destination, model: model, revision: revision, config: source.config,
            sourceFingerprint: source.fingerprint(),
            tensors: source.storedTensors(link: link, from: destination))
        if entryExists(destination) {
            try checkComparable()
            if try writer.matchesDestination() { return .skipped }
            guard options.force else {
                throw ImportFailure(
                    source: source.path,
                    reason: "'\(destination)' is there and differs from what this import would write; "
                        + "--force replaces it")
            }
            guard try isRegularFile(destination) && ImportPlan.isImported(destination, options) else { throw foreign }
        }
        guard try link != .none || copyPayload(to: writer, proceed) else { return .stopped }
        try writer.commit()
        return .written
    }

    /// What stands in the way and stays there.
    private var foreign: ImportFailure {
        ImportFailure(
            source: source.path,
            reason:
                "'\(destination)' is no file that an import has made, and --force replaces no other; move it away, or "
                + "import into another folder with --to")
    }

    /// Throws when what is there leads to no file, so that it can neither be what this import would write nor be replaced.
    private func checkComparable() throws {
        guard let real = resolvedPath(destination) else {
            let code = lastErrorCode
            guard isMachineFailure(code) else { throw foreign }
            throw OutputError(destination, "what is there cannot be compared with it: \(systemErrorText(code))")
        }
        guard isRegularFile(real) else { throw foreign }
    }

    /// Whether an import made the file that is there: its root says the format and the fingerprint of a source, which
    /// nothing else writes. A worker reads them, because the file may be anybody's.
    private static func isImported(_ path: String, _ options: Importer.Options) throws(CheckpointError) -> Bool {
        try SourceCheckpoint.unlessMachineFails(false) { () throws(CheckpointError) in
            let attributes = try HDF5Opening.rootAttributes(
                of: path, options: ReadOptions(workerExecutable: options.workerExecutable))
            guard attributes["format"] == .string(CheckpointWriter.format),
                case .string(let fingerprint)? = attributes["source_fingerprint"]
            else { return false }
            return fingerprint.hasPrefix(SourceCheckpoint.fingerprintPrefix)
        }
    }

    /// Copies all tensors in the file's order; `false` when it was stopped.
    private func copyPayload(to writer: borrowing CheckpointWriter, _ proceed: (Int) -> Bool) throws -> Bool {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: ImportPlan.blockByteCount, alignment: 4096)
        defer { buffer.deallocate() }
        var done = 0
        for (index, file) in source.files.enumerated() {
            let input = file.source
            for (number, tensor) in source.tensors.enumerated() where tensor.extent.file == index {
                let bytes = TensorBytes(of: tensor, in: input)
                for offset in stride(from: 0, to: tensor.byteCount, by: buffer.count) {
                    guard proceed(done) else { return false }
                    let block = UnsafeMutableRawBufferPointer(
                        rebasing: buffer[..<min(buffer.count, tensor.byteCount - offset)])
                    try bytes.read(at: offset, of: input, into: block)
                    try writer.write(UnsafeRawBufferPointer(block), tensor: number, at: offset)
                    done += block.count
                }
            }
            try input.checkUnchanged()
        }
        return proceed(done)
    }
}

/// The bytes of a source's tensor, front to back, as HDF5 files hold them.
private struct TensorBytes {
    private let tensor: SourceCheckpoint.Tensor
    private let deflated: DeflatedReader?

    init(of tensor: SourceCheckpoint.Tensor, in file: any ByteSource) {
        self.tensor = tensor
        if case .deflated(let elements) = tensor.form {
            deflated = DeflatedReader(elements, path: file.name, checkpoint: file.checkpoint)
        } else {
            deflated = nil
        }
    }

    /// Fills `buffer`, whole elements, from byte `offset` on; the pieces follow each other.
    func read(
        at offset: Int, of file: any ByteSource, into buffer: UnsafeMutableRawBufferPointer
    ) throws(CheckpointError) {
        let width = max(1, tensor.type.bitCount / 8)
        let range = offset / width..<(offset + buffer.count) / width
        switch tensor.form {
        case .plain:
            try file.read(at: tensor.extent.offset + offset, into: buffer)
            if tensor.isBigEndian, let type = tensor.type.elementType { swapBytes(buffer, of: type) }
        case .strided(let elements):
            try elements.read(range, into: buffer) { (place, target) throws(CheckpointError) in
                try file.read(at: place, into: target)
            }
        case .deflated:
            try deflated?.fill(buffer, range) { (place, target) throws(CheckpointError) in
                try file.read(at: place, into: target)
            }
        }
    }
}

extension SourceCheckpoint {
    /// Throws when the source holds arrays that would be lost: an import is complete or none. What is no array (the
    /// epoch beside a state dictionary) may stay behind.
    fileprivate func checkComplete() throws(CheckpointError) {
        guard let lost = lost.first else { return }
        throw CheckpointError(
            .unsupported, checkpoint: path,
            problem: "'\(lost.name)' has the \(lost.reason), which HDF5 files here cannot hold",
            remedy:
                "leave it out of the file, or say that 2-byte opaque values are bfloat16 with --bfloat16-dump opaque16")
    }
}

/// Makes the folder and those above it.
func makeDirectory(_ path: String) throws(ImportError) {
    guard !entryExists(path) || isDirectory(path) else {
        throw ImportError(.usage, "'\(path)' is not a folder; --to takes the folder for the files")
    }
    do {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
        throw ImportError(.environment, "cannot make the folder '\(path)': \(lastError())")
    }
}
