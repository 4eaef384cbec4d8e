import Checkpoints
import LanguageModels
import Tensors

extension AuditedSeries {
    /// Tensors whose values no training leaves behind.
    var valueFindings: [AuditFinding] {
        checkpoints.indices.flatMap { nonFinite($0) + denormals($0) + constants($0) + tied($0) } + paddingFindings
    }

    private func tensors(of place: Int) -> [(info: TensorInfo, content: TensorContent, scan: TensorScan)] {
        zip(checkpoints[place].tensors, zip(contents[place], scans[place])).compactMap { info, found in
            guard let content = found.0, let scan = found.1 else { return nil }
            return (info, content, scan)
        }
    }

    private func nonFinite(_ place: Int) -> [AuditFinding] {
        tensors(of: place).filter { $0.content.sums.nonFiniteCount > 0 }.map { info, content, scan in
            finding(
                .nonFinite, place, tensor: info.name, count: 1,
                "\(scan.nanCount) NaN and \(scan.infinityCount) infinite of \(info.elementCount) elements, the first at "
                    + "row-major index \(content.sums.firstNonFinite ?? 0)")
        }
    }

    /// The narrow range of float16 makes small weights denormal; in the other types they are smaller than any gradient
    /// step.
    private func denormals(_ place: Int) -> [AuditFinding] {
        tensors(of: place).filter { info, _, scan in
            guard scan.denormalCount > 0 else { return false }
            return info.elementType != .float16
                || Double(scan.denormalCount) > settings.float16Denormals * Double(info.elementCount)
        }.map { info, _, scan in
            finding(
                .denormals, place, tensor: info.name, count: 1,
                "\(scan.denormalCount) of \(info.elementCount) elements are denormal in \(info.elementType.rawValue)")
        }
    }

    /// All-zero and constant tensors, except gains and biases that still have the values they start with.
    private func constants(_ place: Int) -> [AuditFinding] {
        var zero: [(name: String, evidence: String)] = []
        var constant: [(name: String, evidence: String)] = []
        for (info, _, scan) in tensors(of: place) {
            guard info.elementCount > 1, let values = scan.values, values.smallest == values.largest else { continue }
            let value = values.largest
            if info.shape.count == 1, isInitial(value, info.name), wasConstant(before: place, info.name) { continue }
            if value == 0 {
                zero.append((info.name, "all \(info.elementCount) elements are 0"))
            } else {
                constant.append((info.name, "all \(info.elementCount) elements are \(value)"))
            }
        }
        return findings(.zeroTensor, place, zero) + findings(.constantTensor, place, constant)
    }

    /// Gains start at 1, biases at 0.
    private func isInitial(_ value: Double, _ name: String) -> Bool { value == (name.hasSuffix("bias") ? 0 : 1) }

    /// Whether the tensor was constant in all checkpoints on the way to this one.
    private func wasConstant(before place: Int, _ name: String) -> Bool {
        series.path(to: place).dropLast().allSatisfy { earlier in
            guard let tensor = checkpoints[earlier].tensors.firstIndex(where: { $0.name == name }),
                let values = scans[earlier][tensor]?.values
            else { return true }
            return values.smallest == values.largest
        }
    }

    /// A head that the config ties to the embedding, and the file has all the same.
    private func tied(_ place: Int) -> [AuditFinding] {
        guard case .success(let architecture) = architectures[place], architecture.isTied else { return [] }
        func fingerprint(_ name: String) -> Fingerprint? {
            checkpoints[place].tensors.firstIndex { $0.name == name }.flatMap { contents[place][$0]?.fingerprint }
        }
        guard let head = fingerprint(architecture.headName), let embedding = fingerprint(architecture.embeddingName),
            head != embedding
        else { return [] }
        return [
            finding(
                .tiedWeightsDiffer, place, tensor: architecture.headName, count: 1,
                "its config ties it to '\(architecture.embeddingName)', but its content is \(head) and not \(embedding)"
            )
        ]
    }

    /// Rows of padding are never trained: they are zero in all checkpoints, or the same, or shrink as weight decay has it.
    private var paddingFindings: [AuditFinding] {
        Set(rows.flatMap { $0.map(\.row) }).sorted().flatMap { row -> [AuditFinding] in
            let all = checkpoints.indices.compactMap { place in
                rows[place].first { $0.row == row }.map { (place: place, row: $0) }
            }
            let zeros = all.count { $0.row.isZero }
            let odd: [(place: Int, evidence: String)]
            if 2 * zeros >= all.count {
                odd = all.filter { !$0.row.isZero }.map { place, found in
                    (
                        place,
                        "row \(row) is padding and 0 in \(zeros) of \(all.count) checkpoints, here its norm is \(found.squareSum.squareRoot())"
                    )
                }
            } else {
                // The row that most have, in direction: weight decay and averages keep that.
                guard
                    let usual = all.first(where: { first in 2 * all.count { isAlike($0.row, first.row) } > all.count })
                else { return [] }  // a token that is trained after all
                odd = all.filter { !isAlike($0.row, usual.row) }.map { place, found in
                    (
                        place,
                        "row \(row) is padding and points in one direction in most checkpoints, here in another (cosine "
                            + "\(found.cosine(to: usual.row) ?? 0) to that of \(checkpoints[usual.place].label))"
                    )
                }
            }
            return odd.map { place, evidence in
                finding(.paddingRow, place, tensor: embeddingName(place), count: 1, evidence)
            }
        }
    }

    private func isAlike(_ a: RowContent, _ b: RowContent) -> Bool {
        a.fingerprint == b.fingerprint || (a.cosine(to: b) ?? 0) > 0.99
    }

    private func embeddingName(_ place: Int) -> String? {
        if case .success(let architecture) = architectures[place] { architecture.embeddingName } else { nil }
    }
}
