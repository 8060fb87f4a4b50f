"""Why the loss of each `fit` of a program is stuck, and which of its lines to change."""

import os
import sys
from dataclasses import dataclass, replace
from typing import Any

from fastdense.diagnosis.diagnose import diagnose
from fastdense.diagnosis.spelled import ACTIVATIONS, WEIGHTS, of_layer, spelled
from fastdense.errors import FastdenseError
from fastdense.keras import models


@dataclass(frozen=True)
class Diagnosed:
    """A `fit` of a program, and its diagnosis.

    Attributes
    ----------
    place : (str, int) or None
        The file and the line of the fit.
    loss : float
        The last one of its history.
    found : Diagnosis or None
        None where `refused` says why there is none.
    changes : list of (place, str)
        The lines to change, and what they are to say, in Keras's words.
    apart : list of str
        What the program did to the fit that the diagnosis trains without.
    """

    place: Any
    loss: float
    found: Any = None
    changes: tuple = ()
    refused: str = ""
    apart: tuple = ()

    def to_dict(self):
        """Plain values."""
        file, line = self.place or (None, None)
        return {
            "file": file,
            "line": line,
            "loss": self.loss,
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
        lines = [f"{shown(self.place)}: fit, loss {self.loss:.4g}"]
        if self.found is None:
            return [*lines, f"  There is no diagnosis: {self.refused}"]
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


class Diagnoses:
    """The diagnoses of all fits that end meanwhile.

    Parameters
    ----------
    tell : callable
        Called with each `Diagnosed`.
    **options
        Of `diagnose`.
    """

    def __init__(self, tell, **options):
        self.every, self._tell, self._options, self._known = [], tell, options, {}

    def __enter__(self):
        models.WATCHING.append(self._after)
        return self

    def __exit__(self, *error):
        models.WATCHING.remove(self._after)

    def _after(self, model, fit, history, apart):
        losses = history.history.get("loss") or [float("nan")]
        key = fit.plan.network, fit.recipe.replace(seed=0), fit.training.digest, tuple(apart)
        if key not in self._known:
            self._known[key] = replace(self._find(model, fit, losses[-1]), apart=tuple(apart))
        known = self._known[key]
        self.every.append(known)
        self._tell(known)

    def _find(self, model, fit, loss):
        try:
            found = diagnose(fit.plan.network, fit.recipe, fit.data, **self._options)
        except FastdenseError as error:
            return Diagnosed(model.fit_line, loss, refused=str(error))
        return Diagnosed(model.fit_line, loss, found, tuple(changes(model, fit, found)))


def changes(model, fit, found):
    """The lines of a program that the first verified remedy changes, and what they are to say."""
    if found.cured is None:
        return
    every = []
    for path, value in found.cured.change.items():
        if path.startswith("network."):
            continue
        for words in spelled({path: value}, found.settings)["keras"]:
            every.append((_place(path.partition(".")[2], model), words))
    every += _of_layers(fit.plan, found.cured.case.network)
    yield from dict.fromkeys(every)


def _place(name, model):
    """The line where a setting of the recipe or of the data was made."""
    if name.startswith(("optimizer", "learning_rate", "ascend", "clip", "schedule")):
        return model.optimizer.line or model.compile_line
    if name.startswith(("loss", "reduction")):
        return model.compile_line
    return model.fit_line


def _of_layers(plan, network):
    """What differs between the layers of a plan and those of a network: lines, and words."""
    old, new = ([one.to_dict() for one in layers.layers] for layers in (plan.network, network))
    if [next(iter(one)) for one in old] != [next(iter(one)) for one in new]:  # some come or go
        if old != new:
            yield plan.sources[0].line, f"layers {', '.join(of_layer(one)[0] for one in new)}"
        return
    for before, after, source, activator in zip(
        old, new, plan.sources, plan.activators, strict=True
    ):
        differing = {key for key in before | after if before.get(key) != after.get(key)}
        if "activation" in differing:
            name = after["activation"]
            yield activator.line, f'activation="{ACTIVATIONS.get(name, (name,))[0]}"'
        if "weights" in differing:
            name = after["weights"]["name"]
            yield source.line, f'kernel_initializer="{WEIGHTS.get(name, (name,))[0]}"'
        if "trainable" in differing:
            yield source.set_line, f"trainable = {after.get('trainable', True)}"
        if differing - {"activation", "weights", "trainable"}:
            yield source.line, of_layer(after)[0]


def diagnosed(run):
    """Run a program, print the diagnosis of each fit; returns its exit code."""
    tell = lambda one: print("\n" + "\n".join(one.told()) + "\n", flush=True)  # noqa: E731
    with Diagnoses(tell) as found:
        code = run()
    if not found.every and code == 0:
        print("fastdense.keras: no fit ended, so there is nothing to diagnose", file=sys.stderr)
    return code
