# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Hearing of changes: what is told, what is brought, and what is freed while something is to be told."""

import gc
import sys
import threading
import weakref

from fixture import AnyCache, Fixture, GLib, main, path_args, wait_until

NAME = "org.example.WordCount"
TOKEN = "app:words"
WATCH = AnyCache.FunctionFlags.WATCH
REFRESH = AnyCache.FunctionFlags.REFRESH


def write_text(path, text):
    """At once: a file that was emptied and not yet written has changed twice."""
    GLib.file_set_contents(path, text.encode())


class Watching(Fixture):
    def setUp(self):
        super().setUp()
        self.told = []

    def define_watched(self, flags):
        function = self.define_word_count()
        function.set_flags(flags)
        return function

    def note(self, function, args):
        self.assertEqual(threading.current_thread(), threading.main_thread())
        self.told.append(args.unpack()[0])

    def wait_for(self, n_told):
        wait_until(lambda: len(self.told) >= n_told, "nothing was told")
        self.assertEqual(len(self.told), n_told)

    def test_change_is_told(self):
        path = self.write("text", "one two")
        echoes = []
        function = self.define_watched(WATCH)
        function.connect("invalidated", self.note)
        self.cache.connect("invalidated", lambda cache, name, args: echoes.append((name, args.unpack()[0])))

        self.assertEqual(self.call(function, path), 2)
        write_text(path, "one two three")
        self.wait_for(1)
        self.assertEqual(self.told, [path])
        self.assertEqual(echoes, [(NAME, path)])
        self.assertEqual(self.call(function, path), 3)

    def test_new_result_is_brought(self):
        path = self.write("text", "one two")
        function = self.define_watched(WATCH | REFRESH)
        function.connect("updated", lambda function, args, result: self.told.append((args.unpack()[0], result.unpack())))

        self.assertEqual(self.call(function, path), 2)
        write_text(path, "one two three")
        self.wait_for(1)
        self.assertEqual(self.told, [(path, 3)])
        self.assertEqual(self.computed, 2)
        self.assertEqual(self.call(function, path), 3)
        self.assertEqual(self.computed, 2)

    def test_token_is_told(self):
        function = AnyCache.Function.new(self.cache, NAME, None)
        function.set_flags(WATCH)
        function.connect("invalidated", self.note)
        function.store(path_args("any"), path_args("any"), -1, [TOKEN])
        self.cache.invalidate(TOKEN)
        self.wait_for(1)
        self.assertEqual(self.told, ["any"])

    def test_handler_calls(self):
        path = self.write("text", "one")
        function = self.define_watched(WATCH)
        function.connect("invalidated", lambda function, args: self.told.append(function.call(args).unpack()))

        self.assertEqual(self.call(function, path), 1)
        write_text(path, "one two")
        self.wait_for(1)
        write_text(path, "one two three")
        self.wait_for(2)
        self.assertEqual(self.told, [2, 3])

    def test_raising_handler_stops_nothing(self):
        complaints = []

        def fail(function, args):
            raise LookupError("an exception that the test wants")

        def forget_hook():
            sys.excepthook = sys.__excepthook__
            # It holds the arguments of what has raised: the function, which would go on watching.
            sys.last_value = sys.last_traceback = None

        self.addCleanup(forget_hook)
        sys.excepthook = lambda kind, value, traceback: complaints.append(str(value))
        path = self.write("text", "one two")
        function = self.define_watched(WATCH | REFRESH)
        function.connect("invalidated", fail)
        function.connect("invalidated", self.note)
        function.connect("updated", lambda function, args, result: self.told.append(result.unpack()))

        self.assertEqual(self.call(function, path), 2)
        write_text(path, "one two three")
        self.wait_for(2)
        self.assertEqual(self.told, [path, 3])
        self.assertEqual(complaints, ["an exception that the test wants"])

    def test_dropped_function_tells_nothing(self):
        path = self.write("text", "one two")
        other = self.write("other", "one")
        function = self.define_watched(WATCH)
        function.connect("invalidated", self.note)
        self.call(function, path)
        freed = weakref.ref(function)
        del function
        wait_until(lambda: gc.collect() >= 0 and freed() is None, "a function that is watched was kept")

        # What came of the second would come after what came of the first.
        function = self.define_watched(WATCH)
        function.connect("invalidated", self.note)
        self.call(function, other)
        write_text(path, "one two three")
        write_text(other, "one two")
        self.wait_for(1)
        self.assertEqual(self.told, [other])

    def test_owners_come_and_go(self):
        """With what they were given, while it changes, and in circles that only the garbage collector sees."""

        class Owner:
            def __init__(self, function):
                self.function = function
                self.n_updated = 0
                function.connect("updated", self.note)

            def note(self, function, args, result):
                self.n_updated += 1
                gc.collect()

        path = self.write("text", "one")
        owner = None
        for number in range(100):
            former = None if owner is None else weakref.ref(owner)
            owner = Owner(self.define_watched(WATCH | REFRESH))
            self.call(owner.function, path)
            write_text(path, "one " * (number % 7))
            gc.collect()
            GLib.MainContext.default().iteration(False)
        wait_until(lambda: gc.collect() >= 0 and former() is None, "an owner was kept")

        self.call(owner.function, path)
        before = owner.n_updated
        write_text(path, "one " * 20)
        wait_until(lambda: owner.n_updated > before, "nothing was brought")
        self.assertEqual(self.lookup(owner.function, path), 20)


main()
