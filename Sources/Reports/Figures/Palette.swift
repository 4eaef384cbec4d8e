/// Colours that people with any colour vision tell apart, and marks and dashes that tell lines apart in grey.
///
/// Hues are those of M. Okabe and K. Ito, *Color universal design*, 2008; ordered shades are samples of matplotlib's viridis
/// (S. van der Walt, N. Smith, 2015), whose lightness rises evenly, so that a grey copy keeps the order.
enum Palette {
    private static let hues = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"]
    /// gnuplot's numbers of filled and then open discs, squares, triangles and diamonds.
    private static let shapes = [7, 5, 9, 13, 11, 6, 4, 8, 12, 10]
    private static let viridis: [(Double, Double, Double)] = [
        (68, 1, 84), (72, 40, 120), (62, 74, 137), (49, 104, 142), (38, 130, 142), (31, 158, 137), (53, 183, 121),
        (110, 206, 88), (181, 222, 43), (253, 231, 37),
    ]

    /// The colour of the one that is `place`th of `count`. Without an order there are seven hues, then the same again.
    static func color(_ place: Int, of count: Int, isOrdered: Bool) -> String {
        guard isOrdered else { return hues[place % hues.count] }
        // The lightest fifth is too pale for a thin line on white.
        return shade(count > 1 ? 0.82 * Double(place) / Double(count - 1) : 0)
    }

    /// What tells apart lines of one hue: solid, dashed, dashes and dots. Dots alone are for fits.
    static func dash(_ place: Int, isOrdered: Bool) -> Int { isOrdered ? 1 : [1, 2, 4, 5][min(place / hues.count, 3)] }

    /// The same colour darker, for letters: thin strokes of the lighter hues are pale on white, and more so in grey.
    static func ink(_ color: String) -> String {
        let value = Int(color.dropFirst(), radix: 16) ?? 0
        return "#"
            + [16, 8, 0].map { shift in
                let digits = String((value >> shift & 0xFF) * 7 / 10, radix: 16, uppercase: true)
                return digits.count == 1 ? "0" + digits : digits
            }.joined()
    }

    /// gnuplot's number of the mark.
    static func shape(_ place: Int) -> Int { shapes[place % shapes.count] }

    /// The shade at `position` from 0, dark, to 1, light.
    static func shade(_ position: Double) -> String {
        let place = min(max(position, 0), 1) * Double(viridis.count - 1)
        let (low, high) = (viridis[Int(place)], viridis[min(Int(place) + 1, viridis.count - 1)])
        let part = place - place.rounded(.down)
        return "#"
            + [(low.0, high.0), (low.1, high.1), (low.2, high.2)].map { ends in
                let digits = String(Int((ends.0 + part * (ends.1 - ends.0)).rounded()), radix: 16, uppercase: true)
                return digits.count == 1 ? "0" + digits : digits
            }.joined()
    }

    /// gnuplot's `set palette` for heat maps: from light, small, to dark, large.
    static var gradient: String {
        let last = Double(viridis.count - 1)
        let stops = viridis.indices.map { "\($0) '\(shade(1 - Double($0) / last))'" }
        return "set palette defined (\(stops.joined(separator: ", ")))"
    }

    /// The colour of text upon the shade at `position` of the gradient.
    static func text(upon position: Double) -> String { position > 0.45 ? "#FFFFFF" : "#000000" }
}
