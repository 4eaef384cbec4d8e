import Base

/// A catalog, a training configuration or a description of models that cannot be used at all. One line for a person.
package struct CatalogError: Error, Equatable, CustomStringConvertible {
    /// What, where, and what was expected.
    package let description: String

    /// Whether the machine failed at reading it, and nothing is known of the catalog (exit code 1).
    package let isMachineFailure: Bool

    /// Makes an error; see the properties.
    package init(_ description: String, isMachineFailure: Bool = false) {
        self.description = printable(description, limit: 10_000)
        self.isMachineFailure = isMachineFailure
    }
}
