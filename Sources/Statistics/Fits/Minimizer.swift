import CNLopt

/// Finds a minimum of a smooth function with NLopt (Johnson, "The NLopt nonlinear-optimization package").
package struct Minimizer: Sendable {
    /// NLopt's algorithms that fits here use.
    package enum Algorithm: Sendable {
        /// Limited-memory BFGS (Nocedal, 1980): many parameters, exact gradients.
        case lbfgs
        /// Sequential quadratic programming (Kraft, 1994): few parameters, bounds met exactly, digits to the end.
        case slsqp
        /// Nelder and Mead's simplex: no gradient.
        case nelderMead

        fileprivate var code: nlopt_algorithm {
            switch self {
            case .lbfgs: NLOPT_LD_LBFGS
            case .slsqp: NLOPT_LD_SLSQP
            case .nelderMead: NLOPT_LN_NELDERMEAD
            }
        }
    }

    /// How the search goes.
    package var algorithm: Algorithm
    /// Stop when a step changes the value by less than this share of it; 0 leaves it to `parameterTolerance`.
    package var valueTolerance = 1e-14
    /// Stop when a step changes every parameter by less than this share of it.
    package var parameterTolerance = 1e-12
    /// Stop here in any case: then `Minimum.hasConverged` is false.
    package var maximumEvaluations = 10_000

    /// A search with the tolerances' defaults.
    package init(_ algorithm: Algorithm) { self.algorithm = algorithm }

    /// Where a search ended.
    package struct Minimum: Sendable, Equatable {
        /// The parameters.
        package let point: [Double]
        /// The function's value there.
        package let value: Double
        /// Whether a tolerance was met. Rounding that stops progress at the last digits counts as met.
        package let hasConverged: Bool
        /// How often the function was computed.
        package let evaluations: Int
    }

    /// Searches from `start`.
    ///
    /// - Parameters:
    ///   - start: one value a parameter, within the bounds.
    ///   - lower, upper: bounds, one a parameter; `nil` for none.
    ///   - function: the value at a point; where the second argument is not empty it has to be filled with the gradient.
    ///     A value that is not finite counts as very large.
    /// - Returns: the best point met; `nil` where the function is not finite at `start`.
    package func minimize(
        from start: [Double], lower: [Double]? = nil, upper: [Double]? = nil,
        _ function: (UnsafeBufferPointer<Double>, UnsafeMutableBufferPointer<Double>) -> Double
    ) -> Minimum? {
        precondition(!start.isEmpty && lower?.count ?? start.count == start.count)
        precondition(upper?.count ?? start.count == start.count)
        return withoutActuallyEscaping(function) { function in
            let problem = Problem(function)
            guard let search = nlopt_create(algorithm.code, UInt32(start.count)) else {
                preconditionFailure("NLopt lacks an algorithm")
            }
            defer { nlopt_destroy(search) }
            if let lower { nlopt_set_lower_bounds(search, lower) }
            if let upper { nlopt_set_upper_bounds(search, upper) }
            nlopt_set_ftol_rel(search, valueTolerance)
            nlopt_set_xtol_rel(search, parameterTolerance)
            nlopt_set_maxeval(search, Int32(maximumEvaluations))
            nlopt_set_min_objective(search, evaluate, Unmanaged.passUnretained(problem).toOpaque())
            var point = start
            var value = 0.0
            let result = nlopt_optimize(search, &point, &value)
            // NLopt leaves the point as it was on some failures: what was met on the way is what counts.
            guard let best = problem.best else { return nil }
            let reached = [
                NLOPT_SUCCESS, NLOPT_STOPVAL_REACHED, NLOPT_FTOL_REACHED, NLOPT_XTOL_REACHED, NLOPT_ROUNDOFF_LIMITED,
            ]
            return Minimum(
                point: best.point, value: best.value,
                hasConverged: reached.contains { $0.rawValue == result.rawValue }, evaluations: problem.evaluations)
        }
    }

    private final class Problem {
        let function: (UnsafeBufferPointer<Double>, UnsafeMutableBufferPointer<Double>) -> Double
        var best: (point: [Double], value: Double)?
        var evaluations = 0

        init(_ function: @escaping (UnsafeBufferPointer<Double>, UnsafeMutableBufferPointer<Double>) -> Double) {
            self.function = function
        }

        func value(
            _ point: UnsafeBufferPointer<Double>, _ gradient: UnsafeMutableBufferPointer<Double>
        ) -> Double {
            evaluations += 1
            let value = function(point, gradient)
            guard value.isFinite, gradient.allSatisfy(\.isFinite) else {
                gradient.update(repeating: 0)
                return Double.greatestFiniteMagnitude.squareRoot()
            }
            if best.map({ value < $0.value }) ?? true { best = (Array(point), value) }
            return value
        }
    }

    private let evaluate:
        @convention(c) (
            UInt32, UnsafePointer<Double>?, UnsafeMutablePointer<Double>?, UnsafeMutableRawPointer?
        ) -> Double = { count, point, gradient, context in
            guard let context else { preconditionFailure("NLopt lost the function") }
            return Unmanaged<Problem>.fromOpaque(context).takeUnretainedValue().value(
                UnsafeBufferPointer(start: point, count: Int(count)),
                UnsafeMutableBufferPointer(start: gradient, count: gradient == nil ? 0 : Int(count)))
        }
}
