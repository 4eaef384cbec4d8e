// Our side of bench/spectra_numpy.py: decomposes a raw float32 matrix and prints seconds, method and values.
//
//     bench-spectra FILE ROWS COLUMNS exact|fast THREADS [COUNT]
import Foundation
import Tensors

let arguments = CommandLine.arguments
guard arguments.count >= 6, let rows = Int(arguments[2]), let columns = Int(arguments[3]),
    let threads = Int(arguments[5])
else {
    FileHandle.standardError.write(Data("usage: bench-spectra FILE ROWS COLUMNS exact|fast THREADS [COUNT]\n".utf8))
    exit(2)
}

let loop: ParallelLoop = { count, body in
    nonisolated(unsafe) var next = 0
    let lock = NSLock()
    DispatchQueue.concurrentPerform(iterations: threads) { _ in
        while true {
            let index = lock.withLock {
                next += 1
                return next - 1
            }
            guard index < count else { return }
            body(index)
        }
    }
}

let data = try Data(contentsOf: URL(fileURLWithPath: arguments[1]))
let elements = [Float](unsafeUninitializedCapacity: rows * columns) { buffer, initialized in
    _ = data.copyBytes(to: buffer)
    initialized = rows * columns
}
let source = MatrixSource(Matrix(rows: rows, columns: columns, elements: elements))
let start = ContinuousClock.now
let values: SingularValues
var passes = 1
if arguments[4] == "exact" {
    values = try ExactSpectrum.singularValues(of: source, accuracy: arguments.count > 6 ? Double(arguments[6]) ?? 1e-10 : 1e-10, in: threads > 1 ? loop : serialLoop)
} else {
    let count = arguments.count > 6 ? Int(arguments[6]) ?? 16 : 16
    let leading = try LeadingSpectrum.compute(of: source, .init(count: count), in: threads > 1 ? loop : serialLoop)
    passes = leading.passes
    values = leading.singularValues
}
let seconds = (ContinuousClock.now - start) / .seconds(1)
var usage = rusage()
getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
FileHandle.standardError.write(Data("cpu \(Double(usage.ru_utime.tv_sec) + Double(usage.ru_utime.tv_usec) / 1e6) sys \(Double(usage.ru_stime.tv_sec) + Double(usage.ru_stime.tv_usec) / 1e6) rss \(usage.ru_maxrss / 1024) MiB\n".utf8))
print(seconds, values.method.rawValue, values.relativeErrorBound ?? 0, passes)
print(values.values.map { "\($0)" }.joined(separator: " "))
