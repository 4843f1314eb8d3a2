# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What becomes of a result whose age has run out, and of a failure."""

import os

from fixture import AnyCache, Fixture, Gio, GLib, main, number, path_args, wait_until, write_text

HOUR = 3600 * GLib.USEC_PER_SEC

# Over before anybody can ask again.
MOMENT = 1


class Server:
    """A function that asks a server, which may have nothing, nothing new, or be away. It gives the number of its computation."""

    def __init__(self, cache):
        self.computed = 0
        self.maxage = -1  # of what it gives
        self.fails = False
        self.path = None  # of a file without which it fails
        self.validator = None  # what the server knows its result by
        self.made = 0  # how often the server had to make it
        self.updates = []
        self.function = AnyCache.Function.new(cache, "org.example.Ages", None)
        self.function.connect("compute", self.ask)
        self.function.connect("updated", lambda function, args, result: self.updates.append((args.unpack(), result.unpack())))

    def ask(self, function, request):
        self.computed += 1
        request.set_maxage(self.maxage)
        if self.path is not None:
            request.add_dependency(self.path)
        if self.fails or (self.path is not None and not os.path.exists(self.path)):
            request.return_error(GLib.Error.new_literal(Gio.io_error_quark(), "nobody there", Gio.IOErrorEnum.HOST_UNREACHABLE))
        elif self.validator is not None and request.get_validator() == self.validator:
            request.return_not_modified()
        else:
            self.made += 1
            request.set_validator(self.validator)
            request.return_value(number(self.computed))
        return True

    def call(self):
        return self.function.call(path_args("any")).unpack()

    def wait_until_computed(self, computed):
        wait_until(lambda: self.computed >= computed, "nothing was computed")
        # What came of it is told from the main loop.
        end = GLib.get_monotonic_time() + 200000
        wait_until(lambda: GLib.get_monotonic_time() > end, "time stands still")


class Ages(Fixture):
    def check_fails(self, server, computed):
        message = self.assert_io_error(Gio.IOErrorEnum.HOST_UNREACHABLE, server.call)
        self.assertEqual(message, "nobody there")
        self.assertEqual(server.computed, computed)

    def test_failure_is_not_remembered(self):
        server = Server(self.cache)
        server.fails = True
        self.check_fails(server, 1)
        self.check_fails(server, 2)

    def test_failure_is_remembered(self):
        server = Server(self.cache)
        server.fails = True
        server.function.props.error_maxage = HOUR
        self.check_fails(server, 1)
        self.check_fails(server, 1)
        self.assertIsNone(self.lookup(server.function, "any"))
        self.assertIsNone(server.function.peek(path_args("any")))
        self.assertFalse(server.function.is_outdated(path_args("any")))

        server.function.remove(path_args("any"))
        server.fails = False
        self.assertEqual(server.call(), 2)

    def test_failure_is_forgotten(self):
        server = Server(self.cache)
        server.fails = True
        server.function.props.error_maxage = MOMENT
        self.check_fails(server, 1)
        self.check_fails(server, 2)
        server.fails = False
        self.assertEqual(server.call(), 3)
        self.assertEqual(server.call(), 3)

    def test_failure_ends_with_its_cause(self):
        server = Server(self.cache)
        server.path = os.path.join(self.directory, "missing")
        server.function.props.error_maxage = HOUR
        self.check_fails(server, 1)
        self.check_fails(server, 1)
        write_text(server.path, "here")
        self.assertEqual(server.call(), 2)

    def test_raised_error_is_remembered(self):
        """The binding hands on what is a GLib.Error."""

        def fail(request):
            self.computed += 1
            raise GLib.Error.new_literal(Gio.io_error_quark(), "nobody there", Gio.IOErrorEnum.HOST_UNREACHABLE)

        function = self.cache.define("org.example.Raising", None, fail)
        function.props.error_maxage = HOUR
        for _ in range(3):
            message = self.assert_io_error(Gio.IOErrorEnum.HOST_UNREACHABLE, function.call, path_args("any"))
            self.assertEqual(message, "nobody there")
        self.assertEqual(self.computed, 1)

    def test_no_answer(self):
        """What is no answer is not remembered. An exception of Python's own reaches the cache as none."""

        def fail(request):
            self.computed += 1
            raise LookupError("an exception that the test wants")

        function = self.cache.define("org.example.Silent", None, fail)
        function.props.error_maxage = HOUR
        for computed in (1, 2):
            self.assert_cache_error(AnyCache.CacheError.NO_RESULT, function.call, path_args("any"))
            self.assertEqual(self.computed, computed)

    def test_old_at_once_and_new_behind(self):
        server = Server(self.cache)
        server.maxage = MOMENT
        server.function.props.stale_while_revalidate = HOUR
        self.assertEqual(server.call(), 1)
        server.maxage = HOUR
        self.assertEqual(server.call(), 1)
        self.assertEqual(server.call(), 1)
        self.assertEqual(server.computed, 1)
        self.assertIsNone(self.lookup(server.function, "any"))

        wait_until(lambda: server.updates, "nothing was told")
        self.assertEqual(server.updates, [(("any",), 2)])
        self.assertEqual(server.call(), 2)
        self.assertEqual(server.computed, 2)

    def test_old_outlives_a_failure(self):
        server = Server(self.cache)
        server.maxage = MOMENT
        server.function.props.stale_while_revalidate = HOUR
        self.assertEqual(server.call(), 1)
        server.fails = True
        self.assertEqual(server.call(), 1)
        server.wait_until_computed(2)
        self.assertEqual(server.call(), 1)
        server.wait_until_computed(3)
        self.assertEqual(server.updates, [])

        server.function.props.stale_while_revalidate = 0
        self.check_fails(server, 4)

    def test_not_modified(self):
        server = Server(self.cache)
        server.maxage = MOMENT
        server.validator = '"one"'
        self.assertEqual(server.call(), 1)
        server.maxage = HOUR
        self.assertEqual(server.call(), 1)
        self.assertEqual(server.computed, 2)
        self.assertEqual(server.made, 1)
        self.assertEqual(self.lookup(server.function, "any"), 1)

    def test_modified(self):
        server = Server(self.cache)
        server.maxage = MOMENT
        server.validator = '"one"'
        self.assertEqual(server.call(), 1)
        server.validator = '"two"'
        self.assertEqual(server.call(), 2)
        self.assertEqual(server.call(), 2)
        self.assertEqual(server.computed, 3)
        self.assertEqual(server.made, 2)

    def test_properties(self):
        function = Server(self.cache).function
        self.assertEqual(function.props.error_maxage, 0)
        self.assertEqual(function.props.stale_while_revalidate, 0)
        function.props.error_maxage = HOUR
        function.props.stale_while_revalidate = 2 * HOUR
        self.assertEqual(function.get_error_maxage(), HOUR)
        self.assertEqual(function.get_stale_while_revalidate(), 2 * HOUR)


if __name__ == "__main__":
    main()
