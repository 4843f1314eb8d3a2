# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The story: what becomes of a remembered call. C, Vala and JavaScript tell the same one."""

import os

from fixture import AnyCache, Fixture, GLib, main, number, path_args, write_text


class Story(Fixture):
    def test_call_computes_once(self):
        path = self.write("text", "one two three")
        function = self.define_word_count()

        self.assertEqual(self.call(function, path), 3)
        self.assertEqual(self.call(function, path), 3)
        self.assertEqual(self.computed, 1)

    def test_hit_after_reopening(self):
        path = self.write("text", "one two three")
        function = self.define_word_count()
        self.assertEqual(self.call(function, path), 3)

        # The last reference goes before the directory is opened again: only the disk remembers.
        del function
        self.reopen()
        function = self.define_word_count()

        self.assertEqual(self.call(function, path), 3)
        self.assertEqual(self.computed, 1)

    def test_changed_file_computes_once_more(self):
        path = self.write("text", "a b c d")
        function = self.define_word_count()
        self.assertEqual(self.call(function, path), 4)

        # The size stays, so that only the times and the content tell.
        write_text(path, "abc def")
        self.assertEqual(self.call(function, path), 2)
        self.assertEqual(self.call(function, path), 2)
        self.assertEqual(self.computed, 2)

    def test_missing_file_appears(self):
        path = os.path.join(self.directory, "later")
        function = self.define_word_count()
        self.assertEqual(self.call(function, path), 0)
        self.assertEqual(self.call(function, path), 0)
        self.assertEqual(self.computed, 1)

        write_text(path, "here now")
        self.assertEqual(self.call(function, path), 2)
        self.assertEqual(self.computed, 2)

        os.unlink(path)
        self.assertEqual(self.call(function, path), 0)
        self.assertEqual(self.computed, 3)

    def test_remove(self):
        path = self.write("text", "one two")
        other = self.write("other", "three")
        function = self.define_word_count()
        self.call(function, path)
        self.call(function, other)

        self.assertTrue(function.remove(path_args(path)))
        self.assertIsNone(self.lookup(function, path))
        self.assertEqual(self.lookup(function, other), 1)

        # Nothing to remove is nothing wrong.
        self.assertTrue(function.remove(path_args(path)))

        self.assertEqual(self.call(function, path), 2)
        self.assertEqual(self.computed, 3)

    def test_clear_empties_the_cache(self):
        path = self.write("text", "one two")
        function = self.define_word_count()
        self.assertEqual(self.cache.get_size(), 0)
        self.call(function, path)
        self.assertGreater(self.cache.get_size(), 0)

        self.assertTrue(self.cache.clear())
        self.assertEqual(self.cache.get_size(), 0)
        self.assertIsNone(self.lookup(function, path))

        self.assertEqual(self.call(function, path), 2)
        self.assertEqual(self.computed, 2)
        self.assertGreater(self.cache.get_size(), 0)

    def test_clearing_a_function_spares_others(self):
        path = self.write("text", "one two")
        plain = self.define_word_count()
        versioned = self.define_word_count("2")
        other = AnyCache.Function.new(self.cache, "org.example.Other", None)
        self.call(plain, path)
        self.call(versioned, path)
        self.assertTrue(other.store(path_args(path), number(7), -1, None))

        # All entries of the name go, whatever their version.
        self.assertTrue(plain.clear())
        self.assertIsNone(self.lookup(plain, path))
        self.assertIsNone(self.lookup(versioned, path))
        self.assertEqual(self.lookup(other, path), 7)

    def test_lookup_never_computes(self):
        path = self.write("text", "one two")
        function = self.define_word_count()
        self.assertIsNone(self.lookup(function, path))
        self.assertEqual(self.computed, 0)

        self.call(function, path)
        self.assertEqual(self.lookup(function, path), 2)

        write_text(path, "one two three")
        self.assertIsNone(self.lookup(function, path))
        self.assertEqual(self.computed, 1)

    def test_store_then_lookup(self):
        path = self.write("text", "one two")
        function = self.define_word_count()
        self.assertTrue(function.store(path_args(path), number(40), -1, [path]))
        self.assertEqual(self.lookup(function, path), 40)

        # A later store takes the place of an earlier one, and a call takes what was stored.
        self.assertTrue(function.store(path_args(path), number(41), -1, [path]))
        self.assertEqual(self.call(function, path), 41)
        self.assertEqual(self.computed, 0)

        write_text(path, "one two three")
        self.assertIsNone(self.lookup(function, path))
        self.assertEqual(self.call(function, path), 3)
        self.assertEqual(self.computed, 1)

    def test_refresh_computes_anew(self):
        path = self.write("text", "one two")
        function = self.define_word_count()
        self.assertTrue(function.store(path_args(path), number(40), -1, None))

        self.assertEqual(function.refresh(path_args(path)).unpack(), 2)
        self.assertEqual(self.computed, 1)
        self.assertEqual(self.lookup(function, path), 2)

    def test_is_outdated(self):
        path = self.write("text", "one two")
        function = self.define_word_count()

        self.assertTrue(function.is_outdated(path_args(path)))
        self.call(function, path)
        self.assertFalse(function.is_outdated(path_args(path)))
        write_text(path, "one two three")
        self.assertTrue(function.is_outdated(path_args(path)))

        self.assertEqual(self.computed, 1)

    def test_version_is_another_entry(self):
        path = self.write("text", "one two")
        none, empty, first, second = (self.define_word_count(version) for version in (None, "", "1", "2"))

        self.call(none, path)
        self.call(empty, path)
        self.assertEqual(self.computed, 1)
        self.call(first, path)
        self.call(second, path)
        self.assertEqual(self.computed, 3)

        # They stand side by side.
        self.call(first, path)
        self.call(none, path)
        self.assertEqual(self.computed, 3)

    def test_peek_shows_what_memory_holds(self):
        path = self.write("text", "one two")
        function = self.define_word_count()
        self.assertIsNone(function.peek(path_args(path)))
        self.call(function, path)
        entry = function.peek(path_args(path))

        self.assertEqual(entry.get_value().unpack(), 2)
        self.assertGreater(entry.get_created(), 0)
        self.assertEqual(entry.get_expires(), -1)
        self.assertGreaterEqual(entry.get_cost(), 0)
        self.assertEqual(entry.dup_dependencies(), [path])

        # The entry keeps what it found; whether a call would return it is asked anew.
        self.assertTrue(entry.is_current())
        write_text(path, "one two three")
        self.assertFalse(entry.is_current())
        self.assertEqual(entry.get_value().unpack(), 2)

    def read_text(self, request):
        self.computed += 1
        with open(request.get_args().unpack()[0], "rb") as stream:
            request.return_bytes(GLib.Bytes.new(stream.read()))
        return True

    def check_text(self, function, path, expected):
        value = function.call(path_args(path))
        self.assertEqual(value.get_type_string(), "ay")
        self.assertEqual(value.get_data_as_bytes().get_data(), expected)

    def test_depfiles_function(self):
        path = self.write("text", "one two")
        function = self.cache.define("org.example.Text", None, self.read_text)
        function.set_depfiles_func(lambda result, args: [args.unpack()[0]])
        self.settle(path)
        self.check_text(function, path, b"one two")
        self.check_text(function, path, b"one two")
        self.assertEqual(self.computed, 1)

        write_text(path, "six ten")
        self.settle(path)
        self.check_text(function, path, b"six ten")
        self.check_text(function, path, b"six ten")
        self.assertEqual(self.computed, 2)

    def test_depfiles_function_names_no_file(self):
        path = self.write("text", "one two")
        function = self.cache.define("org.example.Text", None, self.read_text)
        function.set_depfiles_func(lambda result, args: [])
        self.check_text(function, path, b"one two")

        # Nobody said that the file matters.
        write_text(path, "six ten")
        self.check_text(function, path, b"one two")
        self.assertEqual(self.computed, 1)

    def test_a_function_calls_another(self):
        path = self.write("text", "one two")
        words = self.define_word_count()

        def double(request):
            request.return_value(number(2 * words.call(request.get_args()).unpack()))
            return True

        twice = self.cache.define("org.example.Twice", None, double)
        self.assertEqual(self.call(twice, path), 4)
        self.assertEqual(self.call(twice, path), 4)
        self.assertEqual(self.computed, 1)

        # It names no file itself.
        write_text(path, "one two three")
        self.assertIsNone(self.lookup(twice, path))
        self.assertEqual(self.call(twice, path), 6)
        self.assertEqual(self.computed, 2)

    def define_look(self, name, path, flags):
        """Depends on one path, looked at in one way."""

        def look(request):
            request.add_dependency_full(path, flags)
            self.computed += 1
            request.return_value(number(self.computed))
            return True

        return self.cache.define(name, None, look)

    def test_content_dependency(self):
        path = self.write("text", "one two")
        function = self.define_look("org.example.Content", path, AnyCache.DependencyFlags.CONTENT)
        self.assertEqual(self.call(function, path), 1)

        # The same bytes at another time, and at rest.
        self.settle(path)
        write_text(path, "one two")
        self.settle(path)
        self.assertEqual(self.call(function, path), 1)

        write_text(path, "six ten")
        self.assertEqual(self.call(function, path), 2)

    def test_tree_dependency(self):
        tree = os.path.join(self.directory, "tree")
        path = os.path.join(tree, "one", "two", "text")
        beside = self.write("beside", "text")
        function = self.define_look("org.example.Tree", tree, AnyCache.DependencyFlags.RECURSIVE)
        os.makedirs(os.path.dirname(path))
        write_text(path, "one two")
        self.assertEqual(self.call(function, tree), 1)
        write_text(beside, "other")
        self.assertEqual(self.call(function, tree), 1)

        write_text(path, "six ten")
        self.assertEqual(self.call(function, tree), 2)
        os.unlink(path)
        self.assertEqual(self.call(function, tree), 3)
        self.assertEqual(self.call(function, tree), 3)


if __name__ == "__main__":
    main()
