/// Turns Hugging Face and OLMo directories, torch's files and NumPy's archives into checkpoint files `DIR/REVISION.h5`, bit for bit.
///
/// A file that is there already and is what this import would write is skipped, so that an interrupted import goes on
/// where it stopped. A source that cannot be read costs that source, and the others are imported.
package struct Importer: Sendable {
    /// What to write, where, and what to call it.
    package struct Options: Sendable {
        /// The folder that receives the files; made when missing.
        package var destination: String
        /// Name of the training run; `nil` takes it from a Hub cache's folder, or leaves it out.
        package var model: String?
        /// Name of the revision, for a single source; `nil` takes it from the source's place.
        package var revision: String?
        /// Exact facts, instead of those that names tell.
        package var facts: RevisionFacts?
        /// Whether the files hold the tensors' bytes or point at them.
        package var link: Link
        /// Whether a file that is there may be replaced by that of another source, if an import made it.
        package var force: Bool
        /// NumPy arrays that are bfloat16, which NumPy has no type for.
        package var bfloat16Dumps: Set<BFloat16Dump>
        /// Directories into which links of a source may lead, besides itself and its Hub cache's blobs.
        package var trustedRoots: [String]
        /// The program that reads files which `force` would replace; as in `ReadOptions`.
        package var workerExecutable: String?

        /// Sets the options; see the properties.
        package init(
            destination: String, model: String? = nil, revision: String? = nil, facts: RevisionFacts? = nil,
            link: Link = .none, force: Bool = false, bfloat16Dumps: Set<BFloat16Dump> = [],
            trustedRoots: [String] = [], workerExecutable: String? = nil
        ) {
            self.destination = destination
            self.model = model
            self.revision = revision
            self.facts = facts
            self.link = link
            self.force = force
            self.bfloat16Dumps = bfloat16Dumps
            self.trustedRoots = trustedRoots
            self.workerExecutable = workerExecutable
        }
    }

    /// Whether files hold their tensors' bytes, or point at them in the source's files (HDF5 external storage).
    ///
    /// Whoever opens a linking file for writing writes into the source's file. Each linked dataset tells the size and
    /// the time of its target in the attributes `source_size` (bytes) and `source_mtime_ns` (nanoseconds since 1970).
    package enum Link: String, Sendable, CaseIterable {
        /// The bytes are copied.
        case none
        /// By absolute paths.
        case absolute
        /// By paths from the destination folder, for trees that move. To follow them, libhdf5 (and h5py) need
        /// `HDF5_EXTFILE_PREFIX='${ORIGIN}'` in the environment.
        case relative
    }

    /// The settings.
    package let options: Options

    /// Makes an importer; see `Options`.
    package init(_ options: Options) {
        self.options = options
    }

    /// Imports `sources` one after the other: Hugging Face or OLMo directories, single files, snapshots of a Hub cache, or a cache's folder
    /// `models--ORG--NAME` for all of its snapshots.
    /// - Parameters:
    ///   - progress: called at the beginning of each source and after each block.
    ///   - shouldStop: asked before each block; `true` ends the import, and no partial file stays.
    /// - Throws: what concerns all sources: contradictory options, a destination that cannot be written, a full disk.
    package func run(
        _ sources: [String], progress: (ImportProgress) -> Void = { _ in }, shouldStop: () -> Bool = { false }
    ) throws(ImportError) -> ImportResult {
        var result = ImportResult()
        let plans = try ImportPlan.make(for: sources, options, failures: &result.failed)
        guard !plans.isEmpty else { return result }
        try makeDirectory(options.destination)
        var state = ImportProgress(
            source: "", revision: "", finishedCount: 0, count: plans.count, finishedByteCount: 0,
            byteCount: plans.map(\.byteCount).reduce(0, +))
        for (index, plan) in plans.enumerated() {
            let before = plans[..<index].map(\.byteCount).reduce(0, +)
            state.source = plan.source.path
            state.revision = plan.revision.name
            state.finishedCount = index
            state.finishedByteCount = before
            progress(state)
            do {
                let outcome = try plan.carryOut(options) { count in
                    state.finishedByteCount = before + count
                    progress(state)
                    return !shouldStop()
                }
                switch outcome {
                case .written: result.written.append(plan.file)
                case .skipped: result.skipped.append(plan.file)
                case .stopped:
                    result.isInterrupted = true
                    return result
                }
            } catch let error as OutputError {
                throw ImportError(.environment, error.description)
            } catch let error as CheckpointError where error.kind == .environment {
                throw ImportError(.environment, error.description)
            } catch let error as ImportFailure {
                result.failed.append(error)
            } catch {
                result.failed.append(ImportFailure(source: plan.source.path, error))
            }
        }
        return result
    }
}

/// What an import did.
package struct ImportResult: Sendable, Equatable {
    /// Files that are new, in order.
    package internal(set) var written: [ImportedFile] = []
    /// Files that were there already.
    package internal(set) var skipped: [ImportedFile] = []
    /// Sources that gave no file.
    package internal(set) var failed: [ImportFailure] = []
    /// Whether `shouldStop` ended it.
    package internal(set) var isInterrupted = false
}

/// A source and its file.
package struct ImportedFile: Sendable, Equatable {
    /// The directory, as the user named it.
    package let source: String
    /// The facts that the file carries.
    package let revision: Revision
    /// The checkpoint file.
    package let path: String
    /// Bytes of its tensors.
    package let byteCount: Int
}

/// A source that gave no file, and why.
package struct ImportFailure: Error, Equatable {
    /// The directory, as the user named it.
    package let source: String
    /// One line for a person, with the remedy.
    package let reason: String

    init(source: String, reason: String) {
        self.source = source
        self.reason = reason
    }

    /// Takes the reason from an error; a checkpoint's own name, which is the source's, is not said twice.
    init(source: String, _ error: any Error) {
        guard let error = error as? CheckpointError else {
            self.init(source: source, reason: "\(error)")
            return
        }
        self.init(source: source, reason: error.problem + (error.remedy.map { "; \($0)" } ?? ""))
    }
}

/// How far an import is.
package struct ImportProgress: Sendable, Equatable {
    /// The directory at work, as the user named it.
    package internal(set) var source: String
    /// The revision at work.
    package internal(set) var revision: String
    /// Sources done, of `count`.
    package internal(set) var finishedCount: Int
    /// Sources in all, without those that failed at once.
    package internal(set) var count: Int
    /// Bytes of tensors done, of `byteCount`; skipped ones count as done.
    package internal(set) var finishedByteCount: Int
    /// Bytes of tensors in all.
    package internal(set) var byteCount: Int
}

/// Why an import as a whole cannot be done.
package struct ImportError: Error, Equatable, CustomStringConvertible {
    /// Whose fault it is.
    package enum Kind: Sendable {
        /// Options or sources that contradict each other; nothing was done.
        case usage
        /// The destination cannot be written; finished files stay, and running it again goes on.
        case environment
    }

    /// What kind of failure.
    package let kind: Kind
    /// One line for a person.
    package let description: String

    init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }
}
