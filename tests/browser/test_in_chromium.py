"""Pages as a browser shows them: no errors, nothing cut off, and axe-core finds nothing.

Skipped without Playwright, axe-core (`pip install '.[browser-test]'`) or a Chromium of the system.
With FASTDENSE_SCREENSHOTS, a folder, what was seen is kept there.
"""

import os
import shutil
import struct
from pathlib import Path

import numpy as np
import pytest
from pages import KINDS
from pages import sweep as sweep_page
from terminal import call

from fastdense import Network, Recipe, diagnose, sweep, train, train_many

sync_api = pytest.importorskip("playwright.sync_api", reason="needs Playwright: [browser-test]")
axe = pytest.importorskip("axe_playwright_python.base", reason="needs axe-core: [browser-test]")
NAMES = "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason=f"needs one of {', '.join(NAMES)}")
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
AXE = (Path(axe.__file__).parent / "axe.min.js").read_text("utf-8")
KEPT = os.environ.get("FASTDENSE_SCREENSHOTS")
VIEWS = {"phone": (400, "light"), "wide": (1280, "light"), "dark": (1280, "dark")}

# What is wrong with the layout: a list of sentences.
LAYOUT = """() => {
  const wrong = [], wide = document.documentElement.clientWidth;
  const told = e => `${e.tagName} ${e.getAttribute('class')} ${e.textContent.slice(0, 40)}`;
  if (document.documentElement.scrollWidth > wide) wrong.push('the page scrolls sideways');
  for (const e of document.querySelectorAll('body *')) {
    if (e.closest('.fd-scroll, .skip, .fd-unseen, svg')) continue;
    const box = e.getBoundingClientRect();
    if (box.width && (box.left < -0.5 || box.right > wide + 0.5)) wrong.push(told(e) + ' is off');
    if (e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX !== 'visible')
      wrong.push(told(e) + ' is cut off');
  }
  for (const svg of document.querySelectorAll('svg.fd-picture')) {
    const paper = svg.getBoundingClientRect();
    if (!paper.width) continue;
    const boxes = [...svg.querySelectorAll('text')].map(e => [e, e.getBoundingClientRect()]);
    boxes.forEach(([e, a], i) => {
      if (a.left < paper.left - 1 || a.right > paper.right + 1 ||
          a.top < paper.top - 1 || a.bottom > paper.bottom + 1)
        wrong.push(`${told(e)} leaves its picture`);
      for (const [other, b] of boxes.slice(i + 1)) {
        const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (across > 1 && down > 3) wrong.push(`${told(e)} lies on ${told(other)}`);
      }
    });
  }
  return wrong;
}"""


@pytest.fixture(scope="module")
def chromium():
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


def notebook(folder):
    """Results as a notebook shows them, one of them twice on a page."""
    x = np.linspace(-1, 1, 64, dtype=np.float32)
    network = Network.of(1, 8, 8, 1, activation="sigmoid")
    recipe = Recipe(optimizer="sgd", learning_rate=0.01, epochs=60)
    results = [
        train(network, recipe, (x, x), observe_every=10),
        train_many(network, recipe, (x, x), seeds=6, observe_every=10),
        diagnose(network, recipe, (x, x), effort="quick"),
        sweep("rate-adam", grid={"learning_rate": [0.001, 0.01, 0.1]}, seeds=3),
    ]
    cells = "".join(one._repr_html_() for one in results)
    path = folder / "page.html"
    path.write_text(
        "<!doctype html><html lang=en><meta charset=utf-8><title>A notebook</title>"
        "<meta name=viewport content='width=device-width'>"
        f"<main><h1>A notebook</h1>{cells}{results[0]._repr_html_()}</main></html>"
    )
    return path


def gallery(folder):
    scenarios = "zero-rate", "constant-init", "linear-plateau"
    answer = call("gallery", *scenarios, "--draws", 2, "--seeds", 2, "--out", folder / "site")
    assert answer.code == 0, answer
    return folder / "site" / "index.html"


def article(folder):
    return gallery(folder).parent / "articles" / "zero-rate.html"


def long_names(folder):
    """Words without an end where a user can give any."""
    endless = "endless_" * 30
    (folder / "mine.toml").write_text(f"""
question = "{endless}?"
source = "{endless}"
data = {{ name = "sine", count = 16 }}
recipe = {{ epochs = 20000, batch_size = "full", learning_rate = 0.5, optimizer = "sgd" }}
[arms.{endless}]
network = {{ hidden = [2] }}
[arms.{"b" * 60}]
network = {{ hidden = [2, 2] }}
recipe = {{ epochs = 3, learning_rate = 1e20 }}
[[claims]]
name = "c"
text = "{endless}"
source = "{endless}"
tests = [{{ arm = "{endless}", measure = "final_loss", below = 1.0 }}]
""")
    path = folder / "page.html"
    answer = call("run", folder / "mine.toml", "--seeds", 3, "--report", path)
    assert answer.code == 0, answer
    return path


def large_sweep(folder):
    rates = [float(f"{10 ** (i / 7 - 5):.12g}") for i in range(41)]
    return sweep_page(folder, {"learning_rate": rates, "init_scale": [0.5, 1.0, 2.0]})


def long_sweep(folder):
    widths = [*range(1, 30), [64] * 30, []]
    return sweep_page(folder, {"network.hidden": widths})


EVERY = KINDS | {
    one.__name__: one for one in (notebook, gallery, article, long_names, large_sweep, long_sweep)
}


@pytest.fixture(scope="module")
def pages():
    """Those that were made already, by their kinds."""
    return {}


@pytest.fixture(scope="module", params=EVERY)
def made(request, tmp_path_factory, pages):
    kind = request.param
    if kind not in pages:
        pages[kind] = EVERY[kind](tmp_path_factory.mktemp(kind))
    return kind, pages[kind]


@pytest.fixture(scope="module", params=VIEWS)
def page(request, chromium, made):
    """The page in a fresh profile; what the browser complains of, or asks the net for, fails."""
    width, scheme = VIEWS[request.param]
    complaints, asked = [], []
    with chromium.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True
    ) as context:
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(made[1].as_uri())
        page.view = request.param
        yield page
        assert complaints == [] and set(asked) == {made[1].as_uri()}


def unfold(page):
    page.evaluate("document.querySelectorAll('details').forEach(e => e.open = true)")


in_views = pytest.mark.parametrize("page", ["wide", "dark"], indirect=True)


def test_nothing_is_cut_off_or_lies_on_anything(page, made, tmp_path):
    assert page.evaluate(LAYOUT) == []
    file = (Path(KEPT) if KEPT else tmp_path) / f"{made[0]}-{page.view}.png"
    page.screenshot(path=file, full_page=bool(KEPT))
    content = file.read_bytes()
    assert struct.unpack(">I", content[16:20]) == (VIEWS[page.view][0],) and len(content) > 10_000


def test_the_keyboard_reaches_what_there_is(page, made):
    focused = "document.activeElement"
    if made[0] != "notebook":
        page.keyboard.press("Tab")
        assert page.evaluate(f"{focused}.getAttribute('href')") == "#main"
        assert page.evaluate(f"{focused}.getBoundingClientRect().top") >= 0  # it is seen now
        page.keyboard.press("Enter")
        assert page.evaluate(f"{focused}.id") == "main"
    if page.locator("details").count():
        page.locator("summary").first.focus()
        page.keyboard.press("Enter")
        assert page.evaluate("document.querySelector('details').open")


def test_nothing_is_cut_off_when_all_is_unfolded(page):
    unfold(page)
    assert page.evaluate(LAYOUT) == []


@in_views
def test_axe_finds_nothing(page):
    unfold(page)
    page.evaluate(AXE)
    found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found] == []


@in_views
def test_paper_and_ink_change_places_in_the_dark(page):
    def brightness(name):
        of = f"getComputedStyle(document.querySelector('.fastdense')).{name}"
        numbers = page.evaluate(of).removeprefix("rgb(").removesuffix(")").split(",")
        return sum(map(float, numbers)) / 3

    paper, ink = brightness("backgroundColor"), brightness("color")
    if page.view == "dark":
        assert paper < 40 and ink > 200
    else:
        assert paper > 240 and ink < 60


def test_a_page_that_was_dark_is_printed_light(chromium, tmp_path):
    path = KINDS["run"](tmp_path)
    with chromium.new_context(color_scheme="dark") as context:
        page = context.new_page()
        page.goto(path.as_uri())
        page.emulate_media(media="print")
        for name, brightest in (("color", 60), ("backgroundColor", 255)):
            of = f"getComputedStyle(document.body).{name}"
            numbers = page.evaluate(of).removeprefix("rgb(").removesuffix(")").split(",")
            assert max(map(int, numbers)) <= brightest
        assert not page.locator("summary").first.is_visible()
        assert page.pdf()[:5] == b"%PDF-"


def test_the_policy_stops_what_is_not_the_pages_own(chromium, tmp_path):
    path = KINDS["run"](tmp_path)
    intruder = "<script>document.title = 'x'</script><img src='a.png'><p style='color: red'>y</p>"
    text = path.read_text("utf-8").replace("<main", intruder + "<main", 1)
    path.write_text(text)
    with chromium.new_context() as context:
        page, complaints = context.new_page(), []
        page.on("console", lambda message: complaints.append(message.text))
        page.goto(path.as_uri())
        assert page.title() != "x" and len(complaints) == 3
        assert all("Content Security Policy" in one for one in complaints)


def test_links_lead_from_the_index_to_a_scenario_and_back(chromium, tmp_path):
    index = gallery(tmp_path)
    with chromium.new_context() as context:
        page = context.new_page()
        page.goto(index.as_uri())
        title = page.locator("h1").inner_text()
        page.locator("a[href='articles/zero-rate.html']").click()
        page.locator("a[href='../scenarios/zero-rate.html']").first.click()
        assert page.locator("h1").inner_text().startswith("Is the test loss constant")
        page.locator("header a").click()
        assert page.locator("h1").inner_text() == title
