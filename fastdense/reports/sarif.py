"""Diagnoses as SARIF 2.1.0, which editors and code hosts show beside the lines of a file.

OASIS, Static Analysis Results Interchange Format (SARIF) Version 2.1.0.
"""

import os
import re
from pathlib import Path
from typing import Any, NamedTuple

from fastdense import __version__, catalogue
from fastdense.diagnosis.answer import SURE
from fastdense.reports.diagnosis import CAUSES

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
PERHAPS = 0.15  # confidence below which a cause is a note


class Diagnosed(NamedTuple):
    """A diagnosis, and where it stands.

    Attributes
    ----------
    found : Diagnosis or None
        None where there is none, and `said` says why.
    places : tuple of (str, int or None) or None
        Files and lines: the first is the place, the others are related to it.
    said : str
    """

    found: Any
    places: tuple
    said: str = ""


def log(diagnosed):
    """The SARIF log of some `Diagnosed`: a result for each cause, none of healthy trainings."""
    results, notes, rules = [], [], {}
    for one in diagnosed:
        if one.found is None:
            notes.append({"level": "warning", "message": {"text": one.said}, **_where(one.places)})
        elif not one.found.healthy:
            for finding in one.found.causes[:CAUSES]:
                rules.setdefault(finding.name, _rule(finding.cause))
                results.append(_result(one, finding, list(rules).index(finding.name)))
    driver = {"name": "fastdense", "version": __version__, "rules": list(rules.values())}
    invocation = {"executionSuccessful": True, "toolExecutionNotifications": notes}
    run = {"tool": {"driver": driver}, "invocations": [invocation], "results": results}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def line_of(text, paths):
    """The line of a TOML text on which one of some settings is first named, or None."""
    keys = [re.escape(path.rpartition(".")[2]) for path in paths]
    if keys:
        named = re.compile(rf"(?<![\w-])(?:{'|'.join(keys)})\s*=")
        for number, line in enumerate(text.splitlines(), 1):
            if named.search(line.partition("#")[0]):
                return number
    return None


def _rule(cause):
    kind = "mistakes" if cause.name in catalogue.names("mistakes") else "causes"
    return {
        "id": cause.name,
        "name": "".join(word.capitalize() for word in cause.name.split("_")),
        "shortDescription": {"text": f"{cause.summary}."},
        "fullDescription": {"text": cause.why},
        "help": {"text": f"{cause.why} Source: {cause.source}"},
        "properties": {"tags": [kind]},
    }


def _result(one, finding, place):
    found = one.found
    first = finding is found.causes[0]
    evidence = "; ".join(finding.suspicion.evidence)
    said = found.answer if first else f"It may also be this: {finding.cause.summary}."
    return {
        "ruleId": finding.name,
        "ruleIndex": place,
        "level": _level(found, finding),
        "rank": round(100 * min(max(finding.confidence, 0.0), 1.0), 1),
        "message": {"text": f"{said} ({evidence})" if evidence else said},
        "properties": {"confidence": round(finding.confidence, 3), "verdict": found.verdict},
        **_where(one.places),
    }


def _level(found, finding):
    """How sure it is: an "error", a "warning" or a "note"."""
    if found.verdict == "undetermined":
        return "note"
    if finding.certain or finding.confidence >= SURE:
        return "error"
    first = finding is found.causes[0]  # which the answer names, whatever its confidence
    return "warning" if first or finding.confidence >= PERHAPS else "note"


def _where(places):
    found = [_location(*place) for place in dict.fromkeys(places) if place]
    if not found:
        return {}
    related = {"relatedLocations": found[1:]} if found[1:] else {}
    return {"locations": found[:1], **related}


def _location(file, line):
    path = Path(os.path.abspath(file))
    near = os.path.relpath(path)
    uri = path.as_uri() if near.startswith("..") else _relative(near)
    physical = {"artifactLocation": {"uri": uri}}
    if line is not None:
        physical["region"] = {"startLine": line}
    return {"physicalLocation": physical}


def _relative(path):
    """A path below this folder as a reference, in which other characters are escaped."""
    from urllib.parse import quote

    return quote(Path(path).as_posix())
