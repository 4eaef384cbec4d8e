/// How far a run is; bytes as stored in the files.
package struct RunProgress: Sendable {
    /// Bytes whose reductions are finished.
    package let done: Int
    /// Bytes that have to be read in all.
    package let total: Int
    /// What is being done, where bytes alone do not tell: `checkpoint 3/18, layer 5/16`.
    package var stage = ""

    /// States how far a run is; see the properties.
    package init(done: Int, total: Int, stage: String = "") {
        (self.done, self.total, self.stage) = (done, total, stage)
    }
}
