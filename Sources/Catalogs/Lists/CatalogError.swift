import Base

/// A catalog, a training configuration or a description of models that cannot be used at all. One line for a person.
package struct CatalogError: Error, Equatable, CustomStringConvertible {
    /// What, where, and what was expected.
    package let description: String

    /// Makes an error.
    package init(_ description: String) { self.description = printable(description, limit: 10_000) }
}
