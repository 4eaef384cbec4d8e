#!/usr/bin/env python3
"""Known answers of XXH3-128 and of the harness's segment rule, as vectors.json.

    pip install xxhash==3.5.0
    python Tests/Fixtures/fingerprints/make_vectors.py

The input of a case is `bytes` bytes, byte i being i mod 251. `plain` is XXH3-128 as `xxhsum -H2` prints it. A tensor
with elements of `width` bytes is cut into segments of 2^20 elements; `tensor` is the plain hash of the concatenated
big-endian hashes of the segments, or the plain hash of the bytes where there is one segment only.
"""

import json
from pathlib import Path

import xxhash

SEGMENT_ELEMENTS = 1 << 20
LENGTHS = [0, 1, 3, 4, 8, 9, 16, 17, 128, 129, 240, 241, 512, 1024, 4099, 100003]


def content(count):
    ramp = bytes(range(251))
    return (ramp * (count // 251 + 1))[:count]


def tensor_hash(data, width):
    step = SEGMENT_ELEMENTS * width
    segments = [xxhash.xxh3_128_digest(data[i:i + step]) for i in range(0, max(1, len(data)), step)]
    return segments[0].hex() if len(segments) == 1 else xxhash.xxh3_128_hexdigest(b"".join(segments))


def case(count, width):
    data = content(count)
    return {"bytes": count, "width": width, "plain": xxhash.xxh3_128_hexdigest(data), "tensor": tensor_hash(data, width)}


def main():
    cases = [case(count, 1) for count in LENGTHS]
    for elements in (SEGMENT_ELEMENTS, SEGMENT_ELEMENTS + 1, 2 * SEGMENT_ELEMENTS + 777):
        cases += [case(elements * width, width) for width in (2, 4)]
    lines = ",\n".join(map(json.dumps, cases))
    Path(__file__).with_name("vectors.json").write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
