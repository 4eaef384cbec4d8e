"""Small valid files of every kind that the harness reads, made here byte by byte, and their mutants.

All weights lie between 1 and 4. A mutant that keeps bytes and types as they are, and changes only where things are said to
lie, either says so or gives weights between 1 and 4: anything else was read from where no weights are.
"""

import io
import json
import os
import shutil
import struct
import zipfile

import mutation

VALUES = struct.pack("<4f", 1, 2, 3, 4)
NAMES = ["model.layers.0.mlp.up_proj.weight", "model.layers.0.mlp.down_proj.weight"]


def safetensors(header, data, length=None):
    text = (header if isinstance(header, str) else mutation.text_of(header)).encode("utf-8", "surrogatepass")
    return struct.pack("<Q", (len(text) if length is None else length) % 2**64) + text + data


def safetensors_header():
    return {
        "__metadata__": {"format": "pt"},
        NAMES[0]: {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]},
        NAMES[1]: {"dtype": "F32", "shape": [4], "data_offsets": [16, 32]},
    }


def mutate_safetensors(random, path):
    """A header whose values are exchanged, a wrong length, or other bytes."""
    header, kind = safetensors_header(), random.randrange(4)
    if kind == 0:
        write(path, safetensors(mutation.change_tree(random, header, integers_only=True), 2 * VALUES))
        return True
    if kind == 1:
        write(path, safetensors(header, 2 * VALUES, length=random.choice(mutation.INTEGERS)))
    elif kind == 2:
        write(path, mutation.flip(random, safetensors(header, 2 * VALUES)))
    else:
        write(path, safetensors(mutation.change_tree(random, header), 2 * VALUES))
    return False


EXTREMES = [0.0, -0.0, 5e-324, 1e-308, 1e-160, 1e-45, 1e-20, 1.0, 3.4e38, 1e100, 1e150, 1e154, 1e200, 1.7e308, float("inf"), float("nan")]


def extreme_weights(random, size):
    """A good file of two matrices whose elements reach as far as doubles do."""
    header, data = {}, b""
    for name in NAMES:
        values = [random.choice(EXTREMES) * random.choice([1, -1]) for _ in range(size)]
        if random.random() < 0.3:
            values = [values[0]] * size
        raw = struct.pack(f"<{size}d", *values)
        header[name] = {"dtype": "F64", "shape": [2, size // 2], "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    return safetensors(header, data)


def mutate_directory(random, path):
    """A Hugging Face directory of two shards: its index, its config, links and names in it."""
    os.makedirs(path)
    shards = {f"model-0000{n + 1}-of-00002.safetensors": NAMES[n] for n in (0, 1)}
    for file, name in shards.items():
        header = {name: {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]}}
        write(f"{path}/{file}", safetensors(header, VALUES))
    index = {"metadata": {"total_size": 32}, "weight_map": {name: file for file, name in shards.items()}}
    config = {
        "model_type": "olmo2", "hidden_size": 8, "num_attention_heads": 2, "num_key_value_heads": 2, "num_hidden_layers": 1,
        "intermediate_size": 16, "vocab_size": 32, "rms_norm_eps": 1e-6, "rope_theta": 10000,
    }
    if random.random() < 0.5:
        index = mutation.change_tree(random, index)
    else:
        config = mutation.change_tree(random, config)
    write(f"{path}/model.safetensors.index.json", mutation.text_of(index).encode("utf-8", "surrogatepass"))
    write(f"{path}/config.json", mutation.text_of(config).encode("utf-8", "surrogatepass"))
    if random.random() < 0.2:
        victim = f"{path}/{random.choice(os.listdir(path))}"
        os.remove(victim)
        os.symlink(random.choice(["/etc/passwd", "/dev/zero", "..", victim, "/proc/self/mem", "nowhere"]), victim)
    return False


def text_op(text):
    data = text.encode("utf-8", "surrogatepass")
    return b"X" + struct.pack("<I", len(data)) + data


def integer_op(value):
    if 0 <= value < 256:
        return b"K" + bytes([value])
    if -(2**31) <= value < 2**31:
        return b"J" + struct.pack("<i", value)
    size = (value if value >= 0 else ~value).bit_length() // 8 + 1
    return b"\x8a" + bytes([size]) + value.to_bytes(size, "little", signed=True)


def pickle_program():
    """The opcodes of a state dict of two tensors over one storage; numbers and texts stand for their opcodes."""
    def tensor(name, offset, shape, strides):
        shape = [b"(", *shape, b"t"]
        strides = [b"(", *strides, b"t"]
        storage = [b"(", "storage", b"ctorch\nFloatStorage\n", "0", "cpu", 8, b"tQ"]
        return [name, b"ctorch._utils\n_rebuild_tensor_v2\n", b"(", *storage, offset, *shape, *strides, b"\x89",
                b"ccollections\nOrderedDict\n", b")R", b"tR"]

    return [b"\x80\x02", b"}", b"(", *tensor(NAMES[0], 0, [2, 2], [2, 1]), *tensor(NAMES[1], 4, [4], [1]), b"u", b"."]


def assemble(program):
    return b"".join(integer_op(op) if isinstance(op, int) else text_op(op) if isinstance(op, str) else op for op in program)


OPCODES = [
    b"(", b"0", b"1", b"2", b"h\x00", b"q\x00", b"q\x01", b"h\x01", b"r\xff\xff\x0f\x00", b"j\xff\xff\xff\x7f", b"\x94", b"N", b"]", b"}", b")",
    b"\x85", b"\x86", b"\x87", b"\x88", b"\x8f", b"\x90", b"\x91", b"\x93", b"\x81", b"a", b"e", b"s", b"u", b"t", b"b", b"Q", b"cos\nsystem\n",
    b"ccollections\nOrderedDict\n", b"cbuiltins\nset\n", b"ctorch\nHalfStorage\n", b"ctorch._utils\n_rebuild_parameter\n",
    b"ctorch._tensor\n_rebuild_from_type_v2\n", b"R", b"U\x02\xff\xfe",
]


def change_program(random, program):
    """Exchanges, removes, repeats or adds a few opcodes."""
    for _ in range(random.randint(1, 4)):
        place = random.randrange(len(program))
        choice = random.randrange(4)
        if choice == 0:
            del program[place]
        elif choice == 1:
            program.insert(place, random.choice(program))
        elif choice == 2:
            program[place] = random.choice([random.choice(mutation.TEXTS), random.choice(mutation.INTEGERS)])
        else:
            program.insert(place, random.choice(OPCODES))


def archive(members, compression=zipfile.ZIP_STORED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as out:
        for name, data in members:
            out.writestr(zipfile.ZipInfo(name), data, compress_type=compression)
    return buffer.getvalue()


def mutate_torch(random, path):
    """Numbers of the pickle, its opcodes, the archive's bytes."""
    program, kind, is_structural = pickle_program(), random.randrange(4), False
    if kind == 0:
        is_structural = True
        numbers = [place for place, op in enumerate(program) if isinstance(op, int)]
        for place in random.sample(numbers, random.randint(1, 3)):
            program[place] = random.choice(mutation.INTEGERS + [program[place] + step for step in (-8, -4, -1, 1, 4, 8)])
    elif kind == 1:
        change_program(random, program)
    data = assemble(program)
    if kind == 2:
        data = mutation.flip(random, data)
    compression = random.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
    whole = archive([("a/data.pkl", data), ("a/byteorder", b"little"), ("a/data/0", 2 * VALUES), ("a/version", b"3\n")], compression)
    write(path, mutation.flip(random, whole) if kind == 3 else whole)
    return is_structural


def npy(header, data):
    text = header.encode("utf-8", "surrogatepass")
    text += b" " * (-(len(text) + 11) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text) & 0xFFFF) + text + data


def mutate_numpy(random, path):
    """Headers of arrays in an archive, and its bytes."""
    kind, shape, is_structural = random.randrange(3), "(2, 2)", False
    header = "{'descr': '<f4', 'fortran_order': %s, 'shape': %s, }"
    if kind == 0:
        is_structural = True
        shape = "(%s)" % ", ".join(str(random.choice(mutation.INTEGERS)) for _ in range(random.randint(1, 5))) + random.choice(["", ","])
    text = header % (random.choice(["False", "True"]), shape)
    data = npy(text if kind else text.replace("),", ",),"), VALUES) if kind != 1 else npy(mutation.change_text(random, text).decode("utf-8", "replace"), VALUES)
    whole = archive([(NAMES[0] + ".npy", data), (NAMES[1] + ".npy", npy(header % ("False", "(4,)"), VALUES))], random.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]))
    write(path, mutation.flip(random, whole) if kind == 2 else whole)
    return is_structural


def mutate_olmo(random, path):
    """OLMo's config.yaml beside a good file."""
    os.makedirs(path)
    write(f"{path}/model.safetensors", safetensors(safetensors_header(), 2 * VALUES))
    config = "model:\n  d_model: 8\n  n_heads: 2\n  n_layers: 1\n  vocab_size: 32\n  mlp_ratio: 4\n  weight_tying: false\n  activation_type: swiglu\n"
    write(f"{path}/config.yaml", mutation.change_text(random, config))
    return False


def mutate_keras(random, path):
    """Keras's archive around an HDF5 file: its bytes, and those of the file in it."""
    with open(os.path.join(ROOT, "Tests/Fixtures/reading/core", random.choice(["types.h5", "seed_v18.h5"])), "rb") as file:
        weights = file.read()
    compression = random.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
    kind = random.randrange(3)
    if kind == 0:
        weights = mutation.flip(random, weights)
    config = b'{"module": "keras", "class_name": "Sequential"}'
    whole = archive([("metadata.json", b"{}"), ("config.json", config), ("model.weights.h5", weights)], compression)
    write(path, mutation.flip(random, whole) if kind == 1 else whole)
    return False


def mutate_stream(random, path):
    """What torch.save wrote before version 1.6: five pickles, and storages behind them."""
    magic, version = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.", b"\x80\x02M\xe9\x03."
    program, is_structural = pickle_program(), False
    kind = random.randrange(4)
    if kind == 0:
        is_structural = True
        numbers = [place for place, op in enumerate(program) if isinstance(op, int)]
        for place in random.sample(numbers, random.randint(1, 3)):
            program[place] = random.choice(mutation.INTEGERS + [program[place] + step for step in (-8, -4, -1, 1, 4, 8)])
    elif kind == 1:
        change_program(random, program)
    count = random.choice(mutation.INTEGERS) % 2**64 if kind == 2 else 8
    whole = magic + version + b"\x80\x02}." + assemble(program) + b"\x80\x02](" + text_op("0") + b"e."
    whole += struct.pack("<Q", count) + 2 * VALUES
    write(path, mutation.flip(random, whole) if kind == 3 else whole)
    return is_structural


def mutate_container(random, path):
    """A training script's file: weights in a dictionary of dictionaries, beside counters and an optimizer's state."""
    weights = pickle_program()[1:-1]
    key = random.choice(["model", "state_dict", "module", "model_state_dict", "ema", *mutation.TEXTS])
    program = [b"\x80\x02", b"}", b"(", key, *weights, "global_step", random.choice(mutation.INTEGERS), "optimizer", b"}", b"(",
               "state", b"}", b"(", 0, b"N", 1, random.choice([b"]", b"}", b")", b"\x88"]), b"u", "lr",
               b"G" + struct.pack(">d", random.choice(EXTREMES)), b"u", b"u", b"."]
    if random.random() < 0.6:
        change_program(random, program)
    data = assemble(program)
    if random.random() < 0.3:
        data = mutation.flip(random, data)
    write(path, archive([("a/data.pkl", data), ("a/data/0", 2 * VALUES)]))
    return False


def mutate_npy(random, path):
    """A single array."""
    header = "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }" % (
        random.choice(["<f4", "<f4", ">f4", "<f8", "<f2", "|V2", "<u2", "<c8", "|O", "[('a', '<f4')]", *mutation.TEXTS]),
        random.choice(["False", "True"]), random.choice(["(4,)", "(2, 2)", "()", "(0, 4)", f"({random.choice(mutation.INTEGERS)},)"]))
    whole = npy(header, VALUES)
    write(path, mutation.flip(random, whole) if random.random() < 0.5 else whole)
    return False


def mutate_hdf5(random, path):
    """Bytes of a committed file with every type."""
    with open(os.path.join(ROOT, "Tests/Fixtures/reading/core", random.choice(["types.h5", "filters.h5", "links.h5"])), "rb") as file:
        write(path, mutation.flip(random, file.read()))
    return False


ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

#: Checkpoints: many are read by one run. Each maker gets a generator and the path, and says whether only places were changed.
CHECKPOINTS = {
    "safetensors": (".safetensors", mutate_safetensors), "directory": ("", mutate_directory), "torch": (".pt", mutate_torch),
    "numpy": (".npz", mutate_numpy), "olmo": ("", mutate_olmo), "hdf5": (".h5", mutate_hdf5),
    "keras": (".keras", mutate_keras), "stream": (".pt", mutate_stream), "container": (".ckpt", mutate_container), "npy": (".npy", mutate_npy),
}


def write(path, data):
    with open(path, "wb") as file:
        file.write(data)


def write_series(folder):
    """Two good checkpoints, of which other kinds of input are about."""
    os.makedirs(folder)
    for step in (0, 1):
        write(f"{folder}/stage1-step{step}.safetensors", safetensors(safetensors_header(), VALUES + struct.pack("<4f", 1, 2, 3, 3 + step)))
    return [f"{folder}/stage1-step{step}.safetensors" for step in (0, 1)]


def copy_tree(source, target):
    shutil.copytree(source, target, symlinks=True)
    return sorted(os.path.join(base, name) for base, _, names in os.walk(target) for name in names)


def mutate_json_file(random, path):
    with open(path, "rb") as file:
        data = file.read()
    if random.random() < 0.3:
        write(path, mutation.flip(random, data))
    else:
        write(path, mutation.text_of(mutation.change_tree(random, json.loads(data))).encode("utf-8", "surrogatepass"))


def mutate_text_file(random, path):
    with open(path, "rb") as file:
        data = file.read()
    write(path, mutation.change_text(random, data.decode("utf-8", "replace")))
