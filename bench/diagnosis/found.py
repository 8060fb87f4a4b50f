"""What the last `fastdense bench diagnosis --json` found: it is kept beside the code."""

import json
from functools import cache
from importlib import resources

RESULTS = "found.json"


@cache
def _kept():
    return json.loads((resources.files(__package__) / RESULTS).read_text("utf-8"))


def read():
    """Each `Diagnosed`, and why some cases were not built."""
    from fastdense_bench.diagnosis.score import Diagnosed  # which imports the engine

    return [Diagnosed.from_dict(one) for one in _kept()["cases"]], _kept()["left_out"]


def of_scenario(identifier):
    """By arm of a built-in scenario, the cause that was named, or the verdict where none was."""
    return {
        arm: one["names"][0] if one["names"] else one["verdict"]
        for one in _kept()["cases"] if one["kind"] == "arm"
        for scenario, _, arm in [one["id"].partition("/")] if scenario == identifier
    }  # fmt: skip
