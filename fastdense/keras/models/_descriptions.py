"""Models from what describes them: a configuration, JSON, a file, another model."""

import json

from fastdense.keras import saving
from fastdense.keras.layers import LAYERS
from fastdense.keras.models._model import Model
from fastdense.keras.models._sequential import Sequential
from fastdense.keras.refused import refuse


def made(config, custom_objects=None):
    """A layer or model from its serialized form."""
    try:
        name, own = config["class_name"], dict(config["config"])
    except (TypeError, KeyError):
        raise ValueError(
            f"{config!r} describes no layer: it has no class_name and config"
        ) from None
    if name == "Sequential":
        return Sequential.from_config(own, custom_objects)
    if name in ("Functional", "Model"):
        return Model.from_config(own, custom_objects)
    cls = LAYERS.get(name)
    if cls is None:
        raise refuse(f"the layer {name}", f"there are {', '.join(LAYERS)}")
    return cls.from_config(own)


def model_from_json(text, custom_objects=None):
    """A model from what `to_json` gave, with fresh weights."""
    try:
        config = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"the text is no JSON: {error}") from None
    return model_from_config(config)


def model_from_config(config, custom_objects=None):
    model = made(config, custom_objects)
    if not isinstance(model, Model):
        raise ValueError(f"{config['class_name']} is a layer; expected a model")
    return model


def clone_model(model, input_tensors=None, clone_function=None):
    """The same model with fresh weights."""
    if input_tensors is not None or clone_function is not None:
        raise refuse("clone_model with other tensors or a function", "give the model alone")
    kind = Sequential if isinstance(model, Sequential) else Model
    return kind.from_config(json.loads(json.dumps(model.get_config())))


def load_model(filepath, custom_objects=None, compile=True, safe_mode=True):
    """The model in a file."""
    return saving.read(filepath, compile)


def save_model(model, filepath, overwrite=True, **given):
    model.save(filepath, overwrite, **given)
