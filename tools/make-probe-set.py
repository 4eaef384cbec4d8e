#!/usr/bin/env python3
"""Turns text and a tokenizer.json into a probe set for `dynamics run probe`.

    make python            # once: h5py, numpy and tokenizers in .venv, which this script finds by itself
    tools/make-probe-set.py --tokenizer tokenizer.json --length 512 --out probe.h5 news=news.jsonl code=code.txt

Each DOMAIN=FILE is a domain: a .jsonl file has a document a line, under the key "text"; any other file is one document.
Documents are cut into pieces of LENGTH tokens that do not cross their ends; a document's last piece may be shorter, and
pieces of a single token are left out. --sequences takes the first pieces of each domain only. No special tokens are added.

The file holds `tokens`, int32 [sequences, length], rows padded with -1; `domain_id`, the domain of each row;
`byte_counts`, the UTF-8 bytes of text behind each row's tokens but the first; and the domains' names as the attribute
`domains`.
"""

import argparse
import json
import os
import sys
from pathlib import Path

PACKAGES = "h5py numpy tokenizers"


def fail(message, code=3):
    print(f"error: {message}", file=sys.stderr)
    sys.exit(code)


def import_packages():
    """The packages of this Python, or else those of the project's .venv."""
    try:
        import h5py
        import numpy
        import tokenizers
    except ImportError as error:
        own = Path(__file__).resolve().parent.parent / ".venv" / "bin" / "python"
        if own.is_file() and Path(sys.prefix).resolve() != own.parent.parent.resolve():
            os.execv(own, [str(own), __file__, *sys.argv[1:]])
        fail(f"make-probe-set.py needs the Python package {error.name}, which {sys.executable} does not have; "
             f"'make python' puts it into .venv, or: pip install {PACKAGES}", code=1)
    return h5py, numpy, tokenizers


class Parser(argparse.ArgumentParser):
    def error(self, message):
        fail(f"{message}; see 'make-probe-set.py --help'", code=2)


def documents(path):
    try:
        if path.suffix != ".jsonl":
            yield path.read_text(encoding="utf-8")
            return
        with open(path, encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                if not line.strip():
                    continue
                try:
                    text = json.loads(line)["text"]
                except (ValueError, KeyError, TypeError):
                    text = None
                if not isinstance(text, str):
                    fail(f'{path}:{number}: expected an object with the key "text", found {line.strip()[:60]!r}')
                yield text
    except OSError as error:
        fail(f"cannot read {path}: {error.strerror}")
    except UnicodeDecodeError:
        fail(f"{path} is not UTF-8 text")


def pieces(path, tokenizer, length):
    for text in documents(path):
        encoding = tokenizer.encode(text, add_special_tokens=False)
        for start in range(0, len(encoding.ids), length):
            ids = encoding.ids[start:start + length]
            if len(ids) > 1:
                offsets = encoding.offsets[start:start + length]
                yield ids, len(text[offsets[0][1]:offsets[-1][1]].encode("utf-8"))


def main():
    parser = Parser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--length", type=int, required=True)
    parser.add_argument("--sequences", type=int)
    parser.add_argument("--out", "-o", type=Path, required=True)
    parser.add_argument("domains", nargs="+", metavar="DOMAIN=FILE")
    options = parser.parse_args()
    if options.length < 2:
        parser.error("--length is at least 2: one token is predicted from another")
    if options.sequences is not None and options.sequences < 1:
        parser.error("--sequences is at least 1")
    h5py, np, tokenizers = import_packages()
    if not options.tokenizer.is_file():
        fail(f"there is no tokenizer {options.tokenizer}; it is the tokenizer.json beside the model")
    try:
        tokenizer = tokenizers.Tokenizer.from_file(str(options.tokenizer))
    except Exception as error:
        fail(f"{options.tokenizer} is no tokenizer.json: {str(error).splitlines()[0]}")
    names, rows, domain_ids, byte_counts = [], [], [], []
    for number, entry in enumerate(options.domains):
        name, separator, path = entry.partition("=")
        if not separator or not name or "," in name:
            parser.error(f"'{entry}' is not DOMAIN=FILE, with no comma in DOMAIN")
        if name in names:
            parser.error(f"the domain '{name}' is named twice")
        names.append(name)
        found = list(pieces(Path(path), tokenizer, options.length))[:options.sequences]
        if not found:
            fail(f"{path} holds no two tokens")
        for ids, count in found:
            rows.append(ids + [-1] * (options.length - len(ids)))
            domain_ids.append(number)
            byte_counts.append(count)
        print(f"{name}: {len(found)} sequences, {sum(len(ids) - 1 for ids, _ in found)} predicted tokens")
    # Beside its place first: a run that is stopped leaves no half of a file.
    part = options.out.with_name(f".{options.out.name}.{os.getpid()}")
    try:
        with h5py.File(part, "w") as file:
            file["tokens"] = np.array(rows, np.int32)
            file["domain_id"] = np.array(domain_ids, np.int32)
            file["byte_counts"] = np.array(byte_counts, np.int64)
            file.attrs["domains"] = ",".join(names)
        os.replace(part, options.out)
    except OSError as error:
        part.unlink(missing_ok=True)
        fail(f"cannot write {options.out}: {error.strerror or error}", code=1)


if __name__ == "__main__":
    main()
