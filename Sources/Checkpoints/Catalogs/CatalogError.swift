/// A catalog, a training configuration or a description of models that cannot be used at all. One line for a person.
public struct CatalogError: Error, Equatable, CustomStringConvertible {
    /// What, where, and what was expected.
    public let description: String

    /// Makes an error.
    public init(_ description: String) { self.description = printable(description, limit: 10_000) }
}
