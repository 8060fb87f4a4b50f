"""Images that are changed at random in each step of a training."""

from dataclasses import replace

import numpy as np

from fastdense.keras.randomness import next_seed
from fastdense.keras.refused import refuse, refusing
from fastdense.keras.rows import rows
from fastdense.keras.words import only


class ImageDataGenerator:
    """Random rotations, shifts and other changes, in the compiled loop."""

    def __init__(
        self, featurewise_center=False, samplewise_center=False,
        featurewise_std_normalization=False, samplewise_std_normalization=False,
        zca_whitening=False, zca_epsilon=1e-6, rotation_range=0, width_shift_range=0.0,
        height_shift_range=0.0, brightness_range=None, shear_range=0.0, zoom_range=0.0,
        channel_shift_range=0.0, fill_mode="nearest", cval=0.0, horizontal_flip=False,
        vertical_flip=False, rescale=None, preprocessing_function=None, data_format=None,
        validation_split=0.0, interpolation_order=1, dtype=None,
    ):  # fmt: skip
        kind = "ImageDataGenerator"
        for name, value in (
            ("zca_whitening", zca_whitening), ("channel_shift_range", channel_shift_range),
            ("brightness_range", brightness_range),
        ):  # fmt: skip
            only(kind, name, value, False, None, 0)
        only(kind, "data_format", data_format, None, "channels_last")
        self.rotation_range, self.shear_range = rotation_range, shear_range
        self.width_shift_range, self.height_shift_range = width_shift_range, height_shift_range
        self.zoom_range, self.rescale = zoom_range, rescale
        self.horizontal_flip, self.vertical_flip = horizontal_flip, vertical_flip
        self.featurewise_center = bool(featurewise_center or featurewise_std_normalization)
        self.featurewise_std_normalization = bool(featurewise_std_normalization)
        self.samplewise_center = bool(samplewise_center or samplewise_std_normalization)
        self.samplewise_std_normalization = bool(samplewise_std_normalization)
        self.preprocessing_function = preprocessing_function
        self.validation_split = float(validation_split or 0.0)
        self.mean = self.std = None
        moves = rotation_range, width_shift_range, height_shift_range, shear_range, zoom_range
        if any(np.any(one) for one in moves):
            only(kind, "fill_mode", fill_mode, "nearest")
            # Keras does this behind the changes, of which there is another one in each step.
            only(kind, "samplewise_center", self.samplewise_center, False)
        if any(np.any(one) for one in (*moves, horizontal_flip, vertical_flip)):
            only(kind, "preprocessing_function", preprocessing_function, None)

    def fit(self, x, augment=False, rounds=1, seed=None):
        """Find the mean and the deviation of each channel, for what is featurewise."""
        only("fit", "augment", augment, False)
        x = np.asarray(x, "float32")
        self.mean = x.mean(axis=(0, 1, 2))
        self.std = x.std(axis=(0, 1, 2))

    def standardize(self, x):
        """Images without random changes as a network is given them, in Keras's order of steps."""
        x = np.array(x, "float32")
        if self.preprocessing_function is not None:
            made = [np.asarray(self.preprocessing_function(one), "float32") for one in x]
            x = np.stack(made)
        if self.rescale is not None:
            x *= np.float32(self.rescale)
        of_one = tuple(range(1, x.ndim))
        if self.samplewise_center:
            x -= x.mean(axis=of_one, keepdims=True)
        if self.samplewise_std_normalization:
            x /= x.std(axis=of_one, keepdims=True) + np.float32(1e-6)
        if self.featurewise_center and self.mean is None:
            raise ValueError(
                "ImageDataGenerator has featurewise_center or featurewise_std_normalization, but "
                "knows no mean; call its fit(x) first"
            )
        if self.featurewise_center:
            x -= self.mean
        if self.featurewise_std_normalization:
            x /= self.std + np.float32(1e-6)
        return x

    def augmentation(self, shape):
        """The changes of images of a shape, as a recipe has them."""
        changes = []
        if self.rotation_range:
            changes.append({"name": "rotation", "degrees": float(self.rotation_range)})
        if self.width_shift_range or self.height_shift_range:
            across, down = (
                share / size if share >= 1 else share
                for share, size in (
                    (_number("width_shift_range", self.width_shift_range), shape[1]),
                    (_number("height_shift_range", self.height_shift_range), shape[0]),
                )
            )
            changes.append({"name": "shift", "height": down, "width": across})
        if self.shear_range:
            changes.append({"name": "shear", "degrees": float(self.shear_range)})
        if self.zoom_range:
            if np.isscalar(self.zoom_range):
                low, high = 1 - self.zoom_range, 1 + self.zoom_range
            else:
                low, high = self.zoom_range
            changes.append({"name": "zoom", "low": float(low), "high": float(high)})
        changes += ["horizontal_flip"] * bool(self.horizontal_flip)
        changes += ["vertical_flip"] * bool(self.vertical_flip)
        return tuple(changes)

    def flow(
        self, x, y=None, batch_size=32, shuffle=True, sample_weight=None, seed=None, subset=None,
        **others,
    ):  # fmt: skip
        for name, value in others.items():
            only("flow", name, value, None, False)
        if subset is not None:
            if subset not in ("training", "validation"):
                raise ValueError(f"subset is {subset!r}; expected 'training' or 'validation'")
            held = int(len(x) * self.validation_split)  # the first ones
            part = slice(held, None) if subset == "training" else slice(0, held)
            x, y, sample_weight = (
                None if one is None else np.asarray(one)[part] for one in (x, y, sample_weight)
            )
        return Batches(self, x, y, int(batch_size), bool(shuffle), sample_weight, seed)

    def flow_from_directory(self, *_, **__):
        raise refuse("flow_from_directory", "read the images into arrays, and give them to flow")

    flow_from_dataframe = flow_from_directory


def _number(name, value):
    if not np.isscalar(value):
        raise refuse(f"{name}={value!r}", "give one number")
    return float(value)


class Batches:
    """Batches of changed images, for `fit`, or one after the other."""

    def __init__(self, generator, x, y, batch, shuffle, weights, seed):
        self._rows = rows(generator.standardize(x), y, weights)
        if self._rows.x.ndim != 4:
            raise ValueError(
                f"images have shape {self._rows.x.shape}; expected (n, height, width, channels)"
            )
        self.batch_size, self.n, self.shuffle = batch, len(self._rows), shuffle
        self._changes = generator.augmentation(self._rows.x.shape[1:])
        self._seed, self._step = next_seed() if seed is None else seed, 0
        self._order, self._place = None, 0

    def rows_of_data_set(self):
        return replace(
            self._rows,
            batch=self.batch_size,
            shuffled=self.shuffle,
            augmentation=self._changes,
        )

    def __len__(self):
        return -(-self.n // self.batch_size)

    def __iter__(self):
        return self

    def __next__(self):
        from fastdense.layers.dense import Dense
        from fastdense.layers.flatten import Flatten
        from fastdense.network import Network
        from fastdense.recipe import Recipe
        from fastdense.reference.augmentation import augmented

        if self._order is None or self._place >= self.n:
            draw = np.random.default_rng([self._seed, self._step])
            self._order = draw.permutation(self.n) if self.shuffle else np.arange(self.n)
            self._place = 0
        chosen = self._order[self._place : self._place + self.batch_size]
        self._place += self.batch_size
        part = self._rows.part(chosen)
        network = Network(self._rows.x.shape[1:], [Flatten(), Dense(1)])
        recipe = Recipe(augmentation=self._changes, seed=self._seed)
        changed = augmented(network, recipe, part.x.reshape(len(part), -1), self._step)
        self._step += 1
        x = changed.reshape(part.x.shape).astype("float32")
        return x if part.given is None else (x, part.given)

    next = __next__


__getattr__ = refusing(
    "keras.preprocessing.image",
    {
        "read images with Pillow or imageio, and give arrays": "load_img img_to_array array_to_img "
        "save_img",
        "use ImageDataGenerator": "random_rotation random_shift random_shear random_zoom "
        "apply_affine_transform DirectoryIterator NumpyArrayIterator Iterator",
    },
)
