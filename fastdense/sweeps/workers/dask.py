"""Carries out jobs on the workers of a Dask cluster; nothing else here imports Dask.

The client itself says which worker takes which job: one that runs and one that waits, so that a
worker that dies costs only these, and it is known which of them was running: it says so before it
begins. All that speaks to the cluster runs in an event loop in a thread of its own.
"""

import asyncio
import concurrent.futures
import contextlib
import itertools
import logging
import os
import pickle
import queue
import tempfile
import threading
import time
import uuid
from collections import OrderedDict

from distributed import Client, KilledWorker, LocalCluster, Security, get_worker
from distributed.comm import CommClosedError, connect
from distributed.utils import sync

from fastdense.errors import FastdenseError
from fastdense.parallel import Stopped, cores
from fastdense.settings.tables import known
from fastdense.sweeps.job import carry_out
from fastdense.sweeps.workers.wire import TERMS, decode, encode

CONNECT_SECONDS = 5.0  # that a scheduler has to answer
PATIENCE = 2 * CONNECT_SECONDS  # with somebody who answers, but not as a scheduler
WORKERS_SECONDS = 30.0  # that the first worker has to come
CLOSE_SECONDS = 5.0  # that the cluster has to let go
LOOK_SECONDS = 0.5  # between two looks for new workers
ALONE_SECONDS = 30.0  # without any worker, until it is said
AHEAD = 2  # jobs of a worker: so that it need not wait for the next one
MAX_DEATHS = 3  # of workers, by one job
MAX_DATA = 4  # that the cluster keeps though no job needs them now
LOCAL = "local"
TOPIC = "fastdense"  # of the events by which workers say what they begin
# What the workers of this machine run first: Ctrl-C in a terminal goes to all its processes, and
# they leave it to this one; and they have no pages for a browser, which anybody here could read.
ALONE = """
import signal
signal.signal(signal.SIGINT, signal.SIG_IGN)
def dask_setup(worker):
    worker.http_server.stop()
"""
CANCELED = asyncio.CancelledError, concurrent.futures.CancelledError
NOISY = "distributed", "distributed.client", "tornado.application", "asyncio"  # loggers
TLS = {"ca_file": "tls_ca_file", "cert": "tls_client_cert", "key": "tls_client_key"}


class _Flight:
    """A job on its way: where it is, and what it has done there."""

    def __init__(self, job):
        self.job, self.parcel = job, encode(job)
        self.deaths = 0
        self.address = self.token = self.attempt = self.future = None


class Cluster:
    """The workers of a Dask scheduler, as many as there are; they may come and go.

    Parameters
    ----------
    address : str
        Of the scheduler, such as tcp://10.0.0.1:8786; or "local", for processes of this machine.
    workers : int, optional
        Of these; as many as there are processors, if not given.
    tls : dict, optional
        Files: "ca_file", "cert" and "key".

    Raises
    ------
    FastdenseError
        A scheduler that does not answer or has no workers; workers with another fastdense, or
        with several threads.
    """

    def __init__(self, address, workers=None, tls=None):
        self._address = address
        self._outbox = queue.SimpleQueue()
        self._flights = set()  # submitted, not collected
        self._waiting = []  # of these, while there is no worker
        self._at = {}  # the flights of each worker, the oldest first
        self._running = {}  # the flight that each has begun last
        self._sent_as = {}  # the flights by what they are called on the cluster
        self._unfit = set()  # workers that are left out
        self._alone_since = None  # when the last worker went, while there is none
        self._data = OrderedDict()  # what was sent, the latest last
        self._name = f"fastdense-{uuid.uuid4().hex}"
        self._numbers = itertools.count()
        self._loop, self._end = None, asyncio.Event()
        ready = concurrent.futures.Future()
        arguments = (self._serve(ready, workers, tls),)
        self._thread = threading.Thread(target=asyncio.run, args=arguments, daemon=True)
        self._thread.start()
        try:
            ready.result()
        except BaseException:
            self.close()
            raise

    @property
    def workers(self):
        """How many there are now; one while there is none, for which the jobs then wait."""
        return max(len(self._at), 1)

    @property
    def busy(self):
        """Whether a job is under way or waiting."""
        return bool(self._flights)

    @property
    def wants_more(self):
        """Whether another job is wanted."""
        return len(self._flights) < AHEAD * self.workers

    @property
    def waiting(self):
        """What the jobs wait for, when all workers have been gone for long: a sentence, or ""."""
        since = self._alone_since
        if since is None or time.monotonic() - since < ALONE_SECONDS:
            return ""
        start = f"start some: dask worker {self._address} --nworkers -1 --nthreads 1; "
        return (
            f"All workers of the Dask scheduler at {self._address} have gone, and the sweep waits "
            f"for others; {'' if self._address == LOCAL else start}Ctrl-C stops it."
        )

    def submit(self, job):
        flight = _Flight(job)
        self._flights.add(flight)
        self._loop.call_soon_threadsafe(self._launch, flight)

    def collect(self, seconds):
        """Jobs that ended, with their rows, after waiting so long for the first at most.

        In place of rows there is a sentence where a job was given up; without a job it speaks of
        a worker.
        """
        ended = []
        with contextlib.suppress(queue.Empty):
            ended.append(self._outbox.get(timeout=seconds))
            while True:
                ended.append(self._outbox.get_nowait())
        for _, rows in ended:
            if isinstance(rows, BaseException):
                raise rows
        self._flights.difference_update(flight for flight, _ in ended)
        return [(flight and flight.job, rows) for flight, rows in ended]

    def hold(self):
        """Take back the jobs that have not begun."""
        with contextlib.suppress(TimeoutError):  # of a cluster that is lost, which is said anyway
            asyncio.run_coroutine_threadsafe(self._hold(), self._loop).result(CLOSE_SECONDS)

    def close(self):
        """Leave the cluster; what its workers do for this sweep ends within a second."""
        with contextlib.suppress(RuntimeError):  # the loop has ended already
            if self._loop is not None:
                self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(CLOSE_SECONDS)

    # The rest runs in the event loop.

    async def _serve(self, ready, workers, tls):
        self._loop = asyncio.get_running_loop()
        # What goes wrong in a task that nobody waits for is news of a lost cluster, told elsewhere.
        self._loop.set_exception_handler(lambda loop, context: None)
        try:
            async with contextlib.AsyncExitStack() as stack:
                stack.enter_context(_silence())
                with _sentences(self._address):
                    async with asyncio.timeout(None if self._address == LOCAL else PATIENCE):
                        await self._connect(stack, workers, tls)
                    await self._await_workers()
                ready.set_result(None)
                looking = asyncio.create_task(self._look_for_workers())
                await self._end.wait()
                looking.cancel()
                for flight in list(self._flights):
                    self._recall(flight)
        except BaseException as error:
            if not ready.done():
                ready.set_exception(error)

    async def _connect(self, stack, workers, tls):
        address, security = self._address, _security(tls or {})
        if address == LOCAL:
            security = _own_security()
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="fastdense-"))
            local = LocalCluster(
                n_workers=workers or cores(),
                threads_per_worker=1,
                security=security,
                local_directory=folder,
                preload=ALONE,
                silence_logs=logging.CRITICAL,
                dashboard_address="127.0.0.1:0",
                asynchronous=True,
            )
            address = (await stack.enter_async_context(local)).scheduler_address
            local.scheduler.http_server.stop()
        # A client that fails to connect takes long to close; so try whether anybody is there.
        arguments = security.get_connection_args("client")
        await (await connect(address, timeout=CONNECT_SECONDS, **arguments)).close()
        options = {"asynchronous": True, "set_as_default": False, "timeout": CONNECT_SECONDS}
        self._client = await stack.enter_async_context(
            Client(address, security=security, **options)
        )
        await self._client.run_on_scheduler(_terms)
        for topic, listener in (("all", self._hear_of_workers), (TOPIC, self._hear_of_job)):
            self._client.subscribe_topic(topic, listener)
            stack.callback(self._client.unsubscribe_topic, topic)

    async def _await_workers(self):
        until = self._loop.time() + WORKERS_SECONDS
        while not self._at:
            for fault in await self._add_workers():
                raise FastdenseError(fault)
            if self._loop.time() > until:
                raise FastdenseError(
                    f"the Dask scheduler at {self._address} has no workers; start some: "
                    f"dask worker {self._address} --nworkers -1 --nthreads 1"
                )
            await asyncio.sleep(LOOK_SECONDS / 10)

    async def _look_for_workers(self):
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                for fault in await self._add_workers():
                    self._outbox.put((None, f"a worker is left out: {fault}"))
            except (Exception, asyncio.CancelledError) as error:
                if not self._end.is_set():  # else it was told to end
                    self._outbox.put((None, self._failure(error)))
                return

    async def _add_workers(self):
        """Take in workers that are new; returns what is wrong with those that are not fit."""
        threads = await self._client.scheduler.ncores()
        for address in self._at.keys() - threads.keys():
            self._lose_worker(address, False)
        new = [address for address in threads if address not in {*self._at, *self._unfit}]
        if not new:
            return []
        terms = await self._client.run(_terms, workers=new, on_error="return")
        faults = []
        for address, answer in terms.items():
            if isinstance(answer, OSError):  # it has gone again
                continue
            fault = _fault(answer, threads[address])
            if fault:
                self._unfit.add(address)
                faults.append(f"the Dask worker at {address} {fault}")
            else:
                self._at[address] = []
                self._alone_since = None
        while self._at and self._waiting:
            self._launch(self._waiting.pop())
        return faults

    def _hear_of_workers(self, event):
        _, message = event
        if isinstance(message, dict) and message.get("action") == "remove-worker":
            self._lose_worker(message["worker"], not message["expected"])

    def _hear_of_job(self, event):
        _, token = event
        if token in self._sent_as:  # else it has been taken back
            flight = self._sent_as[token]
            self._running[flight.address] = flight

    def _lose_worker(self, address, died):
        flights, running = self._at.pop(address, []), self._running.pop(address, None)
        if not self._at and self._alone_since is None:
            self._alone_since = time.monotonic()
        for flight in flights:
            finished = flight.future is not None and flight.future.status == "finished"
            self._recall(flight)
            flight.deaths += bool(died and flight is running and not finished)
            if flight.deaths == MAX_DEATHS:
                runs = len(flight.job.runs)
                self._outbox.put(
                    (flight, f"{runs} runs are left out: they killed {MAX_DEATHS} workers")
                )
            else:
                self._launch(flight)

    def _launch(self, flight):
        """Send a job to the worker that has fewest."""
        address = min(self._at, key=lambda a: len(self._at[a]), default=None)
        if address is None:
            self._waiting.append(flight)
            return
        self._at[address].append(flight)
        flight.address, flight.token = address, f"{self._name}-{next(self._numbers)}"
        self._sent_as[flight.token] = flight
        flight.attempt = asyncio.create_task(self._attempt(flight))

    def _recall(self, flight):
        if flight.attempt is not None:
            flight.attempt.cancel()
        self._forget(flight)

    def _forget(self, flight):
        self._sent_as.pop(flight.token, None)
        if flight in self._at.get(flight.address, ()):
            self._at[flight.address].remove(flight)

    async def _attempt(self, flight):
        future = None
        try:
            rows = self._sent(flight.job.task.data)
            future = flight.future = self._client.submit(
                _work, flight.parcel, rows, flight.token,
                key=flight.token, workers=[flight.address],
            )  # fmt: skip
            answer = await future
        except KilledWorker as error:
            if error.task != flight.token:  # it was the rows that were on their way
                self._data.pop(flight.job.task.data, None)
                self._forget(flight)
                self._launch(flight)
            return  # else the news of its worker says the rest
        except Exception as error:
            answer = self._failure(error)
        finally:
            if future is not None:
                future.release()  # a worker that has begun it ends it
        self._forget(flight)
        if not self._at.get(flight.address):
            self._even_out()
        self._outbox.put((flight, answer))

    def _sent(self, data):
        """The rows on the cluster: a task, so that they are made again if they are lost."""
        if data not in self._data:
            self._data[data] = self._client.submit(
                bytes, pickle.dumps(data), key=f"{self._name}-data-{next(self._numbers)}"
            )
        self._data.move_to_end(data)
        while len(self._data) > MAX_DATA:
            self._data.popitem(last=False)
        return self._data[data]

    def _even_out(self):
        """Give a job that waits to a worker that has none."""
        for address, flights in self._at.items():
            if len(flights) > 1 and flights[-1] is not self._running.get(address):
                flight = flights[-1]
                self._recall(flight)
                self._launch(flight)
                return

    async def _hold(self):
        for flight in list(self._flights):
            if flight is not self._running.get(flight.address):
                self._recall(flight)
                self._flights.discard(flight)
        self._waiting.clear()

    def _failure(self, error):
        """What a job was refused with, or the sentence of a cluster that is lost."""
        if isinstance(error, FastdenseError):
            return error
        gone = self._client.status != "running" or isinstance(error, (OSError, *CANCELED))
        reason = "went away" if gone else f"failed with {type(error).__name__}: {_text(error)}"
        return FastdenseError(
            f"the Dask scheduler at {self._address} {reason}; what the store holds is kept, and "
            "the same command with --resume goes on"
        )


def _security(tls):
    for name, file in tls.items():
        known("TLS file", name, TLS)
        if not os.path.isfile(file):
            raise FileNotFoundError(f"there is no file {file}")
    # Without files as Dask is configured; with some, nothing that is not encrypted is spoken to.
    return Security(**{TLS[name]: file for name, file in tls.items()})


def _own_security():
    """A certificate that is made now and ends with this process, so that nobody else has it."""
    try:
        return Security.temporary()
    except ImportError:
        raise FastdenseError(
            f"a cluster of {LOCAL!r} processes needs cryptography, which is not installed, to keep "
            "other users of this machine out; run python -m pip install 'fastdense[dask]'"
        ) from None


@contextlib.contextmanager
def _silence():
    """Keeps to itself what libraries log about a connection; it is said in a sentence."""
    with contextlib.ExitStack() as stack:
        for name in NOISY:
            logger = logging.getLogger(name)
            stack.callback(logger.setLevel, logger.level)
            logger.setLevel(logging.CRITICAL + 1)
        yield


@contextlib.contextmanager
def _sentences(address):
    """Turns what can go wrong when connecting, from sockets to TLS, into one sentence."""
    try:
        yield
    except FastdenseError:
        raise
    except (Exception, asyncio.CancelledError) as error:
        closed = isinstance(error, (CommClosedError, *CANCELED))
        reason = "it closed the connection" if closed else _text(error)
        reason = reason or "it does not answer as one"
        raise FastdenseError(f"cannot use the Dask scheduler at {address}: {reason}") from None


def _text(error):
    return " ".join(str(error).split())[:200]


def _terms():
    return TERMS


def _fault(terms, threads):
    """What is wrong with a worker, or None."""
    if isinstance(terms, Exception):
        return f"cannot import fastdense ({terms}); install what is here: {TERMS}"
    if terms != TERMS:
        return f"has {terms}; here is {TERMS}: install the same on both"
    if threads != 1:
        return f"has {threads} threads; start workers with --nthreads 1, one for each core"
    return None


def _work(parcel, rows, token):
    """On a worker: say that the job begins, and carry it out."""
    worker = get_worker()
    task = worker.state.tasks[worker.get_current_task()]
    # Not before the scheduler knows it: if this process dies now, it is known of what.
    sync(worker.loop, worker.scheduler.log_event, topic=TOPIC, msg=token)

    def check():
        if task.state == "cancelled":
            raise Stopped

    try:
        return carry_out(decode(parcel, rows), check)
    except (FastdenseError, Stopped):
        raise
    except Exception as error:  # one that cannot be sent would never be heard of
        reason = f"{type(error).__name__}: {error}"
        raise FastdenseError(f"the worker at {worker.address} failed with {reason}") from None
