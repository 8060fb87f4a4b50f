"""The formulas of theory against published numbers and against independent calculations."""

from fractions import Fraction
from itertools import product
from math import comb

import numpy as np
import pytest

from fastdense import Network
from fastdense.theory.results import (
    adam_counterexample,
    born_dead,
    collapse,
    duplicated_unit,
    exact_minima,
    initial_moments,
    linear_plateau,
    stability_limits,
    xor,
)

# Width, layers: published bounds, in four digits.
BOUNDS = {
    (2, 10): (0.8703, 0.9249),
    (2, 20): (0.9927, 0.9958),
    (3, 10): (0.5134, 0.6993),
}


@pytest.mark.parametrize("width, layers", BOUNDS)
def test_bounds_of_born_death_are_the_published_ones(width, layers):
    found = born_dead.lower_bound(width, layers), born_dead.upper_bound(width, layers)
    assert np.round(found, 4).tolist() == list(BOUNDS[width, layers])


@pytest.mark.parametrize("width", range(1, 8))
def test_three_layers_are_exact(width):
    """By the number k of units that see x > 0: with none or all of them one input is dead at once,
    and the other dies with 2^-N; else both must, in each unit with a chance of 1/4."""
    exact = sum(
        Fraction(comb(width, k), 2**width)
        * (Fraction(1, 2**width) if k in (0, width) else Fraction(1, 4**width))
        for k in range(width + 1)
    )
    assert born_dead.lower_bound(width, 3) == pytest.approx(float(exact), rel=1e-14)
    if width == 2:
        assert exact == Fraction(5, 32)


def test_survivors_are_the_engines_networks_that_are_not_constant():
    for width, layers in ((1, 3), (2, 4), (3, 3), (2, 7)):
        network = Network.of(1, *[width] * (layers - 1), 1, weights="he_normal")
        seeds = np.arange(7, 207)
        living = []
        for seed, parameters in zip(seeds, network.initialize_many(seeds, "float64"), strict=True):
            values = np.linspace(-np.sqrt(3), np.sqrt(3), 41)[:, np.newaxis]
            for weights, bias in network.split(parameters)[:-1]:
                values = np.maximum(values @ weights + bias, 0)
            if np.ptp(values, axis=0).any():
                living.append(seed)
        assert born_dead.alive(width, (layers,), seeds)[layers].tolist() == living
        assert 0 < len(living) < 200


def test_exact_minima_by_hand():
    """Predictions, sums of squares and derivatives, written out in NumPy."""
    for inputs, targets, minima in exact_minima.DATA.values():
        x, y = np.array(inputs), np.array(targets)
        for loss, w, b, v, c in minima.values():
            z = np.outer(x, w) + b
            residual = np.maximum(z, 0) @ v + c - y
            assert (residual**2).sum() == pytest.approx(loss, abs=1e-12)
            on = (z > 0) * residual[:, np.newaxis]
            derivatives = [residual.sum(), *(np.maximum(z, 0).T @ residual)]
            derivatives += [*(on * v).sum(axis=0), *(x @ (on * v))]
            assert np.abs(derivatives).max() < 1e-12


def test_published_losses_of_the_minima():
    found = [[m[0] for m in minima.values()] for _, _, minima in exact_minima.DATA.values()]
    assert found == [[18], [0, 8 / 3], [1 / 6, 2 / 3]]


@pytest.mark.parametrize("strength, start", [(1.0, 1e-2), (3.0, 1e-4), (0.5, 1e-3)])
def test_escape_time_solves_its_differential_equation(strength, start):
    """u' = 2 u (s - u) / tau, by Runge and Kutta's method."""
    tau, end = 0.7, strength / 2
    time = linear_plateau.escape_time(strength, start, end, tau)
    u, step = start, time / 4000

    def slope(u):
        return 2 * u * (strength - u) / tau

    for _ in range(4000):
        k1 = slope(u)
        k2 = slope(u + step / 2 * k1)
        k3 = slope(u + step / 2 * k2)
        u += step / 6 * (k1 + 2 * k2 + 2 * k3 + slope(u + step * k3))
    assert u == pytest.approx(end, rel=1e-9)
    deep = linear_plateau.escape_time_deep(2, strength, start, end, tau)
    assert deep == pytest.approx(time, rel=1e-9)


def test_three_layers_escape_by_their_integral():
    """tau times the integral of 1 / (a^2 (s - a^3)) over one weight a, by trapezoids."""
    a = np.linspace(0.05, 0.7, 2_000_001)
    values = 1 / (a**2 * (1 - a**3))
    trapezoids = ((values[1:] + values[:-1]) / 2).sum() * (a[1] - a[0])
    found = linear_plateau.escape_time_deep(3, 1.0, 0.05**3, 0.7**3, 1.0)
    assert found == pytest.approx(trapezoids, rel=1e-8)


def test_a_staircase_has_the_losses_and_times_of_its_modes():
    tau, start = 2.0, 1e-5
    times = np.array([0.0, linear_plateau.escape_time(4.0, start, 2.0, tau), 1e3])
    one = linear_plateau.staircase((4.0,), start, tau, times)
    assert one == pytest.approx([(4 - start) ** 2, 4.0, 0.0], abs=1e-9)
    two = linear_plateau.staircase((4.0, 1.0), start, tau, times)
    assert two[0] == pytest.approx(17, rel=1e-4) and two[1] == pytest.approx(5, rel=1e-3)


def test_crossings_are_interpolated():
    assert linear_plateau.crossing(np.array([4.0, 3.0, 1.0, 0.0]), 2.5) == pytest.approx(1.25)


@pytest.mark.parametrize("momentum", [0.0, 0.3, 0.9, 0.99])
def test_stability_limits_are_where_a_root_leaves_the_unit_circle(momentum):
    """Roots of the characteristic polynomials of both recursions on x^2 / 2."""

    def largest(optimizer, rate):
        b = momentum
        if optimizer == "momentum":
            coefficients = [1, -(1 + b - rate), b]
        else:
            coefficients = [1, -(1 + b) * (1 - rate), b * (1 - rate)]
        return np.abs(np.roots(coefficients)).max()

    for optimizer in ("momentum", "nesterov"):
        limit = stability_limits.limit(optimizer, momentum)
        assert largest(optimizer, limit * 0.999) < 1 < largest(optimizer, limit * 1.001)
    assert stability_limits.limit("sgd", 0.0) == 2.0


def test_the_curvature_of_the_quadratic_is_what_it_says():
    inputs = np.column_stack([stability_limits.X, np.ones(4)])
    curvatures = np.linalg.eigvalsh(2 * inputs.T @ inputs / 4)
    assert curvatures.tolist() == [1.0, 2.0, stability_limits.CURVATURE]


def test_adams_path_is_that_of_the_textbook():
    """Adam and AMSGrad as Reddi et al. have them, bias correction as in the engine."""
    for name in ("adam", "amsgrad"):
        x, m, v, largest = 0.25, 0.0, 0.0, 0.0
        ours = adam_counterexample.path(name, x, 500)
        for t in range(1, 501):
            g = 1010 if t % 101 == 1 else -10
            m, v = 0.9 * m + 0.1 * g, 0.99 * v + 0.01 * g * g
            largest = max(largest, v)
            size = np.sqrt((v if name == "adam" else largest) / (1 - 0.99**t)) + 1e-8
            x = np.clip(x - 0.5 / np.sqrt(t) * m / (1 - 0.9**t) / size, -1, 1)
            assert ours[t - 1] == pytest.approx(x, abs=1e-9)


def test_slopes_of_a_cycle_add_up_to_ten():
    assert 1010 - 10 * (adam_counterexample.CYCLE - 1) == 10


def test_moments_by_all_signs_of_a_tiny_network():
    """The mean of M_1 over all signs of weights of variance 2 / width: relu(z)^2 halves it."""
    width = 3
    total = 0.0
    for signs in product((-1, 1), repeat=width):
        total += max(sum(signs), 0) ** 2 * (2 / width)
    assert total / 2**width == pytest.approx(1.0)
    seeds = np.arange(50)
    first = initial_moments.squares("he_normal", 10, 2, seeds)
    network = Network.of(10, 10, 10, 1, weights="he_normal")
    for row, parameters in zip(first, network.initialize_many(seeds, "float64"), strict=True):
        values = np.ones(10)
        for layer, (weights, _) in enumerate(network.split(parameters)[:2]):
            values = np.maximum(values @ weights, 0)
            assert row[layer] == pytest.approx((values**2).mean(), rel=1e-12)


def test_the_second_moments_factor_is_that_of_a_half_normal():
    """E M^2 of one layer: (6 n + n (n - 1)) / n^2, from E relu(z)^4 = 6 and E relu(z)^2 = 1."""
    for n in (10, 20):
        assert (6 * n + n * (n - 1)) / n**2 == pytest.approx(1 + 5 / n)


def test_a_plateau_is_measured_until_half_of_the_constant_is_left():
    curve = np.array([0.3, 0.2505, 0.25, 0.25, 0.2495, 0.2, 0.1, 0.01])
    level, time = xor.plateau(curve, 0.25)
    assert level == 0.25 and time == pytest.approx(4 / 6)
    assert xor.plateau(np.full(9, 0.25), 0.25) == (0.25, 1.0)


def test_the_matrix_of_a_split_unit_is_a_second_derivative():
    """A by differences: the mean of slope times v tanh(w x + b), by (w, b), with the slope held."""
    there = duplicated_unit.critical_point()
    for unit in (0, 1):
        (w, b), (v, c) = duplicated_unit.network_of(2).split(there)
        x = duplicated_unit.X
        hidden = np.tanh(np.outer(x, w[0]) + b)
        slope = 2 * (hidden @ v[:, 0] + c - duplicated_unit.Y)

        def bent(a, d, unit=unit, slope=slope, v=v, w=w, b=b, x=x):
            return (slope * v[unit, 0] * np.tanh((w[0, unit] + a) * x + b[unit] + d)).mean()

        h = 1e-4
        second = [
            (bent(h, 0) - 2 * bent(0, 0) + bent(-h, 0)) / h**2,
            (bent(h, h) - bent(h, -h) - bent(-h, h) + bent(-h, -h)) / (4 * h**2),
            (bent(0, h) - 2 * bent(0, 0) + bent(0, -h)) / h**2,
        ]
        found = duplicated_unit.curvature(there, unit)
        assert [found[0, 0], found[0, 1], found[1, 1]] == pytest.approx(second, abs=1e-6)


def test_a_critical_point_is_one():
    there = duplicated_unit.critical_point()
    assert np.abs(duplicated_unit.gradient(duplicated_unit.network_of(2), there)).max() < 1e-13


def test_collapse_trains_the_published_network():
    x, y = collapse.rows_of("|x|")
    assert x.shape == (3000,) and np.abs(x).max() <= np.float32(np.sqrt(3)) and x.min() < -1.7
    assert (y == np.abs(x)).all()
    assert collapse.PUBLISHED == {"|x|": 0.938}
