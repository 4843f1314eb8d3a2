# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Coroutine functions whose results are remembered."""

import asyncio
import unittest

from anycache_glib import _awaiting, spawn
from fixture import DEADLINE, Fixture
from gi.repository import GLib

CALLERS = 50
LEAVE = 10


def run(coroutine, debug=False):
    async def within_deadline():
        return await asyncio.wait_for(coroutine, DEADLINE)

    return asyncio.run(within_deadline(), debug=debug)


class Asyncio(Fixture):
    def define_doubling(self):
        """A function whose computations wait until they are let go."""
        self.is_let_go = asyncio.Event()
        self.begun = asyncio.Event()
        self.n_cancelled = 0

        @self.ac.anycache(version=None)
        async def double(a):
            self.computed.append(a)
            self.begun.set()
            try:
                await self.is_let_go.wait()
            except asyncio.CancelledError:
                self.n_cancelled += 1
                raise
            return [2 * a]

        return double

    def check_one_computation(self, debug=False, run=run):
        async def main():
            double = self.define_doubling()
            tasks = [asyncio.create_task(double(1)) for _ in range(CALLERS)]
            await self.begun.wait()
            for task in tasks[:LEAVE]:
                task.cancel()
            left = await asyncio.gather(*tasks[:LEAVE], return_exceptions=True)
            self.assertEqual({type(outcome) for outcome in left}, {asyncio.CancelledError})
            self.is_let_go.set()
            self.assertEqual(await asyncio.gather(*tasks[LEAVE:]), [[2]] * (CALLERS - LEAVE))
            self.assertEqual(await double(1), [2])
            self.assertEqual((self.computed, self.n_cancelled), ([1], 0))

        run(main(), debug)

    def test_one_computation_for_all(self):
        self.check_one_computation()

    def test_the_debug_mode_is_content(self):
        with self.assertNoLogs("asyncio", "ERROR"):
            self.check_one_computation(debug=True)

    def test_the_event_loop_of_pygobject(self):
        try:
            from gi.events import GLibEventLoopPolicy
        except ImportError:
            self.skipTest("this PyGObject has no event loop")

        def run_on_glib(coroutine, _debug):
            with asyncio.Runner(loop_factory=GLibEventLoopPolicy().get_event_loop) as runner:
                runner.run(asyncio.wait_for(coroutine, DEADLINE))

        self.check_one_computation(run=run_on_glib)

    def test_who_cancels_last_cancels_the_coroutine(self):
        async def main():
            double = self.define_doubling()
            tasks = [asyncio.create_task(double(1)) for _ in range(3)]
            await self.begun.wait()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            while self.n_cancelled == 0:
                await asyncio.sleep(0.001)
            self.is_let_go.set()
            self.assertEqual(await double(1), [2])
            self.assertEqual((self.computed, self.n_cancelled), ([1, 1], 1))

        run(main())

    def test_exceptions_reach_all(self):
        problem = ValueError("wrong")
        all_wait = asyncio.Event()

        @self.ac.anycache(version=None)
        async def fail(a):
            self.computed.append(a)
            await all_wait.wait()
            raise problem

        async def main():
            calls = asyncio.gather(*(fail(1) for _ in range(5)), return_exceptions=True)
            await asyncio.sleep(0)
            # Behind the calls.
            _awaiting.post(asyncio.get_running_loop().call_soon_threadsafe, all_wait.set)
            outcomes = await calls
            for outcome in outcomes:
                self.assertIs(outcome, problem)
            self.assertEqual(self.computed, [1])
            # It is not remembered, but who comes at once may still be given it.
            while self.computed == [1]:
                with self.assertRaises(ValueError):
                    await fail(1)
            self.assertEqual(self.computed, [1, 1])

        run(main())

    def test_two_loops_in_two_threads(self):
        @self.ac.anycache(version=None)
        async def double(a):
            self.computed.append(a)
            await asyncio.sleep(0.05)
            return 2 * a

        self.assertEqual(self.run_threads(2, lambda _index: run(double(1))), [2, 2])
        self.assertEqual(self.computed, [1])


class Nesting(Fixture):
    def setUp(self):
        super().setUp()
        self.path = self.write("text", "one two")
        self.settle(self.path)

    def check(self, call):
        self.assertEqual([call(), call()], [2, 2])
        self.assertEqual(self.computed, ["outer", "inner"])
        self.path.write_text("one two three", encoding="utf-8")
        self.settle(self.path)
        self.assertEqual([call(), call()], [3, 3])
        self.assertEqual(self.computed, ["outer", "inner"] * 2)

    def count(self):
        self.computed.append("inner")
        return len(self.path.read_text(encoding="utf-8").split())

    def define_a_coroutine(self):
        @self.ac.anycache(version=None, depfiles=[self.path])
        async def inner():
            await asyncio.sleep(0)
            return self.count()

        return inner

    def test_a_coroutine_in_a_coroutine(self):
        inner = self.define_a_coroutine()

        @self.ac.anycache(version=None)
        async def outer():
            self.computed.append("outer")
            await asyncio.sleep(0)
            return await inner()

        self.check(lambda: run(outer()))

    def test_a_function_in_a_coroutine(self):
        @self.ac.anycache(version=None, depfiles=[self.path])
        def inner():
            return self.count()

        @self.ac.anycache(version=None)
        async def outer():
            self.computed.append("outer")
            await asyncio.sleep(0)
            return inner()

        self.check(lambda: run(outer()))

    def define_a_function_that_waits(self):
        inner = self.define_a_coroutine()

        @self.ac.anycache(version=None)
        def outer():
            self.computed.append("outer")
            return run(inner())

        return outer

    def test_a_coroutine_in_a_function(self):
        self.check(self.define_a_function_that_waits())

    def test_a_coroutine_in_a_function_in_a_thread(self):
        outer = self.define_a_function_that_waits()
        self.check(lambda: run(asyncio.to_thread(outer)))


class MainLoop(Fixture):
    def test_a_bare_main_loop(self):
        @self.ac.anycache(version=None)
        async def double(a):
            self.computed.append(a)
            return 2 * a

        async def main():
            return [await double(1), await double(1), await double(2)]

        loop = GLib.MainLoop()
        task = spawn(main())
        task.add_done_callback(lambda _task: loop.quit())
        deadline = GLib.timeout_add_seconds(DEADLINE, loop.quit)
        loop.run()
        GLib.source_remove(deadline)
        self.assertEqual((task.result(), self.computed), ([2, 2, 4], [1, 2]))


class Processes(Fixture):
    HEAD = """
        import asyncio, os
        from anycache_glib import AnyCache

        @AnyCache(CACHEDIR).anycache(version=None)
        async def double(a):
            if a == 0:
                await asyncio.Event().wait()
            return 2 * a
    """

    def test_a_child_begins_anew(self):
        self.write_module("doubling", self.HEAD)
        self.run_python(
            """
            import asyncio, os, doubling
            assert asyncio.run(doubling.double(1)) == 2
            child = os.fork()
            if child == 0:
                right = asyncio.run(doubling.double(1)) == 2 and asyncio.run(doubling.double(3)) == 6
                os._exit(0 if right else 1)
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
            assert asyncio.run(doubling.double(4)) == 8
            """
        )

    def test_a_process_ends_with_a_call_that_is_pending(self):
        self.write_module("doubling", self.HEAD)
        said = self.run_python(
            """
            import asyncio, doubling
            async def main():
                task = asyncio.create_task(doubling.double(0))
                await asyncio.sleep(0.05)
                print("left")
            asyncio.run(main())
            """
        )
        self.assertEqual(said, "left\n")


if __name__ == "__main__":
    unittest.main(verbosity=2)
