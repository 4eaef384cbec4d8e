"""Changes to bytes, texts, trees of JSON and programs of pickle opcodes, all decided by the random generator that is handed in."""

import copy
import json

INTEGERS = [
    0, 1, -1, 2, 3, 7, -10, 127, 128, 255, 256, 2**15, 2**16 - 1, 10**5, 10**7, 2**31 - 1, 2**31, -(2**31), 2**32, 2**40, 2**53 + 1, 2**62,
    2**63 - 1, 2**63, -(2**63), -(2**63) - 1, 2**64 - 1, 2**64, 10**30,
]
NUMBERS = ["0.5", "1e308", "-1e308", "1e-320", "1e400", "NaN", "Infinity", "-0", "1e10", "0x10", "00", "1_000", "+1", ".5", "1e-160"]
TEXTS = [
    "", " ", ".", "..", "../x", "/etc/passwd", "a/b", "a/\u0301b", "x\ny", "error: forged", "a\nerror: forged", "\x1b[2J", "\x07", "\x7f", "\x9b31m",
    "\u202eabc", "\u2028", "e\u0301", "\u00e9", "'", "'\u0301; system('id'); #", '"', "=1+1", "@x", "%s", "${x}", "nan", "null", "true", "-", "w" * 300,
    "F32", "BF16", "I64", "stage1-step9223372036854775807", "\ufffd", "\U0001f600",
]


def flip(random, data, most=4):
    """Bytes with a few places changed, cut, doubled or overwritten by extreme numbers."""
    data = bytearray(data)
    for _ in range(random.randint(1, most)):
        if not data:
            break
        place = random.randrange(len(data))
        kind = random.randrange(6)
        if kind == 0:
            data[place] ^= 1 << random.randrange(8)
        elif kind == 1:
            data[place] = random.choice([0, 1, 0x7F, 0x80, 0xFF, 0x0A, 0x22, 0x2F])
        elif kind == 2:
            size = random.choice([2, 4, 8])
            value = random.choice(INTEGERS) % (1 << 8 * size)
            data[place : place + size] = value.to_bytes(size, random.choice(["little", "big"]))
        elif kind == 3:
            del data[place : place + random.randint(1, 16)]
        elif kind == 4:
            data[place:place] = data[place : place + random.randint(1, 64)]
        else:
            del data[place:]
    return bytes(data)


class Raw:
    """A number as it is to stand in JSON, whatever Python thinks of it."""

    def __init__(self, text):
        self.text = text


def hostile(random):
    """A leaf of a tree that nobody expects."""
    kind = random.randrange(8)
    if kind < 3:
        return random.choice(INTEGERS)
    if kind == 3:
        return Raw(random.choice(NUMBERS))
    if kind < 6:
        return random.choice(TEXTS)
    return random.choice([None, True, False, [], {}, [[]], {"": {}}, [0] * 40, [2**40, 0], [0, 2**40], [2**62, 4], [-1, -1]])


def places(tree, path=()):
    """The paths of all values in a tree."""
    yield path
    if isinstance(tree, dict):
        for key in tree:
            yield from places(tree[key], path + (key,))
    elif isinstance(tree, list):
        for index, item in enumerate(tree):
            yield from places(item, path + (index,))


def change_tree(random, tree, integers_only=False):
    """A copy with one to three values exchanged, removed or renamed; or only integers exchanged for others."""
    tree = copy.deepcopy(tree)
    for _ in range(random.randint(1, 3)):
        paths = [p for p in places(tree) if p]
        if not paths:
            break
        path = random.choice(paths)
        parent = tree
        for key in path[:-1]:
            parent = parent[key]
        key = path[-1]
        if integers_only:
            if isinstance(parent[key], int) and not isinstance(parent[key], bool):
                parent[key] = random.choice(INTEGERS + [parent[key] + d for d in (-8, -4, -1, 1, 4, 8)])
            continue
        kind = random.randrange(6)
        if kind == 0:
            del parent[key]
        elif kind == 1 and isinstance(parent, dict):
            parent[random.choice(TEXTS)] = parent.pop(key)
        elif kind == 2 and isinstance(parent, list):
            parent.insert(key, copy.deepcopy(parent[key]))
        elif kind == 3 and isinstance(parent, dict):
            parent[key] = copy.deepcopy(parent[random.choice(list(parent))])
        else:
            parent[key] = hostile(random)
    return tree


def text_of(tree):
    """JSON of a tree that may hold `Raw`."""
    if isinstance(tree, Raw):
        return tree.text
    if isinstance(tree, dict):
        return "{" + ",".join(json.dumps(k) + ":" + text_of(v) for k, v in tree.items()) + "}"
    if isinstance(tree, list):
        return "[" + ",".join(map(text_of, tree)) + "]"
    return json.dumps(tree, ensure_ascii=False)


def change_text(random, text):
    """A text with words exchanged for hostile ones, lines doubled, removed or turned, or bytes changed."""
    if random.random() < 0.25:
        return flip(random, text.encode())
    lines = text.split("\n")
    for _ in range(random.randint(1, 3)):
        place = random.randrange(len(lines))
        kind = random.randrange(5)
        if kind == 0:
            del lines[place]
            lines = lines or [""]
        elif kind == 1:
            lines.insert(place, random.choice(lines))
        else:
            cells = [c for c in _cells(lines[place])]
            if cells:
                start, end = random.choice(cells)
                new = random.choice([str(random.choice(INTEGERS)), random.choice(NUMBERS), random.choice(TEXTS)])
                lines[place] = lines[place][:start] + new + lines[place][end:]
    return "\n".join(lines).encode("utf-8", "surrogatepass")


def _cells(line):
    start = None
    for place, char in enumerate(line + ","):
        if char in ",:[]{} \t\"'":
            if start is not None:
                yield start, place
            start = None
        elif start is None:
            start = place
