/// What a setting may be besides its type: a range for its numbers, a rule for its list. Where the value is a list or a
/// dictionary, the range is that of every number in it; what is not set has no bounds.
package struct Bounds: Sendable, Equatable {
    /// What a list may be.
    package enum ListRule: Sendable, Equatable {
        case any, notEmpty
        /// At least one element, and none twice.
        case distinct
    }

    /// The least number, if there is one.
    package var low: Double?
    /// Whether `low` itself is allowed.
    package var includesLow = true
    /// The largest number, if there is one.
    package var high: Double?
    /// Whether `high` itself is allowed.
    package var includesHigh = true
    /// What a list may be.
    package var list = ListRule.any

    /// Any number, any list.
    package static let none = Bounds()
    /// A list with at least one element.
    package static let notEmpty = Bounds(list: .notEmpty)
    /// A list with at least one element, and none twice.
    package static let distinct = Bounds(list: .distinct)

    /// A number from `low` on.
    package static func atLeast(_ low: Double) -> Bounds { Bounds(low: low) }
    /// A number above `low`.
    package static func above(_ low: Double) -> Bounds { Bounds(low: low, includesLow: false) }
    /// A number in the range, its ends included.
    package static func within(_ range: ClosedRange<Double>) -> Bounds {
        Bounds(low: range.lowerBound, high: range.upperBound)
    }
    /// A number in the range, its upper end not included.
    package static func within(_ range: Range<Double>) -> Bounds {
        Bounds(low: range.lowerBound, high: range.upperBound, includesHigh: false)
    }
    /// A number strictly between both.
    package static func between(_ low: Double, _ high: Double) -> Bounds {
        Bounds(low: low, includesLow: false, high: high, includesHigh: false)
    }

    /// The same, of the elements of a list that is not empty.
    package var inList: Bounds {
        var bounds = self
        bounds.list = .notEmpty
        return bounds
    }

    /// What is expected of a number, such as `a number from 1 to 1024`; `nil` when any will do.
    package var text: String? {
        switch (low, high) {
        case (nil, nil): nil
        case (let low?, nil): includesLow ? "a number from \(plain(low)) on" : "a number above \(plain(low))"
        case (nil, let high?): includesHigh ? "a number up to \(plain(high))" : "a number below \(plain(high))"
        case (let low?, let high?):
            switch (includesLow, includesHigh) {
            case (true, true): "a number from \(plain(low)) to \(plain(high))"
            case (false, false): "a number between \(plain(low)) and \(plain(high))"
            case (true, false): "a number from \(plain(low)) to below \(plain(high))"
            case (false, true): "a number above \(plain(low)) and up to \(plain(high))"
            }
        }
    }

    /// What is expected of a list; `nil` when any will do.
    package var listText: String? {
        switch list {
        case .any: nil
        case .notEmpty: "at least one"
        case .distinct: "at least one, and none twice,"
        }
    }

    private func allow(_ number: Double) -> Bool {
        guard number.isFinite else { return self == .none }
        if let low, includesLow ? number < low : number <= low { return false }
        if let high, includesHigh ? number > high : number >= high { return false }
        return true
    }

    /// What is wrong with a value, one line each: `k is 0; a number from 1 to 1024 is expected`.
    func problems(of value: Any, at path: String) -> [String] {
        switch value {
        case let section as any SettingsSection:
            return section.boundsProblems(below: path + ".")
        case let number as Double: return problems(number, shown: "\(number)", path)
        case let number as any BinaryInteger: return problems(Double(number), shown: "\(number)", path)
        case let elements as [Any]:
            let shown = elements.map { ($0 as? any RawRepresentable).map { "\($0.rawValue)" } ?? "\($0)" }
            if let listText, elements.isEmpty || list == .distinct && Set(shown).count < shown.count {
                return ["\(path) is [\(shown.joined(separator: ", "))]; \(listText) is expected"]
            }
            return elements.enumerated().flatMap { problems(of: $0.element, at: "\(path)[\($0.offset)]") }
        case let members as [String: Any]:
            return members.sorted { $0.key < $1.key }.flatMap { problems(of: $0.value, at: "\(path).\($0.key)") }
        default: return []
        }
    }

    private func problems(_ number: Double, shown: String, _ path: String) -> [String] {
        allow(number) ? [] : ["\(path) is \(shown); \(text ?? "a finite number") is expected"]
    }

    /// Limits are stated in code: whole ones without a fraction.
    private func plain(_ limit: Double) -> String { Int(exactly: limit).map(String.init) ?? "\(limit)" }
}
