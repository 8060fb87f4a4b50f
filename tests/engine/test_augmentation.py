"""Augmentation: what SciPy and the reference make of images, and the same bits in every way."""

import numpy as np
import pytest
import strategies
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from fastdense import (
    Conv2D,
    Data,
    Dense,
    FastdenseError,
    Flatten,
    Network,
    Recipe,
    Training,
    catalogue,
    train,
    train_many,
)
from fastdense.catalogue import Choice
from fastdense.devices.cpu import single
from fastdense.reference import augmentation as reference
from fastdense.reference.augmentation import augmented, resampled

SHAPE = 7, 6, 2
NETWORK = Network(SHAPE, [Conv2D(3, 3, "tanh"), Flatten(), Dense(2)])
IMAGES, TARGETS = strategies.numbers(0, 40, *SHAPE), strategies.numbers(1, 40, 2)
RECIPE = Recipe(optimizer="adam", learning_rate=0.01, epochs=3, batch_size=7, dtype="float64")
ALL = catalogue.names("augmentations")
MOVES = [name for name in ALL if catalogue.get("augmentations", name).moves]
every = pytest.mark.parametrize


def trained(recipe, data=(IMAGES, TARGETS), network=NETWORK, **options):
    return train(network, recipe, data, **options)


# Places.


@every("name", MOVES)
@given(data=st.data(), seed=st.integers(0, 2**32))
@settings(max_examples=30)
def test_places_are_those_of_the_spec(name, data, seed):
    entry = catalogue.get("augmentations", name)
    hyper = Choice.of("augmentations", data.draw(strategies.choices("augmentations", name))).values
    drawn = np.random.default_rng(seed).random((5, 2))
    matrices = entry.spec(drawn, hyper, SHAPE)
    for numbers, expected in zip(drawn, np.moveaxis(matrices, 2, 0), strict=True):
        a, b, c, d, down, right = entry.place(tuple(numbers), (*hyper.values(),), *SHAPE[:2])
        np.testing.assert_allclose([[a, b, down], [c, d, right]], expected, atol=1e-14)


@given(st.lists(st.floats(-2, 2), min_size=6, max_size=6), st.integers(1, 9), st.integers(1, 9))
@settings(max_examples=100)
def test_images_are_resampled_as_scipy_does(numbers, height, width):
    places = np.array(numbers).reshape(2, 3, 1)
    image = strategies.numbers(3, 1, height, width, 2)
    middle = np.array([height - 1, width - 1]) / 2
    matrix, moved = places[:, :2, 0], places[:, 2, 0]
    found = resampled(image, places)[0]
    for channel in range(2):
        expected = ndimage.affine_transform(
            image[0, ..., channel], matrix, middle - matrix @ middle + moved,
            order=1, mode="nearest",
        )  # fmt: skip
        np.testing.assert_allclose(found[..., channel], expected, atol=1e-9)


def test_an_angle_turns_as_scipy_turns():
    (image,) = strategies.numbers(3, 1, 9, 9)
    spec = catalogue.get("augmentations", "rotation").spec
    places = spec(np.array([[1.0, 0.5]]), {"degrees": 30.0}, (9, 9, 1))
    found = resampled(image[np.newaxis, ..., np.newaxis], places)[0, ..., 0]
    expected = ndimage.rotate(image, 30.0, reshape=False, order=1, mode="nearest")
    np.testing.assert_allclose(found, expected, atol=1e-12)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_all_moves_together_are_those_of_keras():
    keras = pytest.importorskip("keras.src.legacy.preprocessing.image")
    entries = [
        catalogue.get("augmentations", name) for name in ("rotation", "shift", "shear", "zoom")
    ]
    drawn = np.random.default_rng(0).random((4, 2))
    hypers = [
        {"degrees": 40.0}, {"height": 0.2, "width": 0.3}, {"degrees": 30.0},
        {"low": 0.7, "high": 1.4},
    ]  # fmt: skip
    recipe = RECIPE.replace(
        augmentation=[{"name": e.name, **h} for e, h in zip(entries, hypers, strict=True)]
    )
    image = strategies.numbers(5, 9, 9, 2)  # a square: else Keras turns it about another place
    (turn, _), (down, right), (lean, _), zooms = drawn
    with pytest.MonkeyPatch.context() as patch:
        given = iter(drawn)
        patch.setattr(reference, "_drawn", lambda *a: next(given)[np.newaxis])
        network = Network(image.shape, [Flatten(), Dense(1)])
        found = augmented(network, recipe, image.reshape(1, -1), 0).reshape(image.shape)
    # Its axes are x and y, so that height and width are the other way round.
    expected = keras.apply_affine_transform(
        image, theta=(2 * turn - 1) * 40, tx=(2 * right - 1) * 0.3 * 9,
        ty=(2 * down - 1) * 0.2 * 9, shear=(2 * lean - 1) * 30,
        zx=0.7 + 0.7 * zooms[1], zy=0.7 + 0.7 * zooms[0],
        row_axis=0, col_axis=1, channel_axis=2,
    )  # fmt: skip
    np.testing.assert_allclose(found, expected, atol=1e-5)


@every(("name", "axis"), [("horizontal_flip", 2), ("vertical_flip", 1)])
def test_a_flip_is_exact(name, axis):
    recipe = RECIPE.replace(augmentation=[{"name": name, "share": 1.0}], shuffle=False)
    flipped = np.flip(IMAGES, axis)
    expected = trained(recipe.replace(augmentation=()), (flipped, TARGETS))
    assert trained(recipe).parameters.tobytes() == expected.parameters.tobytes()


@every("name", ALL)
def test_what_changes_nothing_leaves_every_bit(name):
    nothing = {
        "rotation": {"degrees": 0.0}, "shift": {"height": 0.0, "width": 0.0},
        "shear": {"degrees": 0.0}, "zoom": {"low": 1.0, "high": 1.0},
        "horizontal_flip": {"share": 0.0}, "vertical_flip": {"share": 0.0},
        "brightness": {"low": 1.0, "high": 1.0}, "noise": {"std": 0.0}, "cutout": {"size": 0.0},
    }  # fmt: skip
    recipe = RECIPE.replace(augmentation=[{"name": name, **nothing[name]}])
    plain = trained(recipe.replace(augmentation=()))
    assert trained(recipe).parameters.tobytes() == plain.parameters.tobytes()


# Values.


def changed(*augmentation, images=IMAGES, seed=0):
    recipe = RECIPE.replace(augmentation=augmentation, seed=seed)
    network = Network(images.shape[1:], [Flatten(), Dense(1)])
    rows = images.reshape(len(images), -1)
    return augmented(network, recipe, rows, 0).reshape(images.shape)


def test_noise_has_its_deviation():
    images = np.zeros((400, 5, 5, 1))
    noise = changed({"name": "noise", "std": 0.3}, images=images)
    assert abs(noise.mean()) < 5 * 0.3 / 100
    assert noise.std() == pytest.approx(0.3, rel=0.04)
    assert len(np.unique(noise)) == noise.size


def test_brightness_is_a_factor_of_a_sample():
    factors = changed({"name": "brightness", "low": 0.5, "high": 2.0}) / IMAGES
    np.testing.assert_allclose(factors, np.broadcast_to(factors[:, :1, :1, :1], factors.shape))
    factors = factors[:, 0, 0, 0]
    assert factors.min() >= 0.5 and factors.max() < 2.0 and len(np.unique(factors)) == len(factors)


def test_a_cut_out_part_is_filled():
    images = np.ones((500, 12, 12, 1))
    found = changed({"name": "cutout", "size": 0.5, "fill": -3.0}, images=images)
    assert set(np.unique(found)) == {-3.0, 1.0}
    rows, columns = (found == -3.0).any(axis=(2, 3)), (found == -3.0).any(axis=(1, 3))
    assert rows.sum(axis=1).max() == columns.sum(axis=1).max() == 6
    # Whole parts, of all places in turn.
    assert ((found == -3.0).sum(axis=(1, 2, 3)) == rows.sum(axis=1) * columns.sum(axis=1)).all()
    assert (found == -3.0).any(axis=0).all()


# In the loop.


@given(
    augmentation=strategies.augmentations(),
    network=strategies.image_networks(normalizations=False),
    batch=st.sampled_from([1, 8, 21]),
)
@settings(max_examples=60)
def test_it_trains_as_the_reference_does(augmentation, network, batch):
    recipe = RECIPE.replace(
        augmentation=augmentation, batch_size=batch, clip_norm=1.0, optimizer="momentum"
    )
    x, y = strategies.numbers(0, 21, *network.shape), strategies.numbers(1, 21, network.outputs)
    ours, theirs = (
        trained(recipe, (x, y), network, device=device) for device in ("cpu", "reference")
    )
    if not np.isfinite(theirs.loss).all() or np.abs(theirs.loss).max() > 1e3:
        return  # nothing is stable there
    np.testing.assert_allclose(ours.parameters, theirs.parameters, rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(ours.loss, theirs.loss, rtol=1e-6)


@given(augmentation=strategies.augmentations(), dtype=st.sampled_from(["float32", "float64"]))
@settings(max_examples=20)
def test_it_has_the_same_bits_side_by_side(augmentation, dtype):
    recipe = RECIPE.replace(augmentation=augmentation, dtype=dtype)
    lanes = {"float32": 16, "float64": 8}[dtype]
    runs = train_many(NETWORK, recipe, (IMAGES, TARGETS), seeds=lanes)
    for seed in (0, lanes - 1):
        alone = trained(recipe.replace(seed=seed))
        assert alone.parameters.tobytes() == runs.parameters[seed].tobytes()


@given(augmentation=strategies.augmentations(), threads=st.integers(2, 3))
@settings(max_examples=15)
def test_neither_threads_nor_chunks_change_a_bit(augmentation, threads):
    recipe = RECIPE.replace(augmentation=augmentation, dtype="float32", batch_size=40)
    expected = trained(recipe, threads=1).parameters.tobytes()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(single, "_most_threads", lambda task, given: given)
        assert trained(recipe, threads=threads).parameters.tobytes() == expected
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(single, "chunk_columns", lambda *given: 16)
        assert trained(recipe, threads=1).parameters.tobytes() == expected


@given(augmentation=strategies.augmentations())
@settings(max_examples=15)
def test_a_step_at_a_time_draws_the_same(augmentation):
    recipe = RECIPE.replace(augmentation=augmentation, batch_size=8, shuffle=False)
    training = Training(NETWORK, recipe, (IMAGES, TARGETS), evaluate_every=0)
    for first in range(0, 40, 8):
        training.step(IMAGES[first : first + 8], TARGETS[first : first + 8])
    whole = trained(recipe.replace(epochs=1), evaluate_every=0)
    assert training.result().parameters.tobytes() == whole.parameters.tobytes()


def test_every_visit_draws_anew_and_every_seed_too():
    drawn = [changed("noise", seed=seed) for seed in (1, 1, 2)]
    assert (drawn[0] == drawn[1]).all() and not (drawn[0] == drawn[2]).any()
    network = Network(SHAPE, [Flatten(), Dense(1)])
    rows = IMAGES.reshape(len(IMAGES), -1)
    recipe = RECIPE.replace(augmentation=["noise"])
    first, second = (augmented(network, recipe, rows, step) for step in (0, 1))
    assert not (first == second).any()


def test_losses_between_epochs_are_of_the_rows_as_they_are():
    recipe = RECIPE.replace(augmentation=["noise"], learning_rate=0.0)
    noisy, plain = trained(recipe), trained(recipe.replace(augmentation=()))
    assert noisy.loss.tobytes() == plain.loss.tobytes()
    assert not (noisy.running_loss[1:] == plain.running_loss[1:]).any()


def test_a_full_batch_is_changed_anew_in_every_epoch():
    recipe = RECIPE.replace(augmentation=["noise"], batch_size="full", shuffle=False)
    recipe = recipe.replace(learning_rate=0.0)
    assert len(set(trained(recipe).running_loss[1:])) == 3


def test_features_take_noise_and_brightness():
    x, y = strategies.numbers(0, 20, 5), strategies.numbers(1, 20, 1)
    recipe = RECIPE.replace(augmentation=strategies.OF_FEATURES)
    network = Network.of(5, 4, 1, activation="tanh")
    ours, theirs = (
        trained(recipe, (x, y), network, device=device) for device in ("cpu", "reference")
    )
    np.testing.assert_allclose(ours.parameters, theirs.parameters, rtol=1e-8)


@every("name", [name for name in ALL if name not in strategies.OF_FEATURES])
def test_features_are_no_image(name):
    data = Data(strategies.numbers(0, 20, 5), strategies.numbers(1, 20, 1))
    with pytest.raises(FastdenseError, match=f"{name} changes images"):
        trained(RECIPE.replace(augmentation=[name]), data, Network.of(5, 1))


@every(
    ("given", "words"),
    [
        ("rotation", "expected a list of names or tables"),
        ([3], "does not choose one of the augmentations"),
        (["rotate"], "unknown augmentation 'rotate'"),
        ([{"name": "noise", "std": -1}], "expected 0 <= std"),
        ([{"name": "noise", "degrees": 1}], "degrees is one of rotation, shear"),
    ],
)
def test_what_is_no_augmentation_is_refused(given, words):
    with pytest.raises(FastdenseError, match=words):
        RECIPE.replace(augmentation=given)


def test_it_is_written_and_read():
    recipe = RECIPE.replace(augmentation=["shear", {"name": "rotation", "degrees": 5}])
    assert Recipe.from_dict(recipe.to_dict()) == recipe
    assert eval(repr(recipe), {"Recipe": Recipe, "Choice": Choice}) == recipe


@every(
    ("table", "words"),
    [
        ({"name": "rotation", "degrees": -3}, "expected 0 <= degrees <= 180"),
        ({"name": "shear", "degrees": 90}, "expected 0 <= degrees < 90"),
    ],
)
def test_a_range_says_whether_its_end_is_in_it(table, words):
    with pytest.raises(FastdenseError, match=words):
        RECIPE.replace(augmentation=[table])
    RECIPE.replace(augmentation=[{"name": "rotation", "degrees": 180}])
