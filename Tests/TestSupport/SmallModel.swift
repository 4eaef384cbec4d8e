import Checkpoints
import Tensors

/// A two-layer OLMo 2 of hidden size 4 with values that can be worked out by hand: tensor number t of checkpoint k holds
///
///     ((i·(2t + 1)) mod 31 − 15)/16 + k·(1 + t mod 3)/8        for element i,
///
/// exact in every type, and different between any two tensors. So tensor t drifts from checkpoint j to k by
/// |k − j|·(1 + t mod 3)/8 in each of its elements.
package struct SmallModel {
    /// One tensor with its values in row-major order.
    package struct Tensor {
        /// Name as Hugging Face gives it.
        package var name: String
        /// How it is stored.
        package var type: ElementType
        /// Extents, slowest first.
        package var shape: [Int]
        /// The elements.
        package var values: [Double]

        /// Makes a tensor; see the properties.
        package init(_ name: String, _ type: ElementType, _ shape: [Int], _ values: [Double]) {
            (self.name, self.type, self.shape, self.values) = (name, type, shape, values)
        }

        /// The tensor's bytes in a file.
        package var bytes: [UInt8] { TestSupport.bytes(of: values.map { pattern(of: $0, as: type) }, as: type) }
    }

    /// Where the checkpoint stands in training.
    package var revision: Revision
    /// The Hugging Face config.
    package var config: String? = SmallModel.config
    /// In the order of the file.
    package var tensors: [Tensor]

    /// Two heads, one of them for keys and values.
    package static let config = """
        {"architectures":["Olmo2ForCausalLM"],"hidden_size":4,"num_hidden_layers":2,"num_attention_heads":2,\
        "num_key_value_heads":1,"vocab_size":8,"tie_word_embeddings":false}
        """

    /// Names and shapes, ascending by name.
    package static let shapes: [(name: String, shape: [Int])] = {
        var shapes: [(name: String, shape: [Int])] = [
            ("lm_head.weight", [8, 4]), ("model.embed_tokens.weight", [8, 4]), ("model.norm.weight", [4]),
        ]
        for layer in 0..<2 {
            for (name, shape) in [
                ("mlp.down_proj", [4, 6]), ("mlp.gate_proj", [6, 4]), ("mlp.up_proj", [6, 4]),
                ("post_attention_layernorm", [4]), ("post_feedforward_layernorm", [4]),
                ("self_attn.k_norm", [2]), ("self_attn.k_proj", [2, 4]), ("self_attn.o_proj", [4, 4]),
                ("self_attn.q_norm", [4]), ("self_attn.q_proj", [4, 4]), ("self_attn.v_proj", [2, 4]),
            ] {
                shapes.append(("model.layers.\(layer).\(name).weight", shape))
            }
        }
        return shapes.sorted { $0.name < $1.name }
    }()

    /// The three checkpoints' names: two of stage 1, and one of an ingredient.
    package static let revisions = [
        "stage1-step0-tokens0B", "stage1-step1000-tokens5B", "stage2-ingredient1-step500-tokens7B",
    ]

    /// Checkpoint number `k`, named `revision` or, by default, as the k-th of the series.
    package init(_ k: Int, revision: String? = nil, type: ElementType = .bfloat16) {
        self.revision = Revision(named: revision ?? SmallModel.revisions[k])
        tensors = SmallModel.shapes.enumerated().map { t, entry in
            let count = entry.shape.reduce(1, *)
            return Tensor(entry.name, type, entry.shape, (0..<count).map { SmallModel.value(t, $0, k) })
        }
    }

    /// Element i of tensor number t in checkpoint k.
    package static func value(_ t: Int, _ i: Int, _ k: Int) -> Double {
        Double((i * (2 * t + 1)) % 31 - 15) / 16 + change(t) * Double(k)
    }

    /// By how much each element of tensor number t changes from one checkpoint to the next.
    package static func change(_ t: Int) -> Double { Double(1 + t % 3) / 8 }

    /// The tensor of that name.
    package subscript(_ name: String) -> Tensor {
        get { tensors[place(name)] }
        set { tensors[place(name)] = newValue }
    }

    private func place(_ name: String) -> Int {
        guard let place = tensors.firstIndex(where: { $0.name == name }) else { preconditionFailure("no \(name)") }
        return place
    }

    /// Takes a tensor out.
    package mutating func remove(_ name: String) { tensors.remove(at: place(name)) }

    /// Bytes of all tensors.
    package var byteCount: Int { tensors.reduce(0) { $0 + $1.values.count * $1.type.byteCount } }

    /// Writes the checkpoint as `folder/REVISION.h5`, or under another name, and returns its path.
    @discardableResult
    package func write(to folder: ScratchFolder, as name: String? = nil) throws -> String {
        let path = "\(folder.path)/\(name ?? revision.name).h5"
        let writer = try CheckpointWriter(
            path: path, model: "small", revision: revision, config: config,
            tensors: tensors.map { CheckpointWriter.Tensor(name: $0.name, elementType: $0.type, shape: $0.shape) })
        for (place, tensor) in tensors.enumerated() {
            let bytes = tensor.bytes
            try bytes.withUnsafeBytes { try writer.write($0, tensor: place, at: 0) }
        }
        try writer.commit()
        return path
    }

    /// Writes the three checkpoints and returns their paths.
    package static func writeSeries(to folder: ScratchFolder, type: ElementType = .bfloat16) throws -> [String] {
        try revisions.indices.map { try SmallModel($0, type: type).write(to: folder) }
    }
}
