"""Models: chains of layers that are trained, evaluated and kept."""

from fastdense.keras.models._descriptions import (
    clone_model,
    load_model,
    made,
    model_from_config,
    model_from_json,
    save_model,
)
from fastdense.keras.models._model import WATCHING, Functional, Model
from fastdense.keras.models._sequential import Sequential

__all__ = [
    "WATCHING", "Functional", "Model", "Sequential", "clone_model", "load_model", "made",
    "model_from_config", "model_from_json", "save_model",
]  # fmt: skip
