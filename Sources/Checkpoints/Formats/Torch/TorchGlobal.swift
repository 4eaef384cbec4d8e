import HDF5

/// The names of Python objects that a file of tensors may hold. They are never looked up anywhere: each stands for
/// what is done here instead.
enum TorchGlobal: Hashable, Sendable, CustomStringConvertible {
    /// A class of dictionaries.
    case dictionary
    case rebuildTensor
    /// `_rebuild_tensor`, of torch's first versions.
    case rebuildFirstTensor
    /// `_rebuild_tensor_v3`, whose storage is bytes and which names the type.
    case rebuildTypedTensor
    case rebuildParameter
    /// `_rebuild_from_type_v2`: one of the others with a class or attributes of its own.
    case rebuildFromType
    case storage(TorchType)
    case untypedStorage
    case type(TorchType)
    /// An object that is passed over, whatever it is made of.
    case harmless(HarmlessObject)

    private static let named: [String: TorchGlobal] = [
        "collections.OrderedDict": .dictionary, "collections.defaultdict": .dictionary,
        "builtins.dict": .dictionary,
        "torch._utils._rebuild_tensor": .rebuildFirstTensor,
        "torch._utils._rebuild_tensor_v2": .rebuildTensor,
        "torch._utils._rebuild_tensor_v3": .rebuildTypedTensor,
        "torch._utils._rebuild_parameter": .rebuildParameter,
        "torch._utils._rebuild_parameter_with_state": .rebuildParameter,
        "torch._tensor._rebuild_from_type_v2": .rebuildFromType,
        "torch.storage.UntypedStorage": .untypedStorage,
        "torch.DoubleStorage": .storage(.known(.f64)), "torch.FloatStorage": .storage(.known(.f32)),
        "torch.HalfStorage": .storage(.known(.f16)), "torch.BFloat16Storage": .storage(.known(.bf16)),
        "torch.LongStorage": .storage(.known(.i64)), "torch.IntStorage": .storage(.known(.i32)),
        "torch.ShortStorage": .storage(.known(.i16)), "torch.CharStorage": .storage(.known(.i8)),
        "torch.ByteStorage": .storage(.known(.u8)), "torch.BoolStorage": .storage(.known(.bool)),
        "torch.ComplexFloatStorage": .storage(.known(.c64)),
        "torch.ComplexDoubleStorage": .storage(.other("complex128", byteCount: 16)),
        "torch.QInt8Storage": .storage(.other("qint8", byteCount: 1)),
        "torch.QUInt8Storage": .storage(.other("quint8", byteCount: 1)),
        "torch.QInt32Storage": .storage(.other("qint32", byteCount: 4)),
        "torch.QUInt4x2Storage": .storage(.other("quint4x2", byteCount: 1)),
        "torch.QUInt2x4Storage": .storage(.other("quint2x4", byteCount: 1)),
        // Types that have no storage class, and come with `_rebuild_tensor_v3`.
        "torch.uint16": .type(.known(.u16)), "torch.uint32": .type(.known(.u32)), "torch.uint64": .type(.known(.u64)),
        "torch.float8_e4m3fn": .type(.known(.f8e4m3)), "torch.float8_e5m2": .type(.known(.f8e5m2)),
        "torch.float8_e4m3fnuz": .type(.known(.f8e4m3fnuz)), "torch.float8_e5m2fnuz": .type(.known(.f8e5m2fnuz)),
        "torch.float8_e8m0fnu": .type(.known(.f8e8m0)),
        "torch.float4_e2m1fn_x2": .type(.other("float4_e2m1fn_x2", byteCount: 1)),
        "torch.complex32": .type(.other("complex32", byteCount: 4)),
    ]

    /// `nil` for a name that is not known. Python 2 called its builtins `__builtin__`, and protocol 2 still does.
    init?(module: String, name: String) {
        let module = module == "__builtin__" ? "builtins" : module
        if let known = TorchGlobal.named["\(module).\(name)"] {
            self = known
        } else if let object = HarmlessObject(module: module, name: name) {
            self = .harmless(object)
        } else {
            return nil
        }
    }

    /// Whether a class of that Python module is a network, rather than something beside tensors.
    static func isModule(_ module: String) -> Bool {
        ["torch.nn.modules.", "torchvision.models.", "transformers.models.", "timm.models."]
            .contains { module.hasPrefix($0) }
    }

    var description: String { TorchGlobal.named.first { $0.value == self }?.key ?? "" }
}

/// What real checkpoints hold beside tensors and does nothing: it is passed over, with whatever it is made of.
struct HarmlessObject: Hashable, Sendable {
    /// Place in the table below.
    let place: Int

    /// Names of classes and functions, and what a person calls their objects. A name that ends in `.` or `*` stands
    /// for all that begin so.
    private static let table: [(name: String, kind: String)] = [
        ("set", "a set"), ("bytes", "bytes"), ("int", "a number"),
        ("torch.device", "a device"), ("torch.Size", "a shape"), ("torch.serialization._get_layout", "a layout"),
        ("torch.float*", "a type"), ("torch.bfloat16", "a type"), ("torch.int*", "a type"), ("torch.uint8", "a type"),
        ("torch.bool", "a type"), ("torch.complex*", "a type"), ("torch.half", "a type"), ("torch.double", "a type"),
        ("torch.long", "a type"), ("torch.qint*", "a type"), ("torch.quint*", "a type"),
        ("torch.per_tensor_affine", "a scheme of quantization"),
        ("torch.per_channel_affine", "a scheme of quantization"),
        ("torch.Tensor", "a class"), ("torch._tensor.Tensor", "a class"), ("torch.nn.parameter.Parameter", "a class"),
        ("torch.nn.parameter.Buffer", "a class"), ("torch.FloatTensor", "a class"),
        ("torch.cuda.FloatTensor", "a class"),
        ("torch.HalfTensor", "a class"), ("torch.cuda.HalfTensor", "a class"),
        ("torch._utils._rebuild_qtensor", "a quantized tensor"),
        ("torch._utils._rebuild_sparse_tensor", "a sparse tensor"),
        ("torch._utils._rebuild_nested_tensor", "a nested tensor"),
        ("torch._utils._rebuild_meta_tensor_no_storage", "a tensor without elements (meta)"),
        ("torch._utils._rebuild_device_tensor_from_numpy", "a tensor of another device"),
        ("numpy.core.multiarray.scalar", "a number"), ("numpy._core.multiarray.scalar", "a number"),
        ("numpy.core.multiarray._reconstruct", "a NumPy array"),
        ("numpy._core.multiarray._reconstruct", "a NumPy array"),
        ("numpy.core.numeric._frombuffer", "a NumPy array"), ("numpy._core.numeric._frombuffer", "a NumPy array"),
        ("numpy.ndarray", "a class"), ("numpy.dtype", "a type"), ("numpy.dtypes.", "a type"),
        ("numpy.random._pickle.", "a random generator"), ("numpy.random.mtrand.", "a random generator"),
        ("_codecs.encode", "bytes"), ("argparse.Namespace", "an argparse.Namespace"),
        ("types.SimpleNamespace", "a SimpleNamespace"), ("collections.Counter", "a Counter"),
        ("collections.deque", "a deque"), ("builtins.set", "a set"), ("builtins.frozenset", "a set"),
        ("builtins.slice", "a slice"),
        ("builtins.range", "a range"), ("builtins.xrange", "a range"), ("builtins.complex", "a number"),
        ("builtins.bytearray", "bytes"), ("builtins.bytes", "bytes"), ("builtins.list", "a class"),
        ("builtins.tuple", "a class"), ("builtins.int", "a class"),
        ("builtins.long", "a class"), ("builtins.float", "a class"),
        ("builtins.str", "a class"), ("builtins.unicode", "a class"), ("builtins.bool", "a class"),
        ("builtins.object", "a class"), ("typing.Any", "a class"),
        ("typing.Union", "a class"), ("copyreg._reconstructor", "an object"), ("copy_reg._reconstructor", "an object"),
        ("pathlib.", "a path"), ("pathlib._local.", "a path"), ("datetime.", "a time"),
        ("fractions.Fraction", "a number"), ("decimal.Decimal", "a number"), ("uuid.UUID", "an identifier"),
        ("omegaconf.", "an OmegaConf object"), ("yacs.config.CfgNode", "a configuration"),
        ("easydict.EasyDict", "a configuration"), ("addict.addict.Dict", "a configuration"),
        ("pytorch_lightning.utilities.parsing.AttributeDict", "a configuration"),
        ("lightning.fabric.utilities.data.AttributeDict", "a configuration"),
        ("lightning_fabric.utilities.data.AttributeDict", "a configuration"),
    ]

    static let set = HarmlessObject(place: 0)
    static let bytes = HarmlessObject(place: 1)
    static let longNumber = HarmlessObject(place: 2)

    private static let places = Dictionary(
        table.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    private static let prefixes = table.enumerated().filter { $1.name.hasSuffix(".") || $1.name.hasSuffix("*") }
        .map { (place: $0, prefix: $1.name.hasSuffix("*") ? String($1.name.dropLast()) : $1.name) }

    init(place: Int) { self.place = place }

    fileprivate init?(module: String, name: String) {
        let whole = "\(module).\(name)"
        let isNamed = !module.isEmpty && !name.isEmpty
        guard isNamed,
            let place = HarmlessObject.places[whole]
                ?? HarmlessObject.prefixes.first(where: { whole.hasPrefix($0.prefix) })?.place
        else { return nil }
        self.place = place
    }

    /// The name in the table.
    var name: String { HarmlessObject.table[place].name }
    /// What a person calls it.
    var kind: String { HarmlessObject.table[place].kind }
}
