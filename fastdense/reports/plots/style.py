"""What all pictures share: colors that color-blind readers can tell apart, sizes, and titles.

Okabe, Ito (2008), Color universal design.
"""

BLACK, GRAY = "#000000", "#6b6b6b"
ORANGE, SKY, GREEN, YELLOW = "#E69F00", "#56B4E9", "#009E73", "#F0E442"
BLUE, VERMILION, PURPLE = "#0072B2", "#D55E00", "#CC79A7"
# Of the lines of one panel, in turn, each with a marker of its own.
SERIES = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY, BLACK, YELLOW)
MARKERS = "os^Dv<>P"

SETTINGS = {
    "font.size": 9,
    "axes.titlesize": 9,
    "axes.titleweight": "bold",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.formatter.useoffset": False,
    "legend.frameon": False,
    "legend.fontsize": 8,
    "lines.linewidth": 1.4,
    "savefig.dpi": 150,
    "figure.dpi": 100,
    "hatch.linewidth": 0.5,
    # The names of things in an SVG are drawn at random otherwise.
    "svg.hashsalt": "fastdense",
}

MAX_TEXTS = 25  # beside the ticks of an axis
LETTERS = 70  # of such texts side by side


def blank(width, height):
    """A figure of so many inches, laid out so that nothing overlaps."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


def plain(text, length=200):
    """A user's own words, of so many letters at most; their dollars are no formulas."""
    text = text if len(text) <= length else text[: length - 3] + "..."
    return text.replace("$", r"\$")


def ticks(axis, places, texts):
    """Ticks with these texts only, so many that none lies on another; long ones are turned."""
    step = -(-len(texts) // MAX_TEXTS)
    places, texts = places[::step], [plain(text, 24) for text in texts[::step]]
    long = axis.axis_name == "x" and max(map(len, texts)) * len(texts) > LETTERS
    axis.set_ticks(places, texts, rotation=90 if long else 0)
    axis.set_ticks([], minor=True)


def mark(axis, side):
    """The ticks of an axis on which the values of a `Side` stand."""
    from matplotlib.ticker import MaxNLocator

    if side.is_labeled:
        ticks(axis, side.at, side.texts)
    elif side.is_whole:
        axis.set_major_locator(MaxNLocator(integer=True))


def percent(axis):
    """Ticks of an axis of shares, from 0 to 100%."""
    axis.set_ticks([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])


def legend(part, drawn):
    """A legend above a part of a figure, of labels and what they stand for, no wider than it is."""
    widest = 0.6 + 0.065 * max(map(len, drawn))  # inches of an entry, in letters of this size
    columns = max(int(part.get_figure(root=True).get_figwidth() / widest), 1)
    part.legend(drawn.values(), drawn.keys(), loc="outside upper center", ncols=columns)


def title(figure, question, rest):
    """The question above a picture, and what it is of in small letters below."""
    import textwrap

    lines = textwrap.wrap(question, int(figure.get_figwidth() * 10), max_lines=3)
    figure.suptitle(plain("\n".join(lines)), fontsize=11, fontweight="bold")
    rest = "\n".join(textwrap.wrap(rest, int(figure.get_figwidth() * 16), max_lines=3))
    figure.supxlabel(plain(rest, 400), fontsize=7.5, color=GRAY, x=0.99, ha="right")
