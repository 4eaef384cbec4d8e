import Foundation

/// A zip file with whatever is to be wrong in it.
package struct ForgedZip {
    /// One member; what is `nil` is as it should be.
    package struct Member {
        package var name: String
        package var content: [UInt8]
        package var method = 0
        package var flags = 0
        /// What the directory says.
        package var listedName: String?
        package var listedByteCount: Int?
        package var listedOffset: Int?

        /// A member as it should be.
        package init(
            name: String, content: [UInt8], method: Int = 0, flags: Int = 0, listedName: String? = nil,
            listedByteCount: Int? = nil, listedOffset: Int? = nil
        ) {
            (self.name, self.content, self.method, self.flags) = (name, content, method, flags)
            (self.listedName, self.listedByteCount, self.listedOffset) = (listedName, listedByteCount, listedOffset)
        }
    }

    package var members: [Member]
    package var comment: [UInt8] = []
    /// Records with 64-bit numbers.
    package var is64Bit = false
    package var listedCount: Int?
    package var listedDirectoryOffset: Int?
    /// Room before the second member, which a sparse file does not take.
    package var gap = 0

    package init(_ contents: [(String, [UInt8])]) { members = contents.map { Member(name: $0.0, content: $0.1) } }

    /// What stands before the gap, and what behind it.
    package var parts: (head: [UInt8], tail: [UInt8]) {
        var parts: [[UInt8]] = [[], []]
        var directory: [UInt8] = []
        for (number, member) in members.enumerated() {
            let place = number == 0 || gap == 0 ? 0 : 1
            let offset = parts[0].count + (place == 1 ? gap + parts[1].count : 0)
            let (size, nameSize) = (member.content.count, member.name.utf8.count)
            parts[place] += fields(
                [0x0403_4b50, 20, member.flags, member.method, 0, 0, size, size, nameSize, 0],
                [4, 2, 2, 2, 4, 4, 4, 4, 2, 2])
            parts[place] += Array(member.name.utf8)
            parts[place] += member.content
            directory += record(member, offset: offset)
        }
        let behind = gap == 0 ? 0 : gap + parts[1].count
        let start = listedDirectoryOffset ?? parts[0].count + behind
        let count = listedCount ?? members.count
        var tail = parts[1] + directory
        if is64Bit {
            let place = parts[0].count + gap + tail.count
            tail += fields(
                [0x0606_4b50, 44, 45, 45, 0, 0, count, count, directory.count, start], [4, 8, 2, 2, 4, 4, 8, 8, 8, 8])
            tail += fields([0x0706_4b50, 0, place, 1], [4, 4, 8, 4])
        }
        let numbers = is64Bit ? [-1, -1, -1, -1] : [count, count, directory.count, start]
        tail += fields([0x0605_4b50, 0] + numbers + [comment.count], [4, 4, 2, 2, 4, 4, 2])
        return (parts[0], tail + comment)
    }

    /// A member's record in the directory.
    private func record(_ member: Member, offset: Int) -> [UInt8] {
        let name = Array((member.listedName ?? member.name).utf8)
        let numbers = [
            member.listedByteCount ?? member.content.count, member.content.count, member.listedOffset ?? offset,
        ]
        let extra = is64Bit ? fields([1, 24] + numbers, [2, 2, 8, 8, 8]) : []
        let short = is64Bit ? [-1, -1, -1] : numbers
        let head = [0x0201_4b50, 20, 20, member.flags, member.method, 0, 0, short[1], short[0]]
        let rest = [name.count, extra.count, 0, 0, 0, 0, short[2]]
        return fields(head + rest, [4, 2, 2, 2, 2, 4, 4, 4, 4, 2, 2, 2, 2, 2, 4, 4]) + name + extra
    }

    private func fields(_ values: [Int], _ widths: [Int]) -> [UInt8] {
        zip(values, widths).flatMap { value, width in
            (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        }
    }

    package var data: Data { Data(parts.head + parts.tail) }
}

/// A `.npy` file of float32 values.
package func npy(_ values: [Float], type: String = "<f4", shape: String? = nil, order: String = "False") -> [UInt8] {
    let header = "{'descr': '\(type)', 'fortran_order': \(order), 'shape': (\(shape ?? "\(values.count),")), }\n"
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0] + Array(header.utf8)
        + values.withUnsafeBytes { Array($0) }
}
