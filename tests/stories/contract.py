# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The contract of the compute callback, line by line: where it runs, how it answers, what its errors become."""

import threading

from fixture import AnyCache, Fixture, Gio, GLib, main, number, path_args, run_part

NAME = "org.example.Contract"
WORDS = GLib.quark_from_string("org-example-words")


def no_such_word():
    return GLib.Error.new_literal(WORDS, "no such word", 42)


def answer_twice_part():
    class Twice(Fixture):
        def runTest(self):
            def compute(request):
                request.return_value(number(1))
                request.return_value(number(2))
                return True

            print(self.call(self.cache.define(NAME, None, compute), "any"))

    Twice().debug()


class Contract(Fixture):
    def define(self, compute):
        return self.cache.define(NAME, None, compute)

    def test_runs_in_the_callers_thread(self):
        ran_in = []

        def compute(request):
            ran_in.append(threading.get_ident())
            request.return_value(number(1))
            return True

        function = self.define(compute)
        self.assertEqual(self.call(function, "any"), 1)
        thread = threading.Thread(target=function.call, args=(path_args("from a thread"),))
        thread.start()
        thread.join()
        self.assertEqual(ran_in, [threading.get_ident(), thread.ident])

    def test_answer_arrives(self):
        def compute(request):
            answer = (request.props.name, request.props.args.unpack(), request.props.cancellable.is_cancelled())
            self.assertEqual(request.get_args().get_type_string(), "(si)")
            request.return_value(GLib.Variant("(s(si)b)", answer))
            return True

        value = self.define(compute).call(GLib.Variant("(si)", ("two", 2)))
        self.assertEqual(value.print_(False), "('org.example.Contract', ('two', 2), false)")

    def test_another_thread_may_answer(self):
        def compute(request):
            helper = threading.Thread(target=request.return_value, args=(number(4),))
            helper.start()
            helper.join()
            return True

        function = self.define(compute)
        self.assertEqual(self.call(function, "any"), 4)
        self.assertEqual(self.lookup(function, "any"), 4)

    def test_computation_sees_the_cancellation(self):
        cancellable = Gio.Cancellable()

        def compute(request):
            cancellable.cancel()
            request.props.cancellable.set_error_if_cancelled()
            return True

        self.assert_io_error(Gio.IOErrorEnum.CANCELLED, self.define(compute).call, path_args("any"), cancellable)

    def test_error_arrives_and_is_not_stored(self):
        """An error arrives as it was made and is not remembered, by whatever way it comes."""

        def fail(request):
            self.computed += 1
            raise no_such_word()

        def return_error(request):
            self.computed += 1
            request.return_error(no_such_word())
            return True

        def return_literal(request):
            self.computed += 1
            request.return_error_literal(WORDS, 42, "no such word")
            return True

        for way in (fail, return_error, return_literal):
            with self.subTest(way=way.__name__):
                self.computed = 0
                function = self.define(way)
                self.assertEqual(self.assert_error(WORDS, 42, function.call, path_args("any")), "no such word")
                self.assertIsNone(self.lookup(function, "any"))
                self.assertEqual(self.cache.get_size(), 0)
                self.assert_error(WORDS, 42, function.call, path_args("any"))
                self.assertEqual(self.computed, 2)

    def test_errors_read_naturally(self):
        function = self.define(None)
        try:
            function.call(path_args("any"))
            self.fail("there is a result")
        except GLib.Error as error:
            self.assertTrue(error.matches(AnyCache.CacheError.quark(), AnyCache.CacheError.NO_RESULT))
            self.assertFalse(error.matches(AnyCache.CacheError.quark(), AnyCache.CacheError.CLOSED))
            self.assertFalse(error.matches(Gio.io_error_quark(), AnyCache.CacheError.NO_RESULT))
            self.assertTrue(error.message)

    def test_exception_is_no_result(self):
        # The binding prints such an exception and says no more about it.
        def compute(request):
            self.computed += 1
            raise LookupError("an exception that the test wants")

        function = self.define(compute)
        self.assert_cache_error(AnyCache.CacheError.NO_RESULT, function.call, path_args("any"))
        self.assert_cache_error(AnyCache.CacheError.NO_RESULT, function.call, path_args("any"))
        self.assertEqual(self.computed, 2)

    def test_nothing_is_no_result(self):
        for nothing in (False, None):
            function = self.define(lambda request, nothing=nothing: nothing)
            self.assert_cache_error(AnyCache.CacheError.NO_RESULT, function.call, path_args("any"))

    def test_false_after_an_answer_is_fine(self):
        def compute(request):
            self.computed += 1
            request.return_value(number(8))

        function = self.define(compute)
        self.assertEqual(self.call(function, "any"), 8)
        self.assertEqual(self.call(function, "any"), 8)
        self.assertEqual(self.computed, 1)

    def check_late_answer(self, compute, domain, code):
        kept = []

        def keep(request):
            kept.append(request)
            return compute()

        function = self.define(keep)
        self.assert_error(domain, code, function.call, path_args("any"))

        # Criticals are fatal here: the answer must be dropped without a word.
        kept[0].return_value(number(8))
        self.assertIsNone(self.lookup(function, "any"))
        self.assert_error(domain, code, function.call, path_args("any"))

    def test_late_answer_is_dropped(self):
        def fail():
            raise no_such_word()

        self.check_late_answer(lambda: True, Gio.io_error_quark(), Gio.IOErrorEnum.WOULD_BLOCK)
        self.check_late_answer(lambda: False, AnyCache.CacheError.quark(), AnyCache.CacheError.NO_RESULT)
        self.check_late_answer(fail, WORDS, 42)

    def test_second_answer_is_a_critical(self):
        ended = run_part("answer-twice", "G_DEBUG", "")
        self.assertEqual(ended.returncode, 0, ended.stderr)
        self.assertEqual(ended.stdout.strip(), "1")
        self.assertIn("-CRITICAL **", ended.stderr)

    def test_recursion_fails_at_once(self):
        asked = []
        inner = []

        def compute(request):
            try:
                asked[0].call(request.get_args())
            except GLib.Error as error:
                inner.append(error.matches(AnyCache.CacheError.quark(), AnyCache.CacheError.RECURSION))
            request.return_value(number(len(inner)))
            return True

        function = self.define(compute)
        twin = self.define(compute)
        asked[:] = [function]
        self.assertEqual(self.call(function, "any"), 1)

        # It is the key that counts, not the object.
        asked[:] = [twin]
        self.assertEqual(self.call(function, "other"), 2)
        self.assertEqual(inner, [True, True])
        asked.clear()

    def test_other_arguments_are_no_recursion(self):
        itself = []

        def fibonacci(n):
            return itself[0].call(GLib.Variant("(x)", (n,))).unpack()

        def compute(request):
            self.computed += 1
            n = request.get_args().unpack()[0]
            request.return_value(number(n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)))
            return True

        itself.append(self.define(compute))
        self.assertEqual(fibonacci(20), 6765)
        self.assertEqual(self.computed, 21)
        itself.clear()


if __name__ == "__main__":
    main({"answer-twice": answer_twice_part})
