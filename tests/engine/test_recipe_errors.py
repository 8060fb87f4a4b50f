"""Bad input gives one sentence in a FastdenseError, and nothing else escapes."""

import warnings

import numpy as np
import pytest
import strategies
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fastdense import Data, Dense, Dropout, FastdenseError, Network, Recipe, catalogue, train

NETWORK = Network.of(2, 3, 1)
CLIPPED = "binary_crossentropy_clipped"
X, Y = strategies.numbers(0, 6, 2), strategies.numbers(1, 6)
LABELS = np.array([0, 1, 2, 0, 1, 2])
SPARSE = Recipe(loss="sparse_softmax_cross_entropy", batch_size=2)
HINGE = Recipe(loss="squared_hinge", batch_size=2)


def fit(network=NETWORK, recipe=None, data=(X, Y), **options):
    return train(network, recipe or Recipe(batch_size=2, epochs=1), data, **options)


def holed(value):
    array = X.copy()
    array[3, 1] = value
    return array


def table(kind, **rest):
    return lambda: catalogue.Choice.of(kind, rest)


BAD = {
    # data
    "empty": (lambda: Data([], []), "empty"),
    "no columns": (lambda: Data(np.zeros((3, 0)), np.zeros(3)), "empty"),
    "ragged": (lambda: Data([[1, 2], [3]], [1, 2]), "rectangular"),
    "words": (lambda: Data([["a"], ["b"]], [1, 2]), "numbers"),
    "objects": (lambda: Data([{}, {}], [1, 2]), "numbers"),
    "nothing": (lambda: Data(None, None), "numbers"),
    "complex": (lambda: Data([1j, 2], [1, 2]), "complex"),
    "a number": (lambda: Data(1.0, 1.0), "dimensions"),
    "three dimensions": (lambda: Data([1, 2], np.zeros((2, 2, 2))), "3 dimensions"),
    "five dimensions": (lambda: Data(np.zeros((2, 2, 2, 1, 1)), [1, 2]), "5 dimensions.*images"),
    "nan": (lambda: Data(holed(np.nan), Y), "row 3"),
    "infinity": (lambda: Data(X, Y - np.inf), "row 0"),
    "nan in test rows": (lambda: Data(X, Y, test=(holed(np.nan), Y)), "test inputs.*row 3"),
    "rows": (lambda: Data(X, Y[:4]), "6 rows.*4"),
    "test rows": (lambda: Data(X, Y, test=(X, Y[:4])), "6 rows.*4"),
    "test features": (lambda: Data(X, Y, test=(X[:, :1], Y)), "1 features"),
    "test alone": (lambda: Data(X, Y, test=X), "test"),
    "test number": (lambda: Data(X, Y, test=3), "test"),
    "weights too few": (lambda: Data(X, Y, weights=[1, 2]), "2 of sample weights"),
    "weights negative": (lambda: Data(X, Y, weights=-np.ones(6)), "negative"),
    "weights all zero": (lambda: Data(X, Y, weights=np.zeros(6)), "zero"),
    "weights nan": (lambda: Data(X, Y, weights=[1, 1, 1, 1, 1, np.nan]), "row 5"),
    "weights by column": (lambda: Data(X, Y, weights=np.ones((6, 2))), "one number per row"),
    "data is a list": (lambda: fit(data=[X, Y]), "list"),
    "data is a triple": (lambda: fit(data=(X, Y, Y)), "tuple"),
    "beyond float32": (lambda: fit(data=(X * 1e300, Y)), "float32.*float64"),
    # data against network and recipe
    "inputs": (lambda: fit(data=(X[:, :1], Y)), "2 inputs.*1"),
    "outputs": (lambda: fit(data=(X, X)), "1 outputs.*2"),
    "test labels": (
        lambda: fit(
            Network.of(2, 3),
            Recipe(loss="sparse_softmax_cross_entropy", batch_size=2),
            Data(X, LABELS, test=(X, LABELS + 1)),
        ),
        "0 to 2",
    ),
    "label out of range": (
        lambda: fit(
            Network.of(2, 2), Recipe(loss="sparse_softmax_cross_entropy", batch_size=2), (X, LABELS)
        ),
        "from 0 to 1",
    ),
    "label negative": (
        lambda: fit(Network.of(2, 3), SPARSE, (X, LABELS - 1)),
        "-1",
    ),
    "label not whole": (
        lambda: fit(Network.of(2, 3), SPARSE, (X, LABELS / 2)),
        "whole",
    ),
    "labels in columns": (
        lambda: fit(Network.of(2, 3), Recipe(loss="sparse_categorical_crossentropy"), (X, X)),
        "2 columns",
    ),
    "not in 0 to 1": (
        lambda: fit(recipe=Recipe(loss="binary_crossentropy", batch_size=2), data=(X, Y * 9)),
        "between 0 and 1",
    ),
    "counts below 0": (
        lambda: fit(recipe=Recipe(loss="poisson", batch_size=2), data=(X, -Y - 1)),
        "none below 0",
    ),
    "labels of three for a hinge": (
        lambda: fit(recipe=Recipe(loss="hinge", batch_size=2), data=(X, LABELS[:, np.newaxis] % 3)),
        "-1 and 1, or 0 and 1",
    ),
    "both ways of a hinge's classes": (
        lambda: fit(NETWORK, HINGE, (X, LABELS[:, np.newaxis] % 3 - 1)),
        "not of two such classes",
    ),
    "not a distribution": (
        lambda: fit(
            Network.of(2, 2),
            Recipe(loss="softmax_cross_entropy", batch_size=2),
            (X, np.full((6, 2), 0.4)),
        ),
        "sum to 1",
    ),
    "batch": (lambda: fit(recipe=Recipe(batch_size=7)), "7.*6"),
    "class weights too few": (
        lambda: fit(
            Network.of(2, 3),
            Recipe(loss="sparse_softmax_cross_entropy", batch_size=2, class_weights=[1, 2]),
            (X, LABELS),
        ),
        "2 class weights",
    ),
    "class weights that leave no row": (
        lambda: fit(
            Network.of(2, 3),
            Recipe(loss="sparse_softmax_cross_entropy", batch_size=2, class_weights=[0, 1, 1]),
            (X, 0 * LABELS),
        ),
        "weights",
    ),
    # arguments of train
    "parameters": (lambda: fit(parameters=np.zeros(12)), "12.*13"),
    "parameters words": (lambda: fit(parameters=["a"] * 13), "parameters"),
    "parameters ragged": (lambda: fit(parameters=[[1, 2], [3]]), "parameters"),
    "parameters nan": (lambda: fit(parameters=np.full(13, np.nan)), "parameters"),
    "parameters complex": (lambda: fit(parameters=np.full(13, 1j)), "parameters"),
    "parameters beyond float32": (lambda: fit(parameters=np.full(13, 1e300)), "parameters"),
    "order of floats": (lambda: fit(order=[[0.0, 1.0]]), "row numbers"),
    "order empty": (lambda: fit(order=[]), "row numbers"),
    "order beyond": (lambda: fit(order=[[0, 6]]), "0 to 5"),
    "order negative": (lambda: fit(order=[[0, -1]]), "0 to 5"),
    "order ragged": (lambda: fit(order=[[0, 1], [2]]), "order"),
    "order shorter than a batch": (lambda: fit(order=[[1]]), "2.*1 samples"),
    "evaluate_every": (lambda: fit(evaluate_every=-1), "evaluate_every"),
    "observe_every": (lambda: fit(observe_every=-1), "observe_every"),
    "device": (lambda: fit(device="cpi"), "did you mean 'cpu'"),
    "network is a name": (lambda: fit(network="mlp"), "network"),
    "recipe is a table": (lambda: train(NETWORK, {"loss": "mse"}, (X, Y)), "recipe"),
    "parameters of text": (
        lambda: fit(parameters="a"), "parameters is 'a'; expected an array of numbers$"
    ),
    "an order of text": (
        lambda: fit(order="abc"), "order is 'abc'; expected an array of row numbers"
    ),
    "parameters that are no number": (
        lambda: fit(parameters=[1.0] * 4 + [np.nan] * 9),
        "parameters hold nan at place 4, counted from 0; give finite numbers",
    ),
    "parameters that are infinite": (
        lambda: fit(parameters=[-np.inf] * 13), "parameters hold -inf at place 0"
    ),
    # recipe
    "all for full": (lambda: Recipe(batch_size="all"), "'all'.*at least 1, or \"full\" for all"),
    "epochs beyond 64 bits": (lambda: Recipe(epochs=10**20), "an integer from 0 to [0-9]+$"),
    "loss": (lambda: Recipe(loss="mes"), "did you mean 'mse'"),
    "loss far off": (lambda: Recipe(loss="xqzw"), "the nearest of .* are: "),
    "schedule far off": (lambda: Recipe(schedule="xqzw"), "known: .*cosine"),
    "optimizer": (lambda: Recipe(optimizer="adm"), "did you mean 'adam'"),
    "schedule": (lambda: Recipe(schedule="cosin"), "did you mean 'cosine'"),
    "hyper-parameter": (lambda: Recipe(optimizer={"name": "adam", "beta": 0.5}), "beta"),
    "hyper-parameter of none": (lambda: Recipe(loss={"name": "mse", "delta": 1}), "none"),
    "hyper-parameter out of range": (table("optimizers", name="adam", beta1=1.0), "beta1.*< 1"),
    "hyper-parameter nan": (table("optimizers", name="adam", beta1=np.nan), "finite"),
    "hyper-parameter word": (table("optimizers", name="adam", beta1="x"), "number"),
    "hyper-parameter true": (table("optimizers", name="adam", beta1=True), "number"),
    "hyper-parameter list": (table("optimizers", name="adam", beta1=[0.5, 0.5]), "beta1"),
    "hyper-parameter list, no range": (table("initializers", name="constant", value=[1]), "value"),
    "hyper-parameter too large": (table("optimizers", name="adam", epsilon=10**400), "finite"),
    "no name": (table("optimizers", beta1=0.5), "name"),
    "choice of a number": (lambda: Recipe(loss=3), "does not choose"),
    "rate negative": (lambda: Recipe(learning_rate=-0.1), "learning_rate is -0.1"),
    "rate infinite": (lambda: Recipe(learning_rate=np.inf), "learning_rate"),
    "rate nan": (lambda: Recipe(learning_rate=np.nan), "learning_rate"),
    "rate complex": (lambda: Recipe(learning_rate=np.complex128(1)), "learning_rate"),
    "rate too large": (lambda: Recipe(learning_rate=10**400), "learning_rate"),
    "rate in words": (lambda: Recipe(learning_rate="0.1"), "learning_rate"),
    "batch zero": (lambda: Recipe(batch_size=0), "batch_size"),
    "batch fraction": (lambda: Recipe(batch_size=2.5), "batch_size"),
    "epochs": (lambda: Recipe(epochs=-1), "epochs"),
    "seed negative": (lambda: Recipe(seed=-1), "seed"),
    "seed large": (lambda: Recipe(seed=2**63), "seed"),
    "shuffle": (lambda: Recipe(shuffle="yes"), "shuffle"),
    "penalty": (lambda: Recipe(l2=-1e-3), "l2"),
    "clip": (lambda: Recipe(clip_norm=-1.0), "clip_norm"),
    "class weights number": (lambda: Recipe(class_weights=2.0), "class_weights"),
    "class weights array of one": (lambda: Recipe(class_weights=np.array(2.0)), "class_weights"),
    "class weights negative": (lambda: Recipe(class_weights=[1, -1]), "class weight"),
    "epochs without end": (lambda: Recipe(epochs=10**30), "from 0 to 1000000000000000$"),
    "batches without end": (
        lambda: Recipe(gradient_accumulation_steps=10**30), "from 1 to 1000000000000000$"
    ),
    "class weights all zero": (lambda: Recipe(class_weights=[0, 0]), "class_weights"),
    "dtype": (lambda: Recipe(dtype="float16"), "did you mean|known"),
    "clip without effect": (lambda: Recipe(loss={"name": CLIPPED, "clip": 1e-9}), "float64"),
    "key of a recipe": (lambda: Recipe.from_dict({"batch_sizes": 3}), "did you mean 'batch_size'"),
    # network
    "widths in a list": (
        lambda: Network.of([1, 2, 1]), r"in one list, \[1, 2, 1\]; .*Network.of\(\*widths\)"
    ),
    "widths in an array": (lambda: Network.of(np.array([1, 2, 1])), "in one ndarray"),
    "no widths": (lambda: Network.of(3), "widths"),
    "no layers": (lambda: Network(3, []), "end in a dense"),
    "layers a number": (lambda: Network(3, 5), "layer"),
    "layer a number": (lambda: Network(3, [5]), "not a layer"),
    "dropout at the end": (lambda: Network(3, [Dense(2), Dropout(0.5)]), "end in a dense"),
    "inputs zero": (lambda: Network.of(0, 1), "inputs"),
    "units": (lambda: Dense(0), "units"),
    "units fraction": (lambda: Dense(2.0), "units"),
    "activation": (lambda: Dense(2, "rely"), "did you mean 'relu'"),
    "activation list": (lambda: Dense(2, ["relu"]), "activation"),
    "initializer": (lambda: Dense(2, weights="glorot_norm"), "did you mean 'glorot_normal'"),
    "dropout": (lambda: Dropout(1.0), "dropout"),
    "orthogonal bias": (lambda: Network.of(2, 2, bias="orthogonal").initialize(), "matrices"),
    "explicit without values": (
        lambda: Network.of(2, 2, weights="explicit").initialize(), "values"),
    "explicit of another shape": (
        lambda: Network.of(2, 2, weights={"name": "explicit", "values": [1, 2]}).initialize(),
        "shape"),
    "explicit ragged": (
        lambda: Network.of(2, 2, weights={"name": "explicit", "values": [[1], [2, 3]]})
        .initialize(), "explicit"),
    "start beyond float32": (
        lambda: Network.of(2, 2, weights={"name": "constant", "value": 1e300}).initialize(),
        "float32"),
    "key of a network": (lambda: Network.from_dict({"hiden": 3}, 2, 1), "did you mean 'hidden'"),
    "depth of a network": (lambda: Network.from_dict({"hidden": 3, "depth": -1}, 2, 1), "depth"),
    "too deep": (lambda: Network.from_dict({"hidden": 3, "depth": 99999}, 2, 1), "at most"),
    "layers of a table": (lambda: Network.from_dict({"layers": 5}, 2, 1), "layers"),
    "key of a layer": (
        lambda: Network.from_dict({"layers": [{"dense": 2, "activaton": "relu"}]}, 2, 1),
        "did you mean 'activation'"),
    # predictions
    "predict": (lambda: fit().predict(X[:, :1]), "2 inputs.*1"),
    "predict nan": (lambda: fit().predict(holed(np.nan)), "row 3"),
    "predict beyond float32": (lambda: fit().predict(X * 1e300), "float32"),
}  # fmt: skip


def assert_sentence(error):
    message = str(error.value if hasattr(error, "value") else error)
    assert 10 < len(message) < 400 and "\n" not in message
    assert "Traceback" not in message and "object at 0x" not in message


@pytest.mark.parametrize("name", BAD)
def test_bad_input(name):
    call, expected = BAD[name]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(FastdenseError, match=f"(?s){expected}") as error:
            call()
    assert type(error.value) is FastdenseError
    assert_sentence(error)


LIKELY = st.sampled_from(
    [*("relu", "mse", "adam", "softmax", "float64", "cosine", "zeros", "name", "explicit"),
     *(None, True, -1, 0, 1, 2, 3, 2**63, 10**400, -0.0, 0.5, np.inf, np.nan, 1e300, 1j),
     *(np.float32(0.5), np.int8(2), np.complex64(1), np.array(2.0), np.array([1.0, 2.0])),
     *(np.zeros(0), np.array(["a"]), np.array([[1, 2], [3, 4]]), np.dtype("float32"), np.float64),
     *({"name": "adam"}, {"name": "huber", "delta": 2.0}, {"name": ["adam"]}, (), [[1], [2, 3]])]
)  # fmt: skip
JUNK = st.one_of(
    LIKELY,
    st.integers(-3, 5),
    st.floats(),
    st.text(max_size=5),
    st.lists(st.one_of(LIKELY, st.integers(-3, 5)), max_size=4),
    st.dictionaries(st.one_of(st.text(max_size=4), st.just("name")), LIKELY, max_size=2),
    st.binary(max_size=3),
)


def survives(call, *arguments, **options):
    """The result, or None if it is refused in one sentence; warnings count as escapes."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            return call(*arguments, **options)
        except FastdenseError as error:
            assert_sentence(error)
            return None


@given(strategies.recipes(10, 3))
def test_a_recipe_survives_its_plain_form(recipe):
    assert Recipe.from_dict(recipe.to_dict()) == recipe


FIELDS = (
    *("loss", "optimizer", "learning_rate", "schedule", "batch_size", "shuffle", "l1", "l2"),
    *("clip_value", "clip_norm", "class_weights", "seed", "dtype"),
)


@settings(max_examples=400)
@given(st.dictionaries(st.sampled_from(FIELDS), JUNK, min_size=1, max_size=2))
def test_any_recipe(fields):
    recipe = survives(lambda: Recipe(epochs=1, **{"batch_size": 2, **fields}))
    if recipe is not None:
        assert Recipe.from_dict(recipe.to_dict()) == recipe
        run = survives(train, NETWORK, recipe, (X, np.abs(np.tanh(Y))))
        assert run is None or run.outcome


@settings(max_examples=200)
@given(st.sampled_from(["losses", "optimizers", "schedules", "initializers"]), st.data())
def test_any_hyper_parameter(kind, data):
    entry = catalogue.get(kind, data.draw(st.sampled_from(catalogue.names(kind))))
    names = st.sampled_from([*entry.hyper, "other"])
    chosen = survives(
        catalogue.Choice.of, kind, {"name": entry.name, **{data.draw(names): data.draw(JUNK)}}
    )
    if chosen is None:
        return
    hash(chosen)
    if kind == "initializers":
        survives(lambda: Network(2, [Dense(2, weights=chosen)]).initialize())
    else:
        for low, high in (entry.ranges.get(name, (None, None)) for name, _ in chosen.hyper):
            assert chosen.entry is entry
            value = chosen.values[chosen.hyper[0][0]]
            assert low is None or low <= value < high


@settings(max_examples=200)
@given(JUNK, JUNK, JUNK, JUNK, st.booleans())
@example(2, ["relu"], "zeros", 0.5, True)
def test_any_network(inputs, first, second, third, whole):
    inputs = 2 if whole else inputs
    network = survives(lambda: Network(inputs, [Dropout(third), Dense(3, first), Dense(second)]))
    assert network is None or network.size > 0
    survives(lambda: Network(inputs, first))
    survives(lambda: Network.of(inputs, 3, second, activation=first, weights=third))
    survives(lambda: Network.from_dict({"hidden": first, "dropout": third}, 2, 1))
    survives(lambda: Network.from_dict({"layers": [{"dense": 2, "activation": first}]}, 2, 1))


@settings(max_examples=300)
@given(JUNK, JUNK, JUNK, JUNK, st.sampled_from(strategies.LOSSES))
def test_any_data(inputs, targets, weights, test, loss):
    survives(Data, inputs, targets)
    survives(Data, X, Y, weights)
    survives(Data, X, Y, None, test)
    survives(Data, X, Y, None, (X, targets))
    rows = survives(Data, X, [targets] * 6)
    if rows is not None:
        network = Network.of(2, rows.targets.shape[1])
        run = survives(train, network, Recipe(loss=loss, batch_size=2, epochs=1), rows)
        assert run is None or run.outcome


@settings(max_examples=200)
@given(
    st.dictionaries(
        st.sampled_from(["parameters", "order", "evaluate_every", "observe_every", "device"]),
        JUNK,
        min_size=1,
        max_size=2,
    )
)
def test_any_argument_of_train(options):
    survives(lambda: fit(**options))


@settings(max_examples=100)
@given(JUNK, JUNK)
def test_any_object_in_place_of_network_data_and_inputs(one, other):
    survives(train, one, Recipe(batch_size=2, epochs=1), (X, Y))
    survives(train, NETWORK, one, (X, Y))
    survives(train, NETWORK, Recipe(batch_size=2, epochs=1), one)
    survives(fit().predict, other)
