/// A scaling law as a sum of terms, each a non-negative coefficient times powers of the variables:
/// L(x) = Σⱼ cⱼ Πᵢ xᵢ^(m p), where exponents p may be shared between factors and terms.
///
/// A closed set of building blocks: what most published laws are made of, and nothing that has to be interpreted as code.
package struct LawForm: Sendable, Equatable {
    /// What a power is taken of.
    package enum Base: Sendable, Equatable {
        /// One of the variables, by its index.
        case variable(Int)
        /// A positive number.
        case constant(Double)
    }

    /// What a base is raised to.
    package enum Power: Sendable, Equatable {
        /// One of the law's exponents, by its index: to be fitted.
        case exponent(Int)
        /// A number.
        case fixed(Double)
    }

    /// One factor of a term.
    package enum Factor: Sendable, Equatable {
        /// base^(times · power).
        case power(Base, Power, times: Double)
        /// (1 + (x/d)^(1/w))^(w γ), which turns a power law of exponent α below d into one of α + γ above it within about w
        /// e-folds (Caballero et al., "Broken neural scaling laws", 2022). `at` and `by` are the exponents' places of d,
        /// a `location`, and γ.
        case bend(of: Int, at: Int, by: Int, width: Double)
    }

    /// A coefficient and its factors; without factors, the irreducible loss.
    package struct Term: Sendable, Equatable {
        /// The coefficient's name.
        package let coefficient: String
        /// What it is multiplied with.
        package let factors: [Factor]
        /// The coefficient's value where it is not fitted.
        package let pinned: Double?

        /// Makes a term.
        package init(_ coefficient: String, _ factors: [Factor] = [], pinned: Double? = nil) {
            self.coefficient = coefficient
            self.factors = factors
            self.pinned = pinned
        }
    }

    /// A parameter in which the law is not linear.
    package struct Exponent: Sendable, Equatable {
        /// What values it may take.
        package enum Kind: Sendable, Equatable {
            /// Within a range.
            case within(ClosedRange<Double>)
            /// A value of this variable, within the data: where a law bends.
            case location(of: Int)
        }

        /// Its name.
        package let name: String
        /// Its range.
        package let kind: Kind

        /// Makes an exponent.
        package init(_ name: String, _ kind: Kind) {
            self.name = name
            self.kind = kind
        }
    }

    /// The law's name.
    package let name: String
    /// How many variables there are.
    package let variableCount: Int
    /// The terms, at most six.
    package let terms: [Term]
    /// The exponents, at most four.
    package let exponents: [Exponent]

    /// Assembles a law.
    /// - Precondition: there are 1 to 6 terms and at most 4 exponents, and all places exist.
    package init(_ name: String, variableCount: Int, terms: [Term], exponents: [Exponent]) {
        precondition((1...6).contains(terms.count) && exponents.count <= 4)
        for case .power(let base, let power, _) in terms.flatMap(\.factors) {
            if case .variable(let index) = base { precondition(index < variableCount) }
            if case .exponent(let index) = power { precondition(index < exponents.count) }
        }
        self.name = name
        self.variableCount = variableCount
        self.terms = terms
        self.exponents = exponents
    }

    /// Names of what is fitted: coefficients that are not pinned, then exponents.
    package var parameterNames: [String] {
        terms.filter { $0.pinned == nil }.map(\.coefficient) + exponents.map(\.name)
    }

    /// Number of fitted parameters.
    package var parameterCount: Int { parameterNames.count }

    /// Indices of the terms whose coefficients are fitted.
    var freeTerms: [Int] { terms.indices.filter { terms[$0].pinned == nil } }
}
