"""Measures the CUDA device on a GPU beside JAX and PyTorch, in one go: `python bench/cuda.py`.

It takes less than eight minutes and writes bench/cuda.md: packs of small networks against
`jax.vmap` and `torch.func`, single networks against both, what share of the GPU's peaks that is,
and whether the parameters have the bits of the CPU. Each peer runs in a process of its own. It
needs Python, numba, numba-cuda, JAX and PyTorch, and no network; a peer that is not installed is
left out.
"""

import argparse
import hashlib
import json
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

TOTAL_SECONDS = 470.0
MEASURED_SECONDS = 3.0  # of each training, after what compiles
PEER_SECONDS = 45.0  # of a peer's process
FLOPS_OF_A_PRODUCT = 6  # of a multiply-add forward, with its two on the way back
CORES = {(7, 0): 64, (7, 5): 64, (8, 0): 64}  # of a multiprocessor; 128 of others
BLOCKS, WAVES = (4, 8, 16), (64, 128, 256, 512)  # that are tried
CHUNK = 50  # steps of a peer that are one call


@dataclass(frozen=True)
class Work:
    """Networks of some widths, side by side, on the same rows: batches of 32 unless said."""

    widths: tuple[int, ...]
    networks: int
    activation: str = "relu"
    optimizer: str = "sgd"
    batch: int = 32
    rows: int = 256
    rate: float = 0.01

    @property
    def name(self):
        shape = "-".join(map(str, self.widths))
        return f"{self.networks:,} x {shape} {self.activation} {self.optimizer} b{self.batch}"

    @property
    def products(self):
        """Multiply-adds of a sample forward."""
        return sum(a * b for a, b in zip(self.widths, self.widths[1:], strict=False))

    @property
    def parameters(self):
        return sum((a + 1) * b for a, b in zip(self.widths, self.widths[1:], strict=False))

    @property
    def flops(self):
        """Of a step of all networks."""
        return FLOPS_OF_A_PRODUCT * self.products * self.batch * self.networks

    @property
    def bytes(self):
        """What a step must move at least: parameters and slots read and written once."""
        slots = 2 if self.optimizer == "adam" else 0
        return 2 * 4 * self.parameters * (1 + slots) * self.networks

    def data(self):
        """Inputs and targets, float32."""
        draw = np.random.default_rng(0).standard_normal
        inputs = draw((self.rows, self.widths[0])).astype(np.float32)
        return inputs, draw((self.rows, self.widths[-1])).astype(np.float32)


PACKS = [
    Work(widths, networks, activation, optimizer)
    for networks in (100_000, 10_000, 1_000)
    for widths, activation, optimizer in (
        ((1, 16, 8, 1), "relu", "sgd"),
        ((1, 32, 1), "tanh", "sgd"),
        ((64, 64, 64, 10), "relu", "adam"),
    )
]
ALONE = [
    Work((784, 256, 128, 10), 1, "relu", "adam", 128, 4096),
    Work((1024, 2048, 2048, 1000), 1, "relu", "adam", 512, 4096),
]


def task_of(work, epochs=1_000_000):
    """The task and the variants of fastdense's training."""
    from fastdense import Dense, Network, Recipe
    from fastdense.task import prepare
    from fastdense.variants import Variants

    *hidden, last = work.widths[1:]
    network = Network(work.widths[0], [*(Dense(n, work.activation) for n in hidden), Dense(last)])
    recipe = Recipe(
        optimizer=work.optimizer, learning_rate=work.rate, batch_size=work.batch, epochs=epochs
    )
    task = prepare(network, recipe, work.data(), evaluate_every=0).trained
    seeds = np.arange(work.networks)
    start = network.initialize_many(seeds, np.dtype("float32"))
    return task, Variants.of(network, recipe, start, {"seeds": seeds})


def measured(work, seconds=MEASURED_SECONDS):
    """Seconds of a step of all networks, and of the longest launch; or why there is none."""
    from fastdense.devices.cuda.waves import first_wave
    from fastdense.errors import FastdenseError

    task, variants = task_of(work)
    began = time.perf_counter()
    try:
        pack, lanes = first_wave(task, variants)
    except FastdenseError as error:  # there is not the memory for it
        return {"refused": str(error)}
    pack.advance()
    compiled, longest = time.perf_counter() - began, 0.0
    for _ in range(8):  # until launches have their length
        pack.advance()
    steps, began = pack.steps, time.perf_counter()
    while time.perf_counter() - began < seconds:
        launched = time.perf_counter()
        pack.advance()
        longest = max(longest, time.perf_counter() - launched)
    done = pack.steps - steps
    if not done:
        return {"refused": f"not one step in {seconds:g} s"}
    step = (time.perf_counter() - began) / done * work.networks / len(variants[:lanes])
    return {"step": step, "longest": longest, "compiled": compiled}


def tuned(work, seconds=0.5):
    """Lines of a table: seconds of a step by samples of a block and networks of a wave."""
    from fastdense.devices.cuda import arrays, waves

    usual = arrays.BLOCK, waves.EACH
    lines = []
    try:
        for arrays.BLOCK in BLOCKS:
            cells = []
            for waves.EACH in WAVES:
                found = measured(work, seconds)
                cells.append(f"{found['step'] * 1e6:,.1f}" if "step" in found else "-")
            lines.append(f"| {arrays.BLOCK} | {' | '.join(cells)} |")
    finally:
        arrays.BLOCK, waves.EACH = usual
    return lines


def alike(work, networks=64, epochs=3):
    """Whether the parameters after some epochs have the bits of the CPU; and their hash."""
    from fastdense import devices

    rows = min(work.rows, 256)
    small = Work(work.widths, networks, work.activation, work.optimizer, work.batch, rows)
    hashes = []
    for name in ("cpu", "cuda"):
        found = np.empty((networks, work.parameters), np.float32)

        def store(first, results, found=found):
            found[first : first + len(results["parameters"])] = results["parameters"]

        task, variants = task_of(small, epochs)
        devices.device_of(name).train_packs([(task, variants)], [store])
        hashes.append(hashlib.sha256(found.tobytes()).hexdigest()[:16])
    return hashes[0] == hashes[1], hashes[0]


def with_jax(work):
    """Seconds of a step of all networks by `jax.vmap`, `jit` and `scan`."""
    import jax
    import jax.numpy as jnp

    inputs, targets = map(jnp.asarray, work.data())
    act = {"relu": jax.nn.relu, "tanh": jnp.tanh}[work.activation]

    def start(key):
        keys = jax.random.split(key, len(work.widths) - 1)
        pairs = zip(keys, work.widths, work.widths[1:], strict=False)
        return [(jax.random.normal(k, (a, b)) / a**0.5, jnp.zeros(b)) for k, a, b in pairs]

    def loss(parameters, x, y):
        for w, b in parameters[:-1]:
            x = act(x @ w + b)
        w, b = parameters[-1]
        return ((x @ w + b - y) ** 2).mean()

    def step(state, number):
        p, m, v = state
        rows = (jnp.arange(work.batch) + number * work.batch) % work.rows
        g = jax.grad(loss)(p, inputs[rows], targets[rows])
        if work.optimizer == "adam":
            t = number + 1.0
            m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, g)
            v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, g)
            scale = work.rate * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
            p = jax.tree.map(lambda p, m, v: p - scale * m / (jnp.sqrt(v) + 1e-8), p, m, v)
        else:
            p = jax.tree.map(lambda p, g: p - work.rate * g, p, g)
        return (p, m, v), None

    def steps(state):
        return jax.lax.scan(step, state, jnp.arange(CHUNK))[0]

    parameters = jax.vmap(start)(jax.random.split(jax.random.key(0), work.networks))
    zeros = jax.tree.map(jnp.zeros_like, parameters)
    run = jax.jit(jax.vmap(steps), donate_argnums=0)
    state = jax.block_until_ready(run((parameters, zeros, jax.tree.map(jnp.zeros_like, zeros))))
    return _timed(lambda s: jax.block_until_ready(run(s)), state)


def with_torch(work):
    """Seconds of a step of all networks by `torch.func`, compiled where that works."""
    import torch

    inputs, targets = (torch.tensor(array, device="cuda") for array in work.data())
    torch.manual_seed(0)
    pairs = list(zip(work.widths, work.widths[1:], strict=False))
    p = []
    for a, b in pairs:
        p += [torch.randn(work.networks, a, b, device="cuda") / a**0.5]
        p += [torch.zeros(work.networks, b, device="cuda")]
    act = {"relu": torch.relu, "tanh": torch.tanh}[work.activation]

    def loss(p, x, y):
        for i in range(0, len(p) - 2, 2):
            x = act(x @ p[i] + p[i + 1])
        return ((x @ p[-2] + p[-1] - y) ** 2).mean()

    gradient = torch.func.vmap(torch.func.grad(loss), in_dims=(0, None, None))

    def update(p, m, v, x, y, scale):
        g = gradient(p, x, y)
        if work.optimizer == "adam":
            m = [0.9 * m + 0.1 * g for m, g in zip(m, g, strict=True)]
            v = [0.999 * v + 0.001 * g * g for v, g in zip(v, g, strict=True)]
            new = zip(p, m, v, strict=True)
            return [p - scale * m / (v.sqrt() + 1e-8) for p, m, v in new], m, v
        return [p - work.rate * g for p, g in zip(p, g, strict=True)], m, v

    def run(state, update):
        for number in range(CHUNK):
            first = number * work.batch % (work.rows - work.batch + 1)
            rows = slice(first, first + work.batch)
            scale = torch.tensor(work.rate, device="cuda")
            state = update(*state, inputs[rows], targets[rows], scale)
        torch.cuda.synchronize()
        return state

    state = p, [torch.zeros_like(one) for one in p], [torch.zeros_like(one) for one in p]
    try:
        chosen = torch.compile(update)
        state = run(state, chosen)
    except Exception:  # a machine without Triton
        chosen = update
        state = run(state, chosen)
    return _timed(lambda s: run(s, chosen), state)


def _timed(run, state):
    """Seconds of a step, for some calls of CHUNK steps: the best of three parts."""
    best = np.inf
    for _ in range(3):
        calls, began = 0, time.perf_counter()
        while not calls or time.perf_counter() - began < MEASURED_SECONDS / 3:
            state = run(state)
            calls += 1
        best = min(best, (time.perf_counter() - began) / calls / CHUNK)
    return best


PEERS = {"jax": with_jax, "torch": with_torch}


def of_peer(name, work, seconds=PEER_SECONDS):
    """Seconds of a step by a peer, in a process of its own; or in a word why there are none."""
    command = sys.executable, __file__, "--peer", name, "--work", json.dumps(asdict(work))
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds)
    except subprocess.TimeoutExpired:
        return f"over {seconds:.0f} s"
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["failed"])[-1]
        return "not installed" if "No module named" in last else last.replace("|", "/")[:60]
    return float(done.stdout)


def peaks():
    """The GPU's name, its FP32 operations and bytes of memory a second, by its clocks and width."""
    from numba import cuda

    gpu = cuda.get_current_device()
    cores = CORES.get(gpu.compute_capability, 128)
    flops = 2 * cores * gpu.MULTIPROCESSOR_COUNT * gpu.CLOCK_RATE * 1e3
    moved = 2 * gpu.MEMORY_CLOCK_RATE * 1e3 * gpu.GLOBAL_MEMORY_BUS_WIDTH / 8
    name = gpu.name.decode() if isinstance(gpu.name, bytes) else gpu.name
    return name, flops, moved


def row_of(work, own, peers, flops, moved):
    """A line of the table."""
    cells = [work.name]
    if "step" not in own:
        cells += [own["refused"], "", "", ""]
    else:
        step = own["step"]
        cells += [
            f"{step * 1e6:,.1f}",
            f"{step * 1e9 / work.networks:,.2f}",
            f"{work.flops / step / 1e12:.2f} ({work.flops / step / flops:.1%})",
            f"{work.bytes / step / 1e12:.2f} ({work.bytes / step / moved:.1%})",
        ]
    for name in PEERS:
        peer = peers.get(name, "not measured")
        if isinstance(peer, str):
            cells.append(peer)
        else:
            ratio = f" ({peer / own['step']:.2f})" if "step" in own else ""
            cells.append(f"{peer * 1e6:,.1f}{ratio}")
    return f"| {' | '.join(cells)} |"


def page(machine, rows, bits, longest, seconds, tuning=()):
    """The text of bench/cuda.md."""
    head = [
        "# The CUDA device, measured",
        "",
        f"On {machine}, in {seconds:.0f} s, by `python bench/cuda.py`.",
        "",
        "Microseconds of a training step of all networks together, in float32; nanoseconds of a "
        "step of one of them; multiply-adds forward and back, as TFLOP/s and as a share of the "
        "GPU's peak; the parameters and slots that a step must at least read and write, as TB/s "
        "and as a share. Peers: microseconds, and how many times as long that is.",
        "",
        "| work | us a step | ns a network | TFLOP/s | TB/s | jax vmap | torch.func |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    tail = ["", f"The longest launch took {longest * 1e3:.0f} ms.", ""]
    tail += [
        f"- {name}: parameters {'have' if same else 'DO NOT HAVE'} the bits of the CPU ({digest})"
        for name, (same, digest) in bits.items()
    ]
    if tuning:
        tail += [
            "",
            "Microseconds of a step of the first work, by the samples of a block "
            "(`arrays.BLOCK`) and the networks of a wave for each multiprocessor (`waves.EACH`):",
            "",
            f"| block | {' | '.join(map(str, WAVES))} |",
            f"| ---: |{' ---: |' * len(WAVES)}",
            *tuning,
        ]
    return "\n".join([*head, *rows, *tail, ""])


def main(arguments=None, packs=PACKS, alone=ALONE):
    """Measure everything, as far as there is time, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", default=str(Path(__file__).with_name("cuda.md")))
    parser.add_argument("--seconds", type=float, default=TOTAL_SECONDS)
    parser.add_argument("--peer", choices=PEERS)
    parser.add_argument("--work")
    given = parser.parse_args(arguments)
    if given.peer:
        work = json.loads(given.work)
        print(PEERS[given.peer](Work(**{**work, "widths": tuple(work["widths"])})))
        return
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from fastdense.devices.cuda import driver

    driver.demand()
    began = time.perf_counter()
    machine, flops, moved = peaks()
    rows, bits, longest = [], {}, 0.0
    for work in (*packs[:3], *alone[:1]):  # of each shape one
        shape = "-".join(map(str, work.widths))
        bits[shape] = alike(work, 64 if work.networks > 1 else 1)
    tuning = tuned(packs[0], min(0.5, given.seconds / 200))
    for work in (*packs[:3], *alone, *packs[3:]):  # what matters most first
        if time.perf_counter() - began > given.seconds:
            rows.append(row_of(work, {"refused": "no time was left"}, {}, flops, moved))
            continue
        own = measured(work, min(MEASURED_SECONDS, given.seconds / 20))
        longest = max(longest, own.get("longest", 0.0))
        peers = {}
        for name in PEERS:
            left = given.seconds - (time.perf_counter() - began)
            if left > 5:
                peers[name] = of_peer(name, work, min(PEER_SECONDS, left))
        rows.append(row_of(work, own, peers, flops, moved))
        print(rows[-1], file=sys.stderr)
        text = page(machine, rows, bits, longest, time.perf_counter() - began, tuning)
        Path(given.out).write_text(text)  # so that what is measured is kept, whatever follows
    print(f"wrote {given.out}")


if __name__ == "__main__":
    main()
