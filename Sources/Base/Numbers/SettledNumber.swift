import Foundation

extension Double {
    /// Its first significant digits: logarithms and powers differ in their last ones between C libraries and processors,
    /// and tables must not.
    package func settled(digits: Int) -> Double {
        Double(String(format: "%.\(digits - 1)e", locale: Locale(identifier: "en_US_POSIX"), self)) ?? self
    }
}
