/// Text from an untrusted file as it may be shown on a terminal: no control characters, and no more characters than
/// `limit`. Printable text of that length stays as it is.
package func printable(_ text: String, limit: Int = 400) -> String {
    var shown = ""
    var count = 0
    for scalar in text.unicodeScalars {
        guard count < limit else { return shown + "..." }
        count += 1
        if isPrintable(scalar) {
            shown.unicodeScalars.append(scalar)
        } else {
            shown += scalar.escaped(asASCII: true)
        }
    }
    return shown
}

/// Whether all of a text is printable.
package func isPrintable(_ text: String) -> Bool { text.unicodeScalars.allSatisfy { isPrintable($0) } }

/// Whether a character neither controls the terminal nor stands for damaged UTF-8.
package func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: false
    default: scalar != "\u{FFFD}"
    }
}
