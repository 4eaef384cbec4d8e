import Foundation
import TestSupport
import Testing

/// The compiler lets a file import what its target's dependencies depend on. Here every import is a declared one, so that
/// `Package.swift` tells the truth about who uses whom.
@Suite struct ImportDirectionTests {
    private struct Package: Decodable {
        struct Target: Decodable {
            let name: String
            let type: String
            /// Where it is, for targets outside `Sources` and `Tests`.
            let path: String?
            let dependencies: [Dependency]
        }

        /// `{"byName": ["HDF5", null]}` or `{"product": ["Yams", "Yams", null, null]}`.
        struct Dependency: Decodable {
            let name: String

            init(from decoder: any Decoder) throws {
                let kinds = try decoder.singleValueContainer().decode([String: [Part]].self)
                guard let name = kinds.values.first?.first?.text else {
                    throw DecodingError.dataCorrupted(
                        .init(codingPath: decoder.codingPath, debugDescription: "\(kinds)"))
                }
                self.name = name
            }
        }

        struct Part: Decodable {
            let text: String?

            init(from decoder: any Decoder) throws {
                text = try? decoder.singleValueContainer().decode(String.self)
            }
        }

        let targets: [Target]
    }

    /// What comes with the toolchain and the system.
    private static let system: Set<String> = [
        "Foundation", "FoundationEssentials", "Synchronization", "Glibc", "Musl", "Darwin",
    ]

    /// The design's layers: a target imports only those before it. Of one line, none imports another.
    private static let layers: [[String]] = [
        ["CHDF5", "CXXHash", "CCodecs", "CKernels", "CBLAS", "CNLopt", "CProcess"],
        ["Base"],
        ["HDF5", "Tensors", "Reports", "Statistics", "Settings"],
        ["Checkpoints", "Results"],
        ["Catalogs", "LanguageModels"],
        ["Engine"],
        ["Experiments"],
        ["dynamics"],
    ]

    /// The targets below `Sources`, as `swift package dump-package` prints them; asked for once.
    private static let targets = Result {
        try dumpPackage().targets.filter { $0.type != "test" && ($0.path?.hasPrefix("Sources/") ?? true) }
    }

    private static func dumpPackage() throws -> Package {
        let scratch = try ScratchFolder()
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        // A scratch folder of its own: the other is locked by the `swift test` that runs this.
        process.arguments = [
            "swift", "package", "--package-path", packageRoot, "--scratch-path", scratch.path, "dump-package",
        ]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return try JSONDecoder().decode(Package.self, from: data)
    }

    /// Modules that the Swift files of a target import, with the files.
    private func imports(of target: String, in path: String) throws -> [String: String] {
        let folder = "\(packageRoot)/\(path)"
        var imports: [String: String] = [:]
        let line =
            #/^\s*(?:@\w+\s+|public\s+|package\s+|internal\s+|private\s+|fileprivate\s+)*import\s+(?:(?:struct|class|enum|protocol|func|let|var|typealias)\s+)?(\w+)/#
            .anchorsMatchLineEndings()
        for name in try FileManager.default.subpathsOfDirectory(atPath: folder) where name.hasSuffix(".swift") {
            let text = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
            for match in text.matches(of: line) { imports[String(match.1)] = "\(target)/\(name)" }
        }
        return imports
    }

    @Test func `every import is a declared dependency`() throws {
        let targets = try Self.targets.get()
        #expect(targets.count >= 18)
        for target in targets {
            let imports = try imports(of: target.name, in: target.path ?? "Sources/\(target.name)")
            let declared = Set(target.dependencies.map(\.name))
            for (module, file) in imports where !Self.system.contains(module) {
                #expect(declared.contains(module), "\(file) imports \(module), which its target does not depend on")
            }
        }
    }

    @Test func `dependencies go one way`() throws {
        let targets = try Self.targets.get()
        let names = Set(targets.map(\.name))
        func layer(_ name: String) -> Int? { Self.layers.firstIndex { $0.contains(name) } }
        for target in targets {
            let own = try #require(layer(target.name), "\(target.name) has no layer")
            for dependency in target.dependencies where names.contains(dependency.name) {
                let other = try #require(layer(dependency.name))
                #expect(other < own, "\(target.name) depends on \(dependency.name)")
            }
        }
    }

    /// What keeps the tree easy to see.
    @Test func `no folder is crowded, and no path says a word twice`() throws {
        var counts: [String: Int] = [:]
        for root in ["Sources", "Tests"] {
            for name in try FileManager.default.subpathsOfDirectory(atPath: "\(packageRoot)/\(root)")
            where name.hasSuffix(".swift") {
                let folders = name.split(separator: "/").dropLast().map(String.init)
                counts[([root] + folders).joined(separator: "/"), default: 0] += 1
                #expect(Set(folders).count == folders.count && !folders.contains(root), "\(root)/\(name)")
            }
        }
        #expect(counts.count > 60)
        for (folder, count) in counts { #expect(count <= 15, "\(folder) holds \(count) Swift files") }
        for (folder, count) in counts where folder.hasPrefix("Sources/") && folder.split(separator: "/").count == 2 {
            #expect(count <= 9, "the root of \(folder) holds \(count) files: a target's root is its front door")
        }
    }
}
