"""Pictures of sweeps: what they show, where the boundary lies, and that nothing overlaps."""

import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pytest
from stores import VALUES, make

from fastdense.errors import FastdenseError
from fastdense.judging.intervals import wilson
from fastdense.outcome import CONVERGED, DIVERGED, STALLED
from fastdense.reports import plots
from fastdense.reports.plots import arms, heat, lines, picture, style
from fastdense.reports.plots.picture import Picture, Side
from fastdense.sweeps.filters import Filter
from fastdense.sweeps.grid import Axis
from fastdense.sweeps.store import reader
from fastdense.sweeps.store.connection import connect

sys.path.append(str(Path(__file__).parents[1] / "cli"))
from test_plots import overlapping, pixels, texts

RATES, SCALES = "log:1e-3:10:13", "log:0.1:10:9"


def drawn(path, by=(), where=(), **options):
    with connect(path) as db:
        sweep, table = reader.find(db), reader.read_table(db)
    return Picture.of(sweep.base, Filter(where)(table), by, where=where, **options)


def figure(given):
    return (heat if given.is_map else lines).figure(given)


def words(of):
    return " ".join(text for text, _ in texts(of))


@pytest.fixture(scope="module")
def plane(tmp_path_factory):
    """Stable below a rate of 0.1 / scale; there it stalls at low rates, above 0.001."""
    path = tmp_path_factory.mktemp("plot") / "a.db"

    def outcomes(points):
        scale, rate = np.unravel_index(points, (9, 13))
        rates, scales = np.geomspace(1e-3, 10, 13)[rate], np.geomspace(0.1, 10, 9)[scale]
        stable = rates * scales < 0.1
        return np.where(stable, np.where(rates < 0.02, STALLED, CONVERGED), DIVERGED)

    make(path, {"learning_rate": RATES, "init_scale": SCALES}, seeds=5, outcomes=outcomes)
    return path


@pytest.fixture(scope="module")
def several(tmp_path_factory):
    """A sweep over every kind of axis."""
    path = tmp_path_factory.mktemp("plot") / "a.db"
    make(path, VALUES, seeds=2, missing=0.1)
    return path


@pytest.mark.parametrize("values, kind", [
    ([8, 16, 32, 64], "log"),
    ([1e-5, 1e-4, 1e-3], "log"),
    ([1, 2, 3, 4], "linear"),
    ([0.1, 0.2, 0.3], "linear"),
    ([-1, 0, 1], "linear"),
    ([0, 1e-4, 1e-3, 1e-2], "names"),
    ([32, 8, 16], "log"),
    ([5], "linear"),
    (["relu", "tanh"], "names"),
    ([4, [8, 8]], "names"),
    ([True, False], "names"),
])  # fmt: skip
def test_values_stand_as_they_are_spaced(values, kind):
    side = Side.of(Axis("a.b", tuple(values)), np.arange(len(values)))
    assert side.kind == kind
    if side.numeric:
        assert side.values == sorted(values)


@pytest.mark.parametrize("values, labeled", [
    ([1, 2, 4, 6, 8, 12, 16], True),
    ([0.01, 0.1, 1, 10], True),
    ([1e-5, 0.00316227766017, 0.01, 1], False),
    (list(range(30)), False),
    ([0, 1e-4, 1e-3, 1], True),
    ([7], True),
])  # fmt: skip
def test_values_are_ticks_where_there_is_room(values, labeled):
    assert Side.of(Axis("a.b", tuple(values)), np.arange(len(values))).is_labeled == labeled


def test_nothing_is_written_between_whole_numbers():
    for values, whole in ((tuple(range(1, 31)), True), (tuple(np.arange(30) / 2), False)):
        axis = style.blank(3, 3).subplots().xaxis
        axis.axes.set_xlim(values[0], values[-1])
        style.mark(axis, Side.of(Axis("a.b", values), np.arange(30)))
        assert all(place == int(place) for place in axis.get_majorticklocs()) or not whole
        assert Side.of(Axis("a.b", values), np.arange(30)).is_whole == whole


def test_a_cell_of_exactly_a_half_is_beyond_the_boundary():
    side = Side("a", np.arange(3), [1, 2, 3], "linear", True)
    panel = style.blank(3, 3).subplots()
    heat._boundary(panel, side, side, np.array([[0, 0.5, 0.5]] * 3))
    (line,) = panel.lines  # at the top, where the share is a half as well, there is none
    assert set(line.get_xdata()) == {1, 2, 3}
    np.testing.assert_allclose(line.get_ydata(), 2)


def test_the_numbers_of_a_map_hide_what_runs_through_them(plane):
    from matplotlib.collections import QuadMesh

    panel = figure(drawn(plane)).axes[0]
    (mesh,) = [part for part in panel.collections if isinstance(part, QuadMesh)]
    beneath = max(part.get_zorder() for part in (*panel.lines, *panel.collections))
    assert len(panel.texts) == 9 * 13
    for text in panel.texts:
        (halo,) = text.get_path_effects()
        assert text.get_zorder() > beneath
        assert halo._gc["foreground"] == mesh.to_rgba(int(text.get_text()) / 100)


def test_a_line_is_the_shares_with_their_intervals(several):
    given = drawn(several, ["learning_rate"])
    (panel,) = figure(given).axes[:1]
    with connect(several) as db:
        table = reader.read_table(db)
    assert panel.get_xscale() == "log" and len(panel.lines) == 6
    for line, band in zip(panel.lines, panel.collections, strict=True):
        outcome = line.get_label()
        assert line.get_color() == arms.COLORS[outcome]
        edges = {tuple(point) for point in band.get_paths()[0].vertices}
        for rate, share in zip(*line.get_data(), strict=True):
            found = table["outcome"][table["recipe.learning_rate"] == rate] == outcome
            assert share == found.mean()
            assert {(rate, end) for end in wilson(found.sum(), len(found))} <= edges


def test_a_line_for_each_value_of_a_second_axis(several):
    given = drawn(several, ["learning_rate", "hidden"], outcomes=["diverged"])
    assert not given.is_map
    panel = figure(given).axes[0]
    labels = [line.get_label() for line in panel.lines]
    assert labels == ["network.hidden 4", "network.hidden 8-8", "network.hidden none"]
    with connect(several) as db:
        table = reader.read_table(db)
    rate, share = (ends[0] for ends in panel.lines[1].get_data())
    of_cell = Filter(["hidden=8-8", f"learning_rate={rate}"])(table)
    assert share == (of_cell["outcome"] == "diverged").mean()


def test_a_map_shows_the_chosen_share_and_where_it_is_unstable(plane):
    given = drawn(plane)
    assert given.is_map and given.outcomes == ["stalled", "frozen"]
    whole = figure(given)
    panel = whole.axes[0]
    assert (panel.get_xscale(), panel.get_yscale()) == ("log", "log")
    assert (panel.get_xlabel(), panel.get_ylabel()) == ("init_scale", "learning_rate")
    mesh, hatched = panel.collections
    shares = mesh.get_array().reshape(13, 9)  # (rates, scales)
    scales, rates = np.geomspace(0.1, 10, 9), np.geomspace(1e-3, 10, 13)[:, np.newaxis]
    np.testing.assert_array_equal(shares, (rates * scales < 0.1) & (rates < 0.02))
    assert len(hatched.get_paths()) == (rates * scales >= 0.1).sum()
    # Halfway, in logarithms, between the last stable and the first unstable rate.
    xs, ys = panel.lines[0].get_data()
    step = (13 - 1) / 4  # rates a decade
    assert abs(np.log10(xs * ys / 0.1) * step).max() <= 1 and len(xs) >= 9
    assert "boundary of stability" in words(whole)


def test_a_map_of_other_outcomes(plane):
    given = drawn(plane, outcomes=["converged"], where=["learning_rate<0.05"])
    panel = figure(given).axes[0]
    assert set(np.unique(panel.collections[0].get_array())) == {0.0, 1.0}
    assert "converged" in given.question and "learning_rate<0.05" in given.note


@pytest.mark.parametrize("where, expected", [
    (["learning_rate<0.005"], "fewer than half oscillating or diverged everywhere"),
    (["learning_rate>2"], "half or more oscillating or diverged"),
])  # fmt: skip
def test_a_map_without_a_boundary_says_so(plane, where, expected):
    whole = figure(drawn(plane, where=where))
    assert expected in words(whole) and "boundary" not in words(whole)
    assert not whole.axes[0].lines


def test_cells_without_runs_are_told_apart(tmp_path):
    make(tmp_path / "a.db", {"learning_rate": RATES, "init_scale": SCALES}, seeds=1, missing=0.5)
    given = drawn(tmp_path / "a.db")
    assert given.is_map and "no runs" in words(figure(given))


@pytest.mark.parametrize("by, lines_only, is_map", [
    (["learning_rate", "init_scale"], False, True),
    (["learning_rate", "init_scale"], True, False),
    (["learning_rate", "epochs"], False, False),  # two values are no side of a map
    (["learning_rate", "hidden"], False, False),
    (["activation", "optimizer"], False, False),
    (["init_scale"], False, False),
    (["hidden"], False, False),
])  # fmt: skip
def test_no_label_lies_on_another(several, by, lines_only, is_map):
    given = drawn(several, by, lines=lines_only)
    assert given.is_map == is_map
    whole = figure(given)
    assert overlapping(whole) == []
    assert given.question in words(whole).replace("\n", " ")
    assert "over" in given.note and "runs" in given.note


def test_many_names_are_a_map_or_too_many_lines(tmp_path):
    hidden = [[4] * k for k in range(1, 9)] + [[30] * k for k in range(1, 9)]
    make(tmp_path / "a.db", {"network.hidden": hidden, "l2": [0, 1e-4, 1e-3, 1e-2]}, seeds=3)
    for by in (["hidden", "l2"], ["l2", "hidden"]):
        given = drawn(tmp_path / "a.db", by)
        assert given.is_map == (by[1] == "hidden")
        assert overlapping(figure(given)) == []
    with pytest.raises(FastdenseError, match="16 lines, .* at most 8"):
        drawn(tmp_path / "a.db", ["l2", "hidden"], lines=True)


@pytest.mark.parametrize("count", [1, 2, 30, 400])
def test_any_number_of_values_is_drawn(count, tmp_path):
    grid = {"learning_rate": f"log:1e-5:1:{count}", "l2": [0.0, 1e-9, 1e-3]}
    make(tmp_path / "a.db", grid, seeds=2)
    for by in ([["learning_rate"]] if count > 1 else []) + [["l2"], ["l2", "learning_rate"]]:
        assert overlapping(figure(drawn(tmp_path / "a.db", by))) == []


def test_a_map_may_be_one_value_wide(tmp_path):
    make(tmp_path / "a.db", {"learning_rate": RATES, "l2": [0.1], "l1": [0.1, 0.2]}, seeds=2)
    for by in (["l2", "learning_rate"], ["l1", "learning_rate"]):
        given = drawn(tmp_path / "a.db", by)
        assert given.is_map and overlapping(figure(given)) == []


@pytest.mark.parametrize("options, expected", [
    ({}, "axes (init_scale, network.activation"),
    ({"where": ["seed>100"]}, "there are no such runs to draw"),
    ({"by": ["width"]}, "unknown axis 'width'"),
    ({"by": ["learning_rate", "hidden", "epochs"]}, "3 axes"),
])  # fmt: skip
def test_an_impossible_picture_gets_one_sentence(options, expected, several):
    with pytest.raises(FastdenseError) as error:
        drawn(several, **options)
    assert expected in str(error.value)


@pytest.mark.parametrize("by", [["learning_rate"], ["init_scale", "learning_rate"]])
def test_many_conditions_find_their_place(by, plane):
    where = [f"learning_rate!={rate:.4g}" for rate in np.geomspace(1e-3, 10, 13)[:9]]
    assert overlapping(figure(drawn(plane, by, where))) == []


def test_one_cell_is_no_picture(tmp_path):
    make(tmp_path / "a.db", {"learning_rate": [0.1]})
    with pytest.raises(FastdenseError, match="no axis has several values"):
        drawn(tmp_path / "a.db")


@pytest.mark.parametrize("ending", ["png", "svg"])
@pytest.mark.parametrize("by", [["learning_rate"], ["init_scale", "learning_rate"]])
def test_the_same_runs_give_the_same_bytes(by, ending, plane, tmp_path):
    paths = [tmp_path / f"{number}.{ending}" for number in range(2)]
    for path in paths:
        plots.draw_sweep(drawn(plane, by), path)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    if ending == "svg":
        assert len(list(ElementTree.fromstring(paths[0].read_text("utf-8")).iter())) > 100
    else:
        height, width, rows = pixels(paths[0])
        assert height > 400 and width > 600 and rows > 100


def test_words_of_the_picture_are_those_of_outcomes():
    from fastdense.outcome import OUTCOMES

    assert {*picture.STUCK, *picture.UNSTABLE} < set(OUTCOMES)
