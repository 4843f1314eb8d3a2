# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Many who ask at once, computations that answer later, and what is made from them."""

from fixture import AnyCache, Fixture, Gio, GLib, main, number, path_args, wait_until, write_text

NAME = "org.example.Flights"
CALLERS = 50
LEAVE = 10


class Answer:
    """What an asynchronous operation came to: its value or its error, once."""

    def __init__(self, start, finish, *args, cancellable=None):
        self.value = None
        self.error = None
        self.told = 0
        self.finish = finish
        start(*args, cancellable, self.tell)

    def tell(self, _source, result):
        self.told += 1
        try:
            self.value = self.finish(result)
        except GLib.Error as error:
            self.error = error


def call(function, args, cancellable=None):
    return Answer(function.call_async, function.call_finish, args, cancellable=cancellable)


def wait_for(*answers):
    wait_until(lambda: all(answer.told > 0 for answer in answers), "nothing was told")
    for answer in answers:
        assert answer.told == 1
    return answers[0]


class Flights(Fixture):
    def define_slow(self, answer):
        """A function whose computations answer from the main loop, a while after they were asked."""

        def compute(request):
            self.computed += 1
            GLib.timeout_add(100, answer, request)
            return True

        return self.cache.define(NAME, None, compute)

    def call_in_a_crowd(self, function):
        cancellables = [Gio.Cancellable() for _ in range(CALLERS)]
        answers = [call(function, path_args("any"), cancellable) for cancellable in cancellables]
        for cancellable in cancellables[:LEAVE]:
            cancellable.cancel()
        wait_for(*answers)
        for answer in answers[:LEAVE]:
            self.assertTrue(answer.error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED))
        return answers[LEAVE:]

    def test_one_computation_for_all(self):
        answers = self.call_in_a_crowd(self.define_slow(lambda request: request.return_value(number(7))))
        self.assertEqual([answer.value.unpack() for answer in answers], [7] * (CALLERS - LEAVE))
        self.assertEqual(self.computed, 1)

    def test_error_reaches_all(self):
        def fail(request):
            request.return_error(GLib.Error.new_literal(Gio.io_error_quark(), "nobody there", Gio.IOErrorEnum.HOST_UNREACHABLE))

        for answer in self.call_in_a_crowd(self.define_slow(fail)):
            self.assertTrue(answer.error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.HOST_UNREACHABLE))
            self.assertEqual(answer.error.message, "nobody there")
        self.assertEqual(self.computed, 1)

    def test_exception_reaches_all(self):
        def compute(_request):
            self.computed += 1
            raise GLib.Error.new_literal(Gio.io_error_quark(), "no such thing", Gio.IOErrorEnum.NOT_FOUND)

        for answer in self.call_in_a_crowd(self.cache.define(NAME, None, compute)):
            self.assertTrue(answer.error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.NOT_FOUND))
        self.assertEqual(self.computed, 1)

    def test_dropped_request(self):
        function = self.cache.define(NAME, None, lambda _request: True)
        answer = wait_for(call(function, path_args("any")))
        self.assertTrue(answer.error.matches(AnyCache.CacheError.quark(), AnyCache.CacheError.ABANDONED))

    def test_progress(self):
        def answer(request):
            request.set_progress(0.5)
            request.return_value(number(7))

        seen = []
        function = self.define_slow(answer)
        function.connect("progress", lambda _function, args, fraction: seen.append((args.unpack(), fraction)))
        wait_for(call(function, path_args("any")))
        self.assertEqual(seen, [(("any",), 0.5)])

    def test_nested(self):
        path = self.write("text", "one two three")
        self.settle(path)
        words = self.define_word_count()

        def answer(request):
            def counted(source, result):
                request.return_value(number(2 * source.call_finish(result).unpack()))

            request.call_async(words, request.get_args(), None, counted)

        double = self.define_slow(answer)
        self.assertEqual(wait_for(call(double, path_args(path))).value.unpack(), 6)
        self.cache.flush()
        self.assertEqual(self.lookup(double, path), 6)

        write_text(path, "one two three four")
        self.assertIsNone(self.lookup(double, path))
        self.assertEqual(wait_for(call(double, path_args(path))).value.unpack(), 8)

    def test_own_result(self):
        def answer(request):
            def called(source, result):
                try:
                    source.call_finish(result)
                except GLib.Error as error:
                    request.return_error(error)

            request.call_async(self.function, request.get_args(), None, called)

        self.function = self.define_slow(answer)
        answer = wait_for(call(self.function, path_args("any")))
        self.function = None
        self.assertTrue(answer.error.matches(AnyCache.CacheError.quark(), AnyCache.CacheError.RECURSION))

    def test_own_loop(self):
        function = self.define_slow(lambda request: request.return_value(number(7)))
        answer = call(function, path_args("any"))
        wait_until(lambda: self.computed > 0, "nobody was asked")
        self.assert_io_error(Gio.IOErrorEnum.WOULD_BLOCK, function.call, path_args("any"))
        self.assertEqual(wait_for(answer).value.unpack(), 7)

    def test_flush(self):
        function = self.define_slow(lambda request: request.return_value(number(7)))
        wait_for(call(function, path_args("any")))
        self.cache.flush()
        function = None
        self.reopen()
        function = self.cache.define(NAME, None, None)
        self.assertEqual(self.lookup(function, "any"), 7)

    def test_everything_else(self):
        function = self.define_slow(lambda request: request.return_value(number(self.computed)))
        args = path_args("any")

        def ask(name, *arguments, source=function):
            answer = Answer(getattr(source, name + "_async"), getattr(source, name + "_finish"), *arguments)
            wait_for(answer)
            self.assertIsNone(answer.error)
            return answer.value.unpack() if isinstance(answer.value, GLib.Variant) else answer.value

        self.assertTrue(ask("is_outdated", args))
        self.assertIsNone(ask("lookup", args))
        self.assertTrue(ask("store", args, number(5), -1, None))
        self.assertEqual(ask("lookup", args), 5)
        self.assertFalse(ask("is_outdated", args))
        self.assertEqual(ask("refresh", args), 1)
        self.assertEqual(ask("lookup", args), 1)
        self.assertTrue(ask("remove", args))
        self.assertIsNone(ask("lookup", args))
        self.assertEqual(ask("call", args), 2)
        self.assertTrue(ask("clear"))
        self.assertIsNone(ask("lookup", args))
        self.assertTrue(ask("invalidate", "app:account/42", source=self.cache))
        self.assertTrue(ask("clear", source=self.cache))
        self.assertTrue(ask("flush", source=self.cache))


if __name__ == "__main__":
    main()
