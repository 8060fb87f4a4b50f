"""Where everything of a network stands in the memory that kernels work on."""

from functools import lru_cache
from math import prod
from types import MappingProxyType

import numpy as np

from fastdense import catalogue
from fastdense.kernels import layout
from fastdense.kernels.layout import (
    COLUMN_MULTIPLE,
    FEW_INPUTS,
    FEW_OUTPUTS,
    LAYER,
    TURNED,
    group_of,
    padded,
    row_stride,
)
from fastdense.kernels.registry import LAYER_ROLES, kernel

SMALL_NETWORK = 1 << 16  # parameters that the second-level cache holds beside the activations
CHUNK_PRODUCTS = 2_000_000_000  # parameters times samples, less than 50 ms
BLOCK_NUMBERS = 32768  # of a gradient, that the cache holds beside parameters and slots
ARENA_NUMBERS = 65536  # what a chunk of activations may hold before it is cut, in numbers
IMAGES = 1 << 20  # numbers of a chunk of images, of which a single one fills the cache
CHUNKS_EACH = 4  # of a thread, before their gradient is taken
MAX_OUTPUTS = 4096  # of a layer of few inputs, whose gradient is summed up in scratch
ELEMENTWISE = 8  # multiply-adds that take as long as an activation, its slope and their writing
MOST_IN_ROWS = 12  # samples, from which on columns are as fast whatever the shape
ACTIVATIONS = 2  # numbers of a parameter that are kept until their gradient is taken
SPARE = 64  # numbers behind an array that a vector may read over
REMEMBERED = 64  # arrangements


@lru_cache(REMEMBERED)
def arrange(network, dtype, block_numbers=BLOCK_NUMBERS, packed=False):
    """The layer records of a network, or of a pack of them, and where rows stand in an arena.

    A unit of work of the gradient has about `block_numbers` numbers, but whole tiles. What is
    returned is shared: nobody writes into it.

    Returns
    -------
    layers : record array (layers,)
    places : dict
        First row of "target", "delta" and "other_delta", the number of "rows" in all, "transposed"
        numbers for the transposed deltas of one sample, "blocks" of the gradient and numbers of the
        largest, "block", "units" of all layers with a delta of their own, numbers of "buffers", and
        the "geometry" of all layers.
    """
    layers = np.zeros(len(network.layers), LAYER)
    width, row, weights, buffers, geometry = network.features, 0, 0, 0, []
    unit, transposed, block = 0, 0, 0
    input_row, row = row, row + width + 1  # each input ends in a row of ones for the bias
    needs_gradient = False
    widest = network.outputs
    for index, (shape, layer) in enumerate(network.sized):
        record = layers[index]
        record["index"] = index
        record["input_row"] = input_row
        record["n_in"] = width
        record["needs_input_gradient"] = needs_gradient
        record["first_block"] = block
        n_in, width = width, prod(layer.outputs(shape))
        own = layer.parameters(shape)
        record["geometry"] = len(geometry)
        geometry += layer.geometry(shape)
        record["weights"] = weights
        record["size"] = size = sum(prod(array.shape) for array in own)
        record["penalized"] = sum(prod(array.shape) for array in own if array.penalized)
        record["trained"] = sum(prod(array.shape) for array in own if array.trained)
        record["buffers"] = buffers
        buffers += layer.buffers(shape)
        weights += size
        if layer.linked:
            for role in LAYER_ROLES if own else LAYER_ROLES[:2]:
                record[role] = kernel(role, layer.entry_name(), dtype)
            if layer.multiplies:
                record["product"] = kernel("pack_product" if packed else "product", None, dtype)
            if layer.function is not None:
                record["value"] = kernel("activation", layer.function, dtype)
            if own:
                block += 1
                record["transposed"] = -1 if layer.sums_up else transposed
                transposed += 0 if layer.sums_up else width
        else:
            record["transposed"] = transposed
            few = width % COLUMN_MULTIPLE
            if few > FEW_OUTPUTS or n_in + 1 < COLUMN_MULTIPLE:
                few = 0
            record["few_outputs"] = few
            few_inputs = not needs_gradient and n_in < FEW_INPUTS
            record["few_inputs"] = few_inputs and COLUMN_MULTIPLE <= width <= MAX_OUTPUTS
            record["transposed_stride"] = row_stride(width - few) if width > 1 else 1
            numbers = block_numbers // max(width, FEW_OUTPUTS)
            record["block_rows"] = rows = max(numbers // 8 * 8, 8)
            transposed += record["transposed_stride"]
            record["few_place"] = transposed
            if few:
                transposed += 2 * FEW_OUTPUTS  # rows may be twice as long as their samples
            block += -(-(n_in + 1) // rows)
        if layer.activation is not None:
            record["fan_in"], record["units"] = own[0].fan_in, layer.units
            record["max_norm"] = layer.max_norm if layer.trainable else 0.0
            entry = catalogue.get("activations", layer.activation)
            if entry.coupled:
                record["activate"] = kernel("coupled_forward", entry.name, dtype)
                record["differentiate"] = kernel("coupled_backward", entry.name, dtype)
            else:
                record["activate"] = kernel("activation", entry.name, dtype)
                record["value"] = kernel("value", entry.name, dtype)
        if layer.own_delta:
            record["own_delta"] = 1
            record["unit"] = unit
            unit += width
        needs_gradient = needs_gradient or size > 0
        record["n_out"] = width
        widest = max(widest, width)
        if layer.reshapes:
            record["slope_row"] = record["output_row"] = input_row
            continue
        record["slope_row"], row = row, row + width
        input_row = row
        record["output_row"], row = row, row + width + 1
    places = {
        "target": row,
        "delta": row + network.outputs,
        "transposed": transposed,
        "blocks": block,
    }
    places |= {"units": unit, "buffers": buffers, "geometry": np.array(geometry or [0], np.int64)}
    places["other_delta"] = places["delta"] + widest
    places["rows"] = places["other_delta"] + widest
    # Layers with a delta of their own take turns, from the last one back to the first.
    for turn, index in enumerate(np.flatnonzero(layers["own_delta"])[::-1]):
        layers[index]["delta_row"] = places["other_delta" if turn % 2 else "delta"]
    rows = np.minimum(layers["block_rows"], layers["n_in"] + 1)
    numbers = np.where(layers["accumulate"] != 0, layers["size"], rows * layers["n_out"])
    places["block"] = int(numbers.max())
    layers.setflags(write=False)
    return layers, MappingProxyType(places)


def numbers_of(network, varied):
    """What the twins of layers are told, (layers, lanes, NUMBERS).

    Parameters
    ----------
    varied : ndarray, shape (lanes, layers)
    """
    numbers = np.zeros((len(network.layers), len(varied), layout.NUMBERS))
    for place, layer in enumerate(network.layers):
        own = layer.numbers(varied[:, place])
        if own is not None:
            numbers[place] = own
    return numbers


def _most_columns(network, rows):
    """Samples of a chunk at most.

    A chunk's activations should stay in the cache; but each chunk reads all weights once, so where
    they do not fit there, chunks are longer. None may take longer than a piece of training, nor
    images more memory than `IMAGES`.
    """
    least = 128 if network.size <= SMALL_NETWORK else 512
    most = min(max(ARENA_NUMBERS // rows, least), 1024)
    if len(network.shape) > 1:
        most = min(most, max(IMAGES // rows, 1))
    # Whole tiles of two vectors; only the last chunk of a batch may end in one.
    products = max(network.size, network.products)
    return padded(min(most, max(CHUNK_PRODUCTS // products, 1)), 2 * COLUMN_MULTIPLE)


def chunk_columns(samples, network, rows):
    """How many samples stand side by side: all, or equal parts of as many as the caches hold."""
    if samples == 1:
        return 1
    tiles = 2 * COLUMN_MULTIPLE
    chunks = -(-samples // _most_columns(network, rows))
    return min(padded(samples), padded(-(-samples // chunks), tiles))


def chunks_between(batch, columns, places, parameters, threads=1):
    """How many chunks pass through the network before their gradient is taken.

    Each time the whole gradient is read and written, which takes long where it exceeds the cache;
    but activations of all these samples are kept, which must not take more memory than the rest.
    """
    room = ACTIVATIONS * parameters // arena_size(places, columns)
    least = threads if threads == 1 else CHUNKS_EACH * threads
    return min(-(-batch // columns), max(room, least))


def room_for_rows(layers):
    """How many samples of a step can stay in rows; 0, where a layer has no form for them.

    Each is followed by the bias's input, for which slopes have no row in columns.
    """
    if len(layers) < 2 or layers["forward"].any() or layers["differentiate"][:-1].any():
        return 0
    narrowest = layers["n_out"][:-1].min()
    return int(COLUMN_MULTIPLE * narrowest // (narrowest + 1))


def most_in_rows(layers, dtype):
    """Up to how many samples of a step had better stay in rows, by the vectors to be multiplied."""
    room = min(room_for_rows(layers), MOST_IN_ROWS)
    if room == 0:
        return 0
    group = group_of(dtype)
    n_in, n_out = layers["n_in"], layers["n_out"]
    into, out = -(-n_in // group), -(-n_out // group)  # in vectors
    back = layers["needs_input_gradient"] != 0
    each = (n_in + ELEMENTWISE) * out + back * into * n_out
    turned = back * TURNED * group * into * out
    in_columns = ((1 + back) * n_in + ELEMENTWISE) * n_out * (COLUMN_MULTIPLE // group)
    most = (in_columns.sum() - turned.sum()) // each.sum()
    return int(min(max(most, 0), room))


def stride_of(columns):
    """Numbers from one row of a chunk to the next; a single sample stands in one line."""
    return 1 if columns == 1 else row_stride(columns)


def arena_size(places, columns):
    """Numbers of the arena of one chunk: rows, transposed deltas, and a vector to read over."""
    return padded(places["rows"] * stride_of(columns) + places["transposed"] * columns + 64)
