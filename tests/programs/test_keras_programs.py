"""Small programs in the manner of public ones print what they print with Keras."""

import json

import pytest
from judged import PROGRAMS, SEEDS, differs, printed

EXPECTED = json.loads((PROGRAMS / "expected.json").read_text())["programs"]


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_program_prints_what_it_prints_with_keras(name):
    found = [printed(PROGRAMS / f"{name}.py", seed) for seed in SEEDS]
    for key, want in EXPECTED[name].items():
        values = [one[key] for one in found]
        assert not differs(values, want), (key, values, want)


def test_the_same_seed_gives_the_same_bits():
    path = PROGRAMS / "01.py"
    assert printed(path, 3) == printed(path, 3) != printed(path, 4)
