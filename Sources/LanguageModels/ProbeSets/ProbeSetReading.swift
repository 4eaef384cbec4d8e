import Base
import Checkpoints

/// A probe set that cannot be used: one line with file, what was found and expected, and the remedy.
package struct ProbeSetError: Error, Equatable, CustomStringConvertible {
    /// The line.
    package let description: String
    /// Whether the machine failed at reading it, and nothing is known of the probe set (exit code 1).
    package let isMachineFailure: Bool

    init(_ file: String, _ problem: String, isMachineFailure: Bool = false) {
        description = "probe set \(file): \(problem)"
        self.isMachineFailure = isMachineFailure
    }

    init(_ file: ProbeSetSource.File, _ error: FileReadingError) {
        self.init(file.name, "cannot read it: \(error.reason)", isMachineFailure: error.kind == .machine)
    }
}

/// Where a probe set is, and how its tokens become sequences.
package struct ProbeSetSource: Sendable {
    /// Files without a header, as `numpy.memmap` leaves them, hold no type of their own.
    package enum MemmapType: String, Sendable, Codable, CaseIterable {
        case uint16, uint32
    }

    /// A file, and the name it has for the user.
    package struct File: Sendable {
        /// The path, as the system takes it.
        package let path: String
        /// What messages call it.
        package let name: String

        /// Makes a file; see the properties.
        package init(path: String, name: String) { (self.path, self.name) = (path, name) }
    }

    /// All domains in one HDF5 file, or one domain.
    package var file: File?
    /// A file for each domain.
    package var files: [(domain: String, file: File)] = []
    /// Names of the domains that an HDF5 file numbers; where empty, those of its attribute `domains` are taken.
    package var domains: [String] = []
    /// Type of headerless files.
    package var memmapType: MemmapType?
    /// Tokens that a stream is cut into, and that a longer sequence is cut down to.
    package var length: Int?
    /// The id that ends a document: streams are cut there.
    package var endOfText: Int?
    /// Sequences taken of each domain, the first ones; `nil` for all.
    package var sequences: Int?
    /// Name of the HDF5 dataset of labels.
    package var labels = "labels"
    /// How HDF5 files are read.
    package var readOptions = ReadOptions()

    /// No files yet.
    package init() {}
}

extension ProbeSet {
    /// Reads a probe set.
    ///
    /// An HDF5 file holds the integer dataset `tokens`: [sequences, length], rows that end early padded with negative
    /// numbers, or a stream [tokens]. Beside it there may be, with an entry a row: `domain_id`, the number of its domain from
    /// 0; `byte_counts`, the bytes of text behind its targets; and labels. A `.npy` file holds one array of either form; a
    /// headerless file holds a stream.
    package init(_ source: ProbeSetSource) throws(ProbeSetError) {
        var parts: [(file: ProbeSetSource.File, domain: String?)] = source.files.map { ($0.file, $0.domain) }
        if let file = source.file { parts.append((file, nil)) }
        var domains: [String] = []
        var sequences: [Sequence] = []
        for part in parts {
            let arrays = try ProbeArrays(part.file, source)
            let names = try ProbeSet.domains(part.domain, arrays, source)
            try arrays.check(source)
            var counts = [Int](repeating: 0, count: names.count)
            for entry in try arrays.entries(source) where counts[entry.domain] < source.sequences ?? .max {
                guard entry.tokens.count > 1 else {
                    throw ProbeSetError(
                        part.file.name,
                        "sequence \(counts[entry.domain]) of '\(names[entry.domain])' has \(entry.tokens.count) tokens; "
                            + "two are the fewest of which one can be predicted")
                }
                sequences.append(
                    Sequence(
                        domain: domains.count + entry.domain, number: counts[entry.domain], tokens: entry.tokens,
                        byteCount: entry.byteCount, label: entry.label))
                counts[entry.domain] += 1
            }
            if let empty = counts.firstIndex(of: 0) {
                throw ProbeSetError(part.file.name, "the domain '\(names[empty])' has no sequence")
            }
            domains += names
        }
        self.init(domains: domains, sequences: sequences)
    }

    private static func domains(
        _ stated: String?, _ arrays: ProbeArrays, _ source: ProbeSetSource
    ) throws(ProbeSetError) -> [String] {
        if let stated {
            guard arrays.domains == nil else {
                throw ProbeSetError(arrays.file.name, "it has 'domain_id', but stands for the one domain '\(stated)'")
            }
            return [printable(stated)]
        }
        guard let numbers = arrays.domains else {
            guard source.domains.count < 2 else {
                throw ProbeSetError(
                    arrays.file.name,
                    "it does not tell which of the \(source.domains.count) domains of 'probe_set.domains' a sequence is of; "
                        + "name one there, or none ([])")
            }
            return [printable(source.domains.first ?? "all")]
        }
        let count = (numbers.max() ?? -1) + 1
        guard numbers.allSatisfy({ $0 >= 0 }), count <= 10_000 else {
            throw ProbeSetError(arrays.file.name, "'domain_id' holds numbers that are no places of domains")
        }
        let names = (source.domains.isEmpty ? arrays.names : source.domains).map { printable($0) }
        if names.isEmpty { return (0..<count).map { "domain_\($0)" } }
        guard names.count >= count, Set(names).count == names.count else {
            throw ProbeSetError(
                arrays.file.name,
                "'domain_id' goes up to \(count - 1), but \(Set(names).count) different domains are named")
        }
        return names
    }
}

/// The integers of one file.
struct ProbeArrays {
    let file: ProbeSetSource.File
    let tokens: IntegerArray
    var domains: [Int]?
    var byteCounts: [Int]?
    var labels: [Int]?
    /// Names of the domains, where the file tells them.
    private(set) var names: [String] = []

    /// One sequence that was cut out of the tokens.
    struct Entry {
        var domain = 0
        var tokens: [Int32]
        var byteCount: Int?
        var label: Int?
    }

    init(_ file: ProbeSetSource.File, _ source: ProbeSetSource) throws(ProbeSetError) {
        self.file = file
        if try ProbeArrays.isHDF5(file) {
            let (arrays, names) = try ProbeArrays.hdf5(file, source)
            self.names = names
            guard let tokens = arrays["tokens"] else {
                throw ProbeSetError(file.name, "it has no integer dataset 'tokens'")
            }
            self.tokens = tokens
            for (name, path) in [
                ("domain_id", \ProbeArrays.domains), ("byte_counts", \.byteCounts), (source.labels, \.labels),
            ] {
                guard let array = arrays[name] else { continue }
                guard tokens.shape.count == 2, array.shape == [tokens.shape[0]] else {
                    throw ProbeSetError(
                        file.name,
                        "'\(name)' has shape \(array.shape), not one entry for each row of tokens \(tokens.shape)")
                }
                self[keyPath: path] = array.values
            }
        } else {
            tokens = try IntegerArray(file: file, memmap: source.memmapType)
        }
    }

    func check(_ source: ProbeSetSource) throws(ProbeSetError) {
        guard (1...2).contains(tokens.shape.count) else {
            throw ProbeSetError(
                file.name, "its tokens have \(tokens.shape.count) dimensions; expected [sequences, length] or a stream")
        }
        if tokens.shape.count == 2, tokens.shape[1] == 0 {
            throw ProbeSetError(
                file.name,
                "its tokens have shape \(tokens.shape), sequences of none; two are the fewest of which one can be predicted"
            )
        }
        if tokens.shape.count == 1, source.length == nil, source.endOfText == nil {
            throw ProbeSetError(
                file.name, "its tokens are one stream; set length to cut it, or end_of_text to cut at documents")
        }
        if let id = tokens.values.first(where: { $0 > Int(Int32.max) || $0 < Int(Int32.min) }) {
            throw ProbeSetError(file.name, "token id \(id) is outside any vocabulary")
        }
    }

    /// The sequences, in the file's order.
    func entries(_ source: ProbeSetSource) throws(ProbeSetError) -> [Entry] {
        let ids = tokens.values.map { Int32(truncatingIfNeeded: $0) }
        let limit = source.length ?? .max
        guard tokens.shape.count == 2 else { return streamed(ids, source) }
        let length = tokens.shape[1]
        return (0..<tokens.shape[0]).map { row in
            let whole = ids[row * length..<(row + 1) * length]
            let end = whole.lastIndex { $0 >= 0 }.map { $0 + 1 } ?? whole.startIndex
            let kept = whole[..<end].prefix(limit)
            return Entry(
                domain: domains?[row] ?? 0, tokens: Array(kept),
                // Of a part of a sequence nobody counted the bytes.
                byteCount: kept.count == end - whole.startIndex ? byteCounts?[row] : nil, label: labels?[row])
        }
    }

    private func streamed(_ ids: [Int32], _ source: ProbeSetSource) -> [Entry] {
        var documents = [ids[...]]
        if let end = source.endOfText.map(Int32.init(truncatingIfNeeded:)) {
            documents = []
            var start = 0
            for (index, id) in ids.enumerated() where id == end {
                documents.append(ids[start...index])
                start = index + 1
            }
            if start < ids.count { documents.append(ids[start...]) }
        }
        let length = source.length ?? .max
        return documents.flatMap { document in
            var entries: [Entry] = []
            var rest = document
            while rest.count > 1 {
                let piece = rest.prefix(length)
                rest = rest.dropFirst(length)
                // Without documents, all sequences are to have one length: what is left at the end is no whole one.
                if source.endOfText == nil, piece.count < length { break }
                if piece.count > 1 { entries.append(Entry(tokens: Array(piece))) }
            }
            return entries
        }
    }
}
