import Checkpoints

/// A matrix of a model: a tensor of two dimensions.
struct SpectraMatrix: Hashable, Sendable {
    /// Name of the tensor.
    let tensor: String
    /// Its role.
    let module: ParameterName.Module
    /// Index of the block; `nil` outside the blocks.
    let layer: Int?
    /// Number of rows.
    let rows: Int
    /// Number of columns.
    let columns: Int

    /// `nil` when the tensor has not two dimensions, or no float type, or is left out.
    init?(_ info: TensorInfo) {
        guard info.shape.count == 2, info.isMeasured else { return nil }
        let name = ParameterName(info.name)
        tensor = info.name
        (module, layer) = (name.module, name.layer)
        (rows, columns) = (info.shape[0], info.shape[1])
    }
}
