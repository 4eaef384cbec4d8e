import Foundation
import LanguageModels
import Settings

/// The section `probe_set` of settings: which token sequences checkpoints are run over.
struct ProbeInput: SettingsSection {
    @Setting("One file with all domains (HDF5), or with one domain (.npy, or headerless).")
    var file: String?
    @Setting("A file for each domain, instead: {DOMAIN: FILE, ...}.")
    var files: [String: String] = [:]
    @Setting("Names of the domains that an HDF5 file numbers, or of the one that another file is.")
    var domains: [String] = []
    @Setting("Integers of headerless files, as OLMo's own evaluation data is stored.")
    var memmapDtype: ProbeSetSource.MemmapType?
    @Setting("Tokens that a stream is cut into, and longer sequences are cut down to.", .atLeast(2))
    var length: Int?
    @Setting("The id that ends a document: streams are cut there.", .atLeast(0))
    var endOfText: Int?
    @Setting("Sequences of each domain that are taken, the first ones.", .atLeast(1), unset: "all")
    var sequences: Int?
    @Setting("The dataset of labels in HDF5 files.")
    var labels = "labels"

    /// Names of domains, lengths and labels belong to the files.
    static let describing = ["probe_set": ["file", "files"]]

    /// Reads the probe set.
    /// - Throws: `InputError`.
    func open(in context: RunContext) throws -> ProbeSet {
        var source = ProbeSetSource()
        source.file = file.map { self.file($0, of: "file", context) }
        source.files = files.sorted { $0.key < $1.key }.map {
            ($0.key, self.file($0.value, of: "files.\($0.key)", context))
        }
        source.domains = domains
        source.memmapType = memmapDtype
        (source.length, source.endOfText, source.sequences) = (length, endOfText, sequences)
        source.labels = labels
        source.readOptions = context.readOptions
        guard (file == nil) != files.isEmpty else {
            throw InputError(
                file == nil
                    ? "no probe set is named; set probe_set.file=FILE, or probe_set.files={DOMAIN: FILE, ...}"
                    : "probe_set has both file and files; one of them names the probe set")
        }
        if let twice = Dictionary(domains.map { ($0, 1) }, uniquingKeysWith: +).first(where: { $0.value > 1 }) {
            throw InputError("probe_set.domains names '\(twice.key)' twice")
        }
        do throws(ProbeSetError) {
            return try ProbeSet(source)
        } catch {
            throw InputError([error.description], isMachineFailure: error.isMachineFailure)
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
