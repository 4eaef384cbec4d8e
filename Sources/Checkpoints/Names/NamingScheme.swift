/// A way of naming, and of fusing, the tensors of one and the same model that differs from Hugging Face's. Tables speak
/// of a tensor by its Hugging Face name, whatever scheme its checkpoint is in.
package enum NamingScheme: String, Sendable, Codable, CaseIterable {
    /// OLMo's trainer: `transformer.blocks.N.att_proj.weight` holds query, key and value rows, `ff_proj` up and gate.
    case olmo
    /// OLMo-core's trainer: `blocks.N.attention.w_q.weight`, `blocks.N.feed_forward.w1.weight`.
    case olmoCore = "olmo_core"
    /// GPT-NeoX (Pythia): Hugging Face's own names, but query, key and value interleaved by head in one tensor, which
    /// read as `attention.query`, `attention.key` and `attention.value`.
    case gptNeoX = "gpt_neox"
    /// The names that are read, behind or without the prefixes of what the model was wrapped in: `module.`, `_orig_mod.`,
    /// `_fsdp_wrapped_module.`, `state_dict.`, a `model.` too many or missing.
    case wrapped
}

/// Where a tensor stands in its file, when that is under another name or as part of another tensor.
package struct TensorOrigin: Sendable, Equatable, Codable, CustomStringConvertible {
    /// Whose names the file uses.
    package var scheme: NamingScheme
    /// Name as stored, with `/` read as `.`.
    package var name: String
    /// Which rows of it; `nil` for all.
    package var rows: Blocks?

    /// Makes an origin; see the properties.
    package init(scheme: NamingScheme, name: String, rows: Blocks? = nil) {
        (self.scheme, self.name, self.rows) = (scheme, name, rows)
    }

    /// For example `transformer.blocks.0.att_proj.weight[80:160]`.
    package var description: String { name + (rows.map { "[\($0)]" } ?? "") }
}
