import HDF5
import Tensors

// What the parent and its worker say to each other over their socket. A message is its length (4 bytes, little-endian),
// its kind (1 byte) and its fields. The parent trusts none of them: lengths are bounded, fields are checked.

/// The kinds of messages that a worker sends.
enum WorkerReply: UInt8 {
    /// Nothing yet, but the worker is alive.
    case progress
    /// A part of the answer: whole records, or bytes of a block.
    case part
    /// The answer is complete.
    case end
    /// The answer is a failure: kind, problem, remedy.
    case failure

    /// The longest message; a block is sent in parts.
    static let byteLimit = 1 << 23
    /// The longest answer that describes structure, which the parent keeps whole: about 200 bytes a tensor, so more than
    /// a hundred thousand tensors.
    static let totalByteLimit = 1 << 25
}

/// What a parent asks of its worker.
enum WorkerRequest: Equatable {
    /// The tensors at and below `path`; `dumps` as in `ReadOptions`.
    case describe(path: String, dumps: Set<BFloat16Dump>)
    /// Where the chunks of a dataset are.
    case chunks(dataset: Int)
    /// Elements of a dataset; names of virtual sources are looked up below `folder`.
    case read(dataset: Int, range: Range<Int>, folder: String)

    func encoded() -> [UInt8] {
        var message = MessageWriter()
        switch self {
        case .describe(let path, let dumps):
            message.put(0)
            message.put(path)
            message.put(dumps.map(\.rawValue).sorted())
        case .chunks(let dataset):
            message.put(1)
            message.put(dataset)
        case .read(let dataset, let range, let folder):
            message.put(2)
            message.put(dataset)
            message.put(range.lowerBound)
            message.put(range.upperBound)
            message.put(folder)
        }
        return message.bytes
    }

    init(decoding message: inout MessageReader) throws(MessageReader.Malformed) {
        switch try message.integer() {
        case 0:
            self = .describe(
                path: try message.string(), dumps: Set(try message.strings().compactMap(BFloat16Dump.init)))
        case 1: self = .chunks(dataset: try message.integer())
        case 2:
            let dataset = try message.integer()
            let lower = try message.integer()
            let upper = try message.integer()
            guard lower <= upper else { throw MessageReader.Malformed() }
            self = .read(dataset: dataset, range: lower..<upper, folder: try message.string())
        default: throw MessageReader.Malformed()
        }
    }
}

/// One item of the answer to `describe`.
enum WorkerRecord {
    /// What `path` led to; the first record.
    case root(address: Int)
    indirect case tensor(WorkerTensor)
    case leftOut(LeftOut)
    case attribute(name: String, value: AttributeValue)
    case externalLink(name: String, file: String, path: String)
}

/// A dataset as the worker found it.
struct WorkerTensor {
    var name: String
    /// The dataset's number in later requests.
    var dataset: Int
    var elementType: ElementType
    var bigEndian: Bool
    var shape: [Int]
    var filters: [InputDataset.Filter]
    var storedByteCount: Int
    /// One element in the file's byte order.
    var fill: [UInt8]
    var place: Place
    /// Whether it calls itself a dimension scale.
    var isDimension: Bool

    enum Place {
        case contiguous(offset: Int)
        /// Size and modification time of the target, where an importer recorded them.
        case external([InputDataset.ExternalRun], recordedSize: Int?, recordedTime: Int?)
        case unallocated
        /// `direct`: the chunks' addresses may be used without libhdf5.
        case chunked(shape: [Int], direct: Bool)
        case compact
        case virtual([InputDataset.VirtualSource])
    }
}

extension WorkerRecord {
    func encode(to message: inout MessageWriter) {
        switch self {
        case .root(let address):
            message.put(0)
            message.put(address)
        case .tensor(let tensor):
            message.put(1)
            tensor.encode(to: &message)
        case .leftOut(let object):
            message.put(2)
            message.put(object.name)
            message.put(object.reason)
            message.put(object.elementCount ?? -1)
        case .attribute(let name, let value):
            message.put(3)
            message.put(name)
            switch value {
            case .string(let text):
                message.put(0)
                message.put(text)
            case .integer(let integer):
                message.put(1)
                message.put(integer)
            case .number(let number):
                message.put(2)
                message.put(Int(bitPattern: UInt(number.bitPattern)))
            }
        case .externalLink(let name, let file, let path):
            message.put(4)
            message.put(name)
            message.put(file)
            message.put(path)
        }
    }

    init(decoding message: inout MessageReader) throws(MessageReader.Malformed) {
        switch try message.integer() {
        case 0: self = .root(address: try message.integer())
        case 1: self = .tensor(try WorkerTensor(decoding: &message))
        case 2:
            let (name, reason, count) = (try message.string(), try message.string(), try message.integer())
            self = .leftOut(LeftOut(name: name, reason: reason, elementCount: count < 0 ? nil : count))
        case 3:
            let name = try message.string()
            switch try message.integer() {
            case 0: self = .attribute(name: name, value: .string(try message.string()))
            case 1: self = .attribute(name: name, value: .integer(try message.integer()))
            case 2:
                let bits = UInt64(UInt(bitPattern: try message.integer()))
                self = .attribute(name: name, value: .number(Double(bitPattern: bits)))
            default: throw MessageReader.Malformed()
            }
        case 4:
            self = .externalLink(name: try message.string(), file: try message.string(), path: try message.string())
        default: throw MessageReader.Malformed()
        }
    }
}

extension WorkerTensor {
    func encode(to message: inout MessageWriter) {
        message.put(name)
        message.put(dataset)
        message.put(elementType.rawValue)
        message.put(bigEndian ? 1 : 0)
        message.put(shape)
        message.put(filters.map(\.id))
        for filter in filters { message.put(filter.parameters.map(Int.init)) }
        message.put(storedByteCount)
        message.put(fill.map(Int.init))
        message.put(isDimension ? 1 : 0)
        switch place {
        case .contiguous(let offset):
            message.put(0)
            message.put(offset)
        case .external(let runs, let size, let time):
            message.put(1)
            message.put(runs.map(\.file))
            message.put(runs.map(\.offset))
            message.put(runs.map { $0.byteCount ?? -1 })
            message.put([size, time].map { $0 ?? -1 })
        case .unallocated: message.put(2)
        case .chunked(let shape, let direct):
            message.put(3)
            message.put(shape)
            message.put(direct ? 1 : 0)
        case .compact: message.put(4)
        case .virtual(let sources):
            message.put(5)
            message.put(sources.map(\.file))
            message.put(sources.map(\.path))
        }
    }

    init(decoding message: inout MessageReader) throws(MessageReader.Malformed) {
        name = try message.string()
        dataset = try message.integer()
        guard let type = ElementType(rawValue: try message.string()) else { throw MessageReader.Malformed() }
        elementType = type
        bigEndian = try message.integer() != 0
        shape = try message.integers()
        filters = []
        for id in try message.integers() {
            let parameters = try message.integers().map(UInt32.init(truncatingIfNeeded:))
            filters.append(InputDataset.Filter(id: id, parameters: parameters))
        }
        storedByteCount = try message.integer()
        fill = try message.integers().map(UInt8.init(truncatingIfNeeded:))
        isDimension = try message.integer() != 0
        switch try message.integer() {
        case 0: place = .contiguous(offset: try message.integer())
        case 1:
            let files = try message.strings()
            let offsets = try message.integers()
            let counts = try message.integers()
            let recorded = try message.integers()
            guard files.count == offsets.count, files.count == counts.count, recorded.count == 2 else {
                throw MessageReader.Malformed()
            }
            let runs = files.indices.map {
                InputDataset.ExternalRun(
                    file: files[$0], offset: offsets[$0], byteCount: counts[$0] < 0 ? nil : counts[$0])
            }
            place = .external(
                runs, recordedSize: recorded[0] < 0 ? nil : recorded[0],
                recordedTime: recorded[1] < 0 ? nil : recorded[1])
        case 2: place = .unallocated
        case 3: place = .chunked(shape: try message.integers(), direct: try message.integer() != 0)
        case 4: place = .compact
        case 5:
            let files = try message.strings()
            let paths = try message.strings()
            guard files.count == paths.count else { throw MessageReader.Malformed() }
            place = .virtual(zip(files, paths).map { InputDataset.VirtualSource(file: $0, path: $1) })
        default: throw MessageReader.Malformed()
        }
    }
}
