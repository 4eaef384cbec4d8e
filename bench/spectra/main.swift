// Our side of bench/spectra_numpy.py: decomposes a raw float32 matrix; prints wall seconds, CPU seconds, method, largest
// relative error bound and passes over the matrix on one line, and the values on the next.
//
//     bench-spectra FILE ROWS COLUMNS exact|fast THREADS [COUNT]
import Base
import Foundation
import Tensors

let arguments = CommandLine.arguments
guard arguments.count >= 6, let rows = Int(arguments[2]), let columns = Int(arguments[3]),
    let threadCount = Int(arguments[5])
else {
    FileHandle.standardError.write(Data("usage: bench-spectra FILE ROWS COLUMNS exact|fast THREADS [COUNT]\n".utf8))
    exit(2)
}

let threads = Threads(threadCount)

let data = try Data(contentsOf: URL(fileURLWithPath: arguments[1]))
let elements = [Float](unsafeUninitializedCapacity: rows * columns) { buffer, initialized in
    _ = data.copyBytes(to: buffer)
    initialized = rows * columns
}
let source = MatrixSource(Matrix(rows: rows, columns: columns, elements: elements))
let start = ContinuousClock.now
let startOfCPU = clock()
let values: SingularValues
var passes = 1
if arguments[4] == "exact" {
    values = try ExactSpectrum.singularValues(of: source, on: threads)
} else {
    let count = arguments.count > 6 ? Int(arguments[6]) ?? 16 : 16
    let leading = try LeadingSpectrum.compute(of: source, .init(count: count), on: threads)
    passes = leading.passes
    values = leading.singularValues
}
let seconds = (ContinuousClock.now - start) / .seconds(1)
let secondsOfCPU = Double(clock() - startOfCPU) / Double(CLOCKS_PER_SEC)
print(seconds, secondsOfCPU, values.method.rawValue, values.relativeErrorBound ?? 0, passes)
print(values.values.map { "\($0)" }.joined(separator: " "))
