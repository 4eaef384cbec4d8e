import Checkpoints
import LanguageModels
import Tensors

/// All that the checks of an audit look at: what the checkpoints hold, and what one reading told of each tensor.
struct AuditedSeries: Sendable {
    let series: CheckpointSeries
    let settings: AuditSettings
    /// What is known of its training.
    let training: AuditTraining
    /// Pairs of places, in order, that are copies of each other because they should be.
    let expectedCopies: Set<[Int]>
    /// Place of the branch point that the settings state.
    let branchPoint: Int?
    /// `contents[c][t]` is that of tensor t of checkpoint c; `nil` where it was not read.
    let contents: [[TensorContent?]]
    /// The same for scans.
    let scans: [[TensorScan?]]
    /// Padding rows of the embedding, by checkpoint.
    let rows: [[RowContent]]
    /// What the checkpoints' configs say; `nil` without one.
    let architectures: [Result<Architecture, ArchitectureError>?]
    /// The structure that most checkpoints share.
    let common: [CommonTensor]

    /// A tensor that more than half of the checkpoints have in one shape.
    struct CommonTensor: Sendable {
        let name: String
        let shape: [Int]
        /// Its place in each checkpoint that has it so.
        var places: [Int?]
    }

    init(
        series: CheckpointSeries, settings: AuditSettings, training: AuditTraining, expectedCopies: Set<[Int]>,
        branchPoint: Int?, contents: [[TensorContent?]],
        scans: [[TensorScan?]], rows: [[RowContent]]
    ) {
        self.series = series
        self.settings = settings
        self.training = training
        self.expectedCopies = expectedCopies
        self.branchPoint = branchPoint
        self.contents = contents
        self.scans = scans
        self.rows = rows
        architectures = series.checkpoints.map(AuditedSeries.architecture)
        common = AuditedSeries.common(series.checkpoints)
    }

    var checkpoints: [Checkpoint] { series.checkpoints }

    static func architecture(_ checkpoint: Checkpoint) -> Result<Architecture, ArchitectureError>? {
        checkpoint.contents.config.map { config in
            do throws(ArchitectureError) { return .success(try Architecture(config: config)) } catch {
                return .failure(error)
            }
        }
    }

    private struct Form: Hashable {
        let name: String
        let shape: [Int]
    }

    private static func common(_ checkpoints: [Checkpoint]) -> [CommonTensor] {
        var places: [Form: [Int?]] = [:]
        for (place, checkpoint) in checkpoints.enumerated() {
            for (tensor, info) in checkpoint.tensors.enumerated() where info.isMeasured {
                places[
                    Form(name: info.name, shape: info.shape), default: Array(repeating: nil, count: checkpoints.count)][
                        place] = tensor
            }
        }
        return places.filter { 2 * $0.value.count { $0 != nil } > checkpoints.count }
            .map { CommonTensor(name: $0.key.name, shape: $0.key.shape, places: $0.value) }
            .sorted { $0.name < $1.name }
    }

    /// Whether the whole checkpoint was read.
    func isRead(_ place: Int) -> Bool {
        zip(checkpoints[place].tensors, contents[place]).allSatisfy { !$0.isMeasured || $1 != nil }
    }

    /// A finding about a checkpoint of the series.
    func finding(
        _ kind: AuditFinding.Kind, _ place: Int, tensor: String? = nil, count: Int? = nil, other: Int? = nil,
        _ evidence: String
    ) -> AuditFinding {
        AuditFinding(
            kind: kind, checkpoint: checkpoints[place].label, file: checkpoints[place].location.description,
            tensor: tensor, tensorCount: count, other: other.map { checkpoints[$0].label }, evidence: evidence)
    }

    /// Findings about several tensors of a checkpoint that have the same evidence, blocks taken together.
    func findings(
        _ kind: AuditFinding.Kind, _ place: Int, _ tensors: [(name: String, evidence: String)]
    ) -> [AuditFinding] {
        var order: [String] = []
        var names: [String: [String]] = [:]
        for (name, evidence) in tensors {
            if names[evidence] == nil { order.append(evidence) }
            names[evidence, default: []].append(name)
        }
        return order.flatMap { evidence in
            tensorPatterns(names[evidence] ?? []).map { pattern, members in
                finding(kind, place, tensor: pattern, count: members.count, evidence)
            }
        }
    }
}

/// Extents as text.
func shapeText(_ shape: [Int]) -> String { shape.isEmpty ? "a scalar" : shape.map(String.init).joined(separator: "x") }
