"""Trains many generated networks in every way there is, and prints a digest of each.

`python bits_probe.py COUNT [COUNT of networks trained in every way]`: the others are trained in one
way, which is enough to compare processes.
"""

import hashlib
import pickle
import sys
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import strategies

from fastdense import Data, Dense, Dropout, Network, Recipe, catalogue, train, train_many
from fastdense.devices.cpu import arena, pack, single

CURVES = "loss", "running_loss", "accuracy", "test_loss", "test_accuracy"


def generated(index):
    """Network, recipe, data and options number `index`; every kind of entry comes up."""
    rng = np.random.default_rng(index)

    def one(kind):
        known = catalogue.names(kind)
        return known[index % len(known)] if rng.random() < 0.5 else str(rng.choice(known))

    loss = one("losses")
    entry = catalogue.get("losses", loss)
    output = strategies.OUTPUTS.get(entry.predictions, "identity")
    outputs = int(rng.integers(2 if entry.targets in ("distribution", "label") else 1, 7))
    layers = []
    for _ in range(rng.integers(0, 4)):
        if rng.random() < 0.2:
            layers.append(Dropout(float(rng.uniform(0, 0.7))))
        own = [{}, {}, {"l2": 0.01}, {"l1": 0.01, "max_norm": 0.7}][rng.integers(4)]
        name = str(rng.choice(strategies.ACTIVATIONS))
        layers.append(Dense(int(rng.integers(1, 70)), name, **own))
    network = Network(int(rng.integers(1, 40)), [*layers, Dense(outputs, output, bias="uniform")])
    rows = int(rng.integers(1, 300))
    x = rng.standard_normal((rows + 9, network.inputs))
    y = strategies.targets_for(loss, index, rows + 9, outputs)
    weights = rng.random(rows) + 0.5 if rng.random() < 0.3 else None
    data = Data(x[:rows], y[:rows], weights, (x[rows:], y[rows:]))
    recipe = Recipe(
        loss=loss,
        optimizer=one("optimizers"),
        schedule=one("schedules"),
        learning_rate=0.002,
        batch_size="full"
        if rng.random() < 0.2
        else int(min(rows, rng.choice([1, 4, 7, 32, 100, 300]))),
        epochs=int(rng.integers(1, 4)),
        shuffle=bool(rng.random() < 0.7),
        clip_norm=float(rng.choice([0.0, 0.0, 0.5])),
        clip_value=float(rng.choice([0.0, 0.0, 0.05])),
        l2=float(rng.choice([0.0, 0.0, 1e-3])),
        augmentation=["noise", "brightness"] if rng.random() < 0.1 else (),
        gradient_accumulation_steps=int(rng.choice([1, 1, 1, 3])),
        seed=int(rng.integers(2**62)),
        dtype=str(rng.choice(["float32", "float32", "float32", "float64"])),
    )
    return network, recipe, data


def bits(run, signals=True, curves=True):
    """The bits of a run's parameters and, if wanted, curves and signals."""
    arrays = [run.parameters, run.initial_parameters]
    if curves:
        arrays += [getattr(run, name) for name in CURVES]
    if signals:
        arrays += run.signals.values()
    state = hashlib.sha256()
    for array in arrays:
        state.update(b"none" if array is None else np.ascontiguousarray(array).tobytes())
    return state.hexdigest()


@contextmanager
def patched(**changes):
    """Other sizes of chunks, blocks and shares than those that the machine suggests."""
    places = {name: module for module in (arena, single, pack) for name in vars(module)}
    old = {name: getattr(places[name], name) for name in changes}
    try:
        for name, value in changes.items():
            for module in (arena, single, pack):
                if hasattr(module, name):
                    setattr(module, name, value)
        yield
    finally:
        for name, value in old.items():
            for module in (arena, single, pack):
                if hasattr(module, name):
                    setattr(module, name, value)


def other_ways(network, recipe, data):
    """Pairs of what a training gives in some way, and what it gives in the usual one."""
    usual = train(network, recipe, data, observe_every=1, threads=1)
    whole, plain, final = bits(usual), bits(usual, signals=False), bits(usual, False, False)
    yield "pickled", bits(pickle.loads(pickle.dumps(usual))), whole
    yield "again", bits(train(network, recipe, data, observe_every=1)), whole
    yield "without signals", bits(train(network, recipe, data), signals=False), plain
    unseen = train(network, recipe, data, evaluate_every=0)
    yield "not evaluated", bits(unseen, False, False), final
    for threads in (2, 7):
        with patched(SHARED_PRODUCTS=0, MIN_COLUMNS=16, MIN_NUMBERS=16, SMALL_NETWORK=64):
            shared = train(network, recipe, data, observe_every=1, threads=threads)
        yield f"{threads} threads", bits(shared), whole
    for numbers in (1 << 9, 1 << 12):
        with patched(ARENA_NUMBERS=numbers, BLOCK_NUMBERS=numbers // 8):
            cut = train(network, recipe, data, observe_every=1, threads=1)
        yield f"chunks of {numbers} numbers", bits(cut), whole
    seeds = [recipe.seed, *range(recipe.seed % 18)]
    for cached in (1, 1 << 18):
        with patched(CACHED=cached, MAX_PARAMETERS=1 << 20):
            lanes = train_many(network, recipe, data, seeds=seeds, observe_every=1)
        yield f"a pack of {len(seeds)}, chunks for {cached} bytes", bits(lanes[0]), whole
    together = usual.predict(data.inputs)
    alone = np.concatenate([usual.predict(row[np.newaxis]) for row in data.inputs[:9]])
    yield "predicted row by row", alone.tobytes(), together[:9].tobytes()
    doubled = Data(*(np.repeat(a, 2, axis=1)[:, ::2] for a in (data.inputs, data.targets)),
                   data.weights, data.test)  # fmt: skip
    yield "strided rows", bits(train(network, recipe, doubled, observe_every=1)), whole
    held = train(network, replace(recipe, learning_rate=0.0), data)
    yield "rate zero", held.parameters.tobytes(), held.initial_parameters.tobytes()


def main(count, every_way):
    for index in range(count):
        network, recipe, data = generated(index)
        if index < every_way:
            for way, ours, theirs in other_ways(network, recipe, data):
                if ours != theirs:
                    print("DIFFERS", index, way, flush=True)
        print(index, bits(train(network, recipe, data, observe_every=1)), flush=True)


if __name__ == "__main__":
    np.seterr(all="ignore")
    main(int(sys.argv[1]), int(sys.argv[2]))
