"""The arrays that a training works in, for one network or for a pack of them."""

from math import prod
from typing import NamedTuple

import numpy as np

from fastdense.arrays.buffers import aligned, buffer
from fastdense.devices.cpu import augmentation
from fastdense.devices.cpu.arena import SPARE, most_in_rows, numbers_of
from fastdense.devices.cpu.thread_pool import pause_address
from fastdense.kernels import layout
from fastdense.kernels.layout import COLUMN_MULTIPLE, JOB, NETWORK, PLAN, STATE, padded
from fastdense.kernels.registry import kernel
from fastdense.layers._units import PENALTIES
from fastdense.variants import Variants

ACCURACIES = {
    None: layout.NO_ACCURACY,
    "probability": layout.PROBABILITY,
    "logit": layout.LOGIT,
    "largest": layout.LARGEST,
    "share": layout.SHARE,
}


class Shape(NamedTuple):
    """How many of everything: what the arrays must have room for.

    Attributes
    ----------
    lanes : int
        Networks side by side.
    block, stride : int
        Samples of a chunk in an evaluation, and numbers from one of its rows to the next.
    samples : int
        Whose gradient is taken together, or that are evaluated together, at most.
    chunks : int
        In which these stand, at most.
    arena : int
        Numbers of the arenas of all these chunks.
    threads : int
        Threads that share the work.
    scratch : int
        Numbers of the scratch of each.
    """

    lanes: int
    block: int
    stride: int
    samples: int
    chunks: int
    arena: int
    threads: int
    scratch: int


def first_phase(task):
    """What is done before the first epoch."""
    if task.evaluate_every and task.evaluated != "test":
        return layout.EVALUATE
    if task.observe_every:
        return layout.OBSERVE
    return layout.SHUFFLE if task.recipe.epochs else layout.DONE


def _most_in_rows(task, layers, lanes):
    """Samples of a step that stay in rows, at most."""
    if lanes > 1 or task.batch == 1 or task.recipe.augmentation:
        return 0
    return most_in_rows(layers, task.recipe.dtype)


def _is_fixed(task):
    """Whether every epoch visits the same samples, as they are, in the same order."""
    if task.recipe.augmentation:
        return False
    if task.recipe.reduction == "weighted_mean" and task.weights.size:
        return False  # weights are others in a step than in an evaluation
    return len(task.order) == 1 or not (task.recipe.shuffle or len(task.order))


def in_range(values, dtype):
    """Numbers in `dtype`, aligned; at least one, for a kernel takes its address."""
    values = np.asarray(values, float)
    numbers = aligned(max(values.size, 1), dtype)
    if dtype == np.float64:
        numbers[: values.size] = values.ravel()
    elif values.size:
        with np.errstate(over="ignore"):  # what float32 cannot hold is infinite in it
            numbers[: values.size] = values.ravel()
    return numbers


def _record(dtype, values):
    """An array of one record, whose fields are zero unless they are among `values`."""
    return np.array([tuple(values.get(name, 0) for name in dtype.names)], dtype)


def arrays_for(task, variants, places, shape, strategy):
    """Every array of the table `layout.ARRAYS`, by name.

    Parameters
    ----------
    task : Task
    variants : Variants
        At most as many as there are lanes; lanes beyond do again what the first one does.
    places : from `arrange`
    shape : Shape
    strategy : Strategy
        That the training begins with.
    """
    network, recipe, lanes = task.network, task.recipe, shape.lanes
    layers = strategy.layers
    dtype = np.dtype(recipe.dtype)
    loss = recipe.loss.entry
    optimizer = recipe.optimizer.entry
    count, units = network.size, places["units"]
    slots = len(optimizer.slots)
    slot_stride = padded(count) * lanes
    evaluations, observations = max(task.evaluations, 1), task.observations
    own = variants  # a row for each lane
    if len(variants) < lanes:
        rows = np.arange(lanes)
        rows[len(variants) :] = 0
        own = variants[rows]

    rows = [own.clip_value]
    none = np.zeros(len(own.l1))
    for layer in network.layers:  # most have none of their own
        l1, l2, *of_bias = (getattr(layer, name, 0.0) for name in PENALTIES)
        rows += [own.l1 + l1 + 0.0, 2.0 * (own.l2 + l2) + 0.0]  # no zero below zero
        rows += [none + of_bias[0], none + 2.0 * of_bias[1]]
    penalties = in_range(rows, dtype)
    slope_factor = 1.0 if loss.coupled else 1.0 / network.outputs
    ends = np.cumsum([prod(one.shape) for _, arrays in network.arrays for one in arrays])
    pack = "" if lanes == 1 else "pack_"
    plan = {
        "lanes": lanes,
        "draws": task.data.draws,
        "samples": task.rows,
        "test_samples": task.test_rows,
        "weighted": task.weights.size > 0,
        "order_rows": len(task.order),
        "visits": task.visits,
        "shuffle": recipe.shuffle,
        "fixed": _is_fixed(task),
        "batch": task.batch,
        "epochs": recipe.epochs,
        "until": recipe.epochs,
        "until_step": layout.NEVER,
        "steps_per_epoch": task.steps_per_epoch,
        "evaluate_every": task.evaluate_every,
        "tested_only": task.evaluated == "test",
        "keep_outputs": task.keep_outputs,
        "keep_penalties": task.keep_penalties,
        "observe_every": task.observe_every,
        **strategy.plan,
        "block": shape.block,
        "block_stride": shape.stride,
        "rows": places["rows"],
        "scratch": shape.scratch,
        "target_row": places["target"],
        "delta_row": places["delta"],
        "other_delta_row": places["other_delta"],
        "outputs": network.outputs,
        "units": units,
        "depth": len(layers),
        "dense_layers": len(network.dense),
        "evaluations": evaluations,
        "labels": loss.targets == "label",
        "slope_factor": slope_factor,
        "sum_factor": {"sum": 1.0, "sum_keras": slope_factor}.get(recipe.reduction, 0.0),
        "by_weight": recipe.reduction == "weighted_mean",
        "accumulate": recipe.gradient_accumulation_steps,
        "accuracy": ACCURACIES[task.accuracy],
        "parameters": count,
        "products": max(count, network.products),
        "slots": slots,
        "slot_stride": slot_stride,
        "work": kernel(f"{pack}work", None, recipe.dtype),
        "loss": kernel("loss", loss.name, recipe.dtype),
        "advance": kernel(f"{pack}advance", optimizer.name, recipe.dtype),
        "optimizer": kernel(f"{pack}optimizer", optimizer.name, recipe.dtype),
        "schedule": kernel("schedule", recipe.schedule.name, recipe.dtype),
        "pause": pause_address(),
        "in_rows": _most_in_rows(task, layers, lanes),
        "clipped": penalties[:lanes].any(),
        "penalized": penalties[lanes:].any(),
        "bounded": own.clip_norm.any(),
        "bounded_arrays": len(ends) if recipe.clip_each else 0,
        "constrained": layers["max_norm"].any(),
        "kept_up": (layers["trained"] < layers["size"]).any(),
        **augmentation.plan(task, pack),
    }

    numbers = buffer(slot_stride * (1 + slots) + SPARE * lanes, dtype)
    numbers[: count * lanes].reshape(count, lanes)[:] = own.parameters.T
    for slot, initial in enumerate(optimizer.slots, 1):
        if isinstance(initial, str):
            initial = own.hyper[:, list(optimizer.hyper).index(initial)]
        first = slot * slot_stride
        numbers[first : first + count * lanes].reshape(count, lanes)[:] = initial

    networks = np.zeros(lanes, NETWORK)
    networks["clip_norm"] = own.clip_norm
    samples = shape.samples * lanes
    sums = layout.PARTIAL_SUMS * lanes
    order = np.arange(max(task.visits, task.rows))
    curves = np.empty((layout.CURVES, evaluations, lanes))  # pages not written take no memory
    curves[:, 0] = np.nan  # there is no running loss before the first epoch
    first = first_phase(task)
    # Where nothing is evaluated before the first epoch, that row stays as it is.
    row = int(task.evaluate_every > 0 and first != layout.EVALUATE)
    return {
        "plan": _record(PLAN, plan),
        "state": _record(STATE, {"phase": first, "row": row}),
        "job": np.zeros(1, JOB),
        "layers": layers.copy(),
        "augmentations": augmentation.records(recipe),
        "parameters": numbers,
        "geometry": places["geometry"],
        "buffers": np.zeros(max(places["buffers"], 1) * max(lanes, COLUMN_MULTIPLE) + SPARE, dtype),
        "gradient": buffer(count * lanes + SPARE, dtype, keep=False),  # often used up by blocks
        "networks": networks,
        "seeds": np.array(own.seed),
        "draws": own.draw,
        "numbers": numbers_of(network, own.layers),
        "rates": np.array(own.learning_rate),
        "frozen": in_range(own.learning_rate == 0.0, dtype),
        "penalties": penalties,
        "shares": in_range(np.ones(lanes), np.float64),
        "penalty_shares": in_range(np.ones(lanes), dtype),
        "ends": ends,
        "scalars": aligned(16 * lanes, dtype if lanes > 1 else np.float64),
        "arena": buffer(shape.arena, dtype),
        "scratch": buffer(shape.threads * shape.scratch, dtype),
        "inputs": task.inputs,
        "targets": task.targets,
        "weights": task.weights,
        "test_inputs": task.test_inputs,
        "test_targets": task.test_targets,
        "predictions": np.zeros(1, dtype),
        "outputs": np.zeros(task.visits * network.outputs if task.keep_outputs else 1, dtype),
        "order": order if lanes == 1 else np.repeat(order, lanes),
        "losses": aligned(samples, np.float64),
        "sample_weights": aligned(samples, np.float64),
        "correct": aligned(shape.chunks * lanes, np.int64),
        "hits": np.zeros(lanes, np.int64),
        "loss_hyper": in_range([*recipe.loss.values.values()], dtype),
        "optimizer_hyper": in_range(own.hyper if own.hyper.size else np.zeros(lanes), np.float64),
        "powers": np.ones((lanes, layout.POWERS)),
        "sizes": np.zeros(len(layers) * sums),
        "team": np.zeros(layout.team_size(shape.threads), np.int64),
        "given": task.order,
        "schedule_hyper": in_range([*recipe.schedule.values.values()], np.float64),
        "augmentation_hyper": in_range(augmentation.hyper(recipe), np.float64),
        "drawn": aligned(shape.threads * augmentation.drawn(task), np.float64),
        "images": aligned(shape.threads * augmentation.room(task), dtype),
        "curves": curves,
        "sums": np.full((observations, len(network.dense), layout.SUMS, lanes), np.nan),
        "running": np.zeros(sums),
        "running_penalty": np.zeros(lanes),
        "partial": np.zeros(sums),
        "previous": np.zeros(count * lanes if observations else 1, dtype),
        "updates": np.full(2 * len(layers) * lanes, np.nan),
        "alive": np.zeros(units * lanes, np.uint8),
        "slopes": np.zeros(len(layers) * sums),
    }


def arrays_alone(task, places, shape, strategy):
    """`arrays_for` a network alone."""
    variants = Variants.of(task.network, task.recipe, task.parameters[np.newaxis])
    return arrays_for(task, variants, places, shape, strategy)
