import Foundation
import Testing

@testable import Checkpoints

struct CheckpointLocationTests {
    @Test func `a group follows the first colon and slash`() {
        #expect(CheckpointLocation(parsing: "run/a.h5") == CheckpointLocation(path: "run/a.h5"))
        #expect(
            CheckpointLocation(parsing: "run/a.h5:/model_weights")
                == CheckpointLocation(path: "run/a.h5", group: "/model_weights"))
        #expect(
            CheckpointLocation(parsing: "a.h5:/x//y/") == CheckpointLocation(path: "a.h5", group: "/x/y"))
        #expect(CheckpointLocation(parsing: "a.h5:/") == CheckpointLocation(path: "a.h5"))
        #expect(CheckpointLocation(parsing: "step:1000") == CheckpointLocation(path: "step:1000"))
    }

    @Test func `it shows as it is typed`() {
        for text in ["a.h5", "a.h5:/model_weights", "dir/"] {
            #expect(CheckpointLocation(parsing: text).description == text)
        }
    }

    @Test func `an existing file keeps its odd name`() throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: "\(folder.path)/a:", withIntermediateDirectories: false)
        let path = try folder.write("a:/b.h5", [])
        #expect(CheckpointLocation(parsing: path) == CheckpointLocation(path: path))
    }

    @Test func `roots admit what lies below them and nothing beside`() throws {
        let folder = try TemporaryFolder()
        _ = try folder.write("root", [])
        let roots = TrustedRoots(file: "\(folder.path)/a.h5", allowed: [])
        #expect(try roots.resolve("root", role: "it", checkpoint: "a") == "\(folder.path)/root")
        #expect(try roots.resolve("./root", role: "it", checkpoint: "a") == "\(folder.path)/root")
        let error = #expect(throws: CheckpointError.self) {
            try roots.resolve("/etc/hostname", role: "it", checkpoint: "a")
        }
        #expect(error?.kind == .refused)
        // A sibling whose name starts with the root's is not below it.
        let sibling = TrustedRoots(file: "\(folder.path)/ro/a.h5", allowed: [])
        #expect(throws: CheckpointError.self) {
            try sibling.resolve("\(folder.path)/root", role: "it", checkpoint: "a")
        }
    }
}
