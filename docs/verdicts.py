"""Writes what the last run says: docs/verdicts.json, and one page for each article.

    python docs/verdicts.py [RESULTS.json]

RESULTS.json is what `fastdense reproduce --json` printed; without it that is run first.
"""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

from fastdense.scenarios import article, scenario
from fastdense_bench.diagnosis import found as diagnosed

HERE = Path(__file__).parent
KEPT = "name", "text", "source", "own", "verdict", "evidence"


def brief(results):
    """The claims of all scenarios and theories, with what the pages and the README need of them."""
    return {
        "fastdense_version": results[0]["fastdense_version"],
        "scenarios": {
            one["scenario"]: [
                {key: claim[key] for key in KEPT if key in claim} for claim in one["claims"]
            ]
            for one in results
        },
        "theories": [one["scenario"] for one in results if one.get("kind") == "theory"],
    }


def causes(identifier, name):
    """What a diagnosis names of the arms that a claim is about: the text that ends its line."""
    if identifier not in scenario.names():
        return ""
    claim = next(one for one in scenario.load(identifier).claims if one.name == name)
    arms = dict.fromkeys(test.arm for setting in claim.settings for test in setting.tests)
    named = diagnosed.of_scenario(identifier)
    said = ", ".join(
        f"{arm} {named[arm]}" for arm in arms if named.get(arm, "healthy") != "healthy"
    )
    return f"; diagnosed: {said}" if said else ""


def page(found, claims):
    """The page of an article."""
    counts = Counter()
    lines = []
    for sentence in found.sentences:
        lines += ["", f"**{sentence.text}** ({sentence.where})", ""]
        for identifier, name in sentence.judged_by:
            claim = next(claim for claim in claims[identifier] if claim.get("name") == name)
            counts[claim["verdict"]] += 1
            evidence = claim["evidence"].replace("\n", "; ")
            told = f"- {claim['verdict']}: {claim['text']} `{identifier}`: {evidence}"
            lines.append(told + causes(identifier, name))
        if sentence.reason:
            counts["not judged"] += 1
            lines.append(f"- not judged: {sentence.reason}")
    told = ", ".join(f"{word} {count}" for word, count in counts.most_common())
    return "\n".join(
        [
            f"# {found.title}",
            "",
            f"{len(found.sentences)} sentences say something about training. The words on what "
            f"judges them: {told} ([how they are found](../verdicts.md)). What each sentence says "
            "is in our words. Behind each claim is the cause that a diagnosis names of its arms, "
            "of those that are not healthy. `python docs/verdicts.py` writes this page from the "
            "last runs.",
            *lines,
            "",
        ]
    )


def main(arguments):
    if arguments:
        results = json.loads(Path(arguments[0]).read_text())
    else:
        command = [sys.executable, "-m", "fastdense_cli", "reproduce", "--json"]
        results = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    found = brief(results)
    (HERE / "verdicts.json").write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    folder = HERE / "articles"
    folder.mkdir(exist_ok=True)
    for name in article.names():
        target = folder / f"{name}.md"
        target.write_text(page(article.load(name), found["scenarios"]))
        print(target.relative_to(HERE.parent))


if __name__ == "__main__":
    main(sys.argv[1:])
