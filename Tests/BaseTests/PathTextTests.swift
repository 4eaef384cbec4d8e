import Base
import Foundation
import TestSupport
import Testing

struct PathTextTests {
    @Test func `a slash with a combining mark is a slash`() {
        let path = PathText("/data/run/\u{301}secret")
        #expect(path.components == ["data", "run", "\u{301}secret"])
        #expect(path.folder == "/data/run" && path.name == "\u{301}secret")
        #expect(PathText("/\u{301}etc").isAbsolute)
        #expect(!PathText("..\u{2F}\u{301}x").isPlainName)
        #expect(PathText("a/\u{301}b").replacingSlashes(with: "--") == "a--\u{301}b")
    }

    @Test func `paths are equal when their bytes are`() {
        // One letter to Swift's text, two files to the system.
        #expect("e\u{301}" == "\u{E9}")
        #expect(PathText("e\u{301}") != PathText("\u{E9}"))
        #expect(Set([PathText("e\u{301}"), PathText("\u{E9}")]).count == 2)
    }

    @Test func `what is within a folder`() {
        let root = PathText("/data/run")
        for inside in ["/data/run", "/data/run/a", "/data/run//a", "/data/run/\u{301}a"] {
            #expect(PathText(inside).isWithin(root) && PathText(inside).isWithin(PathText("/data/run/")), "\(inside)")
        }
        for outside in ["/data", "/data/runs", "/data/run\u{301}/a", "/", "", "/data/ru"] {
            #expect(!PathText(outside).isWithin(root), "\(outside)")
        }
        #expect(PathText("/etc").isWithin(PathText("/")))
    }

    @Test func `folders and names at the edges`() {
        #expect(PathText("/a").folder == "/" && PathText("a").folder == "" && PathText("/").name == nil)
        #expect(PathText("a/b/").name == "b" && PathText("").components.isEmpty)
        for name in ["", ".", "..", "a/b", "a\0b", "/"] { #expect(!PathText(name).isPlainName, "\(name)") }
        for name in ["a", "...", ".a", "\u{301}"] { #expect(PathText(name).isPlainName, "\(name)") }
    }

    /// The system is the judge: a folder inside a root and a file in it, under names of slashes, dots and marks.
    @Test func `random paths resolve as the system resolves them`() throws {
        let scratch = try ScratchFolder()
        let root = try #require(resolvedPath(scratch.path))
        let pieces = ["/", "a", ".", "..", "\u{301}", "e\u{301}", "\u{200D}", "\u{1F1E6}", " "]
        var random = SplitMix64(seed: 14)
        for _ in 0..<2000 {
            let path = (0..<random.index(below: 8)).map { _ in pieces[random.index(below: pieces.count)] }.joined()
            let bytes = Array(path.utf8)
            let parts = bytes.split(separator: 0x2F).map { String(decoding: $0, as: UTF8.self) }
            #expect(PathText(path).components.map { Array($0.utf8) } == parts.map { Array($0.utf8) })
            #expect(PathText(path).isAbsolute == (bytes.first == 0x2F))
            let isPlain = !bytes.isEmpty && !bytes.contains(0x2F) && path != "." && path != ".."
            #expect(PathText(path).isPlainName == isPlain)
            guard isPlain else { continue }
            // A plain name stays in its folder.
            try scratch.write(path, "")
            let real = try #require(resolvedPath("\(scratch.path)/\(path)"))
            #expect(PathText(real).isWithin(PathText(root)) && PathText(real).folder == root)
        }
    }
}
