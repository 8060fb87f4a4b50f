"""The one compiled training loop. It knows no architecture, activation, loss or optimizer.

A call goes on from `state` until its budget is spent; everything is in arrays, so Python may look,
stop or save between calls, and the bits do not depend on where the calls end.
"""

from functools import cache

import numpy as np
from numba import njit, types

from fastdense.kernels import layout
from fastdense.kernels.layout import (
    COLUMN_MULTIPLE,
    DENSE,
    DONE,
    EVALUATE,
    OBSERVE,
    PARTIAL_SUMS,
    SHUFFLE,
    STEP,
    VALIDATE,
)
from fastdense.kernels.matmul import FLOATS, product_for
from fastdense.kernels.network import passes_for
from fastdense.kernels.pointers import at, call, call_float64, offset
from fastdense.kernels.samples import gather, gather_labels, shuffle
from fastdense.kernels.simd import BIAS
from fastdense.kernels.sums import (
    add_squared_differences,
    add_squares,
    add_weighted,
    clear,
    total,
)

NUMPY = {"error_model": "numpy", "nogil": True}
SHUFFLED_AT_ONCE = 1 << 20


@njit(**NUMPY)
def is_due(epoch, every, epochs):
    return every > 0 and (epoch % every == 0 or epoch == epochs)


@njit(**NUMPY)
def pad(count):
    return (count + COLUMN_MULTIPLE - 1) // COLUMN_MULTIPLE * COLUMN_MULTIPLE


@njit(**NUMPY)
def count_correct(kind, predictions, targets, outputs, columns, stride):
    """Right predictions among `columns` samples; per output where the outputs are binary."""
    correct = 0
    if kind == layout.LARGEST:
        for b in range(columns):
            best = 0
            truth = 0
            for o in range(1, outputs):
                if predictions[o * stride + b] > predictions[best * stride + b]:
                    best = o
                if targets[o * stride + b] > targets[truth * stride + b]:
                    truth = o
            correct += best == truth
    elif kind != layout.NO_ACCURACY:
        threshold = 0.5 if kind == layout.PROBABILITY else 0.0
        for o in range(outputs):
            for b in range(columns):
                i = o * stride + b
                correct += (predictions[i] > threshold) == (targets[i] > 0.5)
    return correct


@cache
def program_for(dtype):
    """The training program of a dtype, to be compiled for its one signature: `(train, signature)`."""
    kind = FLOATS[dtype]
    forward, backward = passes_for(kind)
    product = product_for(kind)
    cast = np.float32 if kind == types.float32 else np.float64

    @njit(inline="never", **NUMPY)
    def load(plan, layers, arena, stride, data, targets, weights, order, first, samples, columns,
             sample_weights):  # fmt: skip
        # Samples first .. first + samples of an order (or of the rows) into the arena.
        entry = layers[0]
        gather(at(data, 0), entry.n_in, order, first, samples, columns,
               at(arena, entry.input_row * stride), stride)  # fmt: skip
        place = at(arena, plan.target_row * stride)
        if plan.labels:
            gather_labels(at(targets, 0), plan.outputs, order, first, samples, columns,
                          place, stride)  # fmt: skip
        else:
            gather(at(targets, 0), plan.outputs, order, first, samples, columns, place, stride)
        for b in range(samples):
            row = order[first + b] if order.size > 0 else first + b
            sample_weights[b] = weights[row] if weights.size > 0 else 1.0

    @njit(inline="never", **NUMPY)
    def lose(plan, layers, arena, stride, samples, losses, sample_weights, loss_hyper, partial):
        # The loss of every sample, summed into `partial`; its derivative into the delta rows.
        final = layers[layers.size - 1]
        call(
            plan.loss,
            (
                at(arena, final.output_row * stride),
                at(arena, plan.target_row * stride),
                at(arena, plan.delta_row * stride),
                at(losses, 0),
                at(loss_hyper, 0),
                plan.outputs,
                samples,
                stride,
            ),
        )
        add_weighted(losses, sample_weights, samples, partial)

    @njit(inline="never", **NUMPY)
    def scale_delta(plan, arena, stride, samples, columns, sample_weights, count):
        # From the derivative of each sample's loss to that of the weighted mean over `count`.
        factor = plan.slope_factor / count
        for o in range(plan.outputs):
            delta = at(arena, (plan.delta_row + o) * stride)
            for b in range(samples):
                delta[b] *= cast(sample_weights[b] * factor)
            # Padding is zero, so that nothing grows in columns that no result reads.
            for b in range(samples, columns):
                delta[b] = cast(0)

    @njit(inline="never", **NUMPY)
    def penalize_and_clip(plan, layers, parameters, gradient, partial):
        if plan.l1 != 0.0 or plan.l2 != 0.0:
            l1, twice_l2 = cast(plan.l1), cast(2.0 * plan.l2)
            for index in range(layers.size):
                layer = layers[index]
                if layer.kind == DENSE:
                    first = layer.weights
                    for i in range(first, first + layer.n_in * layer.n_out):
                        p = parameters[i]
                        sign = cast(1) if p > 0 else (cast(-1) if p < 0 else cast(0))
                        gradient[i] += l1 * sign + twice_l2 * p
        if plan.clip_value > 0.0:
            most = cast(plan.clip_value)
            for i in range(plan.parameters):
                gradient[i] = min(max(gradient[i], -most), most)
        if plan.clip_norm > 0.0:
            clear(partial)
            add_squares(at(gradient, 0), plan.parameters, partial)
            norm = np.sqrt(total(partial))
            if norm > plan.clip_norm:
                factor = cast(plan.clip_norm / norm)
                for i in range(plan.parameters):
                    gradient[i] *= factor

    @njit(inline="never", **NUMPY)
    def step(plan, state, layers, parameters, gradient, slots, powers, scalars, arena, transposed,
             data, targets, weights, order, losses, sample_weights, loss_hyper, optimizer_hyper,
             schedule_hyper, sums):  # fmt: skip
        # One mini-batch, in chunks of at most `plan.columns` samples, and one update.
        stride = plan.columns
        count = min(plan.batch, plan.visits - state.position)
        done = 0
        while done < count:
            samples = min(stride, count - done)
            columns = pad(samples)
            load(plan, layers, arena, stride, data, targets, weights, order,
                 state.position + done, samples, columns, sample_weights)  # fmt: skip
            forward(layers, parameters, arena, stride, columns, True, done, plan.seed, state.step)
            lose(plan, layers, arena, stride, samples, losses, sample_weights, loss_hyper, sums[0])
            scale_delta(plan, arena, stride, samples, columns, sample_weights, count)
            backward(layers, parameters, gradient, arena, transposed, stride, columns, samples,
                     plan, done > 0)  # fmt: skip
            done += samples
        penalize_and_clip(plan, layers, parameters, gradient, sums[1])
        steps_per_epoch = (plan.visits + plan.batch - 1) // plan.batch
        rate = plan.learning_rate * call_float64(
            plan.schedule,
            (state.step / steps_per_epoch, float(plan.epochs), at(schedule_hyper, 0)),
        )
        call(
            plan.optimizer,
            (
                at(parameters, 0),
                at(gradient, 0),
                at(slots, 0),
                plan.parameters,
                plan.parameters,
                rate,
                at(optimizer_hyper, 0),
                at(powers, 0),
                at(scalars, 0),
                True,
            ),
        )
        state.position += count
        state.step += 1

    @njit(inline="never", **NUMPY)
    def evaluate_block(plan, state, layers, parameters, arena, data, targets, weights, total_rows,
                       order, losses, sample_weights, loss_hyper, partial):  # fmt: skip
        # The next block of rows, in their own order, without dropout.
        stride = plan.block
        samples = min(stride, total_rows - state.position)
        columns = pad(samples)
        load(plan, layers, arena, stride, data, targets, weights, order[:0],
             state.position, samples, columns, sample_weights)  # fmt: skip
        forward(layers, parameters, arena, stride, columns, False, 0, plan.seed, state.step)
        lose(plan, layers, arena, stride, samples, losses, sample_weights, loss_hyper, partial)
        final = layers[layers.size - 1]
        state.correct += count_correct(
            plan.accuracy,
            at(arena, final.output_row * stride),
            at(arena, plan.target_row * stride),
            plan.outputs,
            samples,
            stride,
        )
        state.position += samples
        return samples, columns

    @njit(inline="never", **NUMPY)
    def observe_block(plan, layers, arena, samples, alive, layer_sums):
        # After a forward pass of a block.
        stride = plan.block
        for index in range(layers.size):
            layer = layers[index]
            if layer.kind != DENSE:
                continue
            for o in range(layer.n_out):
                outputs = at(arena, (layer.output_row + o) * stride)
                slopes = at(arena, (layer.slope_row + o) * stride)
                nonzero = False
                for b in range(samples):
                    nonzero |= outputs[b] != 0
                    layer_sums[index, 0, b % PARTIAL_SUMS] += float(slopes[b])
                if nonzero:
                    alive[layer.unit + o] = 1

    @njit(inline="never", **NUMPY)
    def observe_preactivations(plan, layers, parameters, arena, columns, samples, layer_sums):
        # The activation kernel wrote slopes over the pre-activations: the product once more, into
        # delta rows that the backward pass has yet to fill.
        stride = plan.block
        for index in range(layers.size):
            layer = layers[index]
            if layer.kind != DENSE:
                continue
            weights = at(parameters, layer.weights)
            z = at(arena, plan.other_delta_row * stride)
            product(
                weights, 1, layer.n_out, at(arena, layer.input_row * stride), stride, z, stride,
                layer.n_out, columns, layer.n_in,
                BIAS, offset(weights, layer.n_in * layer.n_out),
            )  # fmt: skip
            for o in range(layer.n_out):
                for b in range(samples):
                    layer_sums[index, 1, b % PARTIAL_SUMS] += abs(float(z[o * stride + b]))

    @njit(inline="never", **NUMPY)
    def write_signals(plan, layers, parameters, gradient, updates, alive, layer_sums, partial, row):
        # row: (dense layers, SIGNALS)
        dense = 0
        for index in range(layers.size):
            layer = layers[index]
            if layer.kind != DENSE:
                continue
            count = (layer.n_in + 1) * layer.n_out
            clear(partial)
            add_squares(at(gradient, layer.weights), count, partial)
            row[dense, layout.GRADIENT_NORM] = np.sqrt(total(partial))
            clear(partial)
            add_squares(at(parameters, layer.weights), count, partial)
            row[dense, layout.PARAMETER_NORM] = np.sqrt(total(partial))
            row[dense, layout.UPDATE_RATIO] = updates[index]
            dead = 0
            for o in range(layer.n_out):
                dead += alive[layer.unit + o] == 0
            row[dense, layout.DEAD_SHARE] = dead / layer.n_out
            units = plan.samples * layer.n_out
            slope = total(layer_sums[index, 0]) / units
            row[dense, layout.MEAN_SLOPE] = np.nan if layer.differentiate != 0 else slope
            row[dense, layout.MEAN_PREACTIVATION] = total(layer_sums[index, 1]) / units
            dense += 1

    @njit(inline="never", **NUMPY)
    def measure_updates(layers, parameters, previous, partial, updates):
        for index in range(layers.size):
            layer = layers[index]
            if layer.kind == DENSE:
                count = (layer.n_in + 1) * layer.n_out
                before = at(previous, layer.weights)
                clear(partial)
                add_squares(before, count, partial)
                size = np.sqrt(total(partial))
                clear(partial)
                add_squared_differences(at(parameters, layer.weights), before, count, partial)
                updates[index] = np.sqrt(total(partial)) / size

    def train(plans, states, layers, parameters, gradient, slots, powers, scalars, arena,
              transposed, data, targets, weights, test_data, test_targets, test_weights, orders,
              order, losses, sample_weights, loss_hyper, optimizer_hyper, schedule_hyper, curves,
              signals, sums, previous, updates, alive, layer_sums, budget):  # fmt: skip
        plan = plans[0]
        state = states[0]
        spent = 0
        while state.phase != DONE and spent < budget:
            if state.phase == SHUFFLE:
                if plan.order_rows > 0:
                    given = orders[state.epoch % plan.order_rows]
                    for i in range(plan.visits):
                        order[i] = given[i]
                    state.position = plan.visits
                elif plan.shuffle:
                    state.position = shuffle(
                        order, state.position, SHUFFLED_AT_ONCE, state.epoch + 1, plan.seed
                    )
                else:
                    state.position = plan.visits
                spent += 20 * min(plan.visits, SHUFFLED_AT_ONCE)
                if state.position >= plan.visits:
                    state.position = 0
                    state.phase = STEP
                    clear(sums[0])
            elif state.phase == STEP:
                final = state.position + plan.batch >= plan.visits
                observed = final and is_due(state.epoch + 1, plan.observe_every, plan.epochs)
                if observed:
                    for i in range(plan.parameters):
                        previous[i] = parameters[i]
                step(plan, state, layers, parameters, gradient, slots, powers, scalars, arena,
                     transposed, data, targets, weights, order, losses, sample_weights, loss_hyper,
                     optimizer_hyper, schedule_hyper, sums)  # fmt: skip
                if observed:
                    measure_updates(layers, parameters, previous, sums[1], updates)
                spent += plan.step_cost
                if final:
                    state.position = 0
                    state.epoch += 1
                    clear(sums[1])
                    if is_due(state.epoch, plan.evaluate_every, plan.epochs):
                        curves[layout.RUNNING_LOSS, state.row] = total(sums[0]) / plan.visits
                        state.phase = EVALUATE
                    elif is_due(state.epoch, plan.observe_every, plan.epochs):
                        state.phase = OBSERVE
                    else:
                        state.phase = SHUFFLE
            elif state.phase == EVALUATE:
                evaluate_block(plan, state, layers, parameters, arena, data, targets, weights,
                               plan.samples, order, losses, sample_weights, loss_hyper,
                               sums[1])  # fmt: skip
                spent += plan.block_cost
                if state.position == plan.samples:
                    loss = total(sums[1]) / plan.samples
                    curves[layout.LOSS, state.row] = loss
                    curves[layout.ACCURACY, state.row] = state.correct / plan.samples
                    state.position = 0
                    state.correct = 0
                    clear(sums[1])
                    state.phase = VALIDATE
            elif state.phase == VALIDATE:
                if plan.test_samples > 0:
                    evaluate_block(plan, state, layers, parameters, arena, test_data, test_targets,
                                   test_weights, plan.test_samples, order, losses,
                                   sample_weights, loss_hyper, sums[1])  # fmt: skip
                    spent += plan.block_cost
                if state.position == plan.test_samples:
                    if plan.test_samples > 0:
                        curves[layout.TEST_LOSS, state.row] = total(sums[1]) / plan.test_samples
                        curves[layout.TEST_ACCURACY, state.row] = (
                            state.correct / plan.test_samples
                        )
                    finite = np.isfinite(curves[layout.LOSS, state.row])
                    state.position = 0
                    state.correct = 0
                    clear(sums[1])
                    state.row += 1
                    if is_due(state.epoch, plan.observe_every, plan.epochs):
                        state.phase = OBSERVE
                    elif state.epoch == plan.epochs:
                        state.phase = DONE
                    else:
                        state.phase = SHUFFLE
                    if not finite:  # nothing that follows can change the outcome
                        state.phase = DONE
            else:
                if state.position == 0:
                    alive[:] = 0
                    layer_sums[:] = 0.0
                begun = state.position > 0
                samples, columns = evaluate_block(
                    plan, state, layers, parameters, arena, data, targets, weights, plan.samples,
                    order, losses, sample_weights, loss_hyper, sums[1])  # fmt: skip
                observe_block(plan, layers, arena, samples, alive, layer_sums)
                observe_preactivations(plan, layers, parameters, arena, columns, samples,
                                       layer_sums)  # fmt: skip
                scale_delta(plan, arena, plan.block, samples, columns, sample_weights,
                            plan.samples)  # fmt: skip
                backward(layers, parameters, gradient, arena, transposed, plan.block, columns,
                         samples, plan, begun)  # fmt: skip
                spent += 4 * plan.block_cost
                if state.position == plan.samples:
                    write_signals(plan, layers, parameters, gradient, updates, alive, layer_sums,
                                  sums[1], signals[state.signal_row])  # fmt: skip
                    state.signal_row += 1
                    state.position = 0
                    state.correct = 0
                    clear(sums[1])
                    state.phase = DONE if state.epoch == plan.epochs else SHUFFLE

    vector = types.Array(kind, 1, "C")
    given = types.Array(kind, 1, "C", readonly=True)
    float64 = types.Array(types.float64, 1, "C")
    given64 = types.Array(types.float64, 1, "C", readonly=True)
    records = [types.Array(t, 1, "C") for t in (layout.plan_type, layout.state_type)]
    signature = types.void(
        *records,
        types.Array(layout.layer_type, 1, "C"),
        *(vector, vector, vector, float64, float64, vector, vector),
        *(given, given, given64, given, given, given64),
        types.Array(types.int64, 2, "C", readonly=True),
        types.Array(types.int64, 1, "C"),
        *(float64, float64, vector, float64, float64),
        types.Array(types.float64, 2, "C"),
        types.Array(types.float64, 3, "C"),
        types.Array(types.float64, 2, "C"),
        *(vector, float64, types.Array(types.uint8, 1, "C")),
        types.Array(types.float64, 3, "C"),
        types.intp,
    )
    return train, signature


@cache
def prediction_for(dtype):
    """The forward pass of many rows: `(predict, signature)`."""
    kind = FLOATS[dtype]
    forward, _ = passes_for(kind)

    def predict(layers, parameters, arena, stride, data, rows, outputs, unordered):
        # data: (rows * inputs,), outputs: (rows, n_out), unordered: an empty order
        entry = layers[0]
        final = layers[layers.size - 1]
        first = 0
        while first < rows:
            samples = min(stride, rows - first)
            columns = pad(samples)
            gather(at(data, 0), entry.n_in, unordered, first, samples, columns,
                   at(arena, entry.input_row * stride), stride)  # fmt: skip
            forward(layers, parameters, arena, stride, columns, False, 0, 0, 0)
            source = offset(at(arena, 0), final.output_row * stride)
            for b in range(samples):
                for o in range(outputs.shape[1]):
                    outputs[first + b, o] = source[o * stride + b]
            first += samples

    vector = types.Array(kind, 1, "C")
    signature = types.void(
        types.Array(layout.layer_type, 1, "C"),
        types.Array(kind, 1, "C"),
        vector,
        types.intp,
        types.Array(kind, 1, "C", readonly=True),
        types.intp,
        types.Array(kind, 2, "C"),
        types.Array(types.int64, 1, "C"),
    )
    return predict, signature
