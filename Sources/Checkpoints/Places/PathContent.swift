import Base
import Foundation

/// What stands at a path: decided here for runs, imports, inspection and catalogs alike.
package enum PathContent: Sendable, Equatable {
    /// One checkpoint, or what is tried as one: opening it reads it, or tells why it cannot be read.
    case checkpoint
    /// A checkpoint with others in folders below it, as Hugging Face's Trainer leaves its last model.
    case trainingFolder
    /// A model's folder in the Hub's cache, `models--ORG--NAME`.
    case cache
    /// A folder that is no checkpoint; those in it may be.
    case folder
    /// Looks like a checkpoint, and is not read.
    case unread(problem: String, remedy: String?)
    /// Nothing that looks like a checkpoint.
    case other

    /// Looks at a file or directory.
    /// - Parameter isMember: whether it stands in a folder that was named, rather than being named itself: what is named
    ///   is taken for a checkpoint unless it is a folder of them.
    package init(at path: String, isMember: Bool) {
        let name = String(path.split(separator: "/").last ?? "/")
        var status = stat()
        if stat(path, &status) != 0 {
            // What the machine cannot tell is tried: opening it says so.
            self = isMember && !isMachineFailure(errno) ? PathContent.missing(path, name) : .checkpoint
        } else if status.st_mode & S_IFMT == S_IFDIR {
            self = PathContent.directory(path, name, isMember: isMember)
        } else {
            self = !isMember || PathContent.isCheckpoint(file: path, name) ? .checkpoint : .other
        }
    }

    /// Whether it is read or tried as a checkpoint, or looks like one.
    private var isCheckpointLike: Bool {
        switch self {
        case .checkpoint, .trainingFolder, .unread: true
        case .cache, .folder, .other: false
        }
    }

    /// A link whose target is gone.
    private static func missing(_ path: String, _ name: String) -> PathContent {
        guard WeightFiles.mayHoldWeights(name) || !name.contains("."), entryExists(path) else { return .other }
        let target = (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) ?? "elsewhere"
        return .unread(
            problem: "is a link to '\(target)', where nothing is",
            remedy: "bring back what it led to, or remove the link")
    }

    private static func isCheckpoint(file path: String, _ name: String) -> Bool {
        guard !WeightFiles.standsBeside(name) else { return false }
        let head: [UInt8]?
        do throws(CheckpointError) {
            head = try beginning(of: path)
        } catch {
            // Opening it says that the machine fails.
            return true
        }
        if head == HDF5Signature.bytes { return true }
        let isArchive = head?.starts(with: Array("PK\u{3}\u{4}".utf8)) == true
        guard let ending = WeightFiles.ending(of: name)?.lowercased() else {
            return isArchive && holdsTensors(path)
        }
        // Data sets of tokens end in .bin as well.
        if ending == ".bin" { return isArchive || head?.first == 0x80 }
        return WeightFiles.mayHoldWeights(name)
    }

    /// `nil` for a file that cannot be read; throws when the machine fails.
    private static func beginning(of path: String) throws(CheckpointError) -> [UInt8]? {
        try SourceCheckpoint.unlessMachineFails(nil) { () throws(CheckpointError) in
            let file = try ByteSources.open(path, checkpoint: path)
            return try file.bytes(at: 0, count: min(8, file.byteCount))
        }
    }

    /// Whether an archive is one of torch's or NumPy's.
    private static func holdsTensors(_ path: String) -> Bool {
        guard let file = try? ByteSources.open(path, checkpoint: path), let archive = try? ZipArchive(of: file) else {
            return false
        }
        return archive.entries.contains { $0.name.hasSuffix("/data.pkl") || $0.name.hasSuffix(".npy") }
    }

    private static func directory(_ path: String, _ name: String, isMember: Bool) -> PathContent {
        if name.hasPrefix("models--"), isDirectory(path + "/snapshots") { return .cache }
        let names: [String]
        do {
            names = try folderNames(path).filter { !$0.hasPrefix(".") }
        } catch {
            if error.kind == .machine { return .checkpoint }
            return isMember ? .unread(problem: "cannot be listed: \(error.reason)", remedy: nil) : .folder
        }
        if let weights = DirectoryWeights.known((try? folderNames(path)) ?? names, in: path) {
            if case .unreadable = weights { return .checkpoint }
            return hasCheckpoints(names, below: path) ? .trainingFolder : .checkpoint
        }
        if names.contains("config.json") || names.contains("config.yaml") {
            if hasCheckpoints(names, below: path) { return .folder }
            return isMember || names.contains("config.json") ? .checkpoint : .folder
        }
        let tells = Revision(named: name).tellsPlace || Revision(name: name).standsForEnd
        let files = names.filter { WeightFiles.mayHoldWeights($0) }
        if tells, files.count == 1, !Revision(named: WeightFiles.stem(of: files[0])).tellsPlace { return .checkpoint }
        guard isMember else { return .folder }
        guard tells else {
            guard let first = names.first(where: { isCheckpoint($0, below: path) }) else { return .other }
            return .unread(
                problem: "is a folder of checkpoints of its own (such as '\(first)')",
                remedy: "name it in the series too, or in a series of its own")
        }
        return unread(names, files, in: path)
    }

    /// Why a directory is not read whose name tells a step.
    private static func unread(_ names: [String], _ files: [String], in path: String) -> PathContent {
        if names.isEmpty {
            return .unread(problem: "is an empty folder", remedy: "fetch the checkpoint again, or remove it")
        }
        if files.count > 0 {
            return .unread(
                problem: "holds \(files.count) file\(files.count == 1 ? "" : "s") that may be weights "
                    + "(\(DirectoryWeights.listed(files))), and nothing that says how they belong together",
                remedy: "name the one that is meant")
        }
        if let below = names.first(where: {
            isDirectory("\(path)/\($0)") && PathContent(at: "\(path)/\($0)", isMember: true) == .checkpoint
        }) {
            return .unread(
                problem: "holds no weights itself, but its folder '\(below)' does", remedy: "name \(path)/\(below)")
        }
        return .unread(
            problem: "holds nothing that is read as weights, only \(DirectoryWeights.listed(names))",
            remedy: "name the file or folder that holds them")
    }

    /// Whether there are checkpoints in a directory whose names tell a step or an epoch.
    private static func hasCheckpoints(_ names: [String], below path: String) -> Bool {
        names.contains { isCheckpoint($0, below: path) }
    }

    private static func isCheckpoint(_ name: String, below path: String) -> Bool {
        Revision(named: WeightFiles.stem(of: name)).tellsPlace
            && PathContent(at: "\(path)/\(name)", isMember: true).isCheckpointLike
    }
}
