"""Tables of scenarios, results and verdicts for a terminal, drawn by rich."""

import json

from rich.box import SIMPLE_HEAD
from rich.console import Group
from rich.table import Table
from rich.text import Text

from fastdense.layers._units import REGULARIZERS
from fastdense.reports.sparkline import sparkline
from fastdense.scenarios.experiment import FINAL
from fastdense.scenarios.verdict import RULE

COLORS = {
    "holds": "green", "partly": "yellow", "refuted": "red", "no difference": "red",
    "undecided": "dim",
}  # fmt: skip


def brief(value):
    """A JSON number in three digits."""
    return value if isinstance(value, str) else f"{value:.3g}"


def spread(summary):
    """Median and percentiles, or the one number there is."""
    median, low, high = (brief(summary[k]) for k in ("median", "p10", "p90"))
    return median if low == high else f"{median}  [{low}, {high}]"


def runs_of(arm):
    """Draws and seeds of an arm."""
    draws, seeds = arm["draws"], arm["seeds"]
    return str(seeds) if draws == 1 else f"{draws} x {seeds}"


def references(arm):
    """The loss of the best constant, and the irreducible loss where that is above zero."""
    constant, irreducible = (
        brief(arm[name]["median"]) for name in ("best_constant_loss", "irreducible_loss")
    )
    found = constant if irreducible == "0" else f"{constant}, irreducible {irreducible}"
    attainable = arm["attainable_loss"]
    return found if attainable is None else f"{found}, attainable {brief(attainable['median'])}"


def outcomes(arm):
    """Shares of the outcomes with their intervals, the most frequent first."""
    if not arm["outcome_intervals"]:
        return ", ".join(arm["outcomes"])
    parts = []
    for outcome, share in sorted(arm["outcomes"].items(), key=lambda item: -item[1]):
        low, high = arm["outcome_intervals"][outcome]
        parts.append(f"{outcome} {share:.0%} [{low:.0%}, {high:.0%}]")
    return ", ".join(parts)


def results(reports):
    """Arms and claims of reports on experiments, one table each, with the rule of the verdicts."""
    arms = Table(box=SIMPLE_HEAD, header_style="bold", padding=(0, 1))
    losses = "loss at start", "loss at end", "best constant"
    for name in ("scenario", "arm", "runs", *losses, "curve", "outcomes"):
        arms.add_column(name, justify="right" if name == "runs" else "left")
    known = {name for report in reports for arm in report.plain["arms"] for name in arm}
    final = [name for name in FINAL if f"final_{name}" in known]
    ends = Table(box=SIMPLE_HEAD, header_style="bold", padding=(0, 1))
    for name in ("scenario", "arm", *(f"{name} at end" for name in final)):
        ends.add_column(name.replace("_", " "))
    claims = Table(box=SIMPLE_HEAD, header_style="bold", padding=(0, 1))
    for name in ("scenario", "claim", "verdict", "measured"):
        claims.add_column(name)
    for report in reports:
        plain = report.plain
        for index, arm in enumerate(plain["arms"]):
            arms.add_row(
                plain["scenario"] if index == 0 else "",
                arm["name"],
                runs_of(arm),
                spread(arm["initial_loss"]),
                spread(arm["final_loss"]),
                references(arm),
                sparkline(report.medians[arm["name"]]),
                outcomes(arm),
            )
        having = [arm for arm in plain["arms"] if any(f"final_{name}" in arm for name in final)]
        for index, arm in enumerate(having):
            found = (arm.get(f"final_{name}") for name in final)
            ends.add_row(
                plain["scenario"] if index == 0 else "",
                arm["name"],
                *("" if one is None else spread(one) for one in found),
            )
        for index, claim in enumerate(plain["claims"]):
            claims.add_row(
                plain["scenario"] if index == 0 else "",
                claim["text"] + " (own control)" * claim["own"],
                Text(claim["verdict"], style=COLORS[claim["verdict"]]),
                claim["evidence"],
            )
    parts = [
        arms,
        *([ends] if ends.row_count else []),
        Text(
            "Runs: draws of the data x seeds of each, or seeds where the data are given. Losses "
            "and accuracies: median [10th, 90th percentile] over runs. Best constant: the loss of "
            "the best output that ignores the inputs; irreducible: the least that any function of "
            "them reaches, if not 0; attainable: what the best of some networks reaches on rows "
            "held out, with --attainable. Shares of outcomes: [95% interval].",
            style="dim",
        ),
    ]
    if claims.row_count:
        parts += [claims, Text(RULE, style="dim")]
    return Group(*parts)


def repeated(claims, times):
    """Which of the verdicts on `Repeated` claims changed on fresh draws and seeds."""
    table = Table(box=SIMPLE_HEAD, header_style="bold", padding=(0, 1))
    for name in ("scenario", "claim", "verdict", "on fresh draws"):
        table.add_column(name)
    changed = [claim for claim in claims if claim.changed]
    for claim in sorted(changed, key=lambda claim: not claim.reversed):
        table.add_row(
            claim.scenario,
            claim.claim.text,
            Text(claim.verdict, style=COLORS[claim.verdict]),
            Text(
                ", ".join(f"{word} {count}" for word, count in claim.repeats.items()),
                style="bold red" if claim.reversed else "",
            ),
        )
    reversed_ = sum(claim.reversed for claim in claims)
    told = Text(
        f"{times} fresh sets of draws and seeds: of {len(claims)} verdicts {len(changed)} changed, "
        f"{reversed_} from holds to refuted or no difference, or back."
    )
    return Group(table, told) if changed else told


def catalogue(scenarios):
    """The scenarios with their questions."""
    table = Table(box=SIMPLE_HEAD, header_style="bold", padding=(0, 1))
    for name in ("scenario", "question", "arms", "claims"):
        table.add_column(name, justify="right" if name in ("arms", "claims") else "left")
    for scenario in scenarios:
        table.add_row(
            Text(scenario.id, style="bold"),
            scenario.question,
            str(len(scenario.arms)),
            str(len(scenario.claims)),
        )
    return table


def entries(listed):
    """The entries of a kind: what each is, what it takes, and where it is from."""
    table = Table(box=SIMPLE_HEAD, header_style="bold", padding=(0, 1))
    table.add_column("name", min_width=max(len(entry.name) for entry in listed))
    for name in ("what it is", "takes", "source"):
        table.add_column(name)
    for entry in listed:
        takes = ", ".join(f"{name} = {_value(value)}" for name, value in entry.hyper.items())
        name = Text("\n".join([entry.name, *entry.aliases]), style="dim")
        name.stylize("bold not dim", 0, len(entry.name))
        table.add_row(name, entry.summary, takes, entry.source)
    return table


def _value(value):
    """A default as a scenario file writes it; what must be given has none."""
    if value is None:
        return "?"
    return f"{value:g}" if isinstance(value, float) else json.dumps(value)


def _choice(choice):
    return choice.name + "".join(f" {k}={v!r}"[:60] for k, v in choice.hyper)


def _layer(layer):
    """A layer in a few words: "16 tanh" of a dense one, "conv2d 16 3x3 relu", "dropout 0.5"."""
    table = layer.to_dict()
    kind, first = next(iter(table.items()))
    words = [kind] if kind != "dense" else []
    words += [] if first is True else [_size(first)]
    words += [_size(table["kernel"])] if "kernel" in table else []
    if layer.activation not in (None, "identity"):
        words.append(layer.activation)
    words += [
        f"{name} {_size(table[name])}" for name in ("stride", "dilation")
        if table.get(name, (1, 1)) not in ((1, 1), first)
    ]  # fmt: skip
    padding = table.get("padding", "valid")
    words += [] if padding == "valid" else [padding if padding == "same" else
                                            f"padding {_size(padding)}"]  # fmt: skip
    own = [f"{k} {table[k]:g}" for k in REGULARIZERS if k in table]
    return " ".join([*words, ", ".join(own)]).strip()


def _size(value):
    if isinstance(value, tuple):
        return "x".join(map(str, value))
    return value if isinstance(value, str) else f"{value:g}"


def data_of(arm):
    """The rows of an arm, in a few words."""
    tested = f", {len(arm.data.test[0])} test rows" if arm.data.test else ""
    return f"{len(arm.data)} rows{tested}{', drawn' * arm.data.drawn}"


def network_of(arm):
    """The layers of an arm, and how they begin, on two lines."""
    layers = ["x".join(map(str, arm.network.shape)), *map(_layer, arm.network.layers)]
    initial = {f"{_choice(d.weights)}, bias {_choice(d.bias)}" for _, d in arm.network.dense}
    return " - ".join(layers) + "\n" + "; ".join(sorted(initial))


def training_of(arm):
    """The recipe of an arm, in a few words."""
    recipe = arm.recipe
    size = recipe.batch_of(len(arm.data))
    batch = "full batch" if size == len(arm.data) else f"batch {size}"
    extras = [
        f"{name} {getattr(recipe, name):g}"
        for name in ("l1", "l2", "clip_value", "clip_norm")
        if getattr(recipe, name)
    ]
    if recipe.reduction != "mean":
        extras.append(f"{recipe.reduction} of losses")
    if recipe.gradient_accumulation_steps > 1:
        extras.append(f"{recipe.gradient_accumulation_steps} batches an update")
    if recipe.schedule.name != "constant":
        extras.append(_choice(recipe.schedule))
    extras += map(_choice, recipe.augmentation)
    return (
        f"{_choice(recipe.loss)}; {_choice(recipe.optimizer)} at {recipe.learning_rate:g}; "
        f"{batch}, {recipe.epochs} epochs; {recipe.dtype}" + "".join(f"; {one}" for one in extras)
    )


def describe(scenario, diagnosed=None):
    """What `show` prints: question, source, arms, claims with their tests.

    `diagnosed` has the causes that a diagnosis named of some arms, or its verdicts.
    """
    arms = Table(box=SIMPLE_HEAD, header_style="bold", padding=(0, 1))
    for name in ("arm", "data", "network", "training", *["diagnosed"] * bool(diagnosed)):
        arms.add_column(name)
    for arm in scenario.arms:
        arms.add_row(
            arm.name,
            data_of(arm),
            network_of(arm),
            training_of(arm),
            *([diagnosed.get(arm.name, "") if arm.recipe.epochs else ""] if diagnosed else []),
        )
    claims = Table(box=SIMPLE_HEAD, header_style="bold", padding=(0, 1))
    for name in ("claim", "tested as", "needed"):
        claims.add_column(name)
    for claim in scenario.claims:
        for index, setting in enumerate(claim.settings):
            name = f"{setting.name}: " if setting.name else ""
            claims.add_row(
                (claim.text + " (own control)" * claim.own) if index == 0 else "",
                name + "\n".join(map(str, setting.tests)),
                claim.needed(setting),
            )
    source = Text(f"Source: {scenario.source}", style="dim") if scenario.source else Text("")
    parts = [Text(scenario.question, style="bold"), source, arms]
    return Group(*parts, *([claims] if scenario.claims else []))
