import Foundation
import TestSupport
import Testing

/// What the Makefile does on a machine that has nothing yet.
@Suite struct MakeTests {
    @Test func `make bench brings the h5diff that it measures beside`() throws {
        let make = Process()
        make.executableURL = URL(filePath: "/usr/bin/env")
        make.arguments = ["make", "--dry-run", "--always-make", "bench"]
        make.currentDirectoryURL = URL(filePath: packageRoot)
        let output = Pipe()
        make.standardOutput = output
        try make.run()
        let commands = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        make.waitUntilExit()
        #expect(make.terminationStatus == 0)
        #expect(commands.contains(/need-packages .*hdf5-tools/))
    }
}
