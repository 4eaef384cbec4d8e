import Base
import HDF5

/// What a pickled object holds, wherever in it: tensors under names joined by points, and what is none.
struct TorchContent {
    private(set) var tensors: [(name: String, number: Int)] = []
    private(set) var leftOut: [LeftOut] = []
    /// Whole numbers that tell where in training the file is from, under the keys that trainers give them.
    private(set) var counters: [String: Int] = [:]
    /// The dictionary that was entered by itself, such as `model`, among others of the file.
    private(set) var container: String?
    private var visited = 0
    private let holders: TensorHolders

    /// Dictionaries in dictionaries: `{"model": {...}}` is usual.
    private static let depthLimit = 8
    /// Longer names, put together from the keys on the way, would take many times the file's memory.
    private static let nameLimit = 4096
    /// Keys under which training scripts keep the weights, beside an optimizer's state and counters.
    private static let containers = ["model", "state_dict", "module", "model_state_dict"]
    /// Keys under which they keep how far training has come.
    static let counterNames = [
        "global_step", "global_steps", "step", "iter_num", "iteration", "iter", "num_updates", "epoch",
    ]
    /// The name of a tensor that is the whole object.
    static let soleName = "tensor"

    /// - Parameter entersContainers: whether the one of the usual containers that holds tensors stands for the file.
    init(
        _ value: PickleValue, of objects: PickleMachine, entersContainers: Bool, _ site: TorchSite
    ) throws(CheckpointError) {
        holders = TensorHolders(objects)
        guard case .dictionary(let top) = value else {
            try add(value, named: "", of: objects, depth: 0, site)
            guard !tensors.isEmpty else {
                throw site.malformed("holds \(value.kind), expected tensors")
            }
            return
        }
        for (key, value) in objects.dictionaries[top] {
            guard case .text(let name) = key, TorchContent.counterNames.contains(name) else { continue }
            switch value {
            case .integer(let count) where count >= 0: counters[name] = count
            case .number(let number) where number >= 0: counters[name] = Int(exactly: number)
            default: continue
            }
        }
        // `step` is what a revision's name tells; what the file says stands beside it.
        if let step = counters.removeValue(forKey: "step"), counters["global_step"] == nil {
            counters["global_step"] = step
        }
        let entered = entersContainers ? TorchContent.container(top, of: objects, holders) : nil
        guard let entered else {
            try add(value, named: "", of: objects, depth: 0, site)
            return
        }
        container = entered.path.joined(separator: "/")
        for (key, value) in objects.dictionaries[top] {
            guard case .text(let name) = key, name != entered.path.first else { continue }
            guard holders.contains(value) else {
                leftOut.append(LeftOut(name: printable(name), reason: value.kind))
                continue
            }
            leftOut.append(
                LeftOut(
                    name: printable(name),
                    reason: "beside '\(entered.path[0])', which was entered; FILE:/\(printable(name)) selects it"))
        }
        try add(.dictionary(entered.dictionary), named: "", of: objects, depth: 0, site)
    }

    /// The one dictionary of the usual names that holds tensors, or the one in it; `nil` when several do, or none.
    private static func container(
        _ top: Int, of objects: PickleMachine, _ holders: TensorHolders
    ) -> (path: [String], dictionary: Int)? {
        var path: [String] = []
        var dictionary = top
        while path.count < depthLimit, let next = sole(in: dictionary, of: objects, holders) {
            path.append(next.name)
            dictionary = next.dictionary
        }
        return path.isEmpty ? nil : (path, dictionary)
    }

    private static func sole(
        in top: Int, of objects: PickleMachine, _ holders: TensorHolders
    ) -> (name: String, dictionary: Int)? {
        var found: [(name: String, dictionary: Int)] = []
        for (key, value) in objects.dictionaries[top] {
            guard case .text(let name) = key, containers.contains(name), case .dictionary(let dictionary) = value,
                dictionary != top, holders.contains(value)
            else { continue }
            found.append((name, dictionary))
        }
        return found.count == 1 ? found.first : nil
    }

    private mutating func add(
        _ value: PickleValue, named name: String, of objects: PickleMachine, depth: Int, _ site: TorchSite
    ) throws(CheckpointError) {
        visited += 1
        guard visited <= SafetensorsHeader.tensorLimit else {
            throw CheckpointError(
                .unsupported, checkpoint: site.checkpoint,
                problem: "'\(site.path)' describes more than \(SafetensorsHeader.tensorLimit) tensors")
        }
        guard name.utf8.count <= TorchContent.nameLimit else {
            throw site.malformed(
                "has a name of more than \(TorchContent.nameLimit) bytes, '\(printable(name, limit: 80))'")
        }
        func join(_ key: String) -> String { depth == 0 ? key : "\(name).\(key)" }
        func checkDepth() throws(CheckpointError) {
            guard depth < TorchContent.depthLimit else {
                throw site.malformed(
                    "nests dictionaries deeper than \(TorchContent.depthLimit), at '\(printable(name)).'")
            }
        }
        switch value {
        case .tensor(let number): tensors.append((depth == 0 ? TorchContent.soleName : name, number))
        case .dictionary(let dictionary):
            try checkDepth()
            for (key, value) in objects.dictionaries[dictionary] {
                switch key {
                case .text(let text): try add(value, named: join(text), of: objects, depth: depth + 1, site)
                case .integer(let number): try add(value, named: join("\(number)"), of: objects, depth: depth + 1, site)
                default:
                    visited += 1
                    leftOut.append(LeftOut(name: printable(name), reason: "its key is \(key.kind)"))
                }
            }
        case .list where holders.contains(value), .tuple where holders.contains(value):
            try checkDepth()
            for (place, element) in objects.elements(of: value).enumerated() {
                try add(element, named: join("\(place)"), of: objects, depth: depth + 1, site)
            }
        default: if depth > 0 { leftOut.append(LeftOut(name: printable(name), reason: value.kind)) }
        }
    }
}

extension PickleMachine {
    /// What a list or a tuple holds.
    func elements(of value: PickleValue) -> [PickleValue] {
        switch value {
        case .list(let list): lists[list]
        case .tuple(let tuple): tuples[tuple]
        default: []
        }
    }
}

/// Which containers of a pickle hold a tensor at any depth: found once, from the tensors outwards, so that containers
/// which hold themselves, or are held a thousand times, cost no more than others.
private struct TensorHolders {
    private let lists: Int
    private let tuples: Int
    private var holds: [Bool]

    init(_ objects: PickleMachine) {
        lists = objects.dictionaries.count
        tuples = lists + objects.lists.count
        let count = tuples + objects.tuples.count
        holds = [Bool](repeating: false, count: count)
        // For each container, where those that hold it begin in `parents`.
        var starts = [Int](repeating: 0, count: count + 1)
        var pending: [Int] = []
        func visitAll(_ visit: (_ value: PickleValue, _ parent: Int) -> Void) {
            for (number, members) in objects.dictionaries.enumerated() {
                for member in members { visit(member.value, number) }
            }
            for (number, elements) in objects.lists.enumerated() {
                for value in elements { visit(value, lists + number) }
            }
            for (number, elements) in objects.tuples.enumerated() {
                for value in elements { visit(value, tuples + number) }
            }
        }
        let places = (lists, tuples)
        visitAll { value, parent in
            if case .tensor = value { pending.append(parent) }
            if let child = TensorHolders.place(of: value, places) { starts[child + 1] += 1 }
        }
        for place in 0..<count { starts[place + 1] += starts[place] }
        var parents = [Int](repeating: 0, count: starts[count])
        var next = starts
        visitAll { value, parent in
            guard let child = TensorHolders.place(of: value, places) else { return }
            parents[next[child]] = parent
            next[child] += 1
        }
        while let place = pending.popLast() {
            guard !holds[place] else { continue }
            holds[place] = true
            pending += parents[starts[place]..<starts[place + 1]]
        }
    }

    private static func place(of value: PickleValue, _ places: (lists: Int, tuples: Int)) -> Int? {
        switch value {
        case .dictionary(let number): number
        case .list(let number): places.lists + number
        case .tuple(let number): places.tuples + number
        default: nil
        }
    }

    /// Whether it is a tensor, or holds one.
    func contains(_ value: PickleValue) -> Bool {
        if case .tensor = value { return true }
        return TensorHolders.place(of: value, (lists, tuples)).map { holds[$0] } ?? false
    }
}
