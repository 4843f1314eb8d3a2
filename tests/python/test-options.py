# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The options of the platform: files named before, requests, signals, and results that are too old."""

import datetime
import inspect
import time
import unittest

from anycache_glib import AnyCache
from fixture import DEADLINE, Fixture
from gi.repository import AnyCache as Library
from gi.repository import GLib


class Options(Fixture):
    def iterate_until(self, condition, complaint):
        """Runs the main context in which functions were made, where the library tells of changes."""
        deadline = time.monotonic() + DEADLINE
        while not condition():
            self.assertLess(time.monotonic(), deadline, complaint)
            while GLib.MainContext.default().iteration(False):
                pass
            time.sleep(0.002)

    def test_files_that_are_known_before(self):
        path = self.write("text", "one")
        for depfiles in (lambda name: [path], [path], [str(path)]):
            self.computed.clear()
            read = self.record(lambda name: path.read_text(), depfiles=depfiles)
            path.write_text("one")
            read.clear()
            self.assertEqual([read("a"), read("a")], ["one"] * 2)
            path.write_text("three")
            self.assertEqual([read("a"), read("a")], ["three"] * 2)
            self.assertEqual(len(self.computed), 2)

    def test_request(self):
        path = self.write("text", "one")

        @self.ac.anycache(version=None, request=True)
        def read(name, request):
            self.computed.append(name)
            self.assertEqual(request.get_args().unpack(), (name,))
            request.add_dependency(path)
            return path.read_text()

        self.assertEqual(list(inspect.signature(read).parameters), ["name"])
        self.assertEqual([read("a"), read("a")], ["one"] * 2)
        path.write_text("three")
        self.assertEqual([read("a"), read("a")], ["three"] * 2)
        self.assertEqual(self.computed, ["a"] * 2)

        with self.assertRaisesRegex(TypeError, "request"):
            self.ac.anycache(request=True)(lambda name: name)

    def test_progress(self):
        @self.ac.anycache(version=None, request=True)
        def work(name, request):
            request.set_progress(0.5)
            return name

        told = []
        work.function.connect("progress", lambda _function, args, fraction: told.append((args.unpack(), fraction)))
        work("a")
        self.iterate_until(lambda: told, "no progress was told")
        self.assertEqual(told, [(("a",), 0.5)])

    def test_invalidated(self):
        path = self.write("text", "one")
        told = []
        read = self.record(lambda name: path.read_text(), depfiles=[path], invalidated=told.append)
        # More than once: also of a result that was found beside its entry.
        for number in range(3):
            self.settle(path)
            self.assertEqual(read("a"), read("a"))
            # What has just been given is not told of.
            time.sleep(0.15)
            path.write_text("x" * number)
            self.iterate_until(lambda: len(told) > number, "no change was told")
        self.assertEqual(told, ["a"] * 3)

    def test_refresh_behind_a_change(self):
        path = self.write("text", "one")
        updated = []
        read = self.record(lambda name: path.read_text(), depfiles=[path], flags=Library.FunctionFlags.REFRESH)
        read.function.connect("updated", lambda _function, _args, result: updated.append(result.unpack()))
        self.settle(path)
        read("a")
        time.sleep(0.15)
        # At once: it may be read in between.
        self.write("new", "three").replace(path)
        self.iterate_until(lambda: updated, "nothing was computed anew")
        self.assertEqual(updated, ["three"])
        self.assertEqual((read("a"), len(self.computed)), ("three", 2))

    def test_stale_while_revalidate(self):
        count = self.record(lambda name: len(self.computed), maxage=0.05, stale_while_revalidate=datetime.timedelta(hours=1))
        self.assertEqual(count("a"), 1)
        time.sleep(0.1)
        self.assertEqual(count("a"), 1)
        self.iterate_until(lambda: len(self.computed) == 2, "nothing was computed behind")
        self.ac.flush()
        self.assertEqual(count("a"), 2)

    def test_durations(self):
        for maxage, expected in ((None, -1), (0, 0), (1.5, 1_500_000), (datetime.timedelta(minutes=1), 60_000_000)):
            self.assertEqual(self.ac.anycache(version=None, maxage=maxage)(lambda a: a).function.get_maxage(), expected)
        for wrong in (-1, float("nan")):
            with self.assertRaises(ValueError):
                AnyCache(self.directory / "other", maxage=wrong)

    def test_the_class_of_the_library(self):
        cache = Library.Cache.new(self.directory / "raw", -1)

        @cache.memoize(name="org.example.Text")
        def shout(text):
            self.computed.append(text)
            return text.upper()

        self.assertEqual([shout("a"), shout("a")], ["A"] * 2)
        self.assertEqual(AnyCache.of(cache).get_ident(shout, "a"), shout.get_ident("a"))
        self.assertEqual(self.computed, ["a"])
        self.assertTrue(shout.function.store(GLib.Variant("(s)", ("b",)), GLib.Variant("s", "C"), -1, [self.directory]))
        self.assertEqual(shout("b"), "C")

    def test_wrong_options(self):
        for options in ({"signature": "(("}, {"ignore": "nonsense"}, {"nonsense": 1}):
            with self.assertRaises(TypeError):
                self.ac.anycache(version=None, **options)(lambda a: a)


if __name__ == "__main__":
    unittest.main(verbosity=2)
