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
    private var nameByteCount = 0
    private let holders: TensorHolders

    /// Dictionaries in dictionaries: `{"model": {...}}` is usual.
    private static let depthLimit = 8
    /// Longer names, put together from the keys on the way, would take many times the file's memory.
    private static let nameLimit = 4096
    /// What all names together may take: so many times the pickle's bytes, and a mebibyte. Keys that dictionaries share are
    /// in the pickle once, and in every name.
    private static let nameExpansionLimit = 8
    private static let nameAllowance = 1 << 20
    /// A tensor takes some 60 bytes of a pickle or more, and may have a few names.
    private static let leastTensorByteCount = 16
    private static let tensorAllowance = 1000
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
        for (key, value) in objects.store.members(ofDictionary: top) {
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
        for (key, value) in objects.store.members(ofDictionary: top) {
            guard case .text(let name) = key, name != entered.path.first else { continue }
            try visit(name, of: objects, site)
            guard holders.contains(value) else {
                leftOut.append(LeftOut(name: printable(name), reason: value.kind))
                continue
            }
            let reason = "beside '\(entered.path[0])', which was entered; FILE:/\(printable(name)) selects it"
            try visit(reason, of: objects, site)
            leftOut.append(LeftOut(name: printable(name), reason: reason))
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
        for (key, value) in objects.store.members(ofDictionary: top) {
            guard case .text(let name) = key, containers.contains(name), case .dictionary(let dictionary) = value,
                dictionary != top, holders.contains(value)
            else { continue }
            found.append((name, dictionary))
        }
        return found.count == 1 ? found.first : nil
    }

    /// Counts one more object and the bytes of its name, which are held.
    private mutating func visit(
        _ name: String, of objects: PickleMachine, _ site: TorchSite
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
        nameByteCount += name.utf8.count
        let most = TorchContent.nameExpansionLimit * objects.store.byteCount + TorchContent.nameAllowance
        guard nameByteCount <= most else {
            throw site.malformed(
                "has names of more than \(most) bytes in all, \(TorchContent.nameExpansionLimit) times its pickle's")
        }
    }

    private mutating func add(
        _ value: PickleValue, named name: String, of objects: PickleMachine, depth: Int, _ site: TorchSite
    ) throws(CheckpointError) {
        try visit(name, of: objects, site)
        func join(_ key: String) -> String { depth == 0 ? key : "\(name).\(key)" }
        func checkDepth() throws(CheckpointError) {
            guard depth < TorchContent.depthLimit else {
                throw site.malformed(
                    "nests dictionaries deeper than \(TorchContent.depthLimit), at '\(printable(name)).'")
            }
        }
        switch value {
        case .tensor(let number):
            let most =
                TorchContent.tensorAllowance + objects.store.byteCount / TorchContent.leastTensorByteCount
            guard tensors.count < most else {
                throw site.malformed(
                    "has a pickle of \(objects.store.byteCount) bytes with more than \(most) names of tensors")
            }
            tensors.append((depth == 0 ? TorchContent.soleName : name, number))
        case .dictionary(let dictionary):
            try checkDepth()
            for (key, value) in objects.store.members(ofDictionary: dictionary) {
                switch key {
                case .text(let text): try add(value, named: join(text), of: objects, depth: depth + 1, site)
                case .integer(let number): try add(value, named: join("\(number)"), of: objects, depth: depth + 1, site)
                default:
                    try visit(name, of: objects, site)
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
        case .list(let list): store.list(list).map(store.unpack)
        case .tuple(let tuple): store.elements(ofTuple: tuple)
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
        let store = objects.store
        lists = store.dictionaryCount
        tuples = lists + store.listCount
        let count = tuples + store.tupleCount
        holds = [Bool](repeating: false, count: count)
        // For each container, where those that hold it begin in `parents`. Four bytes each do: no pickle has 2^32 bytes.
        var starts = [UInt32](repeating: 0, count: count + 1)
        var pending: [UInt32] = []
        // Once is enough: a thousand tensors in a list are one reason.
        func hold(_ parent: Int) {
            guard !holds[parent] else { return }
            holds[parent] = true
            pending.append(UInt32(parent))
        }
        let (lists, tuples) = (lists, tuples)
        func visitAll(_ visit: (_ value: PackedValue, _ parent: Int) -> Void) {
            for number in 0..<store.dictionaryCount {
                var isKey = true
                for member in store.dictionary(number) {
                    if !isKey { visit(member, number) }
                    isKey.toggle()
                }
            }
            for number in 0..<store.listCount {
                for value in store.list(number) { visit(value, lists + number) }
            }
            for number in 0..<store.tupleCount {
                for value in store.tuple(number) { visit(value, tuples + number) }
            }
        }
        func place(of value: PackedValue) -> Int? {
            value.dictionaryNumber ?? value.listNumber.map { lists + $0 } ?? value.tupleNumber.map { tuples + $0 }
        }
        visitAll { value, parent in
            if value.isTensor { hold(parent) }
            if let child = place(of: value) { starts[child + 1] += 1 }
        }
        for place in 0..<count { starts[place + 1] += starts[place] }
        var parents = [UInt32](repeating: 0, count: Int(starts[count]))
        // Each start moves to the next one's place while it is filled; a step back afterwards.
        visitAll { value, parent in
            guard let child = place(of: value) else { return }
            parents[Int(starts[child])] = UInt32(parent)
            starts[child] += 1
        }
        while let next = pending.popLast() {
            let place = Int(next)
            for parent in parents[(place == 0 ? 0 : Int(starts[place - 1]))..<Int(starts[place])] { hold(Int(parent)) }
        }
    }

    /// Whether it is a tensor, or holds one.
    func contains(_ value: PickleValue) -> Bool {
        if case .tensor = value { return true }
        switch value {
        case .dictionary(let number): return holds[number]
        case .list(let number): return holds[lists + number]
        case .tuple(let number): return holds[tuples + number]
        default: return false
        }
    }
}
