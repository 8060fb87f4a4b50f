"""Numbers that have the same bits on every machine: formulas, random streams, their version."""
