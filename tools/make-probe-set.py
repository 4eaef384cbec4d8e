#!/usr/bin/env python3
"""Turns text and a tokenizer.json into a probe set for `dynamics run probe`.

    pip install tokenizers==0.23.3 numpy==2.4.6 h5py==3.16.0
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
from pathlib import Path

import h5py
import numpy as np
from tokenizers import Tokenizer


def documents(path):
    if path.suffix != ".jsonl":
        yield path.read_text(encoding="utf-8")
        return
    with open(path, encoding="utf-8") as file:
        for line in file:
            if line.strip():
                yield json.loads(line)["text"]


def pieces(path, tokenizer, length):
    for text in documents(path):
        encoding = tokenizer.encode(text, add_special_tokens=False)
        for start in range(0, len(encoding.ids), length):
            ids = encoding.ids[start:start + length]
            if len(ids) > 1:
                offsets = encoding.offsets[start:start + length]
                yield ids, len(text[offsets[0][1]:offsets[-1][1]].encode("utf-8"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--length", type=int, required=True)
    parser.add_argument("--sequences", type=int)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("domains", nargs="+", metavar="DOMAIN=FILE")
    options = parser.parse_args()
    if options.length < 2:
        parser.error("--length is at least 2: one token is predicted from another")
    tokenizer = Tokenizer.from_file(str(options.tokenizer))
    names, rows, domain_ids, byte_counts = [], [], [], []
    for number, entry in enumerate(options.domains):
        name, separator, path = entry.partition("=")
        if not separator or not name or "," in name:
            parser.error(f"'{entry}' is not DOMAIN=FILE, with no comma in DOMAIN")
        names.append(name)
        found = list(pieces(Path(path), tokenizer, options.length))[:options.sequences]
        if not found:
            parser.error(f"{path} holds no two tokens")
        for ids, count in found:
            rows.append(ids + [-1] * (options.length - len(ids)))
            domain_ids.append(number)
            byte_counts.append(count)
        print(f"{name}: {len(found)} sequences, {sum(len(ids) - 1 for ids, _ in found)} predicted tokens")
    with h5py.File(options.out, "w") as file:
        file["tokens"] = np.array(rows, np.int32)
        file["domain_id"] = np.array(domain_ids, np.int32)
        file["byte_counts"] = np.array(byte_counts, np.int64)
        file.attrs["domains"] = ",".join(names)


if __name__ == "__main__":
    main()
