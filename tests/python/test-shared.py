# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Entries that Python shares with the library's other languages, by the table of native values."""

import unittest

from anycache_glib import AnyCache
from fixture import Fixture
from gi.repository import AnyCache as Library
from gi.repository import Gio, GLib

# Of each row: a native value, the type and the text of its GVariant.
TABLE = [
    (True, "b", "true"),
    (7, "x", "7"),
    (-(2**63), "x", "-9223372036854775808"),
    (2**63, "t", "9223372036854775808"),
    (1.5, "d", "1.5"),
    ("text", "s", "'text'"),
    (b"a\0b", "ay", "[0x61, 0x00, 0x62]"),
    (b"", "ay", "[]"),
    (None, "mv", "nothing"),
    ([], "av", "[]"),
    ([1, 2], "ax", "[1, 2]"),
    ([1.0, 2.5], "ad", "[1.0, 2.5]"),
    (["a", "b"], "as", "['a', 'b']"),
    ([1, "a"], "av", "[<int64 1>, <'a'>]"),
    ([True], "av", "[<true>]"),
    ({"a": 1, "b": [None]}, "a{sv}", "{'a': <int64 1>, 'b': <[<@mv nothing>]>}"),
    ({}, "a{sv}", "{}"),
    ((1, "a"), "(xs)", "(1, 'a')"),
    ((), "()", "()"),
]
NAME = "org.example.Shared"


class Shared(Fixture):
    def define_raw(self, args_type=None):
        """The function as other languages have it, on the directory and not on the objects of Python's layer."""
        return Library.Function(cache=Library.Cache.new(str(self.cachedir), -1), name=NAME, args_type=args_type)

    def variant(self, type_string, text):
        return GLib.Variant.parse(GLib.VariantType.new(type_string), text, None, None)

    def unexpected(self, *_args):
        raise AssertionError("it was to be found")

    def test_what_others_store_is_found(self):
        raw, remembered = self.define_raw(), self.record(self.unexpected_of, name=NAME)
        for native, type_string, text in TABLE:
            variant = self.variant(type_string, text)
            raw.store(GLib.Variant.new_tuple(variant), variant, -1, None)
            result = remembered(native)
            self.assertEqual((type(result), repr(result)), (type(native), repr(native)))

    def unexpected_of(self, a):
        self.unexpected()

    def test_what_python_stores_is_found(self):
        raw, remembered = self.define_raw(), self.record(lambda a: a, name=NAME)
        for native, type_string, text in TABLE:
            variant = self.variant(type_string, text)
            remembered(native)
            value = raw.lookup(GLib.Variant.new_tuple(variant), None)
            self.assertIsNotNone(value, native)
            self.assertEqual((value.get_type_string(), value.print_(False)), (type_string, variant.print_(False)))

    def test_a_file_is_its_uri(self):
        file = Gio.File.new_for_path("/a b")
        raw, remembered = self.define_raw(), self.record(lambda a: a, name=NAME)
        self.assertEqual(remembered(file), "file:///a%20b")
        self.assertEqual(raw.lookup(GLib.Variant("(s)", ("file:///a%20b",)), None).unpack(), "file:///a%20b")

    def test_a_declared_signature(self):
        raw = self.define_raw("(siay)")
        raw.store(GLib.Variant("(siay)", ("a", 7, b"b")), GLib.Variant("i", 8), -1, None)
        remembered = self.ac.anycache(name=NAME, signature="(siay)")(lambda text, number, data: self.unexpected())
        self.assertEqual(remembered("a", number=7, data=b"b"), 8)
        for wrong in (("a", "7", b""), (1, 7, b""), ("a", 2**40, b"")):
            with self.assertRaisesRegex(TypeError, "parameter “(text|number)”"):
                remembered(*wrong)

    def test_other_objects_on_the_directory(self):
        self.record(lambda a: a, name=NAME)(1)
        self.assertEqual(self.record(self.unexpected_of, name=NAME, ac=AnyCache(self.cachedir))(1), 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
