import Foundation

/// The `dynamics` binary that was built with these tests; readers start it as their worker.
package let builtDynamics: String = {
    #if os(Linux)
        let bundle = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        return bundle.deletingLastPathComponent().appendingPathComponent("dynamics").path
    #else
        final class Here {}
        let bundle = Bundle(for: Here.self).bundleURL
        return bundle.deletingLastPathComponent().appendingPathComponent("dynamics").path
    #endif
}()
