"""Broken inputs of every kind, each a function of a random generator."""

import io
import tomllib

import numpy as np
from toml_text import DATE, places, written

from fastdense import catalogue
from fastdense.measures import MEASURES
from fastdense.scenarios.scenario import names, text_of

NUMBERS = [-1, 0, 1, 2, 3, 50, 2**31, 2**62, 2**63 - 1, -(2**63), 10**30, 0.0, -0.0, 0.5, 1e-300,
           1e300, -1e300, float("nan"), float("inf"), float("-inf"), True, False]  # fmt: skip
NAMES = sorted(
    {name for kind in catalogue.CONTRACTS for name in catalogue.names(kind)}
    | {"", "name", "full", "always", "outcome", "stalled", "[/b]", "a b", "€", "\x1b]0;x\x07",
       DATE, "x" * 500, *MEASURES}
)  # fmt: skip
# Cells of a CSV file that people, spreadsheets and other programs write.
CELLS = ["1", "0", "-1.5", "1e3", "1e400", "1e-400", "nan", "NaN", "NA", "", " ", "inf", "-inf",
         "?",
         "None", "null", "true", "False", "1_000", "1,000", "1.000,5", "1;2", "0x1F", "1e", "--1",
         "+2", " 3 ", '"4"', '"a""b"', "\t5", "½", "١", "１", "∞", "2020-01-01", "yes", "setosa",
         "€5", "5%", "x" * 300, "\x00", "\x1b[31m", "\ufeff1", "1\r"]  # fmt: skip
WORDS = ["list", "show", "run", "reproduce", "sweep", "bench", "plot", "export", "losses",
         "zero-rate",
         "vanishing-sigmoid", "born-dead", "nowhere", "--seeds", "--set", "--arm", "--json",
         "--strict",
         "--grid", "--dry-run", "--store", "--measure", "--by", "--where", "--list", "--help",
         "--version", "--first-seed", "--threads", "1", "0", "-1", "learning_rate=0.1",
         "recipe.epochs=1", "epochs=0", "data.count=3", "network.hidden=[2]", "=", "a=b=c", "[",
         "'",
         "learning_rate=log:1e-3:1:3", "learning_rate=0.1,0.2", "final_loss<1", "nan", "\x1b[2J",
         "-", "--", "---", "", " ", "/", ".", "..", "/dev/null", "x" * 300, "é"]  # fmt: skip


def pick(rng, values):
    return values[int(rng.integers(len(values)))]


def value(rng, depth=2):
    """Any value that a TOML file can hold."""
    what = rng.integers(6 if depth else 4)
    if what < 2:
        return pick(rng, NUMBERS)
    if what < 4:
        return pick(rng, NAMES)
    if what == 4:
        return [value(rng, depth - 1) for _ in range(rng.integers(4))]
    return {pick(rng, NAMES): value(rng, depth - 1) for _ in range(rng.integers(3))}


def changed(rng, table):
    """A table with one or two nodes replaced, removed or renamed."""
    for _ in range(rng.integers(1, 3)):
        paths = list(places(table))
        if not paths:
            break
        *above, last = pick(rng, paths)
        parent = table
        for key in above:
            parent = parent[key]
        what = rng.integers(5)
        if what == 0:
            del parent[last]
        elif what == 1 and isinstance(parent, dict):
            parent[pick(rng, NAMES)] = parent.pop(last)
        else:
            parent[last] = value(rng)
    return table


def damaged(rng, data):
    """Bytes of which some are flipped, cut out, repeated or inserted."""
    data = bytearray(data)
    for _ in range(rng.integers(1, 5)):
        at = int(rng.integers(len(data) + 1))
        end = min(at + int(2 ** rng.integers(0, 8)), len(data))
        what = rng.integers(4)
        if what == 0:
            data[at:end] = rng.bytes(end - at)
        elif what == 1:
            del data[at:end]
        elif what == 2:
            data[at:at] = data[at:end]
        else:
            data[at:end] = bytes(end - at)
    return bytes(data)


def scenario(rng):
    """A built-in scenario, broken in its structure or in its bytes."""
    text = text_of(pick(rng, names()))
    if rng.random() < 0.35:
        return damaged(rng, text.encode())
    table = changed(rng, tomllib.loads(text))
    return written(table).encode()


def csv(rng):
    """A small table with odd cells, odd separators or damage, and settings that read it."""
    rows, width = int(rng.integers(0, 9)), int(rng.integers(1, 6))
    numbers = [[f"{n:.3g}" for n in line] for line in rng.standard_normal((rows, width))]
    if rng.random() < 0.5:
        numbers.insert(0, [f"{name}{rng.integers(9)}" for name in "abcdef"[:width]])
    for line in numbers:
        for column in range(width):
            if rng.random() < 0.02:
                line[column] = pick(rng, CELLS)
        if rng.random() < 0.02:
            line.pop()
    separator = pick(rng, [",", ",", ",", ";", "\t"])
    text = pick(rng, ["\n", "\n", "\r\n", "\r"]).join(separator.join(line) for line in numbers)
    data = text.encode(pick(rng, ["utf-8"] * 9 + ["utf-16"]), "surrogatepass")
    settings = {}
    if rng.random() < 0.4:
        settings["targets"] = pick(
            rng, [1, 2, 0, -1, "a", "b", ["a"], [], [1], "\x1b[0m", True, 1.5]
        )
    if rng.random() < 0.3:
        settings["separator"] = pick(rng, [";", ",", "\t", "", ";;", 1, "\n"])
    if rng.random() < 0.2:
        settings["test"] = pick(rng, [0, 1, 10**6, -1, "1"])
    if rng.random() < 0.5:
        settings["text"] = pick(rng, ["encode", "encode", "refuse", 1])
        settings["missing"] = pick(rng, ["refuse", "drop", "mean", []])
        for key in ("separator", "decimal", "encoding"):
            settings[key] = pick(rng, ["auto", "auto", "auto", ",", "utf-16", ""])
    return damaged(rng, data) if rng.random() < 0.2 else data, settings


def npz(rng):
    """An archive of arrays of all kinds, damaged or not, and settings that read it."""
    kinds = [
        "f4",
        "f8",
        "f2",
        "i1",
        "u8",
        "c8",
        "?",
        "U3",
        "S2",
        "m8[s]",
        "M8[s]",
        "V4",
        ">f8",
        "O",
    ]

    rows = int(rng.integers(1, 5))

    def array():
        shape = (rows, *rng.integers(1, 4, rng.integers(0, 2)))
        if rng.random() < 0.1:
            shape = tuple(rng.integers(0, 5, rng.integers(0, 4)))
        kind = pick(rng, kinds[:3] * 4 + kinds)
        return np.zeros(shape, kind) if rng.random() < 0.5 else np.ones(shape).astype(kind)

    file = io.BytesIO()
    save = np.savez if rng.random() < 0.7 else np.savez_compressed
    save(file, **{name: array() for name in ["x", "y", "z", "\x1b[1m"][: rng.integers(1, 5)]})
    data = file.getvalue()
    settings = {"x": pick(rng, ["x", "z", 3, ""])} if rng.random() < 0.2 else {}
    return damaged(rng, data) if rng.random() < 0.5 else data, settings


def words(rng):
    """A command line."""
    return [pick(rng, WORDS) for _ in range(rng.integers(1, 7))]


class Strange:
    """An object that looks like nothing."""

    def __repr__(self):
        return "<strange\x1b[31m\n>" + "x" * 1000


def argument(rng):
    """What somebody may pass for an array, a number or a name."""
    shape = tuple(rng.integers(0, 5, rng.integers(0, 4)))
    return pick(
        rng,
        [*NUMBERS, *NAMES[:9], None, [], {}, (), Strange(), object, [[1], [2, 3]], [None], "x" *
        900,
         np.zeros(shape), np.ones((4, 2)), np.ones(4), np.full((4, 1), np.nan), np.ones((4, 2),
         "U3"),
         np.ones(4, "c16"), np.ones(4, bool), np.zeros(4, "m8[s]"), np.zeros(4, "M8[s]"),
         np.ma.masked_array([1.0, 2, 3, 4], [0, 1, 0, 0]), [np.ma.masked, 1], np.zeros((2, 2, 2)),
         np.arange(4), np.array([1, None], object), np.broadcast_to(1.0, (4, 1)), range(4),
         np.array(5), np.float16(3), np.longdouble(2), memoryview(b"abcd"), b"abcd", {1, 2},
         iter([1, 2]), lambda *_: None, 1j, np.ones((4, 2), ">f8"), np.ones((2, 4)).T],
    )  # fmt: skip
