"""Pictures: what they show, that they are whole, and one sentence where there can be none."""

import os
import struct
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
import zlib
from functools import cache
from math import inf

import numpy as np
import pytest
from matplotlib.collections import LineCollection, PolyCollection
from terminal import call

from fastdense import theory
from fastdense.reports.plots import arms, check_file, draw, points, style
from fastdense.reports.report import report_of
from fastdense.scenarios.experiment import experiment
from fastdense.scenarios.scenario import build, load, names
from fastdense.theory.points import exact, share
from fastdense.theory.study import study

QUICK = {"recipe.epochs": 3}


def pixels(path):
    """Height, width and distinct rows of a PNG, decoded from its chunks."""
    content = path.read_bytes()
    assert content[:8] == b"\x89PNG\r\n\x1a\n" and content[-8:-4] == b"IEND"
    width, height = struct.unpack(">II", content[16:24])
    data, place = b"", 8
    while place < len(content):
        (length,) = struct.unpack(">I", content[place : place + 4])
        if content[place + 4 : place + 8] == b"IDAT":
            data += content[place + 8 : place + 8 + length]
        place += length + 12
    raw = zlib.decompress(data)
    step = len(raw) // height
    return height, width, len({raw[i : i + step] for i in range(0, len(raw), step)})


def texts(figure):
    """Every text that a figure shows, with the box that it fills in pixels."""
    from matplotlib.axis import Tick
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.text import Text

    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    hidden = set()
    for panel in figure.axes:
        for axis in (panel.xaxis, panel.yaxis):
            low, high = sorted(axis.get_view_interval())
            for tick in axis.findobj(Tick):  # those beyond the axis are kept, but not drawn
                if not (panel.axison and low <= tick.get_loc() <= high):
                    hidden.update(tick.findobj(Text))
    found = []
    for text in figure.findobj(Text):
        if text not in hidden and text.get_visible() and text.get_text().strip():
            found.append((text.get_text(), text.get_window_extent(canvas.get_renderer())))
    return found


def overlapping(figure):
    """Pairs of texts whose boxes overlap by more than two pixels, or that leave the picture."""
    found, whole = texts(figure), figure.bbox
    pairs = [(text,) for text, box in found if box.x0 < 0 or box.x1 > whole.x1 or box.y1 > whole.y1]
    for i, (one, a) in enumerate(found):
        for other, b in found[i + 1 :]:
            wide = min(a.x1, b.x1) - max(a.x0, b.x0)
            high = min(a.y1, b.y1) - max(a.y0, b.y0)
            if wide > 2 and high > 2:
                pairs.append((one, other))
    return pairs


@pytest.mark.parametrize("name", names())
def test_no_label_of_a_scenario_lies_on_another(name):
    done = experiment(load(name, QUICK), seeds=3)
    figure = arms.figure(done)
    assert overlapping(figure) == []
    words = " ".join(text for text, _ in texts(figure))
    assert done.scenario.question.split()[0] in words and name in words
    for arm in done.scenario.arms:
        assert words.count(style.plain(arm.name, arms.NAME)) >= 2  # its curves and its outcomes
    assert "best constant prediction" in words and "lowest possible" in words


SEEDS = {"collapse": 60, "exact-minima": 8, "xor": 8, "born-dead": 500, "initial-moments": 300}


@cache
def studied(name):
    return study(theory.load(name), SEEDS.get(name))


@pytest.mark.parametrize("name", theory.names())
def test_no_label_of_a_theory_lies_on_another(name):
    done = studied(name)
    figure = points.figure(done)
    assert overlapping(figure) == []
    words = " ".join(text for text, _ in texts(figure))
    for quantity in done.theory.quantities:
        assert quantity in words
    assert "predicted" in words and name in words


@pytest.mark.parametrize("name", ["vanishing-sigmoid", "linear-plateau"])
@pytest.mark.parametrize("ending", ["png", "svg", "PNG"])
def test_a_picture_is_whole_and_the_same_twice(name, ending, tmp_path):
    settings = ("--set", "recipe.epochs=5", "--seeds", 2) if name in names() else ()
    paths = [tmp_path / f"{number}.{ending}" for number in range(2)]
    for path in paths:
        answer = call("run", name, *settings, "--plot", path)
        assert (answer.code, answer.err) == (0, "")
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in paths}
    if ending == "svg":
        root = ElementTree.fromstring(paths[0].read_text("utf-8"))
        assert root.tag.endswith("svg") and len(list(root.iter())) > 100
    else:
        height, width, rows = pixels(paths[0])
        assert height > 400 and width > 600 and rows > 100


def test_a_picture_changes_nothing_else(tmp_path):
    line = "run", "zero-rate", "--seeds", 2, "--json"
    assert call(*line, "--plot", tmp_path / "a.png").out == call(*line).out


REFUSED = {
    "a.pdf": "give a file.png or a file.svg",
    "a": "give a file.png or a file.svg",
    "none/a.png": "its folder does not exist",
    "folder.png": "it is a folder",
    "file/a.png": "its folder does not exist",
    "x" * 300 + ".png": "cannot write",
}


@pytest.mark.parametrize("place", REFUSED)
@pytest.mark.parametrize("name", ["zero-rate", "born-dead"])
def test_an_impossible_picture_is_refused_before_the_work(place, name, tmp_path, monkeypatch):
    from fastdense_cli import subject

    monkeypatch.setattr(subject, "carry_out", lambda *a: pytest.fail("it was carried out"))
    (tmp_path / "folder.png").mkdir()
    (tmp_path / "file").write_text("kept")
    assert REFUSED[place] in call("run", name, "--plot", tmp_path / place).sentence
    assert {path.name for path in tmp_path.iterdir()} == {"folder.png", "file"}


def test_a_folder_without_permission_is_refused(tmp_path, monkeypatch):
    """Simulated, for a superuser may write anywhere."""
    from fastdense.files import atomic

    def refuse(**options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(atomic.tempfile, "TemporaryFile", refuse)
    sentence = call("run", "zero-rate", "--plot", tmp_path / "a.png").sentence
    assert "Permission denied" in sentence and list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_no_partial_picture(tmp_path, monkeypatch):
    from fastdense.files import atomic

    def full(source, target):
        raise OSError(28, "No space left on device", str(target))

    monkeypatch.setattr(atomic.os, "replace", full)
    answer = call("run", "zero-rate", "--seeds", 1, "--plot", tmp_path / "a.png")
    assert (answer.code, answer.err.count("\n")) == (1, 1)
    assert "No space left on device" in answer.err and list(tmp_path.iterdir()) == []


def test_without_matplotlib_one_sentence_says_what_installs_it(tmp_path, monkeypatch):
    from fastdense.reports import plots

    monkeypatch.setattr(plots.importlib.util, "find_spec", lambda name: None)
    sentence = call("run", "zero-rate", "--plot", tmp_path / "a.png").sentence
    assert "pip install 'fastdense[plot]'" in sentence and list(tmp_path.iterdir()) == []


def test_nothing_but_a_picture_imports_matplotlib():
    code = (
        "import sys; from fastdense_cli.app import invoke; "
        "invoke(['run', 'zero-rate', '--seeds', '1']); invoke(['run', 'linear-plateau']); "
        "import fastdense.reports.plots, fastdense.reports.plots.arms, "
        "fastdense.reports.plots.points; "
        "print(sorted(name for name in sys.modules if 'matplotlib' in name), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0 and done.stderr.splitlines()[-1] == "[]"


def own(arms_given):
    table = {
        "question": "What is $1 & {this}?",
        "data": {"name": "polynomial", "coefficients": [1, 2], "count": 20},
        "network": {"hidden": [4]},
        "recipe": {"epochs": 30},
        "arms": arms_given,
    }
    return experiment(build("mine", table), seeds=4)


def test_strange_names_and_exploding_losses_are_drawn(tmp_path):
    names_given = "fine $x$", "b_{2}^\\alpha", "a name that is much too long for any place there is"
    rates = 0.01, 1.0, 1e20
    pairs = zip(names_given, rates, strict=True)
    done = own({name: {"recipe": {"learning_rate": rate}} for name, rate in pairs})
    assert overlapping(arms.figure(done)) == []
    for name in ("a.png", "a.svg"):
        draw(report_of(done), tmp_path / name)
    assert pixels(tmp_path / "a.png")[2] > 100
    words = [text.replace(r"\$", "$") for text, _ in texts(arms.figure(done))]
    assert words.count("fine $x$") == 2 and "b_{2}^\\alpha" in words
    assert any(word.endswith("...") for word in words)


def test_many_arms_find_their_places():
    many = {f"rate-{k}": {"recipe": {"learning_rate": 0.001 * k}} for k in range(1, 24)}
    assert overlapping(arms.figure(own(many))) == []


def test_a_fan_is_thinned_and_ends_where_its_runs_end():
    class Run:
        def __init__(self, losses):
            self.loss, self.epochs = np.array(losses), np.arange(len(losses))

    epochs, curves = arms.fan([Run(np.linspace(2, 1, 1001)), Run([3.0, 4.0, np.nan])])
    assert epochs[0] == 0 and epochs[-1] == 1000 and len(epochs) == arms.POINTS
    assert curves[0, 0] == 2 and curves[0, -1] == 1
    assert curves[1, 0] == 3 and curves[1, -1] == inf
    assert arms.fan([Run([1.0])])[1].tolist() == [[1.0]]
    epochs, _ = arms.fan([Run(np.ones(200_001))])
    assert epochs[0] == 0 and epochs[1] == 1 and epochs[-1] == 200_000


def test_percentiles_are_values_that_occur():
    curves = np.array([[3.0], [1.0], [2.0], [inf], [5.0]])
    assert [arms.percentile(curves, share)[0] for share in (0, 0.5, 1)] == [1.0, 3.0, inf]


@pytest.mark.parametrize("curves, constant, log", [
    ([[1.0, 0.5]], 0.7, False),
    ([[1.0, 1e-3]], 0.7, True),
    ([[0.0, 0.0]], 0.0, False),
    ([[1.0, 1e30]], 0.7, True),
    ([[1.0, inf]], 0.7, False),
    ([[9.0, -3.0, 0.01]], -2.0, False),
])  # fmt: skip
def test_limits_hold_the_curves_and_the_constant(curves, constant, log):
    low, high, found = arms.limits([np.array(curves)], [constant])
    assert found == log and np.isfinite([low, high]).all()
    assert low < constant < high and low < curves[0][0] < high
    if curves[0][1] < 1e20:
        assert low < curves[0][1]
    assert not log or low > 0


def test_a_point_of_two_claims_is_drawn_once():
    both = [
        share("q", "s", 3, 1, 10, 0.15, "exact"),
        share("q", "s", 3, 1, 10, (0.1, 0.4), "bounds"),
        exact("other", "s", 3, 1.0),
    ]
    assert points.unique(both, "q") == both[1:2]


@pytest.mark.parametrize("name", theory.names())
def test_a_legend_names_what_is_drawn_and_as_it_is_drawn(name):
    figure = points.figure(studied(name))
    (legend,) = [legend for part in figure.subfigs for legend in part.legends]
    handles = dict(
        zip([t.get_text() for t in legend.get_texts()], legend.legend_handles, strict=True)
    )
    dashed = [line for panel in figure.axes for line in panel.lines if line.get_linestyle() == "--"]
    dashed += [
        lines for panel in figure.axes for lines in panel.collections
        if isinstance(lines, LineCollection) and lines.get_linestyle()[0][1] is not None
    ]  # fmt: skip
    bands = [
        band for panel in figure.axes for band in panel.collections
        if isinstance(band, PolyCollection)
    ]  # fmt: skip
    assert ("predicted" in handles, "predicted range" in handles) == (bool(dashed), bool(bands))
    for label, handle in handles.items():
        if not label.startswith("predicted"):
            assert handle.get_markerfacecolor() == "none"


def luminance(color):
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_shares_are_legible_on_their_bars():
    """A contrast of 3 : 1 at least, as WCAG 2.1 has it for large signs."""
    for outcome, color in arms.COLORS.items():
        ground, letters = luminance(color), 1.0 if outcome in arms.DARK else 0.0
        bright, dark = max(ground, letters), min(ground, letters)
        assert (bright + 0.05) / (dark + 0.05) >= 3, outcome


def test_shares_of_one_percentage_are_all_numbered_or_none(monkeypatch):
    done = own({"a": {}, "b": {}})
    found = {"a": {"stalled": 0.0586, "slow": 0.9414}, "b": {"stalled": 0.0625, "slow": 0.9375}}
    given = iter(found.values())
    monkeypatch.setattr(arms, "shares", lambda results: next(given))
    assert [text for text, _ in texts(arms.figure(done))].count("6%") == 2


def test_check_file_accepts_what_can_be_written(tmp_path):
    assert check_file(tmp_path / "a.png") is None
    (tmp_path / "a.svg").write_text("older")
    assert check_file(tmp_path / "a.svg") is None
    assert os.listdir(tmp_path) == ["a.svg"]
