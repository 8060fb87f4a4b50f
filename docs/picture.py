"""Draws the README's picture: what `fastdense run vanishing-sigmoid` prints, as SVG."""

import io
from pathlib import Path

from rich.console import Console

from fastdense.reports.report import report_of, tables
from fastdense.scenarios.experiment import experiment
from fastdense.scenarios.scenario import load

console = Console(record=True, width=128, file=io.StringIO(), highlight=False)
console.print(tables([report_of(experiment(load("vanishing-sigmoid")))]))
target = Path(__file__).with_name("vanishing-sigmoid.svg")
console.save_svg(str(target), title="fastdense run vanishing-sigmoid")
print(target)
