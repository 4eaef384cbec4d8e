/// Width of text in the figures' font, Helvetica of seven points, in points; a little more, because fonts that stand in for it
/// are wider.
func textWidth(_ text: String) -> Double {
    let units = text.unicodeScalars.reduce(0) { sum, scalar in
        let place = Int(scalar.value) - 32
        return sum + (helveticaWidths.indices.contains(place) ? helveticaWidths[place] : 600)
    }
    return 1.06 * 7 / 1000 * Double(units)
}

/// Distance between lines of text, in points.
let lineHeight = 8.0

/// Lines of at most `width` points in a font `scale` times as large as the usual one, broken at spaces; longer words stay whole.
func wrapped(_ text: String, width: Double, scale: Double = 1) -> [String] {
    text.split(separator: " ").reduce(into: [String]()) { lines, word in
        if let last = lines.last, textWidth("\(last) \(word)") * scale <= width {
            lines[lines.count - 1] = "\(last) \(word)"
        } else {
            lines.append(String(word))
        }
    }
}

/// Advance widths of the characters from space to tilde in thousandths of the font's size (Adobe's metrics of Helvetica).
private let helveticaWidths = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
    556,
    556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722,
    778,
    667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278,
    556,
    556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
]
