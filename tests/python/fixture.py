# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A fresh directory with a cache in it, what was computed, and other processes."""

import functools
import gc
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
import unittest

from anycache_glib import AnyCache

DEADLINE = 60


def wait_until(condition, complaint):
    """Waits until the condition holds, within a deadline."""
    deadline = time.monotonic() + DEADLINE
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(complaint)
        time.sleep(0.002)


def join_all(threads):
    for thread in threads:
        thread.join(DEADLINE)
        if thread.is_alive():
            raise AssertionError("a thread does not end")


class Fixture(unittest.TestCase):
    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="anycache-python-"))
        self.cachedir = self.directory / "cache"
        # Else it is made during the first call, which is a change around the files beside it.
        self.cachedir.mkdir()
        self.addCleanup(self.remove)
        self.ac = AnyCache(self.cachedir)
        # The arguments of each computation, in order; to append needs no lock.
        self.computed = []

    def remove(self):
        self.ac = None
        gc.collect()
        # What asynchronous calls have computed may still be on its way into the directory.
        AnyCache(self.cachedir).flush()
        shutil.rmtree(self.directory)

    def record(self, func=None, **options):
        """Decorates func so that self.computed tells its computations. What captures a test can have no version by its code."""
        ac = options.pop("ac", self.ac)

        def decorate(func):
            @functools.wraps(func)
            def computing(*args, **kwargs):
                self.computed.append(args)
                return func(*args, **kwargs)

            return ac.anycache(version=None, **options)(computing)

        return decorate if func is None else decorate(func)

    def write(self, name, text):
        path = self.directory / name
        path.write_text(text, encoding="utf-8")
        return path

    def settle(self, path):
        """Waits until a file was changed long enough ago for its times to tell so. Where they know no fractions, that is longer."""
        changed = os.stat(path).st_ctime_ns
        age = 3 * 10**9 if changed % 10**9 == 0 else 50 * 10**6
        wait_until(lambda: time.time_ns() > changed + age, "the file stays young")

    def write_module(self, name, text):
        """A module that this process and run_python() can import; text may use CACHEDIR."""
        head = f"CACHEDIR = {str(self.cachedir)!r}\n"
        self.write(f"{name}.py", head + textwrap.dedent(text))

    def run_python(self, text, seed="0", check=True):
        """What a program writes that runs in a process of its own, beside the modules that were written."""
        path = os.pathsep.join(filter(None, (str(self.directory), os.environ.get("PYTHONPATH"))))
        program = f"CACHEDIR = {str(self.cachedir)!r}\n" + textwrap.dedent(text)
        process = subprocess.run(
            [sys.executable, "-c", program],
            env=dict(os.environ, PYTHONPATH=path, PYTHONHASHSEED=seed),
            capture_output=True,
            text=True,
            timeout=4 * DEADLINE,
            check=False,
        )
        if check and process.returncode != 0:
            raise AssertionError(f"the process failed with {process.returncode}: {process.stderr}")
        return process.stdout if check else process

    def run_threads(self, count, func):
        """What func (index) returns or raises in each of so many threads that begin at once."""
        barrier = threading.Barrier(count)
        outcomes = [None] * count

        def run(index):
            barrier.wait(DEADLINE)
            try:
                outcomes[index] = func(index)
            except BaseException as exception:  # the outcome
                outcomes[index] = exception

        threads = [threading.Thread(target=run, args=(index,)) for index in range(count)]
        for thread in threads:
            thread.start()
        join_all(threads)
        return outcomes
