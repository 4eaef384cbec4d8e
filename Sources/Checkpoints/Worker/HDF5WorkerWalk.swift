import Base
import HDF5
import Tensors

/// Finds every dataset at and below a path. Our own walk over links: each object is met once, links never leave the
/// file, and every step is counted.
struct StructureWalk {
    private let file: WorkerFile
    private let dumps: Set<BFloat16Dump>
    private let socket: WorkerSocket
    private let firstDataset: Int
    private let hasUserBlock: Bool

    /// Groups met so far, by address, with the name they were met under.
    private var groups: [UInt64: String] = [:]
    /// Datasets met so far, by address.
    private var found: [UInt64: FoundDataset] = [:]
    private var hardLinks: [(name: String, address: UInt64)] = []
    private var softLinks: [(name: String, address: UInt64)] = []
    /// Soft links are followed last, so that a dataset keeps the name of its own link.
    private var pending: [(name: String, path: String)] = []
    private var objectCount = 0
    private var nameByteCount = 0

    private struct FoundDataset {
        var path: String
        var description: InputDataset
        var recordedSize: Int?
        var recordedTime: Int?
        var isDimension: Bool
    }

    private static let objectLimit = 1_000_000
    private static let depthLimit = 64
    private static let nameByteLimit = 4096
    private static let attributeLimit = 1024
    private static let virtualSourceLimit = 4096

    init(
        _ file: WorkerFile, dumps: Set<BFloat16Dump>, socket: WorkerSocket, firstDataset: Int
    ) throws(WorkerFailure) {
        self.file = file
        self.dumps = dumps
        self.socket = socket
        self.firstDataset = firstDataset
        hasUserBlock = try hdf5 { () throws(HDF5Error) in try file.file.userBlockByteCount() > 0 }
    }

    /// Sends a record for everything at and below `path`, and hands back the datasets in the order of their numbers.
    mutating func describe(_ path: String) throws(WorkerFailure) -> [WorkerDataset] {
        let root = try open(path)
        try socket.put(.root(address: Int(truncatingIfNeeded: root.address)))
        switch root.kind {
        case .group:
            try sendAttributes(of: root)
            groups[root.address] = path
            try walk(root, name: "", path: path == "/" ? "" : path, depth: 0)
            var next = 0
            while next < pending.count {
                try follow(pending[next])
                next += 1
            }
        case .dataset: try note(root, name: "", path: path, soft: false)
        case .other: throw WorkerFailure(.malformed, "'\(path)' is neither a group nor a dataset")
        }
        return try sendDatasets()
    }

    private func open(_ path: String) throws(WorkerFailure) -> InputObject {
        try hdf5 { () throws(HDF5Error) in try file.file.object(at: path) }
    }

    private mutating func walk(
        _ group: borrowing InputObject, name: String, path: String, depth: Int
    ) throws(WorkerFailure) {
        guard depth < StructureWalk.depthLimit else {
            throw WorkerFailure(.unsupported, "its groups are nested more than \(StructureWalk.depthLimit) deep")
        }
        let limit = StructureWalk.objectLimit - objectCount
        let links = try links(of: group, limit: limit)
        objectCount += links.count
        for link in links {
            socket.tick()
            let name = name.isEmpty ? link.name : "\(name).\(link.name)"
            let path = "\(path)/\(link.name)"
            guard path.utf8.count <= StructureWalk.nameByteLimit else {
                throw WorkerFailure(.unsupported, "a name takes more than \(StructureWalk.nameByteLimit) bytes")
            }
            // Names of groups are in the file once, and in the names of all that is in them.
            nameByteCount += name.utf8.count
            guard nameByteCount <= WorkerReply.totalByteLimit else {
                throw WorkerFailure(
                    .unsupported, "the names in it take more than \(WorkerReply.totalByteLimit >> 20) MiB")
            }
            switch link.target {
            case .object:
                WorkerLimits.renewProcessorTime()
                try enter(try open(path), name: name, path: path, depth: depth + 1, soft: false)
            case .soft: pending.append((name, path))
            case .external(let file, let target):
                try socket.put(.externalLink(name: name, file: file, path: target))
            case .userDefined:
                try socket.put(.leftOut(LeftOut(name: name, reason: "a link that only its application can follow")))
            }
        }
    }

    private func links(of group: borrowing InputObject, limit: Int) throws(WorkerFailure) -> [InputLink] {
        do throws(HDF5Error) {
            return try group.links(limit: limit)
        } catch {
            throw WorkerFailure(error)
        }
    }

    private mutating func enter(
        _ object: borrowing InputObject, name: String, path: String, depth: Int, soft: Bool
    ) throws(WorkerFailure) {
        switch object.kind {
        case .dataset: try note(object, name: name, path: path, soft: soft)
        case .other: try socket.put(.leftOut(LeftOut(name: name, reason: "a named type")))
        case .group:
            if let first = groups[object.address] {
                try socket.put(.leftOut(LeftOut(name: name, reason: "the same group as '\(first)'")))
            } else {
                groups[object.address] = name
                try walk(object, name: name, path: path, depth: depth)
            }
        }
    }

    private mutating func follow(_ link: (name: String, path: String)) throws(WorkerFailure) {
        let target: InputObject
        do throws(HDF5Error) {
            target = try file.file.object(at: link.path)
        } catch {
            try socket.put(.leftOut(LeftOut(name: link.name, reason: "a link that leads nowhere inside the file")))
            return
        }
        try enter(target, name: link.name, path: link.path, depth: 1, soft: true)
    }

    private mutating func note(
        _ dataset: borrowing InputObject, name: String, path: String, soft: Bool
    ) throws(WorkerFailure) {
        if soft { softLinks.append((name, dataset.address)) } else { hardLinks.append((name, dataset.address)) }
        guard found[dataset.address] == nil else { return }
        do throws(HDF5Error) {
            let description = try dataset.dataset(name: name, sourceLimit: StructureWalk.virtualSourceLimit)
            // What HDF5's dimension scales, and so netCDF's dimensions, say of themselves; whatever else stands there, or is
            // damaged, says nothing.
            let kind = try? dataset.attribute("CLASS")
            var entry = FoundDataset(
                path: path, description: description, isDimension: kind == .string("DIMENSION_SCALE"))
            if case .external = description.storage {
                if case .integer(let size) = try dataset.attribute("source_size") { entry.recordedSize = size }
                if case .integer(let time) = try dataset.attribute("source_mtime_ns") { entry.recordedTime = time }
            }
            found[dataset.address] = entry
        } catch {
            throw WorkerFailure(error)
        }
    }

    private func sendAttributes(of group: borrowing InputObject) throws(WorkerFailure) {
        let names: [String]
        var attributes: [(String, InputAttributeValue)] = []
        var unreadable: [LeftOut] = []
        do throws(HDF5Error) {
            names = try group.attributeNames(limit: StructureWalk.attributeLimit)
        } catch {
            throw WorkerFailure(error)
        }
        for name in names {
            do throws(HDF5Error) {
                guard let value = try group.attribute(name) else { continue }
                attributes.append((name, value))
            } catch {
                unreadable.append(LeftOut(name: "attribute '\(name)'", reason: "\(error)"))
            }
        }
        for (name, value) in attributes {
            switch value {
            case .string(let text): try socket.put(.attribute(name: name, value: .string(text)))
            case .integer(let integer): try socket.put(.attribute(name: name, value: .integer(integer)))
            case .number(let number): try socket.put(.attribute(name: name, value: .number(number)))
            }
        }
        for attribute in unreadable { try socket.put(.leftOut(attribute)) }
    }

    /// Sends the datasets under their first names, in ascending order of name; a hard link's name goes before a soft one's.
    private mutating func sendDatasets() throws(WorkerFailure) -> [WorkerDataset] {
        hardLinks.sort { $0.name < $1.name }
        softLinks.sort { $0.name < $1.name }
        var first: [UInt64: String] = [:]
        var datasets: [WorkerDataset] = []
        for (name, address) in hardLinks + softLinks {
            if let other = first[address] {
                try socket.put(.leftOut(LeftOut(name: name, reason: "the same dataset as '\(other)'")))
                continue
            }
            first[address] = name
            guard let entry = found[address] else { continue }
            guard let shape = entry.description.shape else {
                try socket.put(.leftOut(LeftOut(name: name, reason: "empty (a null dataspace)")))
                continue
            }
            switch TypeReading(entry.description.type, dumps: dumps) {
            case .leftOut(let reason):
                let count = StructureWalk.mayBeWeights(reason) && !entry.isDimension ? product(shape) : nil
                try socket.put(.leftOut(LeftOut(name: name, reason: reason, elementCount: count)))
            case .number(let type, let bigEndian):
                let tensor = WorkerTensor(
                    name: name, dataset: firstDataset + datasets.count, elementType: type, bigEndian: bigEndian,
                    shape: shape, filters: entry.description.filters,
                    storedByteCount: entry.description.storedByteCount, fill: entry.description.fill,
                    place: place(of: entry), isDimension: entry.isDimension)
                try socket.put(.tensor(tensor))
                datasets.append(
                    WorkerDataset(
                        name: name, path: entry.path, shape: shape, filters: tensor.filters.map(\.id),
                        place: tensor.place))
            }
        }
        return datasets
    }

    /// Whether an array of that type is numbers that somebody may have stored weights in: not text, not references.
    private static func mayBeWeights(_ reason: String) -> Bool {
        ["opaque", "float", "compound", "integer"].contains { reason.contains($0) }
    }

    private func place(of entry: FoundDataset) -> WorkerTensor.Place {
        switch entry.description.storage {
        case .contiguous(let offset): .contiguous(offset: Int(clamping: offset))
        case .external(let runs):
            .external(runs, recordedSize: entry.recordedSize, recordedTime: entry.recordedTime)
        case .unallocated: .unallocated
        case .chunked(let shape, let filtersEdges):
            // HDF5 1.10 and 1.14 disagree on whether a chunk's address counts the user block.
            .chunked(shape: shape, direct: filtersEdges && !hasUserBlock)
        case .compact: .compact
        case .virtual(let sources): .virtual(sources)
        }
    }
}

/// What a stored type is to the harness.
enum TypeReading: Equatable {
    case number(ElementType, bigEndian: Bool)
    /// Not a number format that checkpoints use; the reason, in words.
    case leftOut(String)

    init(_ type: InputType, dumps: Set<BFloat16Dump>) {
        switch (type.format, type.byteCount) {
        case (.bfloat16, _): self = .number(.bfloat16, bigEndian: type.bigEndian)
        case (.float16, _): self = .number(.float16, bigEndian: type.bigEndian)
        case (.float32, _): self = .number(.float32, bigEndian: type.bigEndian)
        case (.float64, _): self = .number(.float64, bigEndian: type.bigEndian)
        case (.float8e4m3, _): self = .number(.float8e4m3, bigEndian: false)
        case (.float8e5m2, _): self = .number(.float8e5m2, bigEndian: false)
        case (.signed, 1): self = .number(.int8, bigEndian: false)
        case (.signed, 2): self = .number(.int16, bigEndian: type.bigEndian)
        case (.signed, 4): self = .number(.int32, bigEndian: type.bigEndian)
        case (.signed, 8): self = .number(.int64, bigEndian: type.bigEndian)
        case (.unsigned, 1): self = .number(.uint8, bigEndian: false)
        case (.unsigned, 2):
            self = .number(dumps.contains(.uint16) ? .bfloat16 : .uint16, bigEndian: type.bigEndian)
        case (.unsigned, 4): self = .number(.uint32, bigEndian: type.bigEndian)
        case (.unsigned, 8): self = .number(.uint64, bigEndian: type.bigEndian)
        case (.boolean, _): self = .number(.bool, bigEndian: false)
        case (.complex64, _): self = .number(.complex64, bigEndian: type.bigEndian)
        case (.opaque, 2) where dumps.contains(.opaque16): self = .number(.bfloat16, bigEndian: false)
        case (.opaque, _): self = .leftOut("\(type.byteCount)-byte opaque type")
        case (.other(let words), _): self = .leftOut(words)
        case (.signed, _), (.unsigned, _): self = .leftOut("\(type.byteCount)-byte integer")
        }
    }
}
