/// A path from outside, taken by its bytes, as the system takes it.
///
/// Swift's text goes by characters, and a character may be a slash with an accent: it then finds no slash where the system
/// finds one, and calls two paths equal that lead to two files. Whatever decides where a path leads asks this type.
package struct PathText: Sendable, Hashable, CustomStringConvertible {
    /// The path as it is.
    package let text: String

    private static let slash = UInt8(ascii: "/")

    /// Takes a path as it is.
    package init(_ text: String) { self.text = text }

    package var description: String { text }

    /// Whether it starts from the root.
    package var isAbsolute: Bool { text.utf8.first == PathText.slash }

    /// What stands between slashes, without empty parts.
    package var components: [String] {
        text.utf8.split(separator: PathText.slash).map { String(Substring($0)) }
    }

    /// The last component; `nil` for the root and the empty path.
    package var name: String? { text.utf8.split(separator: PathText.slash).last.map { String(Substring($0)) } }

    /// Everything before the last slash: of an absolute path at least `/`, without any slash the empty text.
    package var folder: String {
        guard let end = text.utf8.lastIndex(of: PathText.slash) else { return "" }
        return end == text.utf8.startIndex ? "/" : String(text[..<end])
    }

    /// Whether it names an entry of a folder and nothing else.
    package var isPlainName: Bool {
        !text.isEmpty && !text.utf8.contains { $0 == PathText.slash || $0 == 0 } && text != "." && text != ".."
    }

    /// Whether it is `folder` or below it. Both are taken as they are, links and `..` included: resolve them first.
    package func isWithin(_ folder: PathText) -> Bool {
        let root = folder.text.utf8.last == PathText.slash ? folder.text.utf8.dropLast() : folder.text.utf8[...]
        return text.utf8.starts(with: root)
            && (text.utf8.count == root.count || text.utf8.dropFirst(root.count).first == PathText.slash)
    }

    /// The path with every slash replaced.
    package func replacingSlashes(with other: String) -> String { text.replacing(byte: PathText.slash, with: other) }

    /// Whether the bytes are the same.
    package static func == (a: PathText, b: PathText) -> Bool { a.text.utf8.elementsEqual(b.text.utf8) }

    package func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
    }
}

extension String {
    /// The text with every such ASCII character replaced, whatever marks are combined with it.
    package func replacing(byte: UInt8, with other: String) -> String {
        precondition(byte < 0x80, "part of a character")
        return utf8.split(separator: byte, omittingEmptySubsequences: false).map { String(Substring($0)) }
            .joined(separator: other)
    }
}
