"""What the arms of a scenario are: what all have in common once, then what each has of its own."""

from textwrap import wrap

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from fastdense.layers._units import REGULARIZERS
from fastdense.reports.narrow import TableOrLines

LONGEST = 6  # layers that may be repeated as one block
WEIGHTS = "weights "  # topics of how layers begin


def of_scenario(scenario, diagnosed=None):
    """Its arms for a terminal: something of rich's each.

    Parameters
    ----------
    scenario : Scenario
    diagnosed : dict, optional
        What a diagnosis says of some arms, by their names.
    """
    facts = [_facts(arm) for arm in scenario.arms]
    topics = list(dict.fromkeys(topic for of_arm in facts for topic in of_arm))
    common = {
        topic for topic in topics if len({of_arm.get(topic) for of_arm in facts}) == 1
    }  # of a single arm everything
    rest = [topic for topic in topics if topic not in common]
    told = [
        ((diagnosed or {}).get(arm.name, "") if arm.recipe.epochs else "", _joined(of_arm, rest))
        for arm, of_arm in zip(scenario.arms, facts, strict=True)
    ]
    shared = _joined(facts[0], [topic for topic in topics if topic in common])
    if len(facts) == 1:
        found = told[0][0] and f"; diagnosed: {told[0][0]}"
        yield Text(f"{scenario.arms[0].name}: {shared}{found}.")
        return
    yield Text(f"All arms: {shared}.")
    table = Table(box=SIMPLE_HEAD, header_style="bold", padding=(0, 1))
    for name in ("arm", *["diagnosed"] * bool(diagnosed), *["its own"] * bool(rest)):
        table.add_column(name)
    for arm, (found, own) in zip(scenario.arms, told, strict=True):
        table.add_row(arm.name, *[found] * bool(diagnosed), *[own] * bool(rest))

    def lines(width):
        for arm, (found, own) in zip(scenario.arms, told, strict=True):
            first, *others = _on_two_lines(f"{arm.name}: {own}", found, width - 4)
            yield f"  {first}"
            yield from (f"    {line}" for line in others)

    yield TableOrLines(table, lines)


def _on_two_lines(said, found, width):
    """What is said of an arm and what a diagnosis found, on two lines at most."""
    end = f"; diagnosed: {found}" if found else ""
    lines = wrap(said + end, width)
    while len(lines) > 2:  # what is left out, --json has
        said = said.removesuffix(" …").rpartition(" ")[0] + " …"
        lines = wrap(said + end, width)
    return lines


def _joined(facts, topics):
    return "; ".join(facts[topic] for topic in topics if facts.get(topic))


def in_words(arm):
    """The "data", the "network" with how it begins, and the "training" of an arm."""
    facts = _facts(arm)
    starts = [topic for topic in facts if topic.startswith(WEIGHTS)]
    rest = [topic for topic in facts if topic not in ("data", "network", *starts)]
    return {
        "data": facts["data"],
        "network": [facts["network"], _joined(facts, starts)],
        "training": _joined(facts, rest),
    }


def _facts(arm):
    """What there is to say of an arm: words by topic."""
    recipe, network = arm.recipe, arm.network
    size = recipe.batch_of(len(arm.data))
    tested = f", {len(arm.data.test[0])} test rows" if arm.data.test else ""
    initial = {_start(layer) for _, layer in network.dense}
    facts = {
        "data": f"{len(arm.data)} rows{tested}{', drawn' * arm.data.drawn}",
        "network": layers(network),
        "loss": choice(recipe.loss),
        "optimizer": f"{choice(recipe.optimizer)} at {recipe.learning_rate:g}",
        "batch": "full batch" if size == len(arm.data) else f"batch {size}",
        "epochs": f"{recipe.epochs} epochs",
        "dtype": recipe.dtype,
    }
    facts |= {WEIGHTS + one: one for one in sorted(initial)}
    for name in ("l1", "l2", "clip_value", "clip_norm"):
        if getattr(recipe, name):
            facts[name] = f"{name} {getattr(recipe, name):g}"
    if recipe.reduction != "mean":
        facts["reduction"] = f"{recipe.reduction} of losses"
    if recipe.gradient_accumulation_steps > 1:
        facts["accumulation"] = f"{recipe.gradient_accumulation_steps} batches an update"
    if recipe.schedule.name != "constant":
        facts["schedule"] = choice(recipe.schedule)
    if recipe.augmentation:
        facts["augmentation"] = "; ".join(map(choice, recipe.augmentation))
    return facts


def _start(layer):
    """The initial parameters of a dense layer."""
    bias = "" if layer.bias.name == "zeros" else f", bias {choice(layer.bias)}"
    return choice(layer.weights) + bias


def layers(network):
    """A network in a line: "1 - 8 sigmoid x 9 - 1"."""
    words = ["x".join(map(str, network.shape)), *map(_layer, network.layers)]
    return " - ".join(compact(words))


def compact(words):
    """Words of which those that follow each other again and again are said once, with how often.

    Of one word it is "8 relu x 9", of several "(conv2d 16 3x3 - 8 relu) x 9".
    """
    found, at = [], 0
    while at < len(words):
        times, length = max(
            (_times(words, at, length) for length in range(1, LONGEST + 1)),
            key=lambda one: (one[0] - 1) * one[1],  # the most words that are spared
        )
        block = " - ".join(words[at : at + length])
        if times == 1:
            found.append(words[at])
            at += 1
        else:
            found.append(f"{block} x {times}" if length == 1 else f"({block}) x {times}")
            at += times * length
    return found


def _times(words, at, length):
    """How often a block of some length stands from a place on, and that length."""
    block, times = words[at : at + length], 1
    while words[at + times * length : at + (times + 1) * length] == block:
        times += 1
    return times, length


def choice(chosen):
    """A `Choice` in a few words: of a single hyper-parameter that it may have, the number alone."""
    alone = len(chosen.entry.hyper) == 1
    given = (f" {v!r}" if alone else f" {k}={v!r}" for k, v in chosen.hyper)
    return chosen.name + "".join(one[:60] for one in given)


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
