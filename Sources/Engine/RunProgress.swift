/// How far a run is in what it is doing.
package struct RunProgress: Sendable, Equatable {
    /// What is being done: `reading`, `spectra`, `models`, `tables of drift`.
    package let phase: String
    /// How much of it is finished.
    package let done: Int
    /// How much there is; 0 where that is not known.
    package let total: Int
    /// What is counted, such as `matrices`; empty for bytes as they are stored.
    package let unit: String
    /// What is at work, such as `checkpoint 3 of 18`; empty where counts tell.
    package let detail: String
    /// The share of the work that is finished, from 0 to 1: what is counted may differ in size.
    package let share: Double

    /// States how far a phase is; without `share`, all that is counted is taken for equal.
    package init(
        _ phase: String, done: Int = 0, of total: Int = 0, _ unit: String = "", detail: String = "",
        share: Double? = nil
    ) {
        (self.phase, self.done, self.total, self.unit, self.detail) = (phase, done, total, unit, detail)
        self.share = share ?? (total > 0 ? Double(done) / Double(total) : 0)
    }
}
