"""Whatever names, questions and values hold, no element and no attribute of a page comes of it."""

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st
from pages import Read

from fastdense import FastdenseError, Network, Recipe, diagnose
from fastdense.markup import heat, tables
from fastdense.markup.bars import Bar, bars
from fastdense.markup.element import element, text
from fastdense.markup.panel import Panel
from fastdense.markup.scales import Scale
from fastdense.reports.html import of_diagnosis, of_results, of_sweep, page
from fastdense.reports.html.provenance import Provenance
from fastdense.reports.report import report_of
from fastdense.scenarios.experiment import experiment
from fastdense.scenarios.scenario import build
from fastdense.sweeps.grid import Axis
from fastdense.sweeps.table import Table

MARKUP = [
    "<script>alert(1)</script>", "</style><script>", "\" onload=\"x", "' onerror='x", "&lt;b&gt;",
    "]]>", "<!--", "-->", "</title>", "</svg>", "{{ 7 * 7 }}", "{% raw %}", "<svg/onload=x>",
    "javascript:x", "\x00", "\u202e", "\ud800", "&#60;img src=x&#62;", "<a href='http://x'>",
]  # fmt: skip
# No line ends: what a name is shortened by is no matter here.
WORDS = st.one_of(
    st.lists(st.sampled_from([*MARKUP, "x", " ", "é", "\U0001f600"]), min_size=1, max_size=6).map(
        "".join
    ),
    st.text(st.characters(exclude_categories=()), min_size=1, max_size=30),
)
PLAIN = "plain"


def skeleton(html):
    """The elements of a page, the names of their attributes, and the values that do anything."""
    acting = "class", "role", "scope", "href", "id", "http-equiv", "content", "transform", "src"
    return [
        (tag, sorted(attributes), [attributes.get(name) for name in acting])
        for tag, attributes in Read(html).elements
    ]


def page_of_run(name, question, claim):
    """The page of a scenario in which all that a file can name is called so."""
    scenario = build(
        name,
        {
            "question": question,
            "source": claim,
            "data": {"name": "inline", "x": [[0.0], [1.0], [2.0]], "y": [0.0, 1.0, 0.5]},
            "network": {"hidden": [2]},
            "recipe": {"epochs": 3},
            "arms": {name: {}},
            "claims": [
                {
                    "name": "c",
                    "text": claim,
                    "source": question,
                    "tests": [{"arm": name, "measure": "final_loss", "below": 1e9}],
                }
            ],
        },
    )
    report = report_of(experiment(scenario, seeds=2, observe=24))
    about = Provenance(name, ((question, claim),))
    values = of_results.values([report.section()], [report.to_dict()], about)
    return page.render("results.html", **values)


PLAIN_RUN = skeleton(page_of_run(PLAIN, PLAIN, PLAIN))


@given(WORDS, WORDS, WORDS)
@example(*MARKUP[:3])
@example(MARKUP[10], MARKUP[11], MARKUP[14])
def test_words_of_a_scenario_stay_words(name, question, claim):
    try:
        html = page_of_run(name, question, claim)
    except FastdenseError:  # a name that no scenario may have
        return
    html.encode()
    assert skeleton(html) == PLAIN_RUN


def page_of_sweep(path, base, names, where):
    places = np.array([[i % 3 for i in range(12)], [i // 6 for i in range(12)]])
    columns = {
        "seed": np.arange(12),
        "outcome": np.arange(12) % 7,
        "steps": np.full(12, 5),
        **{
            name: np.linspace(0.1, 1, 12)
            for name in ("initial_loss", "final_loss", "final_test_loss", "final_accuracy")
        },
        path + " measure": np.linspace(0, 1, 12),
    }
    table = Table((Axis(path, tuple(names)), Axis("recipe.epochs", (1, 2))), places, columns)
    sweep = {"id": 1, "base": base, "began": where, "runs": 12, "total_runs": 12, "complete": True,
             "seeds": [0, 2], "axes": [{"path": path, "values": names}]}  # fmt: skip
    values = of_sweep.values(sweep, table, [where], None, Provenance(base, ((path, where),)))
    return page.render("sweep.html", **values), table._repr_html_()


def without_turns(found):
    """A skeleton without what tells how long words are: where a label is turned."""
    return [
        (tag, [n for n in names if n != "transform"], values[:-2]) for tag, names, values in found
    ]


PLAIN_SWEEP = [
    without_turns(skeleton(one)) for one in page_of_sweep("p", "b", ["x", "y", "z"], "w")
]


@given(WORDS, WORDS, st.lists(WORDS, min_size=3, max_size=3, unique=True), WORDS)
@example(MARKUP[0], MARKUP[1], MARKUP[2:5], MARKUP[5])
def test_words_of_a_sweep_stay_words(path, base, names, where):
    found = page_of_sweep(path, base, names, where)
    assert [without_turns(skeleton(one)) for one in found] == PLAIN_SWEEP


def diagnosed():
    x = np.linspace(-1, 1, 40, dtype=np.float32)
    network = Network.of(1, 4, 1, activation="tanh")
    return diagnose(network, Recipe(learning_rate=0.0, epochs=5), (x, x), effort="quick")


DIAGNOSED = diagnosed()


def page_of_diagnosis(name, told):
    found = {
        **of_diagnosis.section(DIAGNOSED),
        "heading": told,
        "told": [name],
        "paste": [(told, name)],
    }
    return page.render(
        "diagnosis.html", title=name, found=[found], about=Provenance(told, ((name, told),))
    )


PLAIN_DIAGNOSIS = [(tag, names) for tag, names, _ in skeleton(page_of_diagnosis(PLAIN, PLAIN))]


@given(WORDS, WORDS)
@example(MARKUP[0], MARKUP[1])
def test_words_of_a_diagnosis_stay_words(name, told):
    found = [(tag, names) for tag, names, _ in skeleton(page_of_diagnosis(name, told))]
    assert found == PLAIN_DIAGNOSIS


@given(WORDS)
def test_a_text_is_what_a_page_shows(words):
    """But for what no page may hold, in the place of which a sign stands."""
    shown = "".join(c if c.isprintable() or c in "\n\t" else "\ufffd" for c in words)
    for html in (element("p", words), element("p", [words]), element("p", text(words))):
        read = Read(str(html))
        assert [tag for tag, _ in read.elements] == ["p"] and "".join(read.words) == shown
    (attributes,) = Read(str(element("p", title_=words))).named("p")
    assert attributes == {"title-": shown}


@given(WORDS, WORDS)
def test_words_of_pictures_and_tables_stay_words(one, other):
    scale = Scale(0.0, 1.0)
    panel = Panel(scale, scale, one, other, [one, other])
    panel.point(0.5, 0.5, one)
    panel.hover([0.5], [other])
    pieces = [
        panel.svg(one),
        bars(one, [Bar(one, 0.5, other, told=one)]),
        heat.heat(
            one, [[0, None]], [[one, other]], [one, other], [one], one, other, [[one, other]]
        ),
        tables.figure(
            tables.table(one, [one, other], [[one, other]]), other, None, [heat.key(one, other)]
        ),
    ]
    allowed = {"svg", "path", "line", "rect", "text", "title", "div", "table", "caption", "thead",
               "tbody", "tr", "th", "td", "figure", "figcaption", "p", "span"}  # fmt: skip
    for piece in pieces:
        read = Read(str(piece))
        assert {tag for tag, _ in read.elements} <= allowed
        for _, attributes in read.elements:
            assert not any(name.startswith("on") or name in ("src", "href") for name in attributes)


@given(st.text())
def test_names_between_backticks_are_code_and_nothing_is_markup(words):
    found, signs = page.names(words), words.count("`")
    assert found.count("<code>") == (0 if signs % 2 else signs // 2)
    assert found.replace("<code>", "`").replace("</code>", "`") == text(words)


def test_a_name_between_backticks_is_code():
    assert page.names("a `b<` c") == "a <code>b&lt;</code> c"
