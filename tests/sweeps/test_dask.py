"""Sweeps on a cluster: the bits of a local one, whatever dies in the middle."""

import asyncio
import contextlib
import itertools
import pickle
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time

import numpy as np
import psutil
import pytest
from dask_processes import Processes, kill, wait_for
from distributed import Client, Security
from distributed.comm import CommClosedError

from fastdense import Data
from fastdense.errors import FastdenseError
from fastdense.reports import sweeps as reports
from fastdense.sweeps import estimate
from fastdense.sweeps.grid import read_grid
from fastdense.sweeps.plan import Base, make_plan
from fastdense.sweeps.sweep import sweep
from fastdense.sweeps.workers import dask as cluster
from fastdense.sweeps.workers.wire import decode, encode
from fastdense_cli.app import invoke

draw = np.random.default_rng(0)
ROWS = Data(
    draw.normal(size=(300, 3)),  # float64, of which a network is given float32
    draw.normal(size=(300, 2)),
    weights=draw.uniform(size=300),
    test=(draw.normal(size=(9, 3)), draw.normal(size=(9, 2))),
)
BASE = {"data": ROWS, "network": {"hidden": [4]}, "recipe": {"epochs": 60, "optimizer": "adam"}}
GRID = {"network.hidden": [[3], [4], [3, 3]], "learning_rate": [0.001, 0.01, 0.1]}
MEASURES = "dead_at_end", "output_range"
COMMAND = [sys.executable, "-m", "fastdense_cli", "sweep", "vanishing-sigmoid", "--json"]
COMMAND += ["--grid", "learning_rate=log:1e-3:1:5", "--grid", "network.hidden=2,3"]


@pytest.fixture
def processes(tmp_path):
    """A scheduler; a test starts its workers."""
    folder = tmp_path / "cluster"
    folder.mkdir()
    started = Processes(folder)
    yield started
    started.close()


def run(path, seeds=64, **options):
    """Sweep into a store; returns its rows."""
    sweep(BASE, GRID, seeds=seeds, store=path, measures=MEASURES, **options)
    return rows_of(path)


def rows_of(path):
    with sqlite3.connect(path) as db:
        found = db.execute(
            "SELECT key, seed, outcome, steps, initial_loss, final_loss, final_test_loss, measured,"
            " curve FROM runs JOIN cells ON cells.id = runs.cell ORDER BY 1, 2"
        ).fetchall()
    db.close()
    return found


def sentence_of(*arguments, capsys):
    assert invoke(["sweep", "zero-rate", "--grid", "network.hidden=2", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.startswith("Error: ") and err.count("\n") == 1
    return err[len("Error: ") : -1]


class After:
    """Does something once, when some runs are done; remembers the progress."""

    def __init__(self, runs, then):
        self.runs, self.then = runs, then

    def __call__(self, progress):
        self.progress = progress
        if progress.done >= self.runs and self.then:
            then, self.then = self.then, None
            then()


def test_two_workers_give_the_bits_of_a_local_sweep(processes, tmp_path):
    for _ in range(2):
        processes.worker()
    last = After(0, None)
    there = run(tmp_path / "there.db", dask=processes.address, on_progress=last)
    assert there == run(tmp_path / "here.db")
    assert len(there) == last.progress.done == 3 * 3 * 64


def test_what_travels_with_a_job_are_its_settings():
    plan = make_plan(Base(BASE), read_grid(GRID), 64)
    job = next(plan.groups[0].jobs(0, np.arange(8), 8))
    parcel = encode(job)
    assert len(parcel) < 3000 < ROWS.inputs.nbytes
    assert b"fastdense.dataset" not in parcel and b"kernels" not in parcel
    for name in ("inputs", "targets", "weights", "test_inputs", "test_targets", "parameters"):
        ours, theirs = (
            getattr(job.task, name),
            getattr(decode(parcel, pickle.dumps(ROWS)).task, name),
        )
        assert (ours.dtype, ours.shape) == (theirs.dtype, theirs.shape)
        assert ours.tobytes() == theirs.tobytes()


def test_rows_go_to_one_worker_and_once_from_it_to_the_other(processes):
    for _ in range(2):
        processes.worker()
    with Client(processes.address, set_as_default=False) as client:
        client.wait_for_workers(2, 30)
        assert sweep(BASE, GRID, seeds=64, dask=processes.address).rows == 9 * 64
        received = client.run(lambda dask_worker: len(dask_worker.transfer_incoming_log))
        assert sorted(received.values()) == [0, 1]
        assert not client.run_on_scheduler(lambda dask_scheduler: len(dask_scheduler.tasks))


def test_a_worker_that_is_killed_costs_only_its_jobs(processes, tmp_path):
    first, _ = processes.worker(), processes.worker()
    then = After(100, lambda: kill(first))
    there = run(tmp_path / "there.db", 128, dask=processes.address, on_progress=then)
    assert then.then is None and then.progress.skipped == []
    assert there == run(tmp_path / "here.db", 128)


def test_workers_may_come_and_go_and_the_last_one_may_be_missed(processes, tmp_path):
    def exchange():
        kill(first)
        processes.worker()

    first = processes.worker()
    then = After(100, exchange)
    there = run(tmp_path / "there.db", 128, dask=processes.address, on_progress=then)
    assert then.then is None and there == run(tmp_path / "here.db", 128)


def test_without_any_worker_for_long_a_sweep_says_once_what_it_waits_for(processes, monkeypatch):
    monkeypatch.setattr(cluster, "ALONE_SECONDS", 0.5)
    first, waited = processes.worker(), []
    then = After(100, lambda: kill(first))

    def follow(progress):
        then(progress)
        if progress.waiting and not waited:
            waited.append(progress.waiting)
            processes.worker()

    with pytest.warns(UserWarning, match="Ctrl-C stops it") as warned:
        table = sweep(BASE, GRID, seeds=128, dask=processes.address, on_progress=follow)
    assert [str(one.message) for one in warned] == waited
    assert f"dask worker {processes.address} --nworkers -1 --nthreads 1" in waited[0]
    assert table.rows == 9 * 128 and then.progress.waiting == "" and not then.progress.skipped


def test_a_client_that_is_killed_is_resumed_and_the_cluster_forgets_it(processes, tmp_path):
    for _ in range(2):
        processes.worker()
    path = tmp_path / "there.db"
    command = [*COMMAND, "--seeds", "100", "--store", str(path)]
    killed = subprocess.Popen([*command, "--dask", processes.address], stdout=subprocess.DEVNULL)
    wait_for(lambda: path.exists() and count(path))
    kill_one(killed)
    some = count(path)
    assert 0 < some < 2000
    with Client(processes.address, set_as_default=False) as client:
        wait_for(lambda: not any(client.processing().values()), 10)
    for options in (["--resume", "--dask", processes.address], ["--resume"]):
        subprocess.run([*command, *options], check=True, stdout=subprocess.DEVNULL)
    here = tmp_path / "here.db"
    subprocess.run([*command[:-1], str(here)], check=True, stdout=subprocess.DEVNULL)
    assert rows_of(path) == rows_of(here)


def kill_one(process):
    process.kill()
    process.wait(timeout=30)


def count(path):
    db = sqlite3.connect(path)
    try:
        return db.execute("SELECT count(*) FROM runs").fetchone()[0]
    except sqlite3.OperationalError:  # it has no tables yet
        return 0
    finally:
        db.close()


def test_a_scheduler_that_goes_away_is_one_sentence_and_what_was_done_stays(processes, tmp_path):
    processes.worker()
    path, killed_at = tmp_path / "there.db", []

    def end():
        killed_at.append(time.monotonic())
        kill(processes.scheduler)

    with pytest.raises(FastdenseError, match="the Dask scheduler at tcp://.* went away"):
        run(path, 128, dask=processes.address, on_progress=After(200, end))
    assert time.monotonic() - killed_at[0] < 10
    assert len(rows_of(path)) >= 200
    assert run(path, 128, resume=True) == run(tmp_path / "here.db", 128)


@pytest.mark.parametrize(
    "error, at, said",
    [
        (asyncio.CancelledError(), 1, "cannot use the Dask scheduler at local: it closed the conn"),
        (asyncio.CancelledError(), 2, "the Dask scheduler at local went away; what the store"),
        (CommClosedError("in <TCP>: Stream is closed"), 2, "the Dask scheduler at local went away"),
        (RuntimeError("of its own"), 2, "at local failed with RuntimeError: of its own; what the"),
    ],
    ids=["connecting", "canceled", "closed", "other"],
)
def test_whatever_ends_a_connection_is_one_sentence(error, at, said, local, monkeypatch):
    looks, look = itertools.count(1), cluster.Cluster._add_workers

    async def fail(self):
        if next(looks) >= at:
            raise error
        return await look(self)

    monkeypatch.setattr(cluster.Cluster, "_add_workers", fail)
    with pytest.raises(FastdenseError, match=said):
        sweep(BASE, GRID, seeds=2000, **local)


def test_workers_that_go_before_the_plan_are_waited_for(processes, tmp_path, monkeypatch):
    first, about = processes.worker(), estimate.seconds_each

    def exchange(plan):
        kill(first)
        time.sleep(1)
        monkeypatch.setattr(reports, "plan", lambda about: planned.append(about) or about)
        threading.Timer(1, processes.worker).start()
        return about(plan)

    planned = []
    monkeypatch.setattr(estimate, "seconds_each", exchange)
    line = [*COMMAND[3:], "--seeds", "20", "--dask", processes.address]
    assert invoke([*line, "--store", str(tmp_path / "there.db")]) == 0
    assert planned[0]["workers"] == 1 and planned[0]["estimated_seconds"] > 0
    assert count(tmp_path / "there.db") == 2 * 5 * 2 * 20


def test_a_job_that_kills_its_workers_is_left_out_and_no_other_is(processes):
    for _ in range(2):
        processes.worker(nanny=True, TROUBLE="kill")
    last = After(0, None)
    grid = {"network.hidden": [[5], [3], [4]], "learning_rate": [0.001, 0.01]}
    with pytest.warns(UserWarning, match="8 runs are left out"):
        table = sweep(BASE, grid, seeds=4, dask=processes.address, on_progress=last)
    assert last.progress.skipped == ["8 runs are left out: they killed 3 workers"]
    assert last.progress.done == table.rows == 16
    assert {share.places[0] for share in table.groups([0])} == {1, 2}


def test_a_job_that_is_refused_ends_the_sweep_with_its_sentence(processes):
    processes.worker(TROUBLE="refuse")
    with pytest.raises(FastdenseError, match="^five are too many$"):
        sweep(BASE, {"network.hidden": [[3], [5]]}, seeds=8, dask=processes.address)


def test_workers_that_would_not_give_the_same_bits_are_refused(processes):
    processes.worker(TROUBLE="old")
    with pytest.raises(FastdenseError, match="has fastdense 0.0.1 with numerics 0; here is "):
        sweep(BASE, GRID, seeds=8, dask=processes.address)
    kill(processes.all[-1])
    worker = processes.worker(threads=2)
    with pytest.raises(FastdenseError, match="has 2 threads; start workers with --nthreads 1"):
        sweep(BASE, GRID, seeds=8, dask=processes.address)
    kill(worker)
    processes.worker()
    late = After(1, lambda: processes.worker(TROUBLE="old"))
    with pytest.warns(UserWarning, match="a worker is left out"):
        table = sweep(BASE, GRID, seeds=800, dask=processes.address, on_progress=late)
    assert table.rows == late.progress.done == 9 * 800
    (note,) = late.progress.skipped
    assert note.startswith("a worker is left out: ") and "has fastdense 0.0.1" in note


def test_fresh_workers_compile_each_kernel_once(processes, tmp_path):
    listed, folder = tmp_path / "compiled", tmp_path / "kernels"
    for _ in range(2):
        processes.worker(COMPILED=str(listed), FASTDENSE_CACHE_DIR=str(folder))
    grid = {"network.hidden": [[3]], "learning_rate": [0.001, 0.01, 0.1]}
    table = sweep(BASE, grid, seeds=64, dask=processes.address)
    kernels = listed.read_text("utf-8").split()
    assert table.rows == 192 and len(kernels) > 3
    files = [file.name.rpartition("-")[0] for file in folder.glob("*.kernel")]
    assert len(kernels) == len(set(kernels)) and len(files) == len(set(files))
    # One may have been compiled by a process that a worker began.
    assert set(files) - {"pack_train-float32"} <= set(kernels) <= set(files)


@pytest.mark.parametrize("presses", [1, 2])
def test_ctrl_c_finishes_what_runs_and_the_second_stops_at_once(processes, tmp_path, presses):
    processes.worker()
    path = tmp_path / "there.db"
    command = [*COMMAND, "--seeds", "5000", "--store", str(path), "--dask", processes.address]
    running = subprocess.Popen(command, stdout=-1, stderr=-1, text=True)
    wait_for(lambda: path.exists() and count(path))
    started = time.monotonic()
    for _ in range(presses):
        running.send_signal(signal.SIGINT)
        time.sleep(0.1)
    out, err = running.communicate(timeout=30)
    assert time.monotonic() - started < 8
    assert (running.returncode, out) == (130, "")
    assert err.strip().startswith("Interrupted: " if presses == 1 else "Interrupted")
    assert err.strip().count("\n") == 0 and 0 < count(path) < 100_000


def test_processes_of_this_machine_are_a_cluster_too(tmp_path, capfd):
    there = run(tmp_path / "there.db", 16, dask="local", workers=2)
    assert capfd.readouterr() == ("", "")
    assert there == run(tmp_path / "here.db", 16)


@pytest.fixture
def local():
    """Options of a sweep with one process of this machine."""
    return {"dask": "local", "workers": 1}


def test_nobody_else_can_use_the_processes_of_this_machine(tmp_path):
    """Whatever they listen on is of this machine, and says nothing without the certificate."""
    started = cluster.Cluster("local", 2)
    try:
        family = [psutil.Process(), *psutil.Process().children(recursive=True)]
        found = [c for one in family for c in one.net_connections("inet")]
        places = [c.laddr for c in found if c.status == psutil.CONN_LISTEN]
        assert len(places) == 5  # the scheduler, two workers and who started each
        stranger = Security.temporary().get_connection_args("client")["ssl_context"]
        for place in places:
            assert place.ip == "127.0.0.1"
            assert not said_to(place, lambda plain: plain, b"GET /health HTTP/1.0\r\n\r\n")
            assert not said_to(place, stranger.wrap_socket, bytes(64))
    finally:
        started.close()


def said_to(place, wrapped, words):
    """What is answered to a stranger, other than that TLS was expected."""
    with contextlib.suppress(OSError), socket.create_connection(place, timeout=5) as plain:
        with wrapped(plain) as connection:
            connection.sendall(words)
            answer = connection.recv(1000)
            return b"" if answer.startswith(b"\x15\x03") else answer  # a TLS alert


def test_without_cryptography_it_is_said_how_to_install_it(monkeypatch, local):
    def temporary():
        raise ImportError

    monkeypatch.setattr(cluster.Security, "temporary", temporary)
    with pytest.raises(
        FastdenseError, match=r"needs cryptography.*pip install 'fastdense\[dask\]'"
    ):
        sweep(BASE, GRID, seeds=1, **local)


@pytest.mark.parametrize(
    "address, reason",
    [
        ("tcp://127.0.0.1:9", "Timed out trying to connect"),
        ("nowhere", "missing port number"),
        ("mailto://127.0.0.1:9", "unknown address scheme"),
        ("tcp://127.0.0.1:port", "invalid literal"),
        ("tls://127.0.0.1:9", "TLS"),
    ],
)
def test_a_scheduler_that_cannot_be_reached_is_one_sentence(address, reason, capsys, monkeypatch):
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 1.0)
    started = time.monotonic()
    said = sentence_of("--dask", address, capsys=capsys)
    assert said.startswith(f"cannot use the Dask scheduler at {address}: ") and reason in said
    assert time.monotonic() - started < 4


def test_a_server_of_another_kind_is_no_scheduler(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 1.0)
    monkeypatch.setattr(cluster, "PATIENCE", 2.0)
    web = subprocess.Popen(
        [sys.executable, "-u", "-m", "http.server", "0", "--bind", "127.0.0.1"],
        stdout=-1,
        stderr=subprocess.DEVNULL,
        cwd=tmp_path,
        text=True,
    )
    try:
        port = web.stdout.readline().split("port ")[1].split()[0]
        said = sentence_of("--dask", f"tcp://127.0.0.1:{port}", capsys=capsys)
    finally:
        kill_one(web)
        web.stdout.close()
    assert said.startswith("cannot use the Dask scheduler at ")


@pytest.mark.parametrize("scheme", ["tcp", "tls"])
def test_a_server_that_hangs_up_is_one_sentence(scheme, tmp_path):
    """In a process of its own, which a closed socket must not end."""
    server = socket.create_server(("127.0.0.1", 0))
    garbage = tmp_path / "garbage.pem"
    garbage.write_text("hi")

    def hang_up():
        with contextlib.suppress(OSError):
            while True:
                server.accept()[0].close()

    threading.Thread(target=hang_up, daemon=True).start()
    address = f"{scheme}://127.0.0.1:{server.getsockname()[1]}"
    files = [f"--tls-{name}={garbage}" for name in ("ca-file", "cert", "key")]
    done = subprocess.run(
        [*COMMAND, "--dask", address, *(files if scheme == "tls" else [])],
        capture_output=True,
        text=True,
        timeout=60,
    )
    server.close()
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"Error: cannot use the Dask scheduler at {address}: ")
    assert done.stderr.count("\n") == 1


def test_a_scheduler_without_workers_is_one_sentence(processes, capsys, monkeypatch):
    monkeypatch.setattr(cluster, "WORKERS_SECONDS", 0.5)
    said = sentence_of("--dask", processes.address, capsys=capsys)
    assert said.startswith(f"the Dask scheduler at {processes.address} has no workers; start some")


@pytest.mark.parametrize(
    "arguments, reason",
    [
        (["--dask", "tcp://127.0.0.1:9", "--workers", "2"], "has workers of its own"),
        (["--dask", "local", "--tls-cert", "a.pem"], "has certificates of its own"),
        (["--tls-cert", "a.pem"], "TLS is for a Dask cluster"),
        (["--dask", "tls://127.0.0.1:9", "--tls-key", "missing.pem"], "there is no file missing"),
    ],
)
def test_options_that_do_not_go_together_are_one_sentence(arguments, reason, capsys):
    assert reason in sentence_of(*arguments, capsys=capsys)


def test_without_distributed_it_is_said_how_to_install_it(monkeypatch):
    from fastdense.sweeps import sweep as module

    monkeypatch.setattr(module.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(FastdenseError, match=r"pip install 'fastdense\[dask\]'"):
        sweep(BASE, GRID, seeds=1, dask="tcp://127.0.0.1:9")


@pytest.mark.skipif(not shutil.which("openssl"), reason="needs openssl to make certificates")
def test_tls_options_are_passed_through(tmp_path):
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj"]
        + ["/CN=localhost", "-keyout", key, "-out", certificate],
        check=True,
        capture_output=True,
    )
    files = {"ca_file": str(certificate), "cert": str(certificate), "key": str(key)}
    names = "--tls-ca-file", "--tls-cert", "--tls-key"
    options = [*itertools.chain(*zip(names, files.values(), strict=True)), "--protocol", "tls"]
    folder = tmp_path / "cluster"
    folder.mkdir()
    processes = Processes(folder, *options)
    try:
        processes.worker()
        assert processes.address.startswith("tls://")
        table = sweep(BASE, GRID, seeds=2, dask=processes.address, tls=files)
        assert table.rows == 18
    finally:
        processes.close()
