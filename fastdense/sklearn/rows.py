"""Rows that a fit trains on or scores, as the engine takes them."""

from dataclasses import dataclass

import numpy as np
from sklearn.model_selection import train_test_split


@dataclass
class Rows:
    """Some rows.

    Attributes
    ----------
    inputs : ndarray, shape (n, features)
    known : ndarray, shape (n, columns)
        What is to be predicted: numbers, or boolean columns of classes.
    targets : ndarray, shape (n, ...)
        The same as the loss takes it.
    weights : ndarray, shape (n,), or None
    """

    inputs: np.ndarray
    known: np.ndarray
    targets: np.ndarray
    weights: np.ndarray | None

    def part(self, own):
        """Some of them, by their numbers."""
        weights = None if self.weights is None else self.weights[own]
        return Rows(self.inputs[own], self.known[own], self.targets[own], weights)


def dense(inputs):
    """Rows as an array, of a sparse matrix all its numbers."""
    return inputs.toarray() if hasattr(inputs, "toarray") else inputs


def split(inputs, known, weights, share, random_state, stratified):
    """Rows to train on, and a share of them to score: two triples (inputs, known, weights)."""
    arrays = (inputs, known) if weights is None else (inputs, known, weights)
    parts = train_test_split(
        *arrays,
        random_state=random_state,
        test_size=share,
        stratify=known if stratified else None,
    )
    train, held = parts[::2], parts[1::2]
    if len(held[0]) < 2:
        raise ValueError(
            "The validation set is too small. Increase 'validation_fraction' or the size of your "
            "dataset."
        )
    none = () if weights is not None else (None,)
    return (*train, *none), (*held, *none)
