# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a function raises reaches its callers, and is remembered where that is asked for."""

import threading
import traceback
import unittest

from fixture import DEADLINE, Fixture, wait_until
from gi.repository import Gio, GLib

MODULE = """
    import os
    from anycache_glib import AnyCache

    class Wild(Exception):
        def __init__(self, one, other):
            super().__init__(f"{one} and {other}")

    ac = AnyCache(CACHEDIR)

    @ac.anycache(error_maxage=3600, version=None)
    def fail(kind):
        print("computed")
        if kind == "wild":
            raise Wild("this", "that")
        if kind == "file":
            raise FileNotFoundError(2, "No such file", "/nowhere")
        raise ValueError("wrong: " + kind)

    def report(kind):
        try:
            fail(kind)
        except Exception as exception:
            print(type(exception).__name__, exception, getattr(exception, "errno", None))
"""


class InProcess(Fixture):
    def test_the_exception_itself_is_raised(self):
        cause = KeyError("cause")
        problem = ValueError("wrong")

        def fail_inside(a):
            raise problem from cause

        fail = self.record(fail_inside)
        for _ in range(2):
            # unittest would drop the traceback.
            try:
                fail(1)
            except ValueError as exception:
                raised = exception
                frames = [frame.name for frame in traceback.extract_tb(exception.__traceback__)]
            self.assertIs(raised, problem)
            self.assertIs(raised.__cause__, cause)
            self.assertIn("fail_inside", frames)
        # Failures are not remembered by themselves.
        self.assertEqual(len(self.computed), 2)
        self.assertTrue(fail.is_outdated(1))

    def test_one_failure_for_all_who_wait(self):
        go = threading.Event()
        problem = ValueError("wrong")

        def fail_later(a):
            go.wait(DEADLINE)
            raise problem

        fail = self.record(fail_later)
        started = []

        def call(index):
            started.append(index)
            return fail(1)

        def release():
            wait_until(lambda: len(started) == 8 and self.computed, "not all call")
            # The last may still be on his way to the others.
            go.wait(0.2)
            go.set()

        releaser = threading.Thread(target=release)
        releaser.start()
        outcomes = self.run_threads(8, call)
        releaser.join(DEADLINE)
        self.assertEqual([outcome is problem for outcome in outcomes], [True] * 8)
        self.assertEqual(len(self.computed), 1)

    def test_failures_are_remembered_for_a_while(self):
        def fail_once(a):
            raise ValueError("wrong")

        fail = self.record(fail_once, error_maxage=3600)
        for _ in range(3):
            with self.assertRaisesRegex(ValueError, r"\Awrong\Z"):
                fail(1)
        self.assertEqual(len(self.computed), 1)
        fail.remove(1)
        with self.assertRaises(ValueError):
            fail(1)
        self.assertEqual(len(self.computed), 2)

    def test_an_interruption_says_nothing_of_the_result(self):
        for kind in (KeyboardInterrupt, SystemExit):

            def interrupt(a):
                if len(self.computed) == 1:
                    raise kind
                return a

            self.computed.clear()
            call = self.record(interrupt, error_maxage=3600, name=kind.__name__)
            with self.assertRaises(kind):
                call(1)
            self.assertEqual((call(1), len(self.computed)), (1, 2))

    def test_errors_of_glib_pass(self):
        def fail_in_gio(a):
            Gio.File.new_for_path(str(self.directory / "nothing")).load_contents(None)

        with self.assertRaises(GLib.Error) as caught:
            self.record(fail_in_gio)(1)
        self.assertTrue(caught.exception.matches(Gio.io_error_quark(), Gio.IOErrorEnum.NOT_FOUND))

    def test_what_the_users_other_functions_raise(self):
        problem = ValueError("wrong")

        def fail(*_args):
            raise problem

        for option in ("depfilefunc", "depfiles", "key"):
            remembered = self.record(lambda a: a, name=option, **{option: fail})
            with self.assertRaises(ValueError) as caught:
                remembered(1)
            self.assertIs(caught.exception, problem)
        # Nothing was stored of what named no files.
        self.assertTrue(self.record(lambda a: a, name="depfilefunc").is_outdated(1))


class Processes(Fixture):
    def test_failures_are_remembered_in_other_processes(self):
        self.write_module("failing", MODULE)
        program = "import failing; [failing.report(kind) for kind in ('value', 'file', 'wild')]"
        first = self.run_python(program)
        self.assertEqual(first.count("computed"), 3)
        lines = self.run_python(program).splitlines()
        self.assertEqual(lines[0], "ValueError wrong: value None")
        self.assertRegex(lines[1], r"\AFileNotFoundError .*No such file.* 2\Z")
        self.assertEqual(lines[2], "Wild this and that None")
        self.assertEqual(len(lines), 3)


if __name__ == "__main__":
    unittest.main(verbosity=2)
