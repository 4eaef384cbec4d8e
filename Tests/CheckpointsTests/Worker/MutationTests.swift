import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Base
@testable import Checkpoints

/// Thousands of random corruptions of small valid files, all of them members of one series that the built binary reads to
/// its last element: it must survive them all, end each, and hold little. `DYNAMICS_MUTATIONS` sets their number. Memory is
/// that of the program, a process of its own: what other tests hold at the same time does not count.
@Suite(.serialized, .enabled(if: PreloadedShim.peak != nil, "needs a C compiler and LD_PRELOAD"))
struct MutationTests {
    private static let seeds = ["seed_v18", "seed_v110"]
    private static let count = setting("DYNAMICS_MUTATIONS") ?? 3000

    private static func setting(_ name: String) -> Int? {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) }
    }

    private struct Record: Decodable {
        let refused: [String]
    }

    @Test(arguments: seeds)
    func `no corruption brings the reader down`(_ seed: String) throws {
        let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(readingFixtures)/core/\(seed).h5")))
        let folder = try ScratchFolder()
        let series = "\(folder.path)/series"
        try FileManager.default.createDirectory(atPath: series, withIntermediateDirectories: true)
        let count = MutationTests.count / MutationTests.seeds.count
        for index in 0..<count {
            var random = SplitMix64(seed: UInt64(index))
            try Data(mutated(whole, &random)).write(to: URL(fileURLWithPath: "\(series)/step\(index).h5"))
        }
        let run = try MeasuredRun(
            ["run", "norms", "--quiet", "--figures", "none", "--set", "series=[\"\(series)\"]"]
                + ["--out", folder.path + "/out"])
        #expect(run.code == 4, "\(run.errors.suffix(2000))")
        let record = try JSONDecoder().decode(
            Record.self, from: Data(contentsOf: URL(fileURLWithPath: folder.path + "/out/run.json")))
        print("\(seed): \(record.refused.count) of \(count) refused, \(run.peakByteCount >> 20) MiB")
        // Both ends were met: corruptions that matter, and some that do not.
        #expect(record.refused.count > 0 && record.refused.count < count)
        #expect(run.peakByteCount < 256 << 20)
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
