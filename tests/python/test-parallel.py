# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Results in several threads and processes at once, and after their process."""

import concurrent.futures
import multiprocessing
import pathlib
import threading
import unittest

from fixture import DEADLINE, Fixture, wait_until

MODULE = """
    import os
    from anycache_glib import AnyCache

    ac = AnyCache(CACHEDIR)

    @ac.anycache()
    def double(a):
        with open(CACHEDIR + ".log", "a") as stream:
            stream.write(f"{a} {os.getpid()}\\n")
        return {"doubled": 2 * a, "of": (a, {a})}
"""


class Processes(Fixture):
    def setUp(self):
        super().setUp()
        self.write_module("doubling", MODULE)

    def count_computations(self):
        log = pathlib.Path(f"{self.cachedir}.log")
        return len(log.read_text().splitlines()) if log.exists() else 0

    def test_results_outlive_their_process(self):
        said = {self.run_python("import doubling; print(doubling.double(3))", seed) for seed in ("1", "2", "3")}
        self.assertEqual(said, {"{'doubled': 6, 'of': (3, {3})}\n"})
        self.assertEqual(self.count_computations(), 1)

    def test_idents_outlive_their_process(self):
        program = "import doubling; print(doubling.ac.get_ident(doubling.double, {'a': {'x', 'y', 'z'}}))"
        self.assertEqual(len({self.run_python(program, seed) for seed in ("1", "2", "3")}), 1)

    def multiprocess(self, method):
        program = f"""
            import multiprocessing, doubling

            context = multiprocessing.get_context({method!r})
            doubling.double(100)
            with context.Pool(4) as pool:
                results = pool.map(doubling.double, [0, 1, 2, 3] * 8 + [100], chunksize=1)
            assert results == [doubling.double(a) for a in [0, 1, 2, 3] * 8 + [100]], results
        """
        self.assertIn(method, multiprocessing.get_all_start_methods())
        self.run_python(program)
        self.assertEqual(self.count_computations(), 5)

    def test_fork(self):
        self.multiprocess("fork")

    def test_spawn(self):
        self.multiprocess("spawn")


class Threads(Fixture):
    def test_one_computation_for_all(self):
        go = threading.Event()

        def wait(a):
            if not go.wait(DEADLINE):
                raise AssertionError("nobody lets the computation go")
            return [a]

        slow = self.record(wait)
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            futures = [pool.submit(slow, 1) for _ in range(8)]
            wait_until(lambda: self.computed, "nothing is computed")
            go.set()
            results = [future.result(DEADLINE) for future in futures]
        self.assertEqual((results, self.computed), ([[1]] * 8, [(1,)]))

    def test_a_refresh_beside_a_call(self):
        """Each has what was computed for it, and what is kept is what the cache holds."""
        go = threading.Event()

        def compute(a):
            number = len(self.computed)
            # The refresh ends first.
            if number == 1 and not go.wait(DEADLINE):
                raise AssertionError("nobody lets the computation go")
            return [a, number]

        slow = self.record(compute)
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            called = pool.submit(slow, 7)
            wait_until(lambda: self.computed, "nothing is computed")
            self.assertEqual(slow.refresh(7), [7, 2])
            go.set()
            self.assertIn(called.result(DEADLINE), ([7, 1], [7, 2]))
        self.assertEqual([slow(7), slow(7), slow.lookup(7)], [[7, 2]] * 3)

    def test_different_keys_are_computed_at_once(self):
        barrier = threading.Barrier(4)
        meet = self.record(lambda a: barrier.wait(DEADLINE) >= 0)
        self.assertEqual(self.run_threads(4, meet), [True] * 4)


if __name__ == "__main__":
    unittest.main(verbosity=2)
