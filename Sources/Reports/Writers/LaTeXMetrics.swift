/// Widths of what LaTeX sets in Computer Modern of 10 points; other fonts of papers, such as Times, are narrower.
enum LaTeXMetrics {
    /// Width of text in points.
    static func width(_ text: String) -> Double {
        text.unicodeScalars.reduce(0) { $0 + width($1) }
    }

    private static func width(_ scalar: Unicode.Scalar) -> Double {
        let place = Int(scalar.value) - 33
        if widths.indices.contains(place) { return Double(widths[place]) / 100 }
        return scalar == " " ? 3.34 : scalar == "–" ? 5 : 7.78
    }

    /// Lines of at most `width` points, broken after spaces and what `breaks` holds; longer words stay whole.
    static func wrapped(_ text: String, width: Double, breaks: Set<Character>) -> [String] {
        var (lines, word): ([String], String) = ([], "")
        func take(_ word: String) {
            if let last = lines.last,
                LaTeXMetrics.width(last + (word.last == " " ? String(word.dropLast()) : word)) <= width
            {
                lines[lines.count - 1] = last + word
            } else {
                lines.append(word)
            }
        }
        for character in text {
            word.append(character)
            guard character == " " || breaks.contains(character) else { continue }
            take(word)
            word = ""
        }
        if !word.isEmpty { take(word) }
        return lines.map { $0.last == " " ? String($0.dropLast()) : $0 }
    }

    /// A number in an `S` column of siunitx, in points: digits and point as they are, a thin space between groups of three
    /// digits from five on, and the power of ten with its sign of multiplication.
    static func width(whole: Int, fraction: Int, isSigned: Bool, exponent: Int, isExponentSigned: Bool) -> Double {
        let digit = 5.0
        let groups = (whole > 4 ? (whole - 1) / 3 : 0) + (fraction > 4 ? (fraction - 1) / 3 : 0)
        var width = digit * Double(whole + fraction) + (fraction > 0 ? 2.78 : 0) + 1.67 * Double(groups)
        if isSigned { width += 7.78 }
        if exponent > 0 {
            width += 7.78 + 2 * 2.22 + 2 * digit + 3.99 * Double(exponent) + (isExponentSigned ? 6.59 : 0)
        }
        return width
    }

    /// Advance widths of the characters from `!` to `~` in hundredths of a point: those of cmr10, and what stands for
    /// characters that it lacks.
    private static let widths = [
        278, 500, 833, 500, 833, 778, 278, 389, 389, 500, 778, 278, 334, 278, 500, 500, 500, 500, 500, 500, 500, 500,
        500,
        500, 500, 278, 278, 778, 778, 778, 472, 778, 750, 708, 722, 764, 681, 653, 785, 750, 361, 514, 778, 625, 917,
        750,
        778, 681, 778, 736, 556, 722, 750, 750, 1028, 750, 750, 611, 278, 500, 278, 500, 360, 278, 500, 556, 444, 556,
        444,
        306, 500, 556, 278, 306, 528, 278, 833, 556, 500, 556, 528, 392, 394, 389, 556, 528, 722, 528, 528, 444, 500,
        278,
        500, 500,
    ]
}
