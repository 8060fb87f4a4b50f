"""Why the loss of each `fit` of a program is stuck, and which of its lines to change."""

import os
import sys
from collections import Counter
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Any

import numpy as np

from fastdense.diagnosis.baseline import measured
from fastdense.diagnosis.case import Case
from fastdense.diagnosis.search import Search
from fastdense.diagnosis.spelled import ACTIVATIONS, initializer_of, of_layer, spelled
from fastdense.errors import FastdenseError
from fastdense.judging.plain import number
from fastdense.keras import models
from fastdense.model import Model as EngineModel

INTERRUPTED = 130  # the exit code after Ctrl-C
WORSE = 0.1  # of the way from the best constant down: a fit that ends so much higher is held back


@dataclass(frozen=True)
class Diagnosed:
    """A `fit` of a program, and its diagnosis.

    Attributes
    ----------
    place : (str, int) or None
        The file and the line of the fit.
    loss : float
        The last one of its history.
    reached : float
        The loss of the data where the fit ended.
    times : int
        How many fits one after the other it was: of one model, on the same rows.
    found : Diagnosis or None
        None where `refused` says why there is none.
    changes : list of (place, str)
        The lines to change, and what they are to say, in Keras's words.
    apart : list of str
        What the program did to the fit that the diagnosis trains without.
    known : (str, int) or None
        The line of a fit before it that was the same.
    """

    place: Any
    loss: float
    reached: float = float("nan")
    times: int = 1
    found: Any = None
    changes: tuple = ()
    refused: str = ""
    apart: tuple = ()
    known: Any = None

    @property
    def held_back(self):
        """Whether nothing is wrong with what was diagnosed, but the fit ended far above it."""
        if self.found is None or not self.found.healthy or self.found.evidence.trained.runs is None:
            return False
        baselines = measured(self.found.evidence.case)
        span = baselines.constant - baselines.irreducible
        return bool(not self.reached <= self._usual + WORSE * span)

    @property
    def _usual(self):
        """The loss of the worst start that is good."""
        evidence = self.found.evidence
        return float(np.max(evidence.trained.runs.final_loss[evidence.good]))

    def to_dict(self):
        """Plain values."""
        file, line = self.place or (None, None)
        return {
            "file": file,
            "line": line,
            "loss": number(self.loss),
            "times": self.times,
            "held_back": self.held_back,
            "diagnosis": None if self.found is None else self.found.to_dict(),
            "refused": self.refused,
            "without": list(self.apart),
            "changes": [
                {"file": place and place[0], "line": place and place[1], "keras": words}
                for place, words in self.changes
            ],
        }

    def told(self):
        """The lines of text that say it."""
        again = f", the last of {self.times}" * (self.times > 1)
        lines = [f"{shown(self.place)}: fit{again}, loss {self.loss:.4g}"]
        if self.found is None:
            return [*lines, f"  There is no diagnosis: {self.refused}"]
        if self.known:
            return [*lines, f"  The same as the fit of {shown(self.known)}."]
        if self.held_back:
            what = " and at ".join([*self.apart, "the weights that it began with"])
            return [
                *lines,
                f"  It is none of its settings: the same training, from fresh weights and without "
                f"callbacks, ends at a loss of {self._usual:.4g} or less, this fit at "
                f"{self.reached:.4g}. Look at {what}.",
            ]
        lines.append(f"  {self.found.answer}")
        if self.apart:
            lines.append(f"  (Diagnosed without {', '.join(self.apart)}, which act between steps.)")
        if self.found.causes and not self.found.healthy:
            lines += [f"  - {one}" for one in self.found.causes[0].suspicion.evidence]
        lines += [f"  Change {shown(place)}: {words}" for place, words in self.changes]
        return lines


def shown(place):
    """A line of a program, in words."""
    if not place:
        return "somewhere"
    near = os.path.relpath(place[0])
    return f"{place[0] if near.startswith('..') else near}, line {place[1]}"


class _Fits:
    """Fits one after the other that are one training of a model on the same rows."""

    def __init__(self, model, fit, apart):
        self.model, self.apart, self.times, self.epochs = model, tuple(apart), 0, 0
        settings = fit.recipe.replace(seed=0, epochs=1)
        self.same = id(model), fit.plan.network, settings, fit.training.digest, self.apart

    def add(self, fit, losses):
        """One more of them."""
        self.fit, self.place, self.loss = fit, self.model.fit_line, losses[-1]
        self.times, self.epochs = self.times + 1, self.epochs + fit.recipe.epochs

    @property
    def recipe(self):
        """Of all of them as one."""
        return self.fit.recipe.replace(epochs=self.epochs)

    @property
    def reached(self):
        """The loss of the data where they ended."""
        fit = self.fit
        model = EngineModel(fit.plan.network, fit.training.parameters)
        return model.evaluate(fit.data, fit.recipe.loss).loss


class Diagnoses:
    """The diagnoses of all fits that end meanwhile.

    A model that is fitted again and again to the same rows is diagnosed when it is fitted to
    others, or another one is, or the program ends: then it is known how long it was trained.

    Parameters
    ----------
    tell : callable
        Called with each `Diagnosed`.
    **options
        Of a `Search`.
    """

    def __init__(self, tell, **options):
        self.every, self._tell, self._options, self._known = [], tell, options, {}
        self._fits = self._interrupt = None  # under way, and what ended a diagnosis

    def __enter__(self):
        models.WATCHING.append(self._after)
        return self

    def __exit__(self, *error):
        models.WATCHING.remove(self._after)

    def _after(self, model, fit, history, apart):
        losses = history.history.get("loss") or [float("nan")]
        fits = _Fits(model, fit, apart)
        if self._fits is None or self._fits.same != fits.same:
            self.end()
            self._fits = fits
        self._fits.add(fit, losses)

    def end(self):
        """Diagnose what is under way: no more fits will follow."""
        fits, self._fits = self._fits, None
        if fits is None:
            return
        key = fits.fit.plan.network, fits.recipe.replace(seed=0), fits.fit.training.digest
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._find(fits)
            told = known
        else:
            lines = changes(fits.model, fits.fit, known.found) if known.found else ()
            told = replace(known, known=known.place, changes=tuple(lines))
        told = replace(
            told, place=fits.place, loss=fits.loss, reached=fits.reached, times=fits.times,
            apart=fits.apart,
        )  # fmt: skip
        if told.held_back:
            told = replace(told, known=None)
        self.every.append(told)
        self._tell(told)
        if self._interrupt is not None:
            raise self._interrupt

    def _find(self, fits):
        one = Diagnosed(fits.place, fits.loss)
        search = None
        try:
            case = Case.of(fits.fit.plan.network, fits.recipe, fits.fit.data)
            search = Search(case, **self._options)
            found = search.answer()
        except FastdenseError as error:
            return replace(one, refused=str(error))
        except KeyboardInterrupt as interrupt:
            if search is None or search.evidence is None:
                raise
            found, self._interrupt = search.known(), interrupt
        return replace(one, found=found, changes=tuple(changes(fits.model, fits.fit, found)))


def changes(model, fit, found):
    """The lines of a program that the first verified remedy changes, and what they are to say."""
    if found.cured is None:
        return
    every = []
    for path, value in found.cured.change.items():
        if path.startswith("network."):
            continue
        for words in spelled({path: value}, found.settings)["keras"]:
            if path.startswith("data.scale"):
                words = f"before it, of what it is given as x and y: {words}"
                if fit.held is not None:
                    words += "; and the same of its validation rows, by these means"
            every.append((_place(path.partition(".")[2], model), words))
    names = {}  # of the layers, where several on a line are to change alike
    for place, words, name in _of_layers(fit.plan, found.cured.case.network):
        names.setdefault((place, words), []).append(name)
    for (place, words), own in names.items():
        of = ", ".join(name for name in own if name)
        every.append((place, f"{words} of {of}" if of else words))
    yield from dict.fromkeys(every)


def _place(name, model):
    """The line where a setting of the recipe or of the data was made."""
    if name.startswith(("optimizer", "learning_rate", "ascend", "clip", "schedule")):
        return model.optimizer.line or model.compile_line
    if name.startswith(("loss", "reduction")):
        return model.compile_line
    return model.fit_line


def _of_layers(plan, network):
    """What differs between the layers of a plan and those of a network: lines, words, and names.

    A name is given where several layers stand on a line, else None.
    """
    old, new = ([one.to_dict() for one in layers.layers] for layers in (plan.network, network))
    kinds = [[next(iter(table)) for table in tables] for tables in (old, new)]
    rows = SequenceMatcher(None, *kinds, autojunk=False).get_opcodes()
    crowded = {line for line, count in Counter(s.line for s in plan.sources).items() if count > 1}
    for what, first, end, start, stop in rows:
        for place in range(first, end):
            source = plan.sources[place]
            if what == "equal":
                pair = old[place], new[start + place - first]
                for line, words in _of_layer(*pair, source, plan.activators[place]):
                    yield line, words, source.name if line in crowded else None
            else:
                yield source.line, f"leave out {source.name}, {type(source).__name__}", None
        if what in ("insert", "replace"):
            made = ", ".join(of_layer(table)[0] for table in new[start:stop])
            near = plan.sources[max(first - 1, 0)]
            where = f"behind {near.name}" if first else f"before {near.name}"
            yield near.line, f"{where}: {made}", None


def _of_layer(before, after, source, activator):
    """What differs between two tables of a layer: lines, and keywords of Keras."""
    differing = {key for key in before | after if before.get(key) != after.get(key)}
    if "activation" in differing:
        name = after["activation"]
        yield activator.line, f'activation="{ACTIVATIONS.get(name, (name,))[0]}"'
    for key, word in (("weights", "kernel_initializer"), ("bias", "bias_initializer")):
        if key in differing:
            yield source.line, f"{word}={initializer_of(after[key])}"
    for keys, word in ((("l1", "l2"), "kernel_"), (("bias_l1", "bias_l2"), "bias_")):
        if differing & {*keys}:
            l1, l2 = (after.get(key, 0.0) for key in keys)
            own = f"keras.regularizers.L1L2({l1:g}, {l2:g})" if l1 or l2 else "None"
            yield source.line, f"{word}regularizer={own}"
    if "max_norm" in differing:
        most = after.get("max_norm", 0.0)
        own = f"keras.constraints.MaxNorm({most:g})" if most else "None"
        yield source.line, f"kernel_constraint={own}"
    if "trainable" in differing:
        yield source.set_line, f"trainable = {after.get('trainable', True)}"
    if "use_bias" in differing:
        yield source.line, f"use_bias={after.get('use_bias', True)}"
    kind = next(iter(after))
    if kind in differing and kind in ("dense", "conv2d", "dropout"):
        yield (
            source.line,
            f"{ {'dense': 'units', 'conv2d': 'filters'}.get(kind, 'rate') }={after[kind]}",
        )
    elif kind in differing:
        yield source.line, of_layer(after)[0]


def diagnosed(run):
    """Run a program, print the diagnosis of each fit; returns its exit code."""
    tell = lambda one: print("\n" + "\n".join(one.told()) + "\n", flush=True)  # noqa: E731
    with Diagnoses(tell) as found:
        code = run()
        try:
            if code != INTERRUPTED:
                found.end()
        except KeyboardInterrupt:
            print("Interrupted.", file=sys.stderr)
            code = INTERRUPTED
    if not found.every and code == 0:
        print("fastdense.keras: no fit ended, so there is nothing to diagnose", file=sys.stderr)
    return code
