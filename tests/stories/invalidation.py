# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What an application says to have changed: a token of its own, or a path."""

import os

from fixture import AnyCache, Fixture, Gio, main, number, path_args, run_part

TOKEN = "app:account/42"


def invalidating_part():
    """Another process on the directory that the environment names."""
    cache = AnyCache.Cache.new(os.environ["STORY_CACHEDIR"], -1)
    cache.invalidate(TOKEN)


class Invalidation(Fixture):
    def define_account(self):
        """Depends on something that is no file."""

        def read_account(request):
            request.add_dependency(TOKEN)
            self.computed += 1
            request.return_value(number(self.computed))
            return True

        return self.cache.define("org.example.Account", None, read_account)

    def test_token(self):
        function = self.define_account()
        self.assertEqual(self.call(function, "any"), 1)
        self.assertTrue(self.cache.invalidate("app:account/43"))
        self.assertEqual(self.call(function, "any"), 1)

        self.assertTrue(self.cache.invalidate(TOKEN))
        self.assertIsNone(self.lookup(function, "any"))
        self.assertEqual(self.call(function, "any"), 2)
        self.assertEqual(self.call(function, "any"), 2)

    def test_path(self):
        path = self.write("text", "one two")
        function = self.define_word_count()
        self.call(function, path)

        # The file is as it was, and nobody looks at that.
        self.assertTrue(self.cache.invalidate(path))
        self.assertIsNone(self.lookup(function, path))
        self.assertEqual(self.call(function, path), 2)
        self.assertEqual(self.computed, 2)

        self.assertTrue(self.cache.invalidate(Gio.File.new_for_path(path).get_uri()))
        self.assertIsNone(self.lookup(function, path))

    def test_entry(self):
        function = self.define_account()
        self.call(function, "any")
        entry = function.peek(path_args("any"))
        self.assertEqual(entry.dup_dependencies(), [TOKEN])
        self.assertTrue(entry.is_current())
        self.cache.invalidate(TOKEN)
        self.assertFalse(entry.is_current())

    def test_stored_result(self):
        function = self.define_account()
        self.assertTrue(function.store(path_args("any"), number(40), -1, [TOKEN]))
        self.assertEqual(self.lookup(function, "any"), 40)
        self.cache.invalidate(TOKEN)
        self.assertIsNone(self.lookup(function, "any"))

    def test_a_function_calls_another(self):
        account = self.define_account()

        def double(request):
            request.return_value(number(2 * account.call(request.get_args()).unpack()))
            return True

        twice = self.cache.define("org.example.Twice", None, double)
        self.assertEqual(self.call(twice, "any"), 2)
        self.cache.invalidate(TOKEN)
        self.assertIsNone(self.lookup(twice, "any"))
        self.assertEqual(self.call(twice, "any"), 4)

    def test_another_process(self):
        function = self.define_account()
        self.assertEqual(self.call(function, "any"), 1)
        self.assertEqual(self.call(function, "any"), 1)
        told = run_part("invalidating", "STORY_CACHEDIR", self.cache.get_cachedir())
        self.assertEqual(told.returncode, 0, told.stderr)
        self.assertIsNone(self.lookup(function, "any"))
        self.assertEqual(self.call(function, "any"), 2)

    def test_refusals(self):
        for name in "", "file://elsewhere/text":
            self.assert_io_error(Gio.IOErrorEnum.INVALID_ARGUMENT, self.cache.invalidate, name)


if __name__ == "__main__":
    main({"invalidating": invalidating_part})
