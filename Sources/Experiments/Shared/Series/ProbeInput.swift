import Foundation
import LanguageModels

/// The section `probe_set` of settings: which token sequences checkpoints are run over.
struct ProbeInput: Codable, Equatable, Sendable {
    /// One file with all domains (HDF5), or with one domain.
    var file: String?
    /// A file for each domain, instead.
    var files: [String: String] = [:]
    /// Names of the domains that an HDF5 file numbers, or of the one that another file is.
    var domains: [String] = []
    /// Integers of headerless files.
    var memmapType: ProbeSetSource.MemmapType?
    /// Tokens that streams are cut into, and longer sequences are cut down to.
    var length: Int?
    /// The id that ends a document: streams are cut there.
    var endOfText: Int?
    /// Sequences taken of each domain, the first ones; all when not given.
    var sequences: Int?
    /// Name of the dataset of labels in HDF5 files.
    var labels = "labels"

    /// Names of domains, lengths and labels belong to the files.
    static let describing = ["probe_set": ["file", "files"]]

    enum CodingKeys: String, CodingKey, CaseIterable {
        case file, files, domains
        case memmapType = "memmap_dtype"
        case length
        case endOfText = "end_of_text"
        case sequences, labels
    }

    /// Reads it.
    /// - Throws: `InputError`.
    func open(in context: RunContext) throws -> ProbeSet {
        var source = ProbeSetSource()
        source.file = file.map { self.file($0, of: "file", context) }
        source.files = files.sorted { $0.key < $1.key }.map {
            ($0.key, self.file($0.value, of: "files.\($0.key)", context))
        }
        source.domains = domains
        source.memmapType = memmapType
        (source.length, source.endOfText, source.sequences) = (length, endOfText, sequences)
        source.labels = labels
        source.readOptions = context.readOptions
        guard (file == nil) != files.isEmpty else {
            throw InputError(
                file == nil
                    ? "no probe set is named; set probe_set.file=FILE, or probe_set.files={DOMAIN: FILE, ...}"
                    : "probe_set has both file and files; one of them names the probe set")
        }
        for (name, value) in [("length", length), ("sequences", sequences)]
        where value ?? 1 < 1 || name == "length" && value == 1 {
            throw InputError("probe_set.\(name) is \(value ?? 0), too few")
        }
        if let endOfText, endOfText < 0 { throw InputError("probe_set.end_of_text is \(endOfText), not a token id") }
        if let twice = Dictionary(domains.map { ($0, 1) }, uniquingKeysWith: +).first(where: { $0.value > 1 }) {
            throw InputError("probe_set.domains names '\(twice.key)' twice")
        }
        do {
            return try ProbeSet(source)
        } catch {
            throw InputError("\(error)")
        }
    }

    /// Its files as the settings name them.
    var location: String {
        ([file].compactMap { $0 } + files.sorted { $0.key < $1.key }.map(\.value)).joined(separator: " ")
    }

    private func file(_ path: String, of name: String, _ context: RunContext) -> ProbeSetSource.File {
        ProbeSetSource.File(path: context.resolve(path, of: "probe_set.\(name)"), name: path)
    }
}
