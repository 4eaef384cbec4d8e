import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Base
@testable import Checkpoints

/// Random corruptions of what torch and NumPy wrote, opened, read and imported: this process must survive them all.
@Suite(.serialized)
struct FormatMutationTests {
    private static let count = ProcessInfo.processInfo.environment["DYNAMICS_MUTATIONS"].flatMap { Int($0) } ?? 3000

    @Test(arguments: ["types.pt", "deflated.npz", "stored.npz"])
    func `no corruption brings a reader down`(_ name: String) throws {
        let whole = [UInt8](try Data(contentsOf: URL(filePath: "\(formats)/\(name)")))
        let folder = try TemporaryFolder()
        let outcomes = Mutex<[String: Int]>([:])
        DispatchQueue.concurrentPerform(iterations: FormatMutationTests.count / 3) { index in
            var random = SplitMix64(seed: UInt64(index))
            var bytes = mutated(whole, &random)
            // Half of them keep their beginning, without which nothing is an archive.
            if index.isMultiple(of: 2) { bytes.replaceSubrange(..<min(4, bytes.count), with: whole[..<4]) }
            let path = "\(folder.path)/\(index).\(name.suffix(3))"
            guard (try? Data(bytes).write(to: URL(filePath: path))) != nil else { return }
            let error = failure(path)
            let imported = try? Importer(.init(destination: folder.path + "/to")).run([path])
            try? FileManager.default.removeItem(atPath: path)
            outcomes.withLock { outcomes in
                outcomes[error?.kind.rawValue ?? "read", default: 0] += 1
                outcomes[imported?.written.isEmpty == false ? "imported" : "not imported", default: 0] += 1
            }
        }
        let found = outcomes.withLock { $0 }
        print("\(name): \(found.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", "))")
        #expect(found["malformed", default: 0] > 0)
        #expect(found["imported", default: 0] > 0)
        #expect(found["not imported", default: 0] > 0)
    }
}
