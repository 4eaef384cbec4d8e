#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// One source of an import: what was read of it, and the file that it becomes.
struct ImportPlan {
    let directory: HuggingFaceDirectory
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
    var byteCount: Int { directory.tensors.map(\.extent.byteCount).reduce(0, +) }

    /// As results name it.
    var file: ImportedFile {
        ImportedFile(source: directory.path, revision: revision, path: destination, byteCount: byteCount)
    }

    /// Reads what all sources say of themselves. Those that cannot be imported go into `failures`.
    static func make(
        for sources: [String], _ options: Importer.Options, failures: inout [ImportFailure]
    ) throws(ImportError) -> [ImportPlan] {
        var plans: [ImportPlan] = []
        var taken: [String: String] = [:]
        let paths = expand(sources, failures: &failures)
        guard options.revision == nil || paths.count + failures.count == 1 else {
            throw ImportError(.usage, "--revision names one source, but there are \(paths.count + failures.count)")
        }
        for path in paths {
            do {
                let plan = try ImportPlan(path, options)
                if let other = taken.updateValue(path, forKey: plan.destination) {
                    throw ImportError(.usage, "'\(other)' and '\(path)' both become '\(plan.destination)'")
                }
                plans.append(plan)
            } catch let error as ImportError {
                throw error
            } catch {
                failures.append(ImportFailure(source: path, error))
            }
        }
        return plans
    }

    /// A cache's folder stands for its snapshots.
    private static func expand(_ sources: [String], failures: inout [ImportFailure]) -> [String] {
        var paths: [String] = []
        for source in sources {
            do throws(CheckpointError) {
                paths += try HuggingFaceIdentity.snapshots(inCache: source) ?? [source]
            } catch {
                failures.append(ImportFailure(source: source, error))
            }
        }
        return paths
    }

    private init(_ path: String, _ options: Importer.Options) throws {
        directory = try HuggingFaceDirectory(path)
        model = options.model ?? directory.identity.model
        let name = try options.revision ?? directory.identity.uniqueName(path)
        revision = try options.facts?.revision(named: name) ?? Revision(named: name)
        destination = options.destination + "/" + (try ImportPlan.fileName(of: name, path))
        link = options.link
    }

    /// `REVISION.h5`; slashes, which branch names may hold, become `--`, as in the Hub's cache.
    private static func fileName(of revision: String, _ source: String) throws(CheckpointError) -> String {
        guard !revision.isEmpty, !revision.hasPrefix("."), isPrintable(revision) else {
            throw CheckpointError(
                .unsupported, checkpoint: source, problem: "the revision '\(revision)' cannot name a file",
                remedy: "name it with --revision")
        }
        return String(revision.replacing("/", with: "--")) + ".h5"
    }

    /// Writes the file, unless it is there.
    /// - Parameter proceed: told the bytes done; `false` stops the work.
    /// - Throws: `OutputError` when the destination is at fault, anything else when this source is.
    func carryOut(force: Bool, proceed: (Int) -> Bool) throws -> Outcome {
        let writer = try CheckpointWriter(
            path: destination, model: model, revision: revision, config: directory.config,
            sourceFingerprint: directory.fingerprint(),
            tensors: directory.storedTensors(link: link, from: destination))
        if entryExists(destination) {
            if try writer.matchesDestination() { return .skipped }
            guard force else {
                throw ImportFailure(
                    source: directory.path,
                    reason: "'\(destination)' is there and differs from what this import would write; "
                        + "--force replaces it")
            }
        }
        guard try link != .none || copyPayload(to: writer, proceed) else { return .stopped }
        try writer.commit()
        return .written
    }

    /// Copies all tensors in the file's order; `false` when it was stopped.
    private func copyPayload(to writer: borrowing CheckpointWriter, _ proceed: (Int) -> Bool) throws -> Bool {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: ImportPlan.blockByteCount, alignment: 4096)
        defer { buffer.deallocate() }
        var done = 0
        for (index, file) in directory.files.enumerated() {
            let input = try SourceFile(file.path, checkpoint: directory.path)
            try input.check(against: file)
            for (tensor, extent) in directory.tensors.map(\.extent).enumerated() where extent.file == index {
                for offset in stride(from: 0, to: extent.byteCount, by: buffer.count) {
                    guard proceed(done) else { return false }
                    let block = UnsafeMutableRawBufferPointer(
                        rebasing: buffer[..<min(buffer.count, extent.byteCount - offset)])
                    try input.read(at: extent.offset + offset, into: block)
                    try writer.write(UnsafeRawBufferPointer(block), tensor: tensor, at: offset)
                    done += block.count
                }
            }
            try input.checkUnchanged()
        }
        return proceed(done)
    }
}

extension HuggingFaceIdentity {
    /// The revision's name, when the place of the directory tells exactly one.
    fileprivate func uniqueName(_ path: String) throws(CheckpointError) -> String {
        guard let references else { return folder }
        guard references.count == 1 else {
            throw CheckpointError(
                .unsupported, checkpoint: path,
                problem: references.isEmpty
                    ? "nothing in the cache's refs refers to this snapshot"
                    : "several revisions refer to this snapshot: \(references.joined(separator: ", "))",
                remedy: "name it with --revision")
        }
        return references[0]
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
