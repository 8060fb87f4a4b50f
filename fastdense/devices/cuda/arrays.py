"""The arrays of a pack: made on the host as `layout` has them, and then moved to the GPU."""

from math import prod

import numpy as np

from fastdense import catalogue
from fastdense.devices.cpu.state import ACCURACIES, first_phase, in_range
from fastdense.devices.cuda.layout import (
    ACTIVATION,
    DENSE,
    DROPOUT,
    LAYER,
    PLAN,
    RESCALE,
    SCALARS,
    Work,
)
from fastdense.entry import ROOM
from fastdense.errors import FastdenseError
from fastdense.kernels import layout
from fastdense.kernels.layout import CURVES, NETWORK, PARTIAL_SUMS, POWERS, STATE, SUMS, padded
from fastdense.layers._units import PENALTIES

BLOCK = 8  # samples that pass through the network of a thread together
SMALL_BLOCK = 4  # through a large one, so that a launch can end soon
LARGE = 1 << 16  # parameters of such
LEAST_BLOCK = 512  # of a grid, if there are as many rows
MOST_OF_BLOCK = 1 << 37  # multiply-adds of a grid with a block
KINDS = {"dense": DENSE, "dropout": DROPOUT, "activate": ACTIVATION, "rescale": RESCALE}


def activations_of(network):
    """The entries of its activations, each once, that of the last layer last."""
    used = (layer.activation or layer.function for layer in network.layers)
    names = list(dict.fromkeys(name for name in used if name))
    names.append(names.pop(names.index(network.layers[-1].activation)))
    return [catalogue.get("activations", name) for name in names]


def arrange(network):
    """The layer records, and where rows stand in the arena: a dict."""
    records = np.zeros(len(network.layers), LAYER)
    names = [entry.name for entry in activations_of(network)]
    width = network.features
    place = {"row": width, "weights": 0, "dense": 0, "unit": 0}
    source, trained_below, deltas = 0, False, [None]

    def rows(count):
        first = place["row"]
        place["row"] += count
        return first

    for index, (shape, layer) in enumerate(network.sized):
        record, n_out = records[index], prod(layer.outputs(shape))
        dense = layer.activation is not None
        record["index"], record["kind"] = index, KINDS[layer.entry_name()]
        record["n_in"], record["n_out"] = width, n_out
        record["input_row"], record["output_row"] = source, rows(n_out)
        record["slope_row"] = rows(n_out)
        record["needs_input_gradient"] = trained_below
        # Other layers turn the delta of their outputs into that of their inputs, in place.
        record["below_row"] = deltas[-1] or 0
        if name := layer.activation or layer.function:
            record["activation"] = names.index(name)
        if dense:
            record["delta_row"] = rows(n_out)
            deltas.append(int(record["delta_row"]))
            own = layer.parameters(shape)
            record["weights"], record["n_weights"] = place["weights"], width * n_out
            record["count"] = sum(prod(array.shape) for array in own)
            record["trained"] = sum(prod(array.shape) for array in own if array.trained)
            record["max_norm"] = layer.max_norm if layer.trainable else 0.0
            record["coupled"] = layer.coupled
            record["place"], record["unit"] = place["dense"], place["unit"]
            place["weights"] += int(record["count"])
            place["dense"] += 1
            place["unit"] += n_out
            trained_below = True
        else:
            record["delta_row"] = record["below_row"] = deltas[-1] or rows(n_out)
        source, width = int(record["output_row"]), n_out
    target = rows(network.outputs)
    return records, {**place, "target": target, "rows": place["row"]}


def block_of(task, team):
    """Samples that pass through a network together."""
    if team.alone:
        if task.network.size > LARGE:
            return SMALL_BLOCK
        return min(BLOCK, padded(task.batch, SMALL_BLOCK))
    # A mini-batch at once, and not many more than there are rows; but a launch must end.
    rows = max(task.batch, min(LEAST_BLOCK, max(task.rows, task.test_rows)))
    return padded(min(rows, max(MOST_OF_BLOCK // task.network.size, LEAST_BLOCK)), SMALL_BLOCK)


def bytes_of(task, team):
    """Memory that each network of a pack takes, about."""
    network, recipe = task.network, task.recipe
    _, places = arrange(network)
    slots = len(recipe.optimizer.entry.slots)
    each = np.dtype(recipe.dtype).itemsize
    numbers = network.size * (3 + slots) + (places["rows"] + ROOM) * block_of(task, team)
    order = 4 * task.visits if is_drawn(task) else 4
    sums = SUMS * len(network.dense) * task.observations
    curves = 8 * (CURVES * max(task.evaluations, 1) + sums)
    layers = 8 * PARTIAL_SUMS * 2 * len(network.layers)
    return each * numbers + order + curves + layers + places["unit"] + 1024


def shared_bytes(task):
    """Memory that all networks share: the rows."""
    arrays = task.inputs, task.targets, task.weights, task.test_inputs, task.test_targets
    return sum(array.nbytes for array in (*arrays, task.order))


def is_drawn(task):
    """Whether the order of each epoch is drawn."""
    return task.recipe.shuffle and not task.order.size


def plan_of(task, variants, records, places, team):
    """The plan, a record."""
    network, recipe = task.network, task.recipe
    loss, optimizer = recipe.loss.entry, recipe.optimizer.entry
    slope_factor = 1.0 if loss.coupled else 1.0 / network.outputs
    final = records[-1]
    plan = np.zeros(1, PLAN)
    ends = [prod(one.shape) for _, arrays in network.arrays for one in arrays]
    given = {
        "until": recipe.epochs,
        "until_step": layout.NEVER,
        "draws": task.data.draws,
        "samples": task.rows,
        "test_samples": task.test_rows,
        "weighted": task.weights.size > 0,
        "labels": loss.targets == "label",
        "order_rows": len(task.order),
        "shuffle": recipe.shuffle,
        "visits": task.visits,
        "batch": task.batch,
        "block": block_of(task, team),
        "epochs": recipe.epochs,
        "steps_per_epoch": task.steps_per_epoch,
        "evaluate_every": task.evaluate_every,
        "tested_only": task.evaluated == "test",
        "observe_every": task.observe_every,
        "accumulate": recipe.gradient_accumulation_steps,
        "depth": len(records),
        "dense_layers": len(network.dense),
        "units": places["unit"],
        "features": network.features,
        "outputs": network.outputs,
        "target_row": places["target"],
        "delta_row": final["delta_row"],
        "output_row": final["output_row"],
        "rows": places["rows"],
        "parameters": network.size,
        "numbers": network.size * (1 + len(optimizer.slots)),
        "products": max(network.products, network.size),
        "accuracy": ACCURACIES[task.accuracy],
        "by_weight": recipe.reduction == "weighted_mean",
        "keep_outputs": task.keep_outputs,
        "keep_penalties": task.keep_penalties,
        "clipped": variants.clip_value.any(),
        "bounded": variants.clip_norm.any(),
        "bounded_arrays": len(ends) if recipe.clip_each else 0,
        "constrained": records["max_norm"].any(),
        "hypers": max(1, len(optimizer.hyper)),
        "slope_factor": slope_factor,
        "sum_factor": {"sum": 1.0, "sum_keras": slope_factor}.get(recipe.reduction, 0.0),
    }
    for name, value in given.items():
        plan[name] = value
    return plan


def _rows(values, dtype, width):
    """Values (lanes, rows), each lane's in a column of its group of `width`: flat."""
    values = np.asarray(values)
    lanes, rows = values.shape
    groups = -(-lanes // width)
    whole = np.zeros((groups, rows, width), dtype)
    with np.errstate(over="ignore"):  # what float32 cannot hold is infinite in it
        for group in range(groups):
            own = values[group * width : (group + 1) * width]
            whole[group, :, : len(own)] = own.T
    return whole.ravel()


def host_arrays(task, variants, team):
    """What is not made on the GPU itself: arrays by name."""
    network, recipe = task.network, task.recipe
    dtype, lanes, width = np.dtype(recipe.dtype), len(variants), team.width
    records, places = arrange(network)
    plan = plan_of(task, variants, records, places, team)
    columns = [variants.clip_value]
    for layer in network.layers:  # most have none of their own
        l1, l2, *of_bias = (getattr(layer, name, 0.0) for name in PENALTIES)
        columns += [variants.l1 + l1 + 0.0, 2.0 * (variants.l2 + l2) + 0.0]  # no zero below zero
        columns += [np.full(lanes, of_bias[0]), np.full(lanes, 2.0 * of_bias[1])]
    penalties = _rows(np.stack(columns, axis=1), dtype, width)
    plan["penalized"] = any(column.any() for column in columns[1:])
    varied = np.zeros((lanes, 2 * len(records)))
    for index, layer in enumerate(network.layers):
        own = layer.numbers(variants.layers[:, index])
        if own is not None:
            varied[:, 2 * index : 2 * index + 2] = own
    networks = np.zeros(lanes, NETWORK)
    networks["clip_norm"] = variants.clip_norm
    state = np.zeros(1, STATE)
    state["phase"] = first_phase(task)
    # Where nothing is evaluated before the first epoch, that row stays as it is.
    state["row"] = int(task.evaluate_every > 0 and state["phase"][0] != layout.EVALUATE)
    ends = np.cumsum([prod(one.shape) for _, arrays in network.arrays for one in arrays])
    hyper = variants.hyper if variants.hyper.size else np.zeros((lanes, 1))
    curves = np.full((CURVES, max(task.evaluations, 1), lanes), np.nan)
    return {
        "plan": plan,
        "state": state,
        "next_state": state.copy(),
        "layers": records,
        "networks": networks,
        "seeds": np.array(variants.seed),
        "draws": np.array(variants.draw),
        "rates": np.array(variants.learning_rate, float),
        "frozen": (variants.learning_rate == 0.0).astype(np.int64),
        "numbers": _rows(varied, np.float64, width),
        "parameters": _numbers(task, variants, dtype, width),
        "penalties": penalties,
        "ends": ends.astype(np.int64),
        "hyper": _rows(hyper, np.float64, width),
        "given": np.append(task.order.ravel(), 0),
        "inputs": _flat(task.inputs),
        "targets": _flat(task.targets),
        "weights": np.append(task.weights, 0.0) if not task.weights.size else task.weights,
        "test_inputs": _flat(task.test_inputs),
        "test_targets": _flat(task.test_targets),
        "loss_hyper": in_range([*recipe.loss.values.values()], dtype),
        "schedule_hyper": in_range([*recipe.schedule.values.values()], np.float64),
        "curves": curves,
    }


def _numbers(task, variants, dtype, width):
    """Parameters and slots of all lanes; most slots begin as zeros, which take no time."""
    optimizer, size = task.recipe.optimizer.entry, task.network.size
    lanes, slots = len(variants), optimizer.slots
    whole = np.zeros((-(-lanes // width), size * (1 + len(slots)), width), dtype)
    for group, own in enumerate(whole):
        lane = slice(group * width, min((group + 1) * width, lanes))
        count = lane.stop - lane.start
        own[:size, :count] = variants.parameters[lane].T
        for slot, initial in enumerate(slots, 1):
            if isinstance(initial, str):
                initial = variants.hyper[lane, list(optimizer.hyper).index(initial)]
            if np.any(initial):
                own[slot * size : (slot + 1) * size, :count] = initial
    return whole.ravel()


def _flat(rows):
    """Rows one after the other; at least one number, for an empty array has no address."""
    return np.ascontiguousarray(rows).ravel() if rows.size else np.zeros(1, rows.dtype)


def work_of(task, variants, team, memory):
    """All arrays on the GPU, as kernels take them.

    Parameters
    ----------
    memory : module
        Its `put(array)` copies an array there, `full(count, dtype, value)` makes one.
    """
    dtype, lanes = np.dtype(task.recipe.dtype), len(variants)
    arrays, width = host_arrays(task, variants, team), team.width
    plan = arrays["plan"][0]
    groups = -(-lanes // width)
    depth, block, rows = int(plan["depth"]), int(plan["block"]), int(plan["rows"])

    def make(name, each, kind, value=0):
        arrays[name] = memory.full(groups * each * width, kind, value)

    for name, array in arrays.items():
        arrays[name] = memory.put(array)
    size = int(plan["parameters"])
    make("gradient", size, dtype)
    make("previous", size if task.observations else 1, dtype)
    make("powers", POWERS, np.float64, 1.0)
    make("arena", rows * block, dtype)
    arrays["planes"] = arrays["arena"].reshape(groups, rows, block, width)
    make("rooms", ROOM * block, dtype)
    arrays["rooms"] = arrays["rooms"].reshape(groups, ROOM, block, width)
    make("order", task.visits if is_drawn(task) else 1, np.int32)
    make("outputs", task.visits * task.network.outputs if task.keep_outputs else 1, dtype)
    make("losses", block, np.float64)
    make("sample_weights", block, np.float64, 1.0)
    make("counts", 1 + block, np.int64)
    make("scalars", SCALARS, dtype)
    make("running", PARTIAL_SUMS, np.float64)
    make("running_penalty", 1, np.float64)
    make("shares", 1, np.float64, 1.0)
    make("penalty_shares", 1, dtype, 1.0)
    make("partial", PARTIAL_SUMS, np.float64)
    make("sizes", depth * PARTIAL_SUMS, np.float64)
    make("slopes", depth * PARTIAL_SUMS, np.float64)
    make("updates", 2 * depth, np.float64, np.nan)
    make("alive", int(plan["units"]), np.uint8)
    shape = task.observations, len(task.network.dense), SUMS, lanes
    sums = np.full(shape if task.observations else (1, 1, 1, 1), np.nan)
    arrays["sums"] = memory.put(sums)
    return Work(**arrays)


class OutOfMemory(FastdenseError):
    """There is not the memory for networks on the GPU."""


def out_of_memory(task, team, free):
    """The error where not even one group of networks fits into the memory that is `free`."""
    needed = (team.width * bytes_of(task, team) + shared_bytes(task)) / 2**20
    what = "a warp of such networks and their rows" if team.alone else "the network and its rows"
    return OutOfMemory(
        f"{what} take {needed:,.0f} MB of the GPU's memory, of "
        f'which {free / 2**20:,.0f} are free; give fewer rows, or take the device "cpu"'
    )
