# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Calls leave nothing behind."""

import gc
import os
import sys
import threading
import tracemalloc
import unittest
import weakref

from fixture import Fixture

HITS = 100_000
MISSES = 2_000


class Leaks(Fixture):
    def measure(self, call, count):
        """How much grows over so many calls, after as many have filled what is kept: bytes, and objects."""
        tracemalloc.start()
        self.addCleanup(tracemalloc.stop)
        for _ in range(count):
            call()
        gc.collect()
        before = tracemalloc.get_traced_memory()[0], len(gc.get_objects())
        for _ in range(count):
            call()
        gc.collect()
        after = tracemalloc.get_traced_memory()[0], len(gc.get_objects())
        return after[0] - before[0], after[1] - before[1]

    def check(self, call, count):
        descriptors, threads = len(os.listdir("/proc/self/fd")), threading.active_count()
        n_bytes, n_objects = self.measure(call, count)
        # The smallest object has 16 bytes: one that stayed of each call would be more.
        self.assertLess(n_bytes, 8 * count)
        self.assertLess(n_objects, count // 4)
        # The library may keep a few open; not one a call.
        self.assertLess(len(os.listdir("/proc/self/fd")) - descriptors, 16)
        self.assertLess(threading.active_count() - threads, 4)

    def test_hits(self):
        argument, result = "argument" * 4, ("result",)
        remembered = self.ac.anycache(version=None)(lambda a: result)
        remembered(argument)
        counts = sys.getrefcount(argument), sys.getrefcount(result)
        self.check(lambda: remembered(argument), HITS)
        self.assertLess(sys.getrefcount(argument) - counts[0], 8)
        self.assertLess(sys.getrefcount(result) - counts[1], 8)

    def test_misses(self):
        remembered = self.ac.anycache(version=None)(lambda a: [a])

        def miss():
            remembered(1)
            remembered.remove(1)

        self.check(miss, MISSES)

    def test_a_function_goes_with_what_it_captures(self):
        class Owner:
            pass

        def use(decorate):
            owner = Owner()

            def func(number):
                return [number, owner is not None]

            remembered = decorate(func)
            self.assertEqual(remembered(1), remembered(1))
            return weakref.ref(owner)

        owners = [
            use(self.ac.anycache(version=None)),
            use(self.ac.anycache(version=None, depfilefunc=lambda result, number: [])),
            use(self.ac.anycache(version=None, invalidated=lambda number: None)),
        ]
        gc.collect()
        gc.collect()
        self.assertEqual([owner() for owner in owners], [None] * len(owners))


if __name__ == "__main__":
    unittest.main(verbosity=2)
