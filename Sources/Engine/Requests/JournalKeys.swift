import Checkpoints
import Tensors

/// The texts under which summaries are journalled.
///
/// A tensor's content is known by the file it is in, everything else by the content of its inputs, or, where that is not
/// known, by their files.
struct JournalKeys: Sendable {
    private let checkpoints: [Checkpoint]
    private let identities: [String]

    init(_ checkpoints: [Checkpoint]) {
        self.checkpoints = checkpoints
        identities = checkpoints.map { checkpoint in
            let contents = checkpoint.contents
            let samples = contents.samples.isEmpty ? contents.files.map { _ in "" } : contents.samples.map { " \($0)" }
            return zip(contents.files, samples).map { file, sample in
                "\(file.path) \(file.byteCount) \(file.modificationTimeNanoseconds) \(file.inode)\(sample)"
            }.joined(separator: "\n") + (checkpoint.location.group.map { "\n" + $0 } ?? "")
        }
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
            let info = checkpoints[input.checkpoint].tensors[input.tensor]
            let name = info.origin.map(\.description) ?? info.name
            return "\(identities[input.checkpoint])\n\(name) \(describe(input))"
        }
        return ([R.kernel, request.parameters + models(request.operands)] + described).joined(separator: "\n")
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
        let info = checkpoints[input.checkpoint].tensors[input.tensor]
        return "\(info.elementType.rawValue) \(info.shape)"
    }
}
