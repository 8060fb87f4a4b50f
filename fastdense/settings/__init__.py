"""The language of changes: what a path names, how it is set in tables, and what a lane may vary.

`--set`, the axes of a grid and whatever else changes a training say what they change in one way, by
a dotted path such as `recipe.learning_rate`. `paths.py` says what it names, and `changes.py` sets
it in the tables `network`, `recipe` and `data`. `lanes.py` knows which settings networks that are
trained side by side may each have for themselves: those are what `train_many` varies.
"""
