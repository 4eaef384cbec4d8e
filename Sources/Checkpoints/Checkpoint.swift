import Base
import Tensors

/// One checkpoint of a run: what is known of it, and, while its files are there, the means to read it.
package struct Checkpoint: Sendable {
    /// Where it is, as the user named it.
    package let location: CheckpointLocation
    /// Its name in tables: the revision's, or the location where two checkpoints of a run share a revision name.
    package var label: String
    /// What it is called besides: links to it, and further names in the Hub's cache.
    package var otherNames: [String] = []
    /// Its place in training; the name is fit to be shown.
    package private(set) var revision: Revision
    /// What its files hold.
    package let contents: CheckpointContents
    /// Reads its tensors; `nil` when its files are gone and only journalled summaries are left.
    package let reader: CheckpointReader?

    /// Tensors in ascending order of name.
    package var tensors: [TensorInfo] { contents.tensors }
    /// Name of the training run, fit to be shown; `nil` when the checkpoint does not tell it.
    package var model: String? {
        if case .string(let model) = contents.attributes["model"] { printable(model) } else { nil }
    }

    /// Opens a checkpoint.
    package init(opening location: CheckpointLocation, options: ReadOptions) throws(CheckpointError) {
        let reader = try CheckpointReader.open(location, options: options)
        self.init(
            location: location,
            contents: CheckpointContents(
                tensors: reader.tensors, leftOut: reader.leftOut, attributes: reader.attributes, config: reader.config,
                files: reader.files),
            reader: reader)
    }

    /// A checkpoint whose contents are already known; without a reader, one that is no longer there.
    package init(location: CheckpointLocation, contents: CheckpointContents, reader: CheckpointReader? = nil) {
        self.location = location
        self.contents = contents
        self.reader = reader
        var revision = Revision(attributes: contents.attributes, fallbackName: location.revisionName)
        revision.name = printable(revision.name)
        self.revision = revision
        label = printable(revision.name)
    }
}

extension Checkpoint {
    /// What the last model of a training is called that stands above the checkpoints of its way.
    package static let finalName = "final"

    /// The same as the last model of its training: it stands at the end, with no step of its own.
    package var asFinal: Checkpoint {
        var final = self
        final.revision.name = Checkpoint.finalName
        (final.revision.step, final.revision.epoch) = (nil, nil)
        final.label = Checkpoint.finalName
        return final
    }

    /// Where its names and its files tell different steps, a line each: which, and what orders it.
    package var stepConflicts: [String] {
        var lines: [String] = []
        let recorded = Revision.stepKeys.compactMap { key in
            Revision.recordedStep([key: contents.attributes[key] ?? .string("")])
        }
        for other in recorded.dropFirst() where other.step != recorded[0].step {
            lines.append(
                "its files say \(recorded[0].key) \(recorded[0].step) and \(other.key) \(other.step): the first orders it"
            )
        }
        var names = [revision.name]
        if !location.path.contains("/snapshots/"), revision.name != Checkpoint.finalName {
            names.append(printable(location.revisionName))
        }
        for (place, name) in names.enumerated() where place == 0 || name != names[0] {
            guard let told = Revision(named: name).step, let step = revision.step, told != step else { continue }
            let source =
                recorded.first.map { "its files say \($0.step) (\($0.key))" } ?? "its revision is '\(names[0])'"
            lines.append("the name '\(name)' says step \(told), but \(source): it stands at step \(step)")
        }
        return lines.map { "checkpoint \(location): \($0)" }
    }

    /// The same checkpoint with the tensors marked that are left out; places of tensors stay what they are.
    package func deselecting(_ isLeftOut: (TensorInfo) -> Bool) -> Checkpoint {
        let contents = CheckpointContents(
            tensors: tensors.map { isLeftOut($0) ? $0.deselected : $0 }, leftOut: contents.leftOut,
            attributes: contents.attributes, config: contents.config, files: contents.files, samples: contents.samples)
        var checkpoint = Checkpoint(location: location, contents: contents, reader: reader)
        (checkpoint.label, checkpoint.revision, checkpoint.otherNames) = (label, revision, otherNames)
        return checkpoint
    }
}

/// What a checkpoint's files hold besides the tensors' values.
package struct CheckpointContents: Sendable, Codable {
    /// Tensors in ascending order of name.
    package let tensors: [TensorInfo]
    /// Objects that are not tensors, with the reason.
    package let leftOut: [LeftOut]
    /// Root attributes (HDF5) or facts of the directory (Hugging Face).
    package let attributes: [String: AttributeValue]
    /// The Hugging Face `config.json`, verbatim.
    package let config: String?
    /// The files, as they were when they were opened.
    package let files: [FileIdentity]
    /// Of each file, the fingerprint of a sample of its bytes; empty where none was taken.
    package let samples: [Fingerprint]

    /// Makes a description; see the properties.
    package init(
        tensors: [TensorInfo], leftOut: [LeftOut], attributes: [String: AttributeValue], config: String?,
        files: [FileIdentity], samples: [Fingerprint] = []
    ) {
        self.tensors = tensors
        self.leftOut = leftOut
        self.attributes = attributes
        self.config = config
        self.files = files
        self.samples = samples
    }
}

extension CheckpointContents {
    /// How far training had come, as a training script wrote into the file: `global_step`, `iter_num`, `epoch` and the
    /// like, in ascending order of name.
    package var counters: [(name: String, count: Int)] {
        TorchContent.counterNames.sorted().compactMap { name in
            if case .integer(let count)? = attributes[name], name != "step" { (name, count) } else { nil }
        }
    }
}

extension CheckpointLocation {
    /// The file's or directory's name without `.h5` and the like; with the group, where there is one.
    package var revisionName: String {
        let name = WeightFiles.stem(of: PathText(path).name ?? "checkpoint")
        return group.map { name + ":" + $0 } ?? name
    }
}
