import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Base
@testable import Checkpoints

/// Thousands of random corruptions of small valid files, each opened and read to its last element: this process must
/// survive them all, end each, and allocate little. `DYNAMICS_MUTATIONS` sets their number. A worker that makes no
/// progress is ended by the reader itself, which counts as malformed or hung, and not as success.
@Suite(.serialized)
struct MutationTests {
    private static let seeds = ["seed_v18", "seed_v110"]
    private static let count = setting("DYNAMICS_MUTATIONS") ?? 3000

    private static func setting(_ name: String) -> Int? {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) }
    }

    @Test(arguments: seeds)
    func `no corruption brings the reader down`(_ seed: String) throws {
        let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(readingFixtures)/core/\(seed).h5")))
        let folder = try TemporaryFolder()
        let outcomes = Mutex<[String: Int]>([:])
        let before = peakResidentByteCount()
        DispatchQueue.concurrentPerform(iterations: MutationTests.count / MutationTests.seeds.count) { index in
            var random = SplitMix64(seed: UInt64(index))
            let bytes = mutated(whole, &random)
            let path = "\(folder.path)/\(index).h5"
            guard (try? Data(bytes).write(to: URL(fileURLWithPath: path))) != nil else { return }
            let error = failure(path, readOptions(timeout: .seconds(5)))
            try? FileManager.default.removeItem(atPath: path)
            let hung = error?.problem.contains("no progress") == true
            outcomes.withLock { outcomes in
                outcomes[error?.kind.rawValue ?? "read", default: 0] += 1
                if hung { outcomes["hung", default: 0] += 1 }
            }
        }
        let found = outcomes.withLock { $0 }
        print("\(seed): \(found.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", "))")
        // Both ends were met: mutations that matter, and some that do not.
        #expect(found["malformed", default: 0] > 0)
        #expect(found["read", default: 0] > 0)
        #expect(peakResidentByteCount() - before < 256 << 20)
    }

    private func peakResidentByteCount() -> Int {
        var usage = rusage()
        #if canImport(Darwin)
            getrusage(RUSAGE_SELF, &usage)
            return usage.ru_maxrss
        #else
            getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
            return usage.ru_maxrss * 1024
        #endif
    }
}

/// One to four changes: a bit, a byte, an extreme integer, bytes moved from elsewhere, or a cut.
func mutated(_ whole: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
    var bytes = whole
    for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<12, using: &random) {
        case 0...2: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 3...5: bytes[place] = .random(in: 0...255, using: &random)
        case 6...8:
            let extremes: [UInt64] = [0, 1, 0x7f, 0xff, 0xffff, 0x7fff_ffff, 0xffff_ffff, .max, .max >> 1, 1 << 62]
            let value = extremes.randomElement(using: &random) ?? 0
            let width = [1, 2, 4, 8].randomElement(using: &random) ?? 1
            for k in 0..<min(width, bytes.count - place) {
                bytes[place + k] = UInt8(value >> (8 * UInt64(k)) & 0xff)
            }
        case 9, 10:
            let length = Int.random(in: 1...16, using: &random)
            let from = Int.random(in: 0..<bytes.count, using: &random)
            for k in 0..<min(length, bytes.count - max(place, from)) { bytes[place + k] = whole[from + k] }
        default: bytes.removeLast(Int.random(in: 1..<max(2, bytes.count / 2), using: &random))
        }
    }
    return bytes
}
