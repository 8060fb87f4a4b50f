"""Helpers for data, seeds and pictures."""

import numpy as np

from fastdense.keras.picture import plot_model
from fastdense.keras.randomness import set_seed
from fastdense.keras.refused import refuse, refusing
from fastdense.keras.saving import register_keras_serializable
from fastdense.keras.words import old_words

__all__ = [
    "Sequence", "register_keras_serializable", "set_random_seed", "normalize", "plot_model",
    "split_dataset", "to_categorical",
]  # fmt: skip


def set_random_seed(seed):
    """Let all that is drawn be a function of this: in Python, NumPy and here."""
    set_seed(seed)


@old_words
def to_categorical(x, num_classes=None):
    """Labels as one-hot rows, float64."""
    labels = np.asarray(x).astype("int64")
    shape = labels.shape[:-1] if labels.ndim > 1 and labels.shape[-1] == 1 else labels.shape
    flat = labels.ravel()
    count = int(num_classes) if num_classes else int(flat.max()) + 1
    if flat.size and (flat.min() < 0 or flat.max() >= count):
        raise ValueError(
            f"labels run from {flat.min()} to {flat.max()}; expected 0 to {count - 1} for "
            f"{count} classes"
        )
    return np.eye(count)[flat].reshape(*shape, count)


def normalize(x, axis=-1, order=2):
    """Rows of a norm of 1."""
    x = np.asarray(x, float)
    norm = np.linalg.norm(x, ord=order, axis=axis, keepdims=True)
    norm[norm == 0] = 1
    return x / norm


class Sequence:
    """Batches by number; own subclasses define `__len__` and `__getitem__`."""

    def __init__(self, workers=1, use_multiprocessing=False, max_queue_size=10):
        pass

    def on_epoch_end(self):
        pass


PyDataset = Sequence


def split_dataset(*_, **__):
    raise refuse("split_dataset", "use scikit-learn's train_test_split on arrays")


class _NumPyUtils:
    """`np_utils`, of Keras 1 and 2."""

    to_categorical = staticmethod(to_categorical)
    normalize = staticmethod(normalize)


np_utils = _NumPyUtils
__getattr__ = refusing(
    "keras.utils",
    {
        "files are not downloaded; give the path of one that is there": "get_file",
        "give arrays": "image_dataset_from_directory text_dataset_from_directory "
        "timeseries_dataset_from_array audio_dataset_from_directory",
        "there is nothing to differentiate": "custom_object_scope get_custom_objects "
        "CustomObjectScope deserialize_keras_object serialize_keras_object multi_gpu_model "
        "model_to_dot FeatureSpace pad_sequences Progbar",
    },
)
