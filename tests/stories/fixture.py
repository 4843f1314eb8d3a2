# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A fresh directory with a cache in it, and a remembered function that counts the words of a file."""

import gc
import os
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

import gi

gi.require_version("AnyCache", "1.0")
from gi.repository import AnyCache, Gio, GLib  # noqa: E402


def path_args(path):
    return GLib.Variant("(s)", (path,))


def number(value):
    return GLib.Variant("x", value)


def write_text(path, text):
    with open(path, "w", encoding="utf-8") as stream:
        stream.write(text)


def wait_until(condition, complaint, seconds=30):
    """Runs the main context until the condition holds, within a deadline."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(complaint)
        while GLib.MainContext.default().iteration(False):
            pass
        time.sleep(0.002)


def run_part(part, variable, value):
    """Runs one part of the calling program in a process of its own, with one variable set."""
    environment = dict(os.environ, **{variable: value})
    return subprocess.run([sys.executable, sys.argv[0], part], env=environment, capture_output=True, text=True, check=False)


def main(parts=None):
    """Runs a part that was asked for, or all tests."""
    part = (parts or {}).get(sys.argv[1] if len(sys.argv) > 1 else None)
    if part is not None:
        part()
    else:
        unittest.main(verbosity=2)


class Fixture(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="anycache-story-")
        self.addCleanup(self.remove)
        self.cache = AnyCache.Cache.new(os.path.join(self.directory, "cache"), -1)
        # Else the library makes it during the first call, which is a change around the files beside it.
        os.mkdir(self.cache.get_cachedir())
        self.computed = 0

    def tearDown(self):
        # A test case outlives its test; its cache must not.
        self.cache = None

    def remove(self):
        # To remove a file is a change, which a function that is still watching would have computed anew.
        gc.collect()
        # What asynchronous calls have computed may still be on its way into the directory, whoever has dropped the cache.
        AnyCache.Cache.new(os.path.join(self.directory, "cache"), -1).flush()
        shutil.rmtree(self.directory)

    def reopen(self):
        """Opens the directory anew, after the old object has gone: nothing is shared in memory."""
        path = self.cache.get_cachedir()
        self.cache = None
        self.cache = AnyCache.Cache.new(path, -1)

    def write(self, name, text):
        path = os.path.join(self.directory, name)
        write_text(path, text)
        return path

    def settle(self, path):
        """Waits until a file was changed long enough ago for its times to tell so. Where they know no fractions, that is longer."""
        changed = os.stat(path).st_ctime_ns
        age = 3 * 10**9 if changed % 10**9 == 0 else 50 * 10**6
        wait_until(lambda: time.time_ns() > changed + age, "the file stays young")

    def count_words(self, request):
        path = request.get_args().unpack()[0]
        # Named before it is read: a change in between is seen.
        request.add_dependency(path)
        self.computed += 1
        try:
            with open(path, encoding="utf-8") as stream:
                words = len(stream.read().split())
        except FileNotFoundError:
            words = 0
        request.return_value(number(words))
        return True

    def define_word_count(self, version=None):
        return self.cache.define("org.example.WordCount", version, self.count_words)

    def lookup(self, function, path):
        """The words that are remembered, None if none are."""
        value = function.lookup(path_args(path))
        return None if value is None else value.unpack()

    def call(self, function, path):
        return function.call(path_args(path)).unpack()

    def assert_error(self, domain, code, func, *args):
        with self.assertRaises(GLib.Error) as caught:
            func(*args)
        self.assertTrue(caught.exception.matches(domain, code), caught.exception)
        return caught.exception.message

    def assert_cache_error(self, code, func, *args):
        return self.assert_error(AnyCache.CacheError.quark(), code, func, *args)

    def assert_io_error(self, code, func, *args):
        return self.assert_error(Gio.io_error_quark(), code, func, *args)
