"""Settings in the words of Keras and PyTorch: every setting has some, and names that are there."""

import numpy as np
import pytest

from fastdense import Conv2D, Dense, Flatten, Network, Recipe, catalogue
from fastdense.diagnosis import changes as known
from fastdense.diagnosis.case import Case
from fastdense.diagnosis.spelled import ACTIVATIONS, OPTIMIZERS, PATHS, WEIGHTS, spelled

X = np.random.default_rng(0).normal(size=(40, 3))
CASE = Case.of(
    Network.of(3, 8, 1, activation="sigmoid"),
    Recipe(optimizer="momentum", learning_rate=0.1, clip_norm=0.5, l2=0.1, shuffle=False),
    (X, X[:, :1]),
)
UNSAID = "recipe.dtype", "recipe.gradient_accumulation_steps", "network.bias"  # left as they are
CHANGES = {
    "use adam at a learning rate of 0.003": (
        known.optimizer("adam", 3e-3),
        "optimizer=keras.optimizers.Adam(learning_rate=0.003, global_clipnorm=0.5)",
        "optimizer = torch.optim.Adam(model.parameters(), lr=0.003)",
    ),
    "lower the rate": (
        known.rate_times(0.1),
        "optimizer=keras.optimizers.SGD(learning_rate=0.01, momentum=0.9, global_clipnorm=0.5)",
        "optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)",
    ),
    "no clip": (
        known.no_clip(),
        "optimizer=keras.optimizers.SGD(learning_rate=0.1, momentum=0.9)",
        "leave out torch.nn.utils.clip_grad_norm_ and clip_grad_value_",
    ),
    "epochs": (known.epochs(7), "model.fit(..., epochs=7)", "for epoch in range(7):"),
    "batch": (
        known.batch(16), "model.fit(..., batch_size=16)",
        "DataLoader(..., batch_size=16, shuffle=True)",
    ),
    "shuffle": (known.shuffled(), "model.fit(..., shuffle=True)", "DataLoader(..., shuffle=True)"),
    "penalty": (
        known.penalty_times(0.01), "kernel_regularizer=keras.regularizers.L2(0.001)",
        "weight_decay=0.002",
    ),
    "output": (known.output("tanh"), 'activation="tanh" as the output', "nn.Tanh() as the output"),
    "wider": (known.wider(4), "Dense layers of 32 units", "nn.Linear layers of 32 units"),
    "normalized": (
        known.batch_normalization(),
        'layers Dense(8, kernel_initializer="glorot_uniform"), BatchNormalization(), '
        'Activation("sigmoid"), Dense(1, kernel_initializer="glorot_uniform")',
        "layers nn.Linear(..., 8) (glorot_uniform), nn.BatchNorm1d(...), nn.Sigmoid(), "
        "nn.Linear(..., 1) (glorot_uniform)",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_spelled(name):
    change, keras, torch = CHANGES[name]
    after = change.make(CASE)
    lines = spelled(known.difference(CASE, after), known.settings_of(after))
    assert keras in lines["keras"] and torch in lines["torch"]


def test_every_setting_that_a_remedy_may_change_is_spelled():
    for path in known.settings_of(CASE):
        assert path.startswith((*PATHS, *UNSAID))


def test_every_optimizer_is_spelled():
    names = {name.removesuffix("_keras") for name in catalogue.names("optimizers")}
    assert names == set(OPTIMIZERS)


def test_names_are_those_of_pytorch():
    torch = pytest.importorskip("torch")
    for _, name in OPTIMIZERS.values():
        assert hasattr(torch.optim, name)
    for _, text in [*ACTIVATIONS.values(), *WEIGHTS.values()]:
        if text.startswith("nn."):
            found = torch.nn
            for part in text.partition("(")[0].split(".")[1:]:
                found = getattr(found, part)


def test_names_are_those_of_keras():
    keras = pytest.importorskip("keras")
    for name, _ in OPTIMIZERS.values():
        assert hasattr(keras.optimizers, name)
    for name, _ in ACTIVATIONS.values():
        assert keras.activations.get(name)
    for name, _ in WEIGHTS.values():
        assert keras.initializers.get(name)


def test_layers_that_come_again_are_written_once():
    deep = Case.of(Network.of(3, *[8] * 5, 1, activation="relu"), Recipe(), (X, X[:, :1]))
    after = known.batch_normalization().make(deep)
    (line,) = spelled(known.difference(deep, after), known.settings_of(after))["keras"]
    assert line == (
        'layers 5 times (Dense(8, kernel_initializer="glorot_uniform"), BatchNormalization(), '
        'Activation("relu")), Dense(1, kernel_initializer="glorot_uniform")'
    )


def test_another_activation_keeps_the_normalization_before_it():
    normalized = known.batch_normalization().make(CASE)
    after = known.hidden_activation("relu").make(normalized).network
    assert after.activations == ["relu", "identity"]
    assert after.dense[0][1].activation == "identity"
    assert known.batch_normalization().make(normalized).network == normalized.network


def test_layers_on_images_have_their_windows_and_norms_of_two_dimensions():
    x = np.random.default_rng(0).normal(size=(20, 8, 8, 1))
    layers = [Conv2D(4, 3, "tanh", padding="same"), Flatten(), Dense(5, "tanh"), Dense(1)]
    case = Case.of(Network((8, 8, 1), layers), Recipe(), (x, x[:, 0, 0]))
    after = known.batch_normalization().make(case)
    lines = spelled(known.difference(case, after), known.settings_of(after))
    (keras,), (torch,) = lines["keras"], lines["torch"]
    assert 'Conv2D(4, kernel_size=(3, 3), strides=(1, 1), padding="same"' in keras
    assert torch.index("BatchNorm2d") < torch.index("Flatten") < torch.index("BatchNorm1d")


def test_units_that_depend_on_each_other_are_not_normalized():
    network = Network(3, [Dense(4, "softmax"), Dense(4, "tanh"), Dense(1)])
    case = Case.of(network, Recipe(), (X, X[:, :1]))
    changed = known.batch_normalization().make(case).network
    kinds = [type(layer).__name__ for layer in changed.layers]
    assert kinds == ["Dense", "Dense", "BatchNormalization", "Activation", "Dense"]


def test_a_linear_layer_is_normalized_without_an_activation_that_does_nothing():
    network = Network(3, [Dense(4, "identity"), Dense(1)])
    case = Case.of(network, Recipe(), (X, X[:, :1]))
    layers = known.batch_normalization().make(case).network.layers
    assert [type(layer).__name__ for layer in layers] == ["Dense", "BatchNormalization", "Dense"]
