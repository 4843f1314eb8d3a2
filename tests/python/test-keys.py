# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Which arguments, and which functions, make the same key."""

import collections
import dataclasses
import datetime
import enum
import functools
import itertools
import pathlib
import threading
import types
import unittest

from anycache_glib import CODE, AnyCache
from fixture import Fixture
from gi.repository import Gio

try:
    import numpy
    import pandas
except ImportError:
    numpy = pandas = None


@dataclasses.dataclass
class Point:
    x: int
    y: int = 0

    def move(self, by):
        return self.x + by


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


class OtherColour(enum.Enum):
    RED = 1


class Flavour(str):
    pass


def multiplier(factor):
    return lambda a: a * factor


def generate():
    yield 1


def cyclic(*values):
    values = list(values)
    values.append(values)
    return values


class Keys(Fixture):
    def setUp(self):
        super().setUp()
        self.function = self.record(lambda a: None)

    def ident(self, value):
        return self.function.get_ident(value)

    def assert_same(self, *values):
        for value in values[1:]:
            self.assertEqual(self.ident(values[0]), self.ident(value), (values[0], value))

    def assert_different(self, *values):
        for one, other in itertools.combinations(values, 2):
            self.assertNotEqual(self.ident(one), self.ident(other), (one, other))


class Values(Keys):
    def test_types_count(self):
        self.assert_different(1, True, 1.0, "1", b"1", bytearray(b"1"), 1j, [1], (1,), {1}, frozenset({1}), {"1": 1}, {1: 1}, None)
        self.assert_different(0, False, 0.0, -0.0, "", b"", [], (), {}, set(), None)
        self.assert_different("red", Flavour("red"), Colour.RED)

    def test_a_call_tells_types_apart_as_the_key_does(self):
        # In the process, calls are known by tokens before there is a key.
        values = [1, True, 1.0, "1", b"1", 0.0, -0.0, [1], (1,), [True], (1.0,), {"a": 1}, {"a": True}, [[1], [2]], [[1, 2]], ([1],)]
        echo = self.record(lambda a: [type(a), repr(a)])
        for _ in range(2):
            self.assertEqual([echo(value) for value in values], [[type(value), repr(value)] for value in values])
        self.assertEqual(len(self.computed), len(values))

    def test_numbers(self):
        self.assert_same(float("nan"), float("nan"), -float("nan"))
        self.assert_different(2**63 - 1, 2**63, 2**64, 2**64 + 1, 2**200, -(2**63), -(2**63) - 1, -(2**64), float(2**63))
        self.assert_same(2**200, 2**100 * 2**100)

    def test_containers(self):
        self.assert_same({"a": 1, "b": [1, {"c": 2}]}, {"b": [1, {"c": 2}], "a": 1})
        self.assert_same({1: "a", (2, 3): "b"}, {(2, 3): "b", 1: "a"})
        self.assert_same({"a", "b", "c"}, {"c", "b", "a"})
        self.assert_different([1, 2], [2, 1], [[1], 2], [1, [2]], [1, 2, []])
        self.assert_different({"a": {1}}, {"a": {2}}, {"b": {1}}, {"a": frozenset({1})})
        self.assert_different([["a"], []], [[], ["a"]], ["a", "", ""], ["", "a", ""])
        self.assert_different(collections.OrderedDict(a=1), {"a": 1}, collections.Counter(a=1))

    def test_strings(self):
        self.assert_different("a", "a\0", "a\0b", "\udc80", "\udc81", "\u00e9", "e\u0301")

    def test_values_in_themselves(self):
        self.assert_same(cyclic(1), cyclic(1))
        self.assert_different(cyclic(1), cyclic(2), [1, [1]], cyclic())

    def test_one_value_twice_is_two_equal_ones(self):
        shared = [{1}]
        self.assert_same([shared, shared], [[{1}], [{1}]])

    def test_objects(self):
        self.assert_same(Point(1), Point(1, 0))
        self.assert_different(Point(1), Point(2), Point(1, 1), (1, 0), {"x": 1, "y": 0})
        self.assert_different(Colour.RED, Colour.BLUE, OtherColour.RED, 1, Colour)
        self.assert_different(Point, Colour, int, bool, len, pathlib, str.upper)

    def test_the_standard_library(self):
        self.assert_same(datetime.date(2026, 1, 2), datetime.date(2026, 1, 2))
        utc = datetime.timezone.utc
        self.assert_different(datetime.date(2026, 1, 2), datetime.datetime(2026, 1, 2), datetime.datetime(2026, 1, 2, tzinfo=utc))
        self.assert_same(pathlib.Path("/a/b"), pathlib.Path("/a") / "b")
        self.assert_different(pathlib.Path("/a/b"), pathlib.Path("/a/c"), "/a/b")
        self.assert_same(Gio.File.new_for_path("/a/b"), Gio.File.new_for_path("/a/./b"))
        self.assert_different(range(3), range(4), slice(1, 2), Ellipsis)

    @unittest.skipUnless(numpy and pandas, "numpy and pandas are not installed")
    def test_arrays(self):
        ones = numpy.ones((2, 3))
        self.assert_same(ones, numpy.ones((2, 3)), numpy.asfortranarray(ones), numpy.ones((4, 3))[::2])
        self.assert_different(ones, ones.T, ones.ravel(), ones.astype("f4"), ones.astype(">f8"), ones * 2, ones.tolist())
        counting = numpy.arange(4).reshape(2, 2)
        self.assert_different(counting, counting.T)
        self.assert_different(numpy.array(["a", None], dtype=object), numpy.array(["b", None], dtype=object))
        self.assert_same(pandas.DataFrame({"a": [1, 2]}), pandas.DataFrame({"a": [1, 2]}))
        self.assert_different(pandas.DataFrame({"a": [1, 2]}), pandas.DataFrame({"a": [1, 3]}), pandas.DataFrame({"b": [1, 2]}))


class Functions(Keys):
    def test_functions_are_told_by_their_code(self):
        def compile_lambda(text):
            return eval(text, {"__name__": "somewhere"})

        self.assert_same(compile_lambda("lambda a: a + 1"), compile_lambda("\n\nlambda a: a + 1"))
        texts = ["a: a + 1", "a: a + 2", "a: a - 1", "b: b + 1", "a=1: a + 1", "a=2: a + 1", "a: a + x", "a: a + y", "a: a + 1.0", "a: a + True"]
        self.assert_different(*(compile_lambda(f"lambda {text}") for text in texts))

    def test_functions_are_told_by_what_they_capture(self):
        self.assert_same(multiplier(2), multiplier(2))
        self.assert_different(multiplier(2), multiplier(3), multiplier(2.0), multiplier([2]))

    def test_methods_and_partials(self):
        self.assert_same(Point(1).move, Point(1).move)
        self.assert_different(Point(1).move, Point(2).move, Point(1).__eq__, Point.move)
        add = functools.partial(int.__add__, 1)
        self.assert_same(add, functools.partial(int.__add__, 1))
        self.assert_different(add, functools.partial(int.__add__, 2), functools.partial(int.__sub__, 1), functools.partial(int, base=2))

    def test_remembered_functions_are_told_by_name_and_version(self):
        one, other = (self.ac.anycache(version=version)(multiplier(2)) for version in "12")
        self.assert_different(one, other)
        self.assert_same(one, self.ac.anycache(version="1")(multiplier(2)))

    def version_of(self, text, **options):
        module = types.ModuleType("somewhere")
        exec(text, module.__dict__)
        return self.ac.anycache(**options)(module.func).function.get_version()

    def test_the_code_is_the_version(self):
        version = self.version_of("def func(a):\n  return a + 1")
        self.assertEqual(version, self.version_of("\n\n# moved\ndef func(a):\n\n    # said\n    return a + 1"))
        self.assertEqual(version, self.version_of("def func(a): return a + 1", version=CODE))
        self.assertNotEqual(version, self.version_of("def func(a):\n  return a + 2"))
        self.assertNotEqual(version, self.version_of("def func(a):\n  return a + 1.0"))
        self.assertNotEqual(version, self.version_of("def func(a):\n  return (lambda: a + 1)()"))

    def test_names_of_keywords_are_code(self):
        calls = ["f(x, a=1, b=2)", "f(x, b=1, a=2)", "f(x, width=1, height=2)", "f(x, 1, b=2)", "x.f(k=1)", "x.f(l=1)", "sorted(x, key=f)"]
        versions = {self.version_of(f"def func(f, x):\n  return {call}") for call in calls}
        self.assertEqual(len(versions), len(calls))

    def test_a_docstring_is_no_code(self):
        documented = self.version_of("def func(a):\n  'Adds.'\n  return a + 1")
        self.assertEqual(documented, self.version_of("def func(a):\n  'Adds one.'\n  return a + 1"))
        self.assertNotEqual(documented, self.version_of("def func(a):\n  'Adds.'\n  return a + 2"))
        # Without a docstring, the first constant is one that counts.
        self.assertNotEqual(self.version_of("def func():\n  return 'a'"), self.version_of("def func():\n  return 'b'"))

    def test_a_version_of_ones_own(self):
        text = "def func(a): return a"
        self.assertEqual(self.version_of(text, version="2"), "2")
        self.assertEqual(self.version_of(text, version=2), "2")
        self.assertIsNone(self.version_of(text, version=None))
        # Other languages would have to know the code.
        self.assertIsNone(self.version_of(text, name="org.example.Func"))

    def test_what_has_no_version_by_its_code(self):
        lock = threading.Lock()
        with self.assertRaisesRegex(TypeError, "version"):
            self.ac.anycache()(lambda: lock)
        self.ac.anycache(version="1")(lambda: lock)


class Options(Keys):
    def test_ignore(self):
        @self.record(ignore=["verbose"])
        def double(a, verbose=None):
            return 2 * a

        self.assertEqual([double(1), double(1, verbose=object()), double(1, threading.Lock())], [2, 2, 2])
        self.assertEqual(double(2), 4)
        self.assertEqual(len(self.computed), 2)
        with self.assertRaisesRegex(TypeError, "nothing"):
            self.ac.anycache(ignore=["nothing"])(lambda a: a)

    def test_key(self):
        length = self.record(lambda text, lock=None: len(text), key=lambda text, lock=None: text.lower())
        self.assertEqual([length("Ab"), length("aB", lock=threading.Lock())], [2, 2])
        self.assertEqual(len(self.computed), 1)
        length("abc")
        self.assertEqual(len(self.computed), 2)

    def test_a_name_and_a_version_are_the_function(self):
        idents = {ac.anycache(name=name, version=version)(lambda a: a).get_ident(1)
                  for ac in (self.ac, AnyCache()) for name in ("one", "other") for version in ("1", "2", None)}
        self.assertEqual(len(idents), 6)

    def test_errors_name_the_parameter(self):
        @self.record
        def func(first, wrong=None, *rest, **more):
            return 1

        for value in (threading.Lock(), generate(), object(), Gio.SimpleAction.new("a", None), [object()], {"a": generate()}, Point(object())):
            for call in (lambda: func(1, value), lambda: func(1, wrong=value)):
                with self.assertRaisesRegex(TypeError, "func.*“wrong”.*ignore"):
                    call()
            with self.assertRaisesRegex(TypeError, "“rest”"):
                func(1, 2, value)
            with self.assertRaisesRegex(TypeError, "“more”"):
                func(1, 2, another=value)
        self.assertEqual(self.computed, [])


MODULE = """
    import dataclasses, enum, functools, datetime, pathlib
    from anycache_glib import AnyCache

    class Colour(enum.Enum):
        RED = 1

    @dataclasses.dataclass
    class Point:
        x: object

    def multiplier(factor):
        return lambda a: a * factor

    VALUES = [{"x", "y", "z", 1, None}, frozenset("abcdef"), {("a", 1): {"u", "v"}, None: 2}, Colour.RED, Point({"a", "b"}),
              multiplier({"p", "q"}), lambda a: a in {"k", "l", "m"}, functools.partial(multiplier, 2), pathlib.Path("a"),
              datetime.datetime(2026, 1, 2), 2**100, cyclic := []]
    cyclic.append(cyclic)

    def func(a):
        return a in {"k", "l", "m"}

    remembered = AnyCache(CACHEDIR).anycache()(func)
    for value in VALUES:
        print(remembered.get_ident(value))
"""


class Processes(Fixture):
    def test_keys_are_the_same_in_every_process(self):
        self.write_module("keys", MODULE)
        said = [self.run_python("import keys", seed).split() for seed in ("0", "1", "2", "3")]
        self.assertEqual(len(set(said[0])), 12)
        for others in said[1:]:
            self.assertEqual(said[0], others)


if __name__ == "__main__":
    unittest.main(verbosity=2)
