"""What the last `fastdense bench diagnosis --json` found: it is kept beside the code."""

import json
from functools import cache
from importlib import resources

from fastdense_bench.diagnosis.score import ARM, Diagnosed

RESULTS = "found.json"


@cache
def read():
    """Each `Diagnosed`, and why some cases were not built."""
    text = (resources.files(__package__) / RESULTS).read_text("utf-8")
    kept = json.loads(text)
    return [Diagnosed.from_dict(one) for one in kept["cases"]], kept["left_out"]


def of_scenario(identifier):
    """By arm of a built-in scenario, the cause that was named, or the verdict where none was."""
    found, _ = read()
    return {
        arm: one.names[0] if one.names else one.verdict
        for one in found if one.kind == ARM
        for scenario, _, arm in [one.id.partition("/")] if scenario == identifier
    }  # fmt: skip
