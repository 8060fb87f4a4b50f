"""The pieces: scales and their ticks, numbers as words, and the quantiles that are drawn."""

import math
import re

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pages import Read

from fastdense.markup import fans, heat, strips
from fastdense.markup.bars import Bar, bars
from fastdense.markup.panel import WIDTH, Panel, fitted, width_of
from fastdense.markup.scales import Scale
from fastdense.markup.words import digits, percent

SIZES = st.floats(1e-12, 1e12)
FINITE = st.floats(-1e9, 1e9)


@st.composite
def scales(draw):
    kind = draw(st.sampled_from(["linear", "log", "log1p"]))
    low = draw({"linear": FINITE, "log": SIZES, "log1p": st.just(0.0)}[kind])
    wide = draw(st.floats(1e-3, 1e6))
    high = low * (1 + wide) if kind == "log" else low + wide * max(abs(low), 1.0)
    return Scale(low, high, kind, 40.0, 300.0)


@given(scales(), st.lists(st.floats(0, 1), min_size=2, max_size=9))
def test_a_scale_keeps_order_and_stays_on_the_paper(scale, parts):
    values = np.sort(scale.low + np.array(parts) * (scale.high - scale.low))
    places = scale(values)
    assert (np.diff(places) >= 0).all()
    assert (places >= 40 - 1e-6).all() and (places <= 300 + 1e-6).all()
    ends = scale([scale.low, scale.high])
    assert ends == pytest.approx([40.0, 300.0])
    assert np.isnan(scale(np.nan)) and scale(np.inf) == pytest.approx(300)


@given(scales(), st.integers(2, 9))
def test_ticks_are_few_in_order_on_the_axis_and_told_apart(scale, most):
    ticks = scale.ticks(most)
    values = [value for value, _ in ticks]
    assert values == sorted(set(values)) and len(ticks) <= most + 1
    wide = scale.high - scale.low
    assert all(scale.low - 1e-9 * wide <= value <= scale.high + 1e-9 * wide for value in values)
    assert len({words for _, words in ticks}) == len(ticks)


@given(scales())
def test_a_tick_says_its_number(scale):
    for value, words in scale.ticks():
        told = float(words.replace(",", ""))
        assert told == pytest.approx(value, rel=6e-3, abs=1e-6)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_digits_are_the_number(value):
    told = float(digits(value).replace(",", ""))
    assert told == pytest.approx(value, rel=6e-3)
    assert re.fullmatch(r"-?[\d,.]+(e-?\d+)?", digits(value))


def test_what_is_no_number_has_a_word():
    found = [digits(x) for x in (math.inf, -math.inf, math.nan, 0.0, -0.0, 1234.5, 1e-7)]
    assert found == ["infinite", "-infinite", "undefined", "0", "-0", "1,230", "1e-7"]


@given(st.floats(0, 1))
def test_none_and_all_are_told_only_of_none_and_all(share):
    words = percent(share)
    assert (words == "0%") == (share == 0) and (words == "100%") == (share == 1)
    number = float(words.strip("<>%"))
    assert abs(number / 100 - share) <= 0.0051


@given(st.text(max_size=60), st.floats(10, 300))
def test_words_are_shortened_until_they_fit(words, pixels):
    found = fitted(words, pixels)
    assert width_of(found) <= pixels or len(found) <= 2
    whole = " ".join(words.split())
    assert found == whole or found.endswith("\u2026")


@given(
    st.integers(1, 30), st.integers(1, 200), st.integers(0, 2**32 - 1), st.sampled_from([0.1, 0.9])
)
def test_what_is_drawn_of_runs_are_values_of_runs(runs, rows, seed, share):
    rng = np.random.default_rng(seed)
    curves = np.exp(rng.normal(size=(runs, rows)))
    ended = rng.integers(1, rows + 1, runs)
    lengths = [(np.arange(n), curve[:n]) for n, curve in zip(ended, curves, strict=True)]
    fan = fans.Fan.of_runs(lengths)
    assert fan.epochs[0] == 0 and fan.epochs[-1] == ended.max() - 1
    assert len(fan.epochs) <= fans.POINTS + 1
    for place, epoch in enumerate(fan.epochs):
        alive = [
            curve[epoch] if epoch < n else np.inf for n, curve in zip(ended, curves, strict=True)
        ]
        assert fan.quantile(share)[place] == sorted(alive)[round(share * (runs - 1))]


@given(st.integers(1, 12), st.integers(1, 9), st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_medians_of_signals_leave_out_what_ended(runs, rows, layers, seed):
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(runs, rows, layers))
    values[rng.random(values.shape) < 0.1] = np.nan
    observed = rng.integers(0, rows + 1, runs)
    found = strips.medians({"a": values}, observed)["a"]
    for row in range(rows):
        for layer in range(layers):
            kept = values[observed > row, row, layer]
            kept = kept[~np.isnan(kept)]
            if len(kept):
                assert found[row, layer] == pytest.approx(np.median(kept))
            else:
                assert np.isnan(found[row, layer])


@given(st.lists(st.floats(allow_infinity=True, allow_nan=True), min_size=1, max_size=30))
def test_a_fan_of_anything_is_drawn(losses):
    figure = fans.picture(fans.Fan.of(np.arange(len(losses)), losses), "a")
    read = Read(str(figure))
    for _, attributes in read.elements:
        for name in ("d", "x", "y", "width", "height", "y1"):
            assert "nan" not in attributes.get(name, "") and "inf" not in attributes.get(name, "")


@given(st.lists(st.tuples(st.text(max_size=30), st.floats(0, 1)), min_size=1, max_size=8))
def test_bars_are_as_long_as_their_shares(given_bars):
    drawn = [Bar(name, length, percent(length)) for name, length in given_bars]
    rects = Read(str(bars("a", drawn))).named("rect")
    tracks, lengths = rects[::2], rects[1::2]
    for (_, share), track, bar in zip(given_bars, tracks, lengths, strict=True):
        assert float(track["width"]) > 60
        assert float(bar["width"]) == pytest.approx(share * float(track["width"]), abs=0.11)
        assert float(bar["x"]) + float(track["width"]) <= WIDTH


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6), st.floats(0, 1), st.booleans())
def test_shades_rise_with_their_numbers(low, wide, part, log):
    low = abs(low) + 1e-6 if log else low
    high = low + wide
    assume(high > low)
    middle = low + part * wide
    found = [heat.shade(value, low, high, log) for value in (low, min(middle, high), high)]
    assert found == sorted(found) and found[0] == 0 and found[-1] == heat.STEPS - 1


def test_a_cell_without_runs_has_no_shade():
    picture = str(heat.heat("a", [[0, None]], [["x", "no runs"]], ["1", "2"], ["3"], "b", "c"))
    assert picture.count("fd-empty") == 1 and "<title>no runs</title>" in picture


def test_values_along_a_line_can_be_read_over_its_whole_width():
    panel = Panel(Scale(0, 10), Scale(0, 1), "x", "y")
    panel.hover(np.arange(11), [str(i) for i in range(11)])
    rects = Read(str(panel.svg("a"))).named("rect")
    edges = [(float(r["x"]), float(r["x"]) + float(r["width"])) for r in rects]
    assert edges[0][0] == pytest.approx(panel.x.start, abs=0.1)
    assert edges[-1][1] == pytest.approx(panel.x.end, abs=0.1)
    assert all(
        a[1] == pytest.approx(b[0], abs=0.21) for a, b in zip(edges, edges[1:], strict=False)
    )
