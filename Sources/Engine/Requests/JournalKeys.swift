import Checkpoints
import Tensors

/// The texts under which summaries are journalled.
///
/// A tensor's content is known by the file it is in, everything else by the content of its inputs, or, where that is not
/// known, by their files.
struct JournalKeys: Sendable {
    private let checkpoints: [Checkpoint]
    /// The files of each checkpoint; of one that no file holds, those of its terms.
    private let identities: [[String]]

    /// What virtual weights are computed by; see `MixedElements`.
    private static let mixing = "mixture/1"

    init(_ checkpoints: [Checkpoint]) {
        self.checkpoints = checkpoints
        identities = checkpoints.map { checkpoint in
            (checkpoint.mixture?.terms.map(\.checkpoint) ?? [checkpoint]).map(JournalKeys.identity)
        }
    }

    private static func identity(_ checkpoint: Checkpoint) -> String {
        let contents = checkpoint.contents
        let samples = contents.samples.isEmpty ? contents.files.map { _ in "" } : contents.samples.map { " \($0)" }
        return zip(contents.files, samples).map { file, sample in
            "\(file.path) \(file.byteCount) \(file.modificationTimeNanoseconds) \(file.inode)\(sample)"
        }.joined(separator: "\n") + (checkpoint.location.group.map { "\n" + $0 } ?? "")
    }

    /// The tensors that a summary is known by: those of a model are all its weights.
    func inputs(of operands: Operands) -> [TensorReference] {
        switch operands {
        case .tensors(let tensors): tensors
        case .models(let models):
            models.flatMap { model in weights(model).map { TensorReference(checkpoint: model, tensor: $0) } }
        }
    }

    /// - Parameter fingerprints: of the `inputs`, where they are known and count.
    func text<R: Request>(_ request: R, _ inputs: [TensorReference], _ fingerprints: [Fingerprint?]) -> String {
        let described = zip(inputs, fingerprints).map { input, fingerprint in
            if let fingerprint { return "\(fingerprint) \(describe(input))" }
            return stored(input)
        }
        return ([R.kernel, request.parameters + models(request.operands)] + described).joined(separator: "\n")
    }

    /// A tensor by its files; a virtual one by those of its terms, each with its exact weight, in the order of the sum.
    private func stored(_ input: TensorReference) -> String {
        let (checkpoint, files) = (checkpoints[input.checkpoint], identities[input.checkpoint])
        guard let mixture = checkpoint.mixture else {
            return JournalKeys.text(checkpoint.tensors[input.tensor], in: files[0])
        }
        let terms = zip(zip(mixture.terms, mixture.parts(of: input.tensor)), files).map { part, files in
            "\(part.0.coefficient.bitPattern) × \(JournalKeys.text(part.1, in: files))"
        }
        return ([JournalKeys.mixing] + terms).joined(separator: "\n")
    }

    private static func text(_ info: TensorInfo, in files: String) -> String {
        "\(files)\n\(info.origin.map(\.description) ?? info.name) \(describe(info))"
    }

    /// A model is its config and its weights, with their names.
    private func models(_ operands: Operands) -> String {
        guard case .models(let models) = operands else { return "" }
        return models.map { model in
            let names = weights(model).map { checkpoints[model].tensors[$0].name }.joined(separator: "\n")
            return " model=\(Fingerprint(of: names + "\n" + (checkpoints[model].contents.config ?? "")))"
        }.joined()
    }

    private func weights(_ model: Int) -> [Int] {
        let tensors = checkpoints[model].tensors
        return tensors.indices.filter { tensors[$0].elementType.hasStatistics }
    }

    private func describe(_ input: TensorReference) -> String {
        JournalKeys.describe(checkpoints[input.checkpoint].tensors[input.tensor])
    }

    private static func describe(_ info: TensorInfo) -> String { "\(info.elementType.rawValue) \(info.shape)" }
}
