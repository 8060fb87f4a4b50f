"""In which encoding a text file is written."""

import codecs

from fastdense.data.npz import opened

# What a setting may say, and what Python calls it; a byte-order mark is no part of the text.
ENCODINGS = {
    "utf-8": "utf-8-sig", "utf-16": "utf-16", "cp1252": "cp1252", "latin-1": "latin-1",
}  # fmt: skip
MARKS = [
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
]
NOT_IN_CP1252 = {0x81, 0x8D, 0x8F, 0x90, 0x9D}
BLOCK, SAMPLE = 1 << 20, 1 << 12


def found(path, folder, most_bytes):
    """The encoding of a file: by its byte-order mark, its zero bytes, or what all of it can be.

    Any bytes are text in latin-1, so there is always an answer.
    """
    with opened(path, folder, most_bytes) as file:
        first = file.read(SAMPLE)
        for mark, encoding in MARKS:
            if first.startswith(mark):
                return encoding
        even, odd = first[::2].count(0), first[1::2].count(0)
        if (even or odd) and max(even, odd) * 4 > len(first):
            return "utf-16-be" if even > odd else "utf-16-le"
        file.seek(0)
        if _is_utf8(file):
            return "utf-8"
        file.seek(0)
        blocks = iter(lambda: file.read(BLOCK), b"")
        beyond = any(not NOT_IN_CP1252.isdisjoint(set(block)) for block in blocks)
        return "latin-1" if beyond else "cp1252"


def _is_utf8(file):
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while block := file.read(BLOCK):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
