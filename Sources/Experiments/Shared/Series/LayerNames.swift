import Reports

/// Names of hidden states in figures: `layer 2` where tables say `2`, `final norm` where they say `final_norm`.
enum LayerNames {
    /// The column `states_of`.
    static let column = TypedColumn<TableRow>.string("states_of", "What the hidden states come from.") { row in
        row.text("layer").map { Int($0) == nil ? $0.replacing("_", with: " ") : "layer \($0)" }
    }
}
