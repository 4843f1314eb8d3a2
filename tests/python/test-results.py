# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Any result comes back equal, of the same type, and as the caller's own."""

import pickle
import threading
import time
import tracemalloc
import unittest

from anycache_glib import AnyCache
from fixture import DEADLINE, Fixture

try:
    import dill
except ImportError:
    dill = None
try:
    import numpy
except ImportError:
    numpy = None

# Bytes that are large enough for a conversion of each one to be seen.
LARGE = 64 * 2**20

MODULE = """
    import collections, dataclasses, datetime, decimal, enum, fractions, pathlib
    from anycache_glib import AnyCache

    class Colour(enum.Enum):
        RED = 1

    @dataclasses.dataclass
    class Point:
        x: int
        tags: list

    class Names(list):
        pass

    def make_values():
        shared = [1]
        return [
            None, True, 0, -1, 2**63 - 1, -2**63, 2**63, 2**64 - 1, 2**64, -2**70, 1.5, -0.0, float("inf"), 1j,
            "", "text", "a\\0b", "\\udc80", "\\U0001f600", b"", b"a\\0b", bytearray(b"a"),
            [], [1, 2], [1.0], ["a"], [True], [1, True], [1, 2.0], [None], [[], [[]]], [2**64, 1], [b"a"],
            (), (1,), (1, "a", [2]), ((), ((),)), {}, {"a": 1, "b": [None]}, {1: 2}, {"a": {"b": {"c": ()}}}, {"a\\0": 1},
            {1, 2}, frozenset([1]), range(3), ..., Colour.RED, Point(1, ["a"]), Names([1]), Point, len,
            collections.OrderedDict(b=1, a=2), collections.Counter("aab"), collections.deque([1, 2]),
            datetime.datetime(2026, 1, 2), datetime.timedelta(1), decimal.Decimal("1.10"), fractions.Fraction(1, 3), pathlib.Path("a"),
            [shared, shared], {"a": shared, "b": (shared,)},
        ]

    VALUES = make_values()

    @AnyCache(CACHEDIR).anycache(version=None)
    def make(index):
        with open(CACHEDIR + ".log", "a") as stream:
            stream.write("computed\\n")
        return make_values()[index]

    def describe(value):
        if isinstance(value, dict):
            return (type(value), [(key, describe(item)) for key, item in value.items()])
        if isinstance(value, (list, tuple)):
            return (type(value), [describe(item) for item in value])
        return (type(value), repr(value))

    def check():
        for index, value in enumerate(VALUES):
            made = make(index)
            assert describe(made) == describe(value), (made, value)
            if index >= len(VALUES) - 2:
                one, other = (made["a"], made["b"][0]) if isinstance(made, dict) else made
                assert one is other, made
"""


class EveryKind(Fixture):
    def test_a_result_comes_back_as_it_was(self):
        self.write_module("kinds", MODULE)
        # Computed, from memory, and from the disk in another process.
        self.run_python("import kinds; kinds.check(); kinds.check()")
        self.run_python("import kinds; kinds.check(); kinds.check()")
        computed = self.directory.joinpath("cache.log").read_text().count("computed")
        self.assertEqual(computed, int(self.run_python("import kinds; print(len(kinds.VALUES))")))

    def test_nothing_is_a_result(self):
        none = self.record(lambda a: None)
        self.assertEqual([none(1), none(1), none.lookup(1), len(self.computed)], [None, None, None, 1])


class Ownership(Fixture):
    def check(self, make, mutate):
        remembered = self.record(lambda a: make())
        for _ in range(4):
            result = remembered(1)
            self.assertEqual(result, make())
            mutate(result)
        other = self.record(lambda a: make(), ac=AnyCache(self.cachedir))
        self.assertEqual(other(1), make())
        self.assertEqual(len(self.computed), 1)

    def test_a_list_is_the_callers(self):
        self.check(lambda: [1, [2]], lambda result: result[1].append(3))

    def test_a_dictionary_is_the_callers(self):
        self.check(lambda: {"a": {}}, lambda result: result["a"].update(b=1))

    def test_what_is_pickled_is_the_callers(self):
        self.check(lambda: {1: {2}}, lambda result: result[1].add(3))

    def test_a_bytearray_is_the_callers(self):
        self.check(lambda: bytearray(b"a"), lambda result: result.append(1))

    def test_what_a_tuple_holds_is_the_callers(self):
        self.check(lambda: (1, [2]), lambda result: result[1].append(3))

    def test_waiting_threads_share_nothing(self):
        barrier = threading.Barrier(4)

        def call(_index):
            barrier.wait(DEADLINE)
            return remembered(1)

        remembered = self.record(lambda a: time.sleep(0.05) or [[1]])
        results = self.run_threads(4, call)
        self.assertEqual(results, [[[1]]] * 4)
        for result in results:
            result[0].append(2)
        self.assertEqual([len(result[0]) for result in results], [2] * 4)
        self.assertEqual(remembered(1), [[1]])

    def test_arguments_may_change_after_the_call(self):
        count = self.record(len)
        values = [1, 2]
        self.assertEqual(count(values), 2)
        values.append(3)
        self.assertEqual(count(values), 3)
        self.assertEqual(count([1, 2]), 2)
        self.assertEqual(len(self.computed), 2)


class Pickles(Fixture):
    def test_large_bytes_are_not_converted_one_by_one(self):
        data = bytes(LARGE)
        large = self.record(lambda a: data)

        def measure(func):
            begin = time.perf_counter()
            self.assertEqual(len(func()), LARGE)
            return time.perf_counter() - begin

        path = self.directory / "pickle"

        def plainly():
            path.write_bytes(pickle.dumps(data, protocol=5))
            return pickle.loads(path.read_bytes())

        # One conversion a byte takes a hundred times as long as to copy it; a digest and a few copies do not.
        bound = 40 * max(measure(plainly) for _ in range(3))
        self.assertLess(measure(lambda: large(1)), bound)
        self.assertLess(measure(lambda: self.record(lambda a: data, ac=AnyCache(self.cachedir))(1)), bound)

    @unittest.skipUnless(numpy, "numpy is not installed")
    def test_a_large_array_is_copied_twice_at_most(self):
        @self.ac.anycache(version=None)
        def count(n):
            return numpy.arange(n)

        count(LARGE // 32)
        tracemalloc.start()
        self.addCleanup(tracemalloc.stop)
        array = count(LARGE // 32)
        peak = tracemalloc.get_traced_memory()[1]

        self.assertGreaterEqual(peak, array.nbytes)
        self.assertLess(peak, 2.5 * array.nbytes)
        array[0] = 7
        self.assertEqual(count(LARGE // 32)[0], 0)

    def test_a_class_that_is_gone_is_computed_anew(self):
        self.write_module("shapes", "class Shape:\n    pass\n")
        program = """
            from anycache_glib import AnyCache

            def make():
                import shapes
                print("computed")
                return shapes.{0}()

            remembered = AnyCache(CACHEDIR).anycache(name="make")(make)
            assert type(remembered()).__name__ == "{0}"
        """
        said = [self.run_python(program.format("Shape")) for _ in range(2)]
        self.assertEqual(said, ["computed\n", ""])
        self.write_module("shapes", "class Form:\n    pass\n")
        lookup = """
            from anycache_glib import AnyCache
            try:
                AnyCache(CACHEDIR).anycache(name="make")(lambda: None).lookup()
            except KeyError:
                print("nothing")
        """
        self.assertEqual(self.run_python(lookup), "nothing\n")
        self.assertEqual(self.run_python(program.format("Form")), "computed\n")
        self.assertEqual(self.run_python(program.format("Form")), "")

    def test_what_cannot_be_pickled(self):
        make = self.record(lambda a: (item for item in [a]))
        with self.assertRaisesRegex(TypeError, "generator.*cannot be pickled"):
            make(1)
        self.assertTrue(make.is_outdated(1))

    @unittest.skipUnless(dill, "dill is not installed")
    def test_functions_are_results(self):
        program = """
            from anycache_glib import AnyCache

            @AnyCache(CACHEDIR).anycache(version=None)
            def adder(number):
                print("computed")
                return lambda a: a + number

            assert adder(2)(3) == 5 and adder(2)(3) == 5
        """
        self.assertEqual([self.run_python(program) for _ in range(2)], ["computed\n", ""])


if __name__ == "__main__":
    unittest.main(verbosity=2)
