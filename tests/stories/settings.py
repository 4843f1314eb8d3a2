# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What may be set: ages, switches, directories, types; and the names of entries, which nothing may move."""

import os
import stat

from fixture import AnyCache, Fixture, GLib, main, number, path_args, run_part, wait_until

HOUR = 3600 * GLib.USEC_PER_SEC


def open_other(cache):
    return AnyCache.Function.new(cache, "org.example.Other", None)


def found_in(function):
    value = function.lookup(path_args("any"))
    return -1 if value is None else value.unpack()


def disabled_part():
    """What a process sees whose environment switches the cache off."""

    class Disabled(Fixture):
        def runTest(self):
            path = self.write("text", "one two")
            function = self.define_word_count()
            results = self.call(function, path), self.call(function, path)
            print(f"results {results[0]} {results[1]}, computed {self.computed}, found {self.lookup(function, path)}, size {self.cache.get_size()}")

    Disabled().debug()


def default_part():
    cache = AnyCache.Cache.get_default()
    function = open_other(cache)
    function.store(path_args("any"), number(5), -1, None)
    same = cache == AnyCache.Cache.get_default()
    print(f"same {same}, maxsize {cache.get_maxsize()}, found {found_in(function)}, {cache.get_cachedir()}")


def app_part():
    cache = AnyCache.Cache.new_for_app("org.example.App", -1)
    function = open_other(cache)
    found = found_in(function)
    function.store(path_args("any"), number(5), -1, None)
    print(f"found {found}, {cache.get_cachedir()}")


class Settings(Fixture):
    def told_by_part(self, part, variable, value):
        ended = run_part(part, variable, value)
        self.assertEqual(ended.returncode, 0, ended.stderr)
        return ended.stdout.strip()

    def define_limited(self, maxage, no_store=False):
        def compute(request):
            self.computed += 1
            if no_store:
                request.set_no_store()
            request.set_maxage(maxage)
            request.return_value(number(self.computed))
            return True

        return self.cache.define("org.example.Limited", None, compute)

    def age_given(self, function):
        entry = function.peek(path_args("any"))
        return -1 if entry.get_expires() == -1 else entry.get_expires() - entry.get_created()

    def test_shortest_age_wins(self):
        rows = (
            (-1, -1, -1, -1),
            (HOUR, -1, -1, HOUR),
            (-1, HOUR, -1, HOUR),
            (-1, -1, HOUR, HOUR),
            (HOUR, 2 * HOUR, 3 * HOUR, HOUR),
            (2 * HOUR, HOUR, 3 * HOUR, HOUR),
            (3 * HOUR, 2 * HOUR, HOUR, HOUR),
        )
        for of_cache, of_function, of_request, expected in rows:
            with self.subTest(cache=of_cache, function=of_function, request=of_request):
                self.cache.clear()
                self.cache.set_maxage(of_cache)
                function = self.define_limited(of_request)
                function.set_maxage(of_function)
                self.call(function, "any")
                self.assertEqual(self.age_given(function), expected)

    def test_stored_age_is_limited_too(self):
        function = self.define_word_count()
        function.set_maxage(2 * HOUR)
        self.assertTrue(function.store(path_args("any"), number(1), HOUR, None))
        self.assertEqual(self.age_given(function), HOUR)
        self.assertTrue(function.store(path_args("any"), number(1), 3 * HOUR, None))
        self.assertEqual(self.age_given(function), 2 * HOUR)

    def check_not_stored(self, of_cache, of_function, of_request, no_store=False):
        self.computed = 0
        function = self.define_limited(of_request, no_store)
        self.cache.set_maxage(of_cache)
        function.set_maxage(of_function)
        self.assertEqual(self.call(function, "any"), 1)
        self.assertIsNone(self.lookup(function, "any"))
        self.assertEqual(self.call(function, "any"), 2)
        self.assertEqual(self.cache.get_size(), 0)

    def test_age_zero_is_not_stored(self):
        self.check_not_stored(0, HOUR, HOUR)
        self.check_not_stored(HOUR, 0, HOUR)
        self.check_not_stored(HOUR, HOUR, 0)

    def test_no_store(self):
        self.check_not_stored(-1, -1, -1, no_store=True)

    def test_expired_computes_again(self):
        path = self.write("text", "one two")
        function = self.define_word_count()
        self.assertTrue(function.store(path_args(path), number(9), 50000, None))
        del function
        self.reopen()
        function = self.define_word_count()

        # Looking again and again must not keep it alive.
        wait_until(lambda: self.lookup(function, path) is None, "the entry does not expire")

        self.assertEqual(self.call(function, path), 2)
        self.assertEqual(self.computed, 1)

    def test_maxsize_zero_is_off(self):
        path = self.write("text", "one two")
        function = self.define_word_count()
        self.cache.set_maxsize(0)
        self.call(function, path)
        self.call(function, path)
        self.assertEqual(self.computed, 2)
        self.assertIsNone(self.lookup(function, path))
        self.assertIsNone(function.peek(path_args(path)))
        self.assertEqual(self.cache.get_size(), 0)

        self.cache.set_maxsize(-1)
        self.call(function, path)
        self.call(function, path)
        self.assertEqual(self.computed, 3)

        self.cache.set_maxsize(0)
        self.assertIsNone(self.lookup(function, path))
        self.call(function, path)
        self.assertEqual(self.computed, 4)

    def test_environment_switches_off(self):
        told = self.told_by_part("disabled", "ANYCACHE_DISABLE", "1")
        self.assertEqual(told, "results 2 2, computed 2, found None, size 0")

    def test_private_directory(self):
        cache = AnyCache.Cache.new(None, -1)
        other = AnyCache.Cache.new(None, -1)
        function = open_other(cache)
        cachedir = cache.get_cachedir()
        self.assertNotEqual(cachedir, other.get_cachedir())
        self.assertTrue(function.store(path_args("any"), number(5), -1, None))
        self.assertEqual(self.lookup(function, "any"), 5)
        self.assertEqual(stat.S_IMODE(os.stat(cachedir).st_mode), 0o700)

        del function, cache
        self.assertFalse(os.path.exists(cachedir), "the directory was left behind")

    def test_default_cache(self):
        told = self.told_by_part("default", "TMPDIR", self.directory)
        self.assertTrue(told.startswith(f"same True, maxsize -1, found 5, {self.directory}/"), told)
        self.assertFalse(os.path.exists(told.split(", ")[-1]), "the directory was left behind")

    def test_app_cache_is_persistent(self):
        expected = f"{self.directory}/org.example.App"
        for found in (-1, 5):
            self.assertEqual(self.told_by_part("app", "XDG_CACHE_HOME", self.directory), f"found {found}, {expected}")

    def test_args_type(self):
        function = AnyCache.Function(cache=self.cache, name="org.example.Typed", args_type="(s)")
        self.assertEqual(function.get_args_type(), "(s)")
        self.assertTrue(function.store(path_args("any"), number(5), -1, None))
        self.assertEqual(self.lookup(function, "any"), 5)

    def test_properties(self):
        function = self.define_word_count("7")
        self.assertEqual(self.cache.props.cachedir, os.path.join(self.directory, "cache"))
        self.assertEqual(self.cache.props.maxsize, -1)
        self.assertEqual(self.cache.props.maxage, -1)
        self.assertEqual(self.cache.props.maxmemory, 16 * 1024 * 1024)
        self.assertEqual(self.cache.props.check_interval, 0)
        self.assertEqual(self.cache.props.wait_timeout, 30 * 1000 * 1000)
        self.assertEqual(self.cache.props.compression_threshold, 65536)
        self.assertEqual(self.cache.props.size, 0)

        self.cache.props.maxage = HOUR
        self.cache.props.maxmemory = 0
        self.cache.props.check_interval = HOUR
        self.cache.props.wait_timeout = HOUR
        self.cache.props.compression_threshold = -1
        self.assertEqual(self.cache.get_maxage(), HOUR)
        self.assertEqual(self.cache.get_maxmemory(), 0)
        self.assertEqual(self.cache.get_check_interval(), HOUR)
        self.assertEqual(self.cache.get_wait_timeout(), HOUR)
        self.assertEqual(self.cache.get_compression_threshold(), -1)

        self.assertEqual(function.props.cache, self.cache)
        self.assertEqual(function.props.name, "org.example.WordCount")
        self.assertEqual(function.props.version, "7")
        self.assertIsNone(function.props.args_type)
        self.assertEqual(function.props.maxage, -1)

    def test_idents_are_golden(self):
        """The names of entries, the same in every language, process and release of one format."""
        with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "idents.txt"), encoding="utf-8") as stream:
            rows = [line.rstrip("\n").split(" | ") for line in stream if line.strip() and not line.startswith("#")]
        self.assertTrue(rows)
        for name, version, text, expected in rows:
            function = AnyCache.Function.new(self.cache, name, version)
            ident = function.dup_ident(GLib.Variant.parse(None, text, None, None))
            print(" | ".join((name, version, text, ident)))
            self.assertEqual(ident, expected, text)


if __name__ == "__main__":
    main({"disabled": disabled_part, "default": default_part, "app": app_part})
