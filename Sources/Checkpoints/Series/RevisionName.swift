/// A form in which names tell where in training a checkpoint stands. `docs/files.md` has the same table, row by row.
package struct RevisionNameForm: Sendable, Equatable {
    /// What a number in a name says.
    package enum Fact: String, Sendable, CaseIterable {
        case stage, ingredient, epoch, step, tokens
    }

    /// What may stand between the word and its number.
    enum Joint: Sendable {
        /// Nothing, or one of `-`, `_` and `=`.
        case optional
        /// One of `-`, `_` and `=`.
        case needed
        /// Nothing.
        case none
        /// The number stands before the word, with or without one of them.
        case numberFirst
    }

    /// As the documentation writes it.
    package let form: String
    /// A name of this form.
    package let example: String
    let words: [String]
    let fact: Fact
    let joint: Joint

    private init(_ form: String, _ example: String, _ words: [String], _ fact: Fact, _ joint: Joint = .optional) {
        (self.form, self.example, self.words, self.fact, self.joint) = (form, example, words, fact, joint)
    }

    /// All forms. Capitals do not matter.
    package static let all = [
        RevisionNameForm("stageN", "stage1-step1000-tokens5B", ["stage"], .stage),
        RevisionNameForm("ingredientN", "stage2-ingredient2-step11931-tokens50B", ["ingredient"], .ingredient),
        RevisionNameForm("tokensN", "step500-tokens20K", ["tokens"], .tokens),
        RevisionNameForm("stepN, step-N, step_N, step=N", "Step1000-unsharded", ["step"], .step),
        RevisionNameForm(
            "N_steps, N_iters, N_updates", "model_10000_steps", ["steps", "iters", "updates"], .step, .numberFirst),
        RevisionNameForm("global_stepN", "global_step500", ["global_step", "global-step", "globalstep"], .step),
        RevisionNameForm("checkpoint-N, checkpoint_N", "checkpoint-500", ["checkpoint"], .step, .needed),
        RevisionNameForm("ckptN, ckpt_N, ckpt-N", "ckpt_300", ["ckpt"], .step),
        RevisionNameForm("iterN, iter_N, iteration_N", "iter_0001000", ["iter", "iteration"], .step),
        RevisionNameForm("updateN, update_N", "update_700", ["update"], .step),
        RevisionNameForm("baN", "ep0-ba1000-rank0", ["ba"], .step, .none),
        RevisionNameForm("epochN, epoch_N, epoch=N", "epoch=2-step=300", ["epoch"], .epoch),
        RevisionNameForm("epN", "ep3", ["ep"], .epoch, .none),
        RevisionNameForm("N_epochs", "model_20_epochs", ["epochs"], .epoch, .numberFirst),
        // fairseq's: the epoch, then the updates.
        RevisionNameForm("checkpoint_E_N", "checkpoint_2_5000", ["checkpoint"], .epoch, .needed),
    ]
}

/// Reads the numbers of a name.
struct RevisionNameReading {
    private(set) var values: [RevisionNameForm.Fact: Int] = [:]
    private(set) var problem: String?
    private let bytes: [UInt8]
    private let name: String

    /// - Throws: for a number that does not fit, and two that contradict each other.
    init(_ name: String) throws(RevisionNameError) {
        self.name = name
        bytes = name.utf8.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }
        var place = 0
        while place < bytes.count {
            guard place == 0 || !isWord(at: place - 1) else {
                place += 1
                continue
            }
            place = try read(at: place) ?? place + 1
        }
    }

    /// Reads a word with its number, or a number with its word; `nil` when neither stands here.
    private mutating func read(at start: Int) throws(RevisionNameError) -> Int? {
        for form in RevisionNameForm.all {
            for word in form.words {
                if form.joint == .numberFirst {
                    let digits = end(ofDigitsFrom: start)
                    guard digits > start else { continue }
                    let unit = unit(at: digits, form.fact)
                    let joint = digits + (unit == nil ? 0 : 1)
                    let after = isJoint(at: joint) ? joint + 1 : joint
                    guard stands(word, at: after), isEnd(after + word.utf8.count) else { continue }
                    try take(start..<digits, unit, form.fact)
                    return after + word.utf8.count
                }
                guard stands(word, at: start) else { continue }
                let joint = start + word.utf8.count
                let number = isJoint(at: joint) && form.joint != .none ? joint + 1 : joint
                guard number > joint || form.joint != .needed else { continue }
                let digits = end(ofDigitsFrom: number)
                let unit = digits > number ? unit(at: digits, form.fact) : nil
                let after = digits + (unit == nil ? 0 : 1)
                guard digits > number, isEnd(after) else {
                    if joint == bytes.count || !isLetter(at: joint) {
                        problem = problem ?? "'\(part(from: start))' has no whole number"
                    }
                    continue
                }
                if form.fact == .step, form.joint == .needed, let second = secondNumber(from: after) {
                    try take(number..<digits, nil, .epoch)
                    try take(second, nil, .step)
                    return second.upperBound
                }
                try take(number..<digits, unit, form.fact)
                return after
            }
        }
        return nil
    }

    /// `_N` at the end of a part, as in fairseq's `checkpoint_E_N`.
    private func secondNumber(from place: Int) -> Range<Int>? {
        guard place < bytes.count, bytes[place] == UInt8(ascii: "_") else { return nil }
        let digits = end(ofDigitsFrom: place + 1)
        return digits > place + 1 && isEnd(digits) ? place + 1..<digits : nil
    }

    private mutating func take(
        _ digits: Range<Int>, _ unit: Int?, _ fact: RevisionNameForm.Fact
    ) throws(RevisionNameError) {
        let product = Int(String(decoding: bytes[digits], as: UTF8.self))?.multipliedReportingOverflow(by: unit ?? 1)
        guard let product, !product.overflow else {
            throw RevisionNameError(
                name: name, problem: "'\(part(from: digits.lowerBound))' is no whole number that fits 63 bits")
        }
        if let known = values[fact], known != product.partialValue {
            throw RevisionNameError(
                name: name, problem: "it tells two values of \(fact.rawValue), \(known) and \(product.partialValue)")
        }
        values[fact] = product.partialValue
    }

    /// A power of ten behind the digits: of tokens K, M, B and T, of steps K and M.
    private func unit(at place: Int, _ fact: RevisionNameForm.Fact) -> Int? {
        guard place < bytes.count, fact == .tokens || fact == .step else { return nil }
        switch bytes[place] {
        case UInt8(ascii: "k"): return 1000
        case UInt8(ascii: "m"): return 1_000_000
        case UInt8(ascii: "b") where fact == .tokens: return 1_000_000_000
        case UInt8(ascii: "t") where fact == .tokens: return 1_000_000_000_000
        default: return nil
        }
    }

    private func stands(_ word: String, at place: Int) -> Bool {
        bytes[min(place, bytes.count)...].starts(with: word.utf8)
    }

    private func isJoint(at place: Int) -> Bool { place < bytes.count && "-_=".utf8.contains(bytes[place]) }

    private func isLetter(at place: Int) -> Bool { (0x61...0x7A).contains(bytes[place]) || bytes[place] > 0x7F }

    private func isDigit(at place: Int) -> Bool { (0x30...0x39).contains(bytes[place]) }

    private func isWord(at place: Int) -> Bool { isLetter(at: place) || isDigit(at: place) }

    /// Whether a number or word ends here: `1.5` is none, and neither is `5x`.
    private func isEnd(_ place: Int) -> Bool {
        guard place < bytes.count else { return true }
        if bytes[place] == UInt8(ascii: "."), place + 1 < bytes.count { return !isDigit(at: place + 1) }
        return !isWord(at: place)
    }

    private func end(ofDigitsFrom place: Int) -> Int {
        var end = place
        while end < bytes.count, isDigit(at: end) { end += 1 }
        return end
    }

    /// What a message quotes: from there to the next `-`.
    private func part(from place: Int) -> String {
        let rest = Array(name.utf8)[place...]
        return String(decoding: rest.prefix { $0 != UInt8(ascii: "-") }, as: UTF8.self)
    }
}
