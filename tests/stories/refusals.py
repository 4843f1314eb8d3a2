# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is refused before anything is computed, and what is computed but not kept."""

from fixture import AnyCache, Fixture, Gio, GLib, main, number, path_args, write_text

NAME = "org.example.Refusals"


def nested(n_levels):
    """A number in so many boxes."""
    value = number(1)
    for _ in range(n_levels):
        value = GLib.Variant.new_variant(value)
    return value


class Refusals(Fixture):
    def count(self, request):
        self.computed += 1
        request.return_value(number(self.computed))
        return True

    def define_counter(self):
        return self.cache.define(NAME, None, self.count)

    def check_all_fail(self, function, args, cancellable, code):
        """Does everything with the arguments that can be done, and expects that all of it fails alike."""
        for operation in (function.call, function.lookup, function.refresh, function.is_outdated, function.remove):
            with self.subTest(operation=operation.__name__):
                self.assert_io_error(code, operation, args, cancellable)
        self.assert_io_error(code, function.store, args, number(5), -1, None, cancellable)

    def check_refused(self, function, args):
        self.check_all_fail(function, args, None, Gio.IOErrorEnum.INVALID_ARGUMENT)
        self.assert_io_error(Gio.IOErrorEnum.INVALID_ARGUMENT, function.dup_ident, args)
        self.assertIsNone(function.peek(args))

    def test_handles_are_refused(self):
        function = self.define_counter()
        self.check_refused(function, GLib.Variant("h", 0))
        self.check_refused(function, GLib.Variant("(sh)", ("file", 0)))
        self.check_refused(function, GLib.Variant("(v)", (GLib.Variant("h", 0),)))
        self.check_refused(function, GLib.Variant("ah", []))
        self.assertEqual(self.computed, 0)

    def test_deep_nesting_is_refused(self):
        function = self.define_counter()
        self.check_refused(function, nested(70))
        self.assertEqual(self.computed, 0)
        self.assertEqual(function.call(nested(60)).unpack(), 1)

    def test_other_types_are_refused(self):
        function = AnyCache.Function(cache=self.cache, name=NAME, args_type="(si)")
        self.check_refused(function, GLib.Variant("(sx)", ("two", 2)))
        self.check_refused(function, GLib.Variant("s", "two"))

    def test_cancelled_computes_nothing(self):
        function = self.define_counter()
        cancellable = Gio.Cancellable()
        cancellable.cancel()
        self.check_all_fail(function, path_args("any"), cancellable, Gio.IOErrorEnum.CANCELLED)
        self.assertEqual(self.computed, 0)

        # What is stored stays, and is not told to who has cancelled.
        self.call(function, "any")
        self.check_all_fail(function, path_args("any"), cancellable, Gio.IOErrorEnum.CANCELLED)
        self.assert_io_error(Gio.IOErrorEnum.CANCELLED, function.clear, cancellable)
        self.assert_io_error(Gio.IOErrorEnum.CANCELLED, self.cache.clear, cancellable)
        self.assertEqual(self.lookup(function, "any"), 1)
        self.assertEqual(self.computed, 1)

    def test_unknown_files_are_not_stored(self):
        """Without its files a result may be told, but not kept."""

        def nothing(result, args):
            return None

        def failing(result, args):
            raise GLib.Error.new_literal(Gio.io_error_quark(), "the list is lost", Gio.IOErrorEnum.NOT_FOUND)

        def raising(result, args):
            raise LookupError("an exception that the test wants")

        def mistaken(result, args):
            return [object()]

        for way in (nothing, failing, raising, mistaken):
            with self.subTest(way=way.__name__):
                self.computed = 0
                self.cache.clear()
                function = self.define_counter()
                function.set_depfiles_func(way)
                self.assertEqual(self.call(function, "any"), 1)
                self.assertIsNone(self.lookup(function, "any"))
                self.assertEqual(self.call(function, "any"), 2)
                self.assertEqual(self.cache.get_size(), 0)

                # A new list of files counts from the next call on.
                function.set_depfiles_func(None)
                self.assertEqual(self.call(function, "any"), 3)
                self.assertEqual(self.call(function, "any"), 3)

    def check_first_is_not_stored(self, function, path):
        self.settle(path)
        self.assertEqual(self.call(function, path), 1)
        self.assertIsNone(self.lookup(function, path))
        self.settle(path)
        self.assertEqual(self.call(function, path), 2)
        self.assertEqual(self.call(function, path), 2)

    def test_file_changed_meanwhile_is_not_stored(self):
        path = self.write("text", "one two")

        def disturbed(request):
            self.computed += 1
            if self.computed == 1:
                write_text(path, "changed meanwhile")
            request.return_value(number(self.computed))
            return True

        def named_and_disturbed(request):
            request.add_dependency(path)
            return disturbed(request)

        self.check_first_is_not_stored(self.cache.define(NAME, None, named_and_disturbed), path)

        self.computed = 0
        listed = self.cache.define(NAME, "listed", disturbed)
        listed.set_depfiles_func(lambda result, args: [path])
        self.check_first_is_not_stored(listed, path)

    def test_trouble_is_told_once(self):
        """A cache that cannot store is a slow cache, not a broken program."""
        told = []
        cache = AnyCache.Cache.new(self.write("file", "not a directory"), -1)
        cache.connect("store-failed", lambda cache, error: told.append(error))
        function = cache.define(NAME, None, self.count)
        self.assertEqual(self.call(function, "any"), 1)
        self.assertEqual(self.call(function, "any"), 2)
        self.assertEqual(len(told), 1)
        self.assertIsInstance(told[0], GLib.Error)
        self.assertEqual(cache.get_size(), 0)


if __name__ == "__main__":
    main()
