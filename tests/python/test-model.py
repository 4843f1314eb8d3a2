# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the model of this package, Python's anycache, does and documents."""

import datetime
import inspect
import os
import pathlib
import re
import time
import unittest

from anycache_glib import AnyCache, anycache, get_defaultcache
from fixture import Fixture, wait_until


class Decorator(Fixture):
    def test_a_result_is_computed_once(self):
        add = self.record(lambda a, b: a + b)
        self.assertEqual([add(4, 5), add(4, 5), add(4, 2)], [9, 9, 6])
        self.assertEqual(self.computed, [(4, 5), (4, 2)])

    def test_defaults_and_keywords_make_one_entry(self):
        @self.ac.anycache(version=None)
        def add(a, b=3, *rest, c=1, **more):
            self.computed.append(a)
            return a + b + c + sum(rest) + sum(more.values())

        calls = [add(1), add(1, 3), add(a=1), add(b=3, a=1), add(1, c=1)]
        self.assertEqual((calls, self.computed), ([5] * 5, [1]))
        self.assertEqual([add(1, 3, 4), add(1, d=4), add(1, e=4)], [9, 9, 9])
        self.assertEqual(self.computed, [1] * 4)

    def test_the_function_keeps_its_face(self):
        def add(a, b=3):
            """Adds."""

        remembered = self.ac.anycache()(add)
        self.assertEqual((remembered.__name__, remembered.__doc__, remembered.__module__), ("add", "Adds.", __name__))
        self.assertEqual(inspect.signature(remembered), inspect.signature(add))
        self.assertIs(remembered.__wrapped__, add)

    def test_wrong_arguments_name_the_function(self):
        @self.ac.anycache(version=None)
        def double(a):
            self.computed.append(a)

        for args, kwargs in (((), {}), ((1, 2), {}), ((1,), {"b": 2})):
            with self.assertRaisesRegex(TypeError, "double"):
                double(*args, **kwargs)
        self.assertEqual(self.computed, [])

    def test_functions_do_not_meet(self):
        @self.ac.anycache()
        def one(a):
            return "one"

        @self.ac.anycache()
        def other(a):
            return "other"

        self.assertEqual([one(1), other(1), one(1)], ["one", "other", "one"])

    def test_the_default_cache(self):
        @anycache(version=None)
        def double(a):
            self.computed.append(a)
            return 2 * a

        self.assertEqual([double(1), double(1)], [2, 2])
        self.assertEqual(self.computed, [1])
        self.assertIs(get_defaultcache(), get_defaultcache())
        self.assertFalse(get_defaultcache().is_outdated(double, 1))
        self.assertEqual((get_defaultcache().maxsize, get_defaultcache().maxage), (None, None))

    def test_the_decorator_with_a_directory(self):
        def double(a):
            self.computed.append(a)
            return 2 * a

        first = anycache(cachedir=self.cachedir, version=None)(double)
        second = anycache(str(self.cachedir), version=None)(double)
        self.assertEqual([first(1), second(1)], [2, 2])
        self.assertEqual(self.computed, [1])

    def test_the_decorator_with_limits(self):
        @anycache(maxsize=0, version=None)
        def double(a):
            self.computed.append(a)
            return 2 * a

        self.assertEqual([double(1), double(1), self.computed], [2, 2, [1, 1]])
        self.assertEqual(anycache(maxage=7)(lambda: 0).function.get_cache().get_maxage(), 7_000_000)


class Cache(Fixture):
    def test_two_objects_on_one_directory(self):
        one = self.record(lambda a: a)
        other = self.record(lambda a: a, ac=AnyCache(self.cachedir))
        self.assertEqual([one(1), other(1)], [1, 1])
        self.assertEqual(len(self.computed), 1)
        other.remove(1)
        self.assertTrue(one.is_outdated(1))
        self.assertEqual(one(1), 1)
        self.assertEqual(len(self.computed), 2)

    def test_two_directories_do_not_meet(self):
        one = self.record(lambda a: a)
        other = self.record(lambda a: a, ac=AnyCache(self.directory / "other"))
        one(1)
        other(1)
        self.assertEqual(len(self.computed), 2)
        self.assertNotEqual(self.ac.cachedir, AnyCache().cachedir)

    def test_properties(self):
        self.assertEqual(self.ac.cachedir, self.cachedir)
        self.assertIsInstance(self.ac.cachedir, pathlib.Path)
        self.assertEqual((self.ac.maxage, self.ac.maxsize), (None, None))
        ac = AnyCache(self.cachedir, 2.5, 1000)
        self.assertEqual((ac.maxage, ac.maxsize), (2.5, 1000))
        ac.maxage = datetime.timedelta(minutes=1)
        self.assertEqual(ac.maxage, 60)
        ac.maxage = ac.maxsize = None
        self.assertEqual((ac.maxage, ac.maxsize), (None, None))
        with self.assertRaises(ValueError):
            ac.maxage = -1

    def test_idents(self):
        add = self.record(lambda a, b: a + b)
        other = self.ac.anycache()(lambda a, b: a - b)
        ident = self.ac.get_ident(add, 2, 5)
        self.assertRegex(ident, re.compile(r"\A[0-9a-f]{32}\Z"))
        self.assertEqual(ident, add.get_ident(2, b=5))
        self.assertNotEqual(ident, self.ac.get_ident(add, 2, 6))
        self.assertNotEqual(ident, self.ac.get_ident(other, 2, 5))

    def test_is_outdated_remove_lookup_and_refresh(self):
        add = self.record(lambda a, b: a + b)
        self.assertTrue(self.ac.is_outdated(add, 2, 5))
        with self.assertRaises(KeyError):
            add.lookup(2, 5)
        # To remove what is not there is no error.
        self.ac.remove(add, 2, 5)
        self.assertEqual(add(2, 5), 7)
        self.assertFalse(self.ac.is_outdated(add, 2, 5))
        self.assertTrue(self.ac.is_outdated(add, 2, 6))
        self.assertEqual((add.lookup(2, 5), len(self.computed)), (7, 1))
        self.ac.remove(add, 2, 5)
        self.ac.remove(add, 2, 5)
        self.assertTrue(add.is_outdated(2, 5))
        add(2, 5)
        self.assertEqual(len(self.computed), 2)
        self.assertEqual((add.refresh(2, 5), len(self.computed)), (7, 3))

    def test_a_function_that_is_not_decorated_can_be_asked_for(self):
        def double(a):
            return 2 * a

        remembered = self.ac.anycache()(double)
        self.assertTrue(self.ac.is_outdated(double, 1))
        remembered(1)
        self.assertFalse(self.ac.is_outdated(double, 1))
        self.assertEqual(self.ac.get_ident(double, 1), remembered.get_ident(1))
        self.ac.remove(double, 1)
        self.assertTrue(remembered.is_outdated(1))

    def test_clear(self):
        one, other = self.record(lambda a: a, name="one"), self.record(lambda a: a, name="other")
        one(1), other(1)
        self.assertGreater(self.ac.size, 0)
        one.clear()
        self.assertEqual((one.is_outdated(1), other.is_outdated(1)), (True, False))
        self.ac.clear()
        self.assertTrue(other.is_outdated(1))
        self.assertEqual(self.ac.size, 0)


class Limits(Fixture):
    def test_a_size_of_nothing_switches_the_cache_off(self):
        double = self.record(lambda a: 2 * a)
        double(1)
        size = self.ac.size
        self.ac.maxsize = 0
        self.assertEqual([double(1), double(1), len(self.computed)], [2, 2, 3])
        self.assertEqual(self.ac.size, size)
        self.ac.maxsize = None
        self.assertEqual([double(1), len(self.computed)], [2, 3])

    def test_the_size_is_bounded(self):
        repeat = self.record(lambda a: bytes([a]) * 10_000)
        for a in range(30):
            repeat(a)
        self.assertGreater(self.ac.size, 300_000)
        self.ac.maxsize = 100_000
        repeat(30)
        wait_until(lambda: self.ac.size <= 100_000, "the cache stays too large")
        self.assertFalse(repeat.is_outdated(30))
        self.assertTrue(repeat.is_outdated(0))

    def test_the_maximum_age(self):
        double = self.record(lambda a: 2 * a)
        double(1)
        self.ac.maxage = 3600
        self.assertEqual([double(1), len(self.computed)], [2, 1])
        self.ac.maxage = 0.01
        wait_until(lambda: double.is_outdated(1), "the result does not age")
        double(1)
        self.assertEqual(len(self.computed), 2)

    def test_hits_do_not_keep_a_result_young(self):
        double = self.record(lambda a: 2 * a, maxage=0.2)
        double(1)
        # More often than it ages, for much longer than it may be used.
        wait_until(lambda: double(1) and len(self.computed) > 1, "the result does not age")


class Files(Fixture):
    def define(self, content="one two"):
        self.path = self.write("text", content)
        self.settle(self.path)
        self.asked = []

        def list_files(result, path, scale=1):
            self.asked.append((result, path, scale))
            return [path]

        @self.ac.anycache(depfilefunc=list_files, version=None)
        def count(path, scale=1):
            self.computed.append(path)
            return len(path.read_text().split()) * scale

        return count

    def test_a_function_is_asked_for_its_files(self):
        count = self.define()
        self.assertEqual([count(self.path), count(self.path, scale=1)], [2, 2])
        self.assertEqual(self.asked, [(2, self.path, 1)])

    def test_a_change_outdates_the_result(self):
        count = self.define()
        count(self.path)
        self.path.write_text("one two three")
        self.settle(self.path)
        self.assertTrue(count.is_outdated(self.path))
        self.assertEqual([count(self.path), count(self.path)], [3, 3])
        self.assertEqual(len(self.computed), 2)
        self.path.unlink()
        self.assertTrue(count.is_outdated(self.path))

    def test_an_older_file_outdates_the_result(self):
        count = self.define()
        older = self.write("older", "three")
        yesterday = time.time() - 86400
        os.utime(older, (yesterday, yesterday))
        count(self.path)
        older.rename(self.path)
        self.assertEqual(count(self.path), 1)

    def test_a_change_while_it_is_computed(self):
        path = self.write("text", "one")
        self.settle(path)

        @self.ac.anycache(depfilefunc=lambda result: [path], version=None)
        def count():
            self.computed.append(())
            words = len(path.read_text().split())
            if len(self.computed) == 1:
                path.write_text("one two")
            return words

        self.assertEqual(count(), 1)
        self.assertTrue(count.is_outdated())
        self.assertEqual(count(), 2)

    def test_other_files_do_not_matter(self):
        count = self.define()
        count(self.path)
        self.write("beside", "text")
        self.assertEqual([count(self.path), len(self.computed)], [2, 1])


if __name__ == "__main__":
    unittest.main(verbosity=2)
