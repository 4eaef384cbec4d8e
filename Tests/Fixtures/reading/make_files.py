"""Writes HDF5 files in every layout, filter and type that checkpoints use, with the bytes that must be read from them.

    python make_files.py DIR           everything, for the interoperability tests
    python make_files.py --core DIR    the small files committed under core/

Each FILE.h5 comes with FILE.json (name, type, shape, layout, filters of each tensor; what is left out) and
FILE.expected, the elements of all tensors (row-major, little-endian) at the offsets that FILE.json gives. Seeds are fixed: a rerun writes the same values.
Written with Python 3.11, h5py 3.16.0 (HDF5 2.0.0), numpy 2.4.6.
"""

import argparse
import json
import os
import struct

import h5py
import numpy as np
from h5py import h5d, h5p, h5s, h5t


def float_type(size, exponent_bits, big_endian=False):
    """A custom float laid out as HDF5 2.0 lays out its bfloat16 and its 8-bit floats."""
    fraction = 8 * size - 1 - exponent_bits
    kind = h5t.IEEE_F16LE.copy()
    kind.set_fields(8 * size - 1, fraction, exponent_bits, 0, fraction)
    kind.set_ebias(2 ** (exponent_bits - 1) - 1)
    if size == 1:
        kind.set_precision(8)
        kind.set_size(1)
    if big_endian:
        kind.set_order(h5t.ORDER_BE)
    return kind


BFLOAT16 = float_type(2, 8)
RAW = {1: h5t.STD_U8LE, 2: h5t.STD_U16LE, 4: h5t.STD_U32LE, 8: h5t.STD_U64LE}


class Writer:
    """One file and what must be read from it."""

    def __init__(self, folder, name, **options):
        self.path = os.path.join(folder, name)
        self.expected = os.path.join(folder, name[:-3] + ".expected")
        self.bytes = b""
        self.file = h5py.File(self.path, "w", **options)
        self.tensors = []
        self.left_out = {}
        self.random = np.random.default_rng(20240521)

    def expect(self, name, element_type, values, layout="contiguous", filters=()):
        values = np.asarray(values)
        self.tensors.append(
            dict(
                name=name, type=element_type, shape=list(values.shape), layout=layout, filters=list(filters),
                offset=len(self.bytes),
            )
        )
        self.bytes += values.astype(values.dtype.newbyteorder("<")).tobytes()

    def leave_out(self, name, reason):
        self.left_out[name] = reason

    def raw(self, path, kind, values, dcpl=None, maxshape=None, space=None):
        """A dataset of a custom type whose bits are `values` (unsigned integers of its size)."""
        values = np.asarray(values)
        space = h5s.create_simple(values.shape, maxshape) if values.shape else h5s.create(h5s.SCALAR)
        parent, _, leaf = path.rpartition("/")
        group = self.file.require_group(parent) if parent else self.file
        dcpl = dcpl or h5p.create(h5p.DATASET_CREATE)
        dcpl.set_obj_track_times(False)  # so that a rerun writes the same file
        dataset = h5d.create(group.id, leaf.encode(), kind, space, dcpl=dcpl)
        stored = values.byteswap() if kind.get_order() == h5t.ORDER_BE else values
        dataset.write(h5s.ALL, h5s.ALL, np.ascontiguousarray(stored), mtype=kind)
        return dataset

    def bits(self, shape, dtype=np.uint16):
        return self.random.integers(0, np.iinfo(dtype).max, size=shape, dtype=dtype, endpoint=True)

    def weights(self, shape, dtype=np.float32):
        return (0.02 * self.random.standard_normal(shape)).astype(dtype)

    def close(self):
        self.file.close()
        with open(self.expected, "wb") as out:
            out.write(self.bytes)
        report = dict(tensors=sorted(self.tensors, key=lambda t: t["name"].encode()), leftOut=self.left_out)
        with open(self.path[:-3] + ".json", "w") as out:
            json.dump(report, out, indent=1, sort_keys=True)
            out.write("\n")


def virtual(file, name, shape, dtype, sources, fill=0):
    """A virtual dataset, without times in the file; `sources` are (first row, rows, file, dataset), whole datasets."""
    dcpl = h5p.create(h5p.DATASET_CREATE)
    dcpl.set_obj_track_times(False)
    dcpl.set_fill_value(np.asarray(fill, dtype))
    for row, rows, source, dataset in sources:
        space = h5s.create_simple(shape)
        space.select_hyperslab((row,) + (0,) * (len(shape) - 1), (rows,) + shape[1:])
        dcpl.set_virtual(space, source.encode(), dataset.encode(), h5s.create_simple((rows,) + shape[1:]))
    h5d.create(file.id, name.encode(), h5t.py_create(np.dtype(dtype)), h5s.create_simple(shape), dcpl=dcpl)


def plain(dtype):
    return np.dtype(dtype).name


def types(folder):
    w = Writer(folder, "types.h5")
    for order, suffix in (("<", "le"), (">", "be")):
        for dtype in ("f2", "f4", "f8", "i2", "i4", "i8", "u2", "u4", "u8"):
            values = (
                w.weights((3, 5), dtype) if dtype[0] == "f" else w.bits((3, 5), np.dtype("u" + dtype[1])).view(dtype)
            )
            name = f"{suffix}_{plain(dtype)}"
            w.file.create_dataset(name, data=values.astype(order + dtype))
            w.expect(name, plain(dtype), values)
        values = w.bits((3, 5))
        w.raw(f"{suffix}_bfloat16", float_type(2, 8, order == ">"), values)
        w.expect(f"{suffix}_bfloat16", "bfloat16", values)
        values = w.weights((4,)) + 1j * w.weights((4,))
        kind = np.dtype([("r", order + "f4"), ("i", order + "f4")])
        pairs = np.zeros(4, kind)
        pairs["r"], pairs["i"] = values.real, values.imag
        w.file.create_dataset(f"{suffix}_complex64", data=pairs)
        w.expect(f"{suffix}_complex64", "complex64", values.astype(np.complex64))
    for name, bits in (("float8_e4m3fn", 4), ("float8_e5m2", 5)):
        values = w.bits((7,), np.uint8)
        w.raw(name, float_type(1, bits), values)
        w.expect(name, name, values)
    for dtype in ("i1", "u1"):
        values = w.bits((9,), np.uint8).view(dtype)
        w.file.create_dataset(plain(dtype), data=values)
        w.expect(plain(dtype), plain(dtype), values)
    flags = w.bits((10,), np.uint8) > 127
    w.file["bool"] = flags
    w.expect("bool", "bool", flags.astype(np.uint8))
    w.file["dump"] = np.frombuffer(w.bits((6,)).tobytes(), dtype="V2")
    w.leave_out("dump", "2-byte opaque type")
    w.file["text"] = "not a tensor"
    w.leave_out("text", "string")
    w.file["pair"] = np.zeros(2, [("x", "f4"), ("n", "i8")])
    w.leave_out("pair", "compound type")
    w.file["nothing"] = h5py.Empty("f4")
    w.leave_out("nothing", "empty (a null dataspace)")
    odd = h5t.IEEE_F32LE.copy()
    odd.set_fields(31, 22, 9, 0, 22)
    w.raw("odd_float", odd, w.bits((2,), np.uint32))
    w.leave_out("odd_float", "4-byte float of an unknown layout")
    w.close()


def shapes(folder):
    w = Writer(folder, "shapes.h5")
    for name, shape in (("scalar", ()), ("one", (1,)), ("empty", (0,)), ("empty_matrix", (4, 0)), ("rank5", (2, 3, 1, 4, 2))):
        values = w.weights(shape)
        w.file[name] = values
        w.expect(name, "float32", values, layout="unallocated" if 0 in shape else "contiguous")
    w.file.create_dataset("empty_chunked", shape=(0, 5), maxshape=(None, 5), dtype="f4", compression="gzip")
    w.expect("empty_chunked", "float32", np.zeros((0, 5), "f4"), "chunked", ["gzip"])
    for path in ("model/layers/0/weight", "model/layers/10/weight", "flat.dotted.name"):
        values = w.weights((3, 2))
        w.file[path] = values
        w.expect(path.replace("/", "."), "float32", values)
    w.file.attrs["model"] = "tiny"
    w.file.attrs["step"] = 1000
    w.file.attrs["loss"] = 2.5
    w.file.attrs["fixed"] = np.bytes_(b"fixed length")
    w.file.attrs["names"] = ["a", "b"]
    w.file.attrs["config"] = json.dumps(dict(model_type="olmo2", hidden_size=64))
    w.close()


def core_layouts(w, shape=(37, 53)):
    """The chunked layouts whose decoding is our own."""
    pipelines = {
        "plain": dict(),
        "gzip": dict(compression="gzip", compression_opts=4),
        "shuffle_gzip": dict(compression="gzip", shuffle=True),
        "shuffle_gzip_fletcher": dict(compression="gzip", shuffle=True, fletcher32=True),
        "shuffle": dict(shuffle=True),
        "fletcher": dict(fletcher32=True),
        "lzf": dict(compression="lzf"),
        "shuffle_lzf": dict(compression="lzf", shuffle=True),
    }
    names = {"shuffle": ["shuffle"], "gzip": ["gzip"], "lzf": ["lzf"], "fletcher": ["fletcher32"], "plain": []}
    for name, options in pipelines.items():
        # HDF5 applies them as h5py orders them: shuffle, the compressor, fletcher32.
        filters = sum((names[part] for part in name.split("_")), [])
        for dtype in ("f4", ">f8", "f2"):
            values = np.round(w.weights(shape), 3).astype(dtype)
            path = f"{name}/{plain(dtype)}"
            w.file.create_dataset(path, data=values, chunks=(8, 16), **options)
            w.expect(path.replace("/", "."), plain(dtype), values, "chunked", filters)
    values = w.bits(shape)
    dcpl = h5p.create(h5p.DATASET_CREATE)
    dcpl.set_chunk((8, 16))
    dcpl.set_shuffle()
    dcpl.set_deflate(6)
    w.raw("bf16_gzip", BFLOAT16, values, dcpl)
    w.expect("bf16_gzip", "bfloat16", values, "chunked", ["shuffle", "gzip"])


def chunked(folder):
    w = Writer(folder, "chunked.h5")
    core_layouts(w)
    # Every rank, with edges that stick out, chunks of one index, and chunks larger than the array.
    for shape, chunks in (
        ((100,), (7,)), ((100,), (100,)), ((5, 7), (5, 7)), ((5, 7), (1, 7)), ((9, 7), (2, 3)), ((3, 9, 7), (1, 4, 7)),
        ((4, 5, 6), (2, 5, 4)), ((3, 4, 5, 6), (2, 3, 2, 5)), ((2, 3, 2, 3, 2), (1, 2, 2, 2, 1)), ((1, 1, 1), (1, 1, 1)),
    ):
        values = w.weights(shape)
        name = "s" + "x".join(map(str, shape)) + "_c" + "x".join(map(str, chunks))
        w.file.create_dataset(name, data=values, chunks=chunks, compression="gzip", shuffle=True)
        w.expect(name, "float32", values, "chunked", ["shuffle", "gzip"])
    values = w.weights((5, 6))
    w.file.create_dataset("chunk_larger", data=values, chunks=(8, 10), maxshape=(None, None), compression="gzip")
    w.expect("chunk_larger", "float32", values, "chunked", ["gzip"])
    # Chunks that were never written are the fill value, where others were; a dataset without any storage is no data.
    holes = w.file.create_dataset("holes", shape=(20, 20), chunks=(6, 6), dtype="f4", fillvalue=1.5, compression="gzip")
    holes[3:9, 4:7] = 2
    w.expect("holes", "float32", holes[...], "chunked", ["gzip"])
    w.file.create_dataset("never_written", shape=(20, 3), chunks=(6, 3), dtype=">f4", fillvalue=-0.25)
    w.leave_out("never_written", "it was never written, so that the file has no data for it")
    w.file.create_dataset("no_storage", shape=(4, 3), dtype=">f4", fillvalue=7)
    w.leave_out("no_storage", "it was never written, so that the file has no data for it")
    # A chunk that skips its filters: the mask is per chunk.
    values = w.weights((8, 4))
    masked = w.file.create_dataset("masked", shape=(8, 4), chunks=(4, 4), dtype="f4", compression="gzip", shuffle=True)
    masked[...] = values
    masked.id.write_direct_chunk((4, 0), values[4:].tobytes(), filter_mask=3)
    w.expect("masked", "float32", values, "chunked", ["shuffle", "gzip"])
    # Larger than the smallest window, with one band of chunks across all rows.
    values = w.bits((3000, 1024), np.uint8)
    w.file.create_dataset("wide_band", data=values, chunks=(3000, 64), compression="gzip", compression_opts=1)
    w.expect("wide_band", "uint8", values, "chunked", ["gzip"])
    values = w.bits((2500, 1000), np.uint8)
    w.file.create_dataset("many_bands", data=values, chunks=(100, 99), compression="lzf")
    w.expect("many_bands", "uint8", values, "chunked", ["lzf"])
    w.close()


def served(folder):
    """Layouts that only libhdf5 reads."""
    w = Writer(folder, "served.h5")
    for name, shape in (("compact", (6, 5)), ("compact_scalar", ())):
        dcpl = h5p.create(h5p.DATASET_CREATE)
        dcpl.set_layout(h5d.COMPACT)
        values = w.bits(shape)
        w.raw(name, float_type(2, 8, big_endian=True), values, dcpl)
        w.expect(name, "bfloat16", values, "compact")
    values = w.bits((1200, 1000), np.uint16).astype("i4")
    w.file.create_dataset("scaleoffset", data=values, chunks=(100, 100), scaleoffset=0)
    w.expect("scaleoffset", "int32", values, "chunked", ["scaleoffset"])
    if h5py.h5z.filter_avail(h5py.h5z.FILTER_SZIP):
        values = np.round(w.weights((64, 48)), 3)
        w.file.create_dataset("szip", data=values, chunks=(16, 16), compression="szip")
        w.expect("szip", "float32", values, "chunked", ["szip"])
    values = w.weights((70000,))
    w.file["named"] = np.dtype("f2")
    w.leave_out("named", "a named type")
    w.file.create_dataset("many_chunks", data=values, chunks=(4,), compression="lzf")
    w.expect("many_chunks", "float32", values, "chunked", ["lzf"])
    w.close()

    w = Writer(folder, "userblock.h5", userblock_size=1024)
    core_layouts(w)
    values = w.weights((6, 7))
    w.file["contiguous"] = values
    w.expect("contiguous", "float32", values)
    w.close()


def indexes(folder):
    """The chunk indexes of HDF5 1.10: single, implicit, fixed array, extensible array, B-tree 2."""
    w = Writer(folder, "indexes.h5", libver=("v110", "v110"))
    cases = dict(
        single=((9, 5), (9, 5), None), fixed=((9, 5), (2, 3), None), extensible=((9, 5), (2, 3), (None, 5)),
        btree=((9, 5), (2, 3), (None, None)),
    )
    for name, (shape, chunks, maxshape) in cases.items():
        for compression in (None, "gzip"):
            values = w.weights(shape)
            path = f"{name}_{compression or 'plain'}"
            w.file.create_dataset(path, data=values, chunks=chunks, maxshape=maxshape, compression=compression)
            w.expect(path, "float32", values, "chunked", [compression] if compression else [])
    values = w.weights((9, 5))
    dcpl = h5p.create(h5p.DATASET_CREATE)
    dcpl.set_chunk((2, 3))
    dcpl.set_alloc_time(h5d.ALLOC_TIME_EARLY)
    space = h5s.create_simple(values.shape)
    h5d.create(w.file.id, b"implicit", h5t.IEEE_F32LE, space, dcpl=dcpl).write(h5s.ALL, h5s.ALL, values)
    w.expect("implicit", "float32", values, "chunked")
    w.close()


def links(folder):
    w = Writer(folder, "links.h5")
    values = w.weights((4, 3))
    w.file["model/embed"] = values
    w.expect("model.embed", "float32", values)
    w.file["model/tied"] = w.file["model/embed"]
    w.leave_out("model.tied", "the same dataset as 'model.embed'")
    w.file["a_soft"] = h5py.SoftLink("/model/embed")
    w.leave_out("a_soft", "the same dataset as 'model.embed'")
    w.file["alias"] = h5py.SoftLink("/model")
    w.leave_out("alias", "the same group as 'model'")
    w.file["model/self"] = w.file["model"]
    w.leave_out("model.self", "the same group as 'model'")
    w.file["model/up"] = w.file["/"]
    w.leave_out("model.up", "the same group as '/'")
    w.file["loop1"] = h5py.SoftLink("/loop2")
    w.file["loop2"] = h5py.SoftLink("/loop1")
    w.file["dangling"] = h5py.SoftLink("/nowhere")
    for name in ("loop1", "loop2", "dangling"):
        w.leave_out(name, "a link that leads nowhere inside the file")
    w.close()

    # Each target in a file of its own, met under the link's name.
    values = w.weights((5, 2))
    with h5py.File(os.path.join(folder, "linked_target.h5"), "w") as target:
        target["weights/kernel"] = values
        target.create_dataset("weights/packed", data=values, chunks=(2, 2), compression="gzip")
        target["back"] = h5py.ExternalLink("linked.h5", "/")
    w = Writer(folder, "linked.h5")
    w.file["encoder"] = h5py.ExternalLink("linked_target.h5", "/weights")
    w.file["single"] = h5py.ExternalLink("linked_target.h5", "/weights/kernel")
    w.file["whole"] = h5py.ExternalLink("linked_target.h5", "/")
    w.expect("encoder.kernel", "float32", values)
    w.expect("encoder.packed", "float32", values, "chunked", ["gzip"])
    w.expect("single", "float32", values)
    w.leave_out("whole.back", "the same object as '/'")
    w.expect("whole.weights.kernel", "float32", values)
    w.expect("whole.weights.packed", "float32", values, "chunked", ["gzip"])
    w.close()


def elsewhere(folder):
    """External storage and virtual datasets, inside the folder."""
    os.chdir(folder)
    w = Writer(folder, "external.h5")
    values = w.weights((10, 3))
    w.file.create_dataset(
        "external", data=values, external=[("part1.bin", 16, 50), ("part2.bin", 0, h5py.h5f.UNLIMITED)]
    )
    w.expect("external", "float32", values, "external")
    w.close()

    # What an importer records of the file it points to.
    w = Writer(folder, "recorded.h5")
    values = w.weights((4, 3))
    w.file.create_dataset("linked", data=values, external=[("part3.bin", 8, 48)])
    w.expect("linked", "float32", values, "external")
    w.close()
    target = os.stat("part3.bin")
    with h5py.File("recorded.h5", "a") as f:
        f["linked"].attrs["source_size"] = target.st_size
        f["linked"].attrs["source_mtime_ns"] = target.st_mtime_ns

    for k in range(2):
        with h5py.File(f"source{k}.h5", "w") as source:
            source.create_dataset("part", data=np.full((2, 4), k + 1, "f4"), chunks=(1, 4), compression="gzip")
    w = Writer(folder, "virtual.h5")
    parts = [(2 * k, 2, f"source{k}.h5", "part") for k in range(2)]
    virtual(w.file, "virtual", (5, 4), "f4", parts, fill=9)
    w.expect("virtual", "float32", np.repeat(np.array([1, 1, 2, 2, 9], "f4"), 4).reshape(5, 4), "virtual")
    w.close()


def attacks(folder):
    """Files that try to have other files read; nothing in them may be believed."""
    folder = os.path.join(folder, "attacks")
    os.makedirs(folder, exist_ok=True)
    os.chdir(folder)
    secret = os.path.join(os.path.dirname(folder), "outside.h5")
    with h5py.File(secret, "w") as f:
        f["secret"] = np.arange(4, dtype="f4")
        f.create_dataset("external", shape=(8,), dtype="u1", external=[("/etc/passwd", 0, 8)])
    with h5py.File("external_link.h5", "w") as f:
        f["w"] = np.zeros(3, "f4")
        f["evil"] = h5py.ExternalLink("/etc/passwd", "/")
    with h5py.File("external_link_h5.h5", "w") as f:
        f["evil"] = h5py.ExternalLink("../outside.h5", "/")
    with h5py.File("soft_through_external.h5", "w") as f:
        f["door"] = h5py.ExternalLink("../outside.h5", "/")
        f["evil"] = h5py.SoftLink("/door/secret")
    with h5py.File("external_storage.h5", "w") as f:
        f.create_dataset("evil", shape=(16,), dtype="u1", external=[("/etc/passwd", 0, 16)])
    with h5py.File("external_relative.h5", "w") as f:
        f.create_dataset("evil", shape=(4,), dtype="f4", external=[("../outside.h5", 0, 16)])
    with h5py.File("virtual_outside.h5", "w") as f:
        virtual(f, "evil", (4,), "f4", [(0, 4, "../outside.h5", "secret")])
    # A virtual dataset whose source, beside it, hands on to a file outside.
    with h5py.File("stepping_stone.h5", "w") as f:
        f["link"] = h5py.ExternalLink("../outside.h5", "/secret")
        f.create_dataset("stored", shape=(8,), dtype="u1", external=[("/etc/passwd", 0, 8)])
    for name, path, dtype, count in (("virtual_link.h5", "link", "f4", 4), ("virtual_storage.h5", "stored", "u1", 8)):
        with h5py.File(name, "w") as f:
            virtual(f, "evil", (count,), dtype, [(0, count, "stepping_stone.h5", path)])
    with h5py.File("virtual_missing.h5", "w") as f:
        virtual(f, "evil", (4,), "f4", [(0, 4, "no_such_file.h5", "x")])
    with h5py.File("names.h5", "w") as f:
        f["w\x1b[2Jx"] = np.zeros(2, "f4")
        f["ok"] = np.zeros(2, "f4")
        f["a/b"] = np.zeros(2, "f4")
        f["a.b"] = np.ones(2, "f4")
    # As many chunks as elements, three of them stored.
    with h5py.File("sparse.h5", "w") as f:
        dataset = f.create_dataset("w", shape=(2**28,), chunks=(1,), dtype="f4", fillvalue=0.5)
        for place in (0, 2**27, 2**28 - 1):
            dataset[place] = 2
    with h5py.File("huge.h5", "w") as f:
        f.create_dataset("w", shape=(2**40,), chunks=(2**20,), dtype="f4", compression="gzip")
    # The layout message (version 3, contiguous) records the bytes a dataset takes: far more than its elements do.
    with h5py.File("layout_size.h5", "w") as f:
        for name in "ab":
            f[name] = np.arange(32, dtype="f4")
        messages = [struct.pack("<BBQQ", 3, 1, f[name].id.get_offset(), 128) for name in "ab"]
    with open("layout_size.h5", "rb") as f:
        data = f.read()
    for message in messages:
        assert data.count(message) == 1
        data = data.replace(message, message[:10] + struct.pack("<Q", 2**63 - 256))
    with open("layout_size.h5", "wb") as f:
        f.write(data)
    with h5py.File("latest.h5", "w", libver="latest") as f:
        f.create_dataset("w", data=np.ones((4, 4), "f4"), chunks=(2, 2), compression="gzip")
    with h5py.File("plugin.h5", "w") as f:
        dcpl = h5p.create(h5p.DATASET_CREATE)
        dcpl.set_chunk((4,))
        dcpl.set_obj_track_times(False)
        dcpl.set_filter(32000, h5py.h5z.FLAG_OPTIONAL, (4, 261, 16))
        h5d.create(f.id, b"w", h5t.IEEE_F32LE, h5s.create_simple((4,)), dcpl=dcpl).write(
            h5s.ALL, h5s.ALL, np.ones(4, "f4")
        )
    # An unknown filter: the number of the lzf filter above, changed in the bytes of the file.
    data = bytearray(open("plugin.h5", "rb").read())
    place = data.index((32000).to_bytes(2, "little"))
    data[place : place + 2] = (32015).to_bytes(2, "little")
    open("plugin.h5", "wb").write(data)
    with h5py.File("damaged_chunk.h5", "w") as f:
        values = np.arange(64, dtype="f4")
        for name, options in (
            ("gzip", dict(compression="gzip")), ("lzf", dict(compression="lzf")), ("sum", dict(fletcher32=True)),
        ):
            f.create_dataset(name, data=np.repeat(values, 4), chunks=(256,), **options)
        places = {name: f[name].id.get_chunk_info(0).byte_offset for name in f}
    data = bytearray(open("damaged_chunk.h5", "rb").read())
    for place in places.values():
        data[place : place + 12] = bytes(range(245, 256)) + b"\x01"
    open("damaged_chunk.h5", "wb").write(data)


def seeds(folder):
    """Valid files of a few kilobytes, most of it structure, for the mutation test."""
    for name, libver in (("seed_v18", ("earliest", "v108")), ("seed_v110", ("v110", "v110"))):
        w = Writer(folder, f"{name}.h5", libver=libver)
        w.file.attrs["model"] = "seed"
        for path, shape, options in (
            ("a/b/contiguous", (5, 3), dict()),
            ("a/gzip", (6, 4), dict(chunks=(2, 3), compression="gzip", shuffle=True)),
            ("a/sum", (6,), dict(chunks=(4,), fletcher32=True, maxshape=(None,))),
        ):
            values = w.weights(shape)
            w.file.create_dataset(path, data=values, **options)
            filters = [f for f, on in (("shuffle", "shuffle"), ("gzip", "compression"), ("fletcher32", "fletcher32")) if on in options]
            w.expect(path.replace("/", "."), "float32", values, "chunked" if options else "contiguous", filters)
        dcpl = h5p.create(h5p.DATASET_CREATE)
        dcpl.set_layout(h5d.COMPACT)
        values = w.bits((3,))
        w.raw("compact", BFLOAT16, values, dcpl)
        w.expect("compact", "bfloat16", values, "compact")
        w.file["soft"] = h5py.SoftLink("/a/gzip")
        w.leave_out("soft", "the same dataset as 'a.gzip'")
        w.close()


def core(folder):
    """Small files for tests that run without Python."""
    types(folder)
    shapes(folder)
    filters = Writer(folder, "filters.h5")
    core_layouts(filters, shape=(11, 19))
    filters.close()
    links(folder)
    seeds(folder)
    attacks(folder)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--core", action="store_true", help="only the small files committed under core/")
    parser.add_argument("folder", metavar="DIR", help="folder for the files; made when missing")
    arguments = parser.parse_args()
    folder = os.path.abspath(arguments.folder)
    os.makedirs(folder, exist_ok=True)
    if arguments.core:
        core(folder)
        return
    for make in (types, shapes, chunked, served, indexes, links, elsewhere, seeds, attacks):
        make(folder)


main()
