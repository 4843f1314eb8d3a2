# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The signal door, closing, what is freed when and where, and several threads at once."""

import gc
import threading
import time
import weakref

from fixture import AnyCache, Fixture, Gio, GLib, main, number, path_args, wait_until

NAME = "org.example.Lifetime"


class BySignal:
    """Owns a function that asks its owner, by the door that a garbage collector can see through."""

    def __init__(self, cache):
        self.function = AnyCache.Function.new(cache, NAME, None)
        self.function.connect("compute", self.compute)

    def compute(self, function, request):
        request.return_value(number(5))
        return True


class ByCallback:
    """Owns a function that asks its owner by its callback; only close () ends that circle."""

    def __init__(self, cache):
        self.function = cache.define(NAME, "callback", self.compute)

    def compute(self, request):
        request.return_value(number(6))
        return True


class Token:
    """Something that a callback holds."""


class Lifetime(Fixture):
    def make(self):
        return AnyCache.Function.new(self.cache, NAME, None)

    def answer(self, function, request):
        self.computed += 1
        request.return_value(number(self.computed))
        return True

    def check_call_fails(self, function, code):
        self.assert_cache_error(code, function.call, path_args("new"))
        self.assert_cache_error(code, function.refresh, path_args("new"))

    def test_first_handler_that_answers_wins(self):
        asked = []
        function = self.make()
        function.connect("compute", lambda function, request: asked.append("passes"))
        function.connect("compute", self.answer)
        function.connect("compute", lambda function, request: asked.append("late"))

        self.assertEqual(self.call(function, "any"), 1)
        self.assertEqual(self.call(function, "any"), 1)
        self.assertEqual(asked, ["passes"])

    def test_no_handler_is_no_result(self):
        defined = self.cache.define(NAME, None, None)
        made = self.make()
        made.connect("compute", lambda function, request: False)
        self.check_call_fails(defined, AnyCache.CacheError.NO_RESULT)
        self.check_call_fails(made, AnyCache.CacheError.NO_RESULT)

    def test_defined_without_callback_asks_handlers(self):
        function = self.cache.define(NAME, None, None)
        function.connect("compute", self.answer)
        self.assertEqual(self.call(function, "any"), 1)

    def test_callback_goes_before_handlers(self):
        def compute(request):
            request.return_value(number(7))
            return True

        function = self.cache.define(NAME, None, compute)
        function.connect("compute", self.answer)
        self.assertEqual(self.call(function, "any"), 7)
        self.assertEqual(self.computed, 0)

    def test_handler_reports_an_error(self):
        def fail(function, request):
            request.return_error(GLib.Error.new_literal(Gio.io_error_quark(), "no such word", Gio.IOErrorEnum.NOT_FOUND))
            return True

        function = self.make()
        function.connect("compute", fail)
        message = self.assert_io_error(Gio.IOErrorEnum.NOT_FOUND, function.call, path_args("any"))
        self.assertEqual(message, "no such word")
        self.assertIsNone(self.lookup(function, "any"))

    def test_raising_handler_is_no_result(self):
        def fail(function, request):
            raise LookupError("an exception that the test wants")

        function = self.make()
        function.connect("compute", fail)
        self.check_call_fails(function, AnyCache.CacheError.NO_RESULT)

    def test_closed_function_still_hits(self):
        def compute(request):
            request.return_value(number(7))
            return True

        by_callback = self.cache.define(NAME, None, compute)
        by_signal = self.make()
        by_signal.connect("compute", self.answer)
        self.assertEqual(self.call(by_callback, "any"), 7)

        by_callback.close()
        by_callback.close()
        by_signal.close()
        self.assertEqual(self.call(by_callback, "any"), 7)
        self.assertEqual(self.call(by_signal, "any"), 7)
        self.check_call_fails(by_callback, AnyCache.CacheError.CLOSED)
        self.check_call_fails(by_signal, AnyCache.CacheError.CLOSED)
        self.assertEqual(self.computed, 0)

    def token_held_by(self, define):
        """Defines a callback that holds a token; the list tells in which thread the token goes."""
        token = Token()
        let_go = []
        weakref.finalize(token, lambda: let_go.append(threading.get_ident()))
        return define(lambda *args, token=token: False), let_go

    def test_callbacks_are_let_go_once(self):
        function, never_called = self.token_held_by(lambda compute: self.cache.define(NAME, None, compute))
        self.assertEqual(never_called, [])
        del function
        wait_until(lambda: never_called, "a callback that was never called was kept")

        function, closed = self.token_held_by(lambda compute: self.cache.define(NAME, None, compute))
        _, first = self.token_held_by(function.set_depfiles_func)
        _, second = self.token_held_by(function.set_depfiles_func)
        wait_until(lambda: first, "the first depfiles function was kept")
        self.assertEqual(second, [])
        function.close()
        wait_until(lambda: closed and second, "a callback of a closed function was kept")

    def test_callbacks_are_let_go_at_home(self):
        # The last reference goes in another thread, the user's data here.
        function, let_go = self.token_held_by(lambda compute: self.cache.define(NAME, None, compute))
        references = [function]
        del function
        thread = threading.Thread(target=references.clear)
        thread.start()
        thread.join()
        wait_until(lambda: let_go, "nothing was let go")
        self.assertEqual(let_go, [threading.get_ident()])

        function, let_go = self.token_held_by(lambda compute: self.cache.define(NAME, None, compute))
        thread = threading.Thread(target=function.close)
        thread.start()
        thread.join()
        wait_until(lambda: let_go, "nothing was let go")
        self.assertEqual(let_go, [threading.get_ident()])

    def check_is_freed(self, owner):
        gone = weakref.ref(owner)
        del owner

        def is_gone():
            gc.collect()
            return gone() is None

        return is_gone

    def test_owner_by_signal_is_freed(self):
        owner = BySignal(self.cache)
        self.assertEqual(self.call(owner.function, "any"), 5)
        is_gone = self.check_is_freed(owner)
        self.assertFalse(is_gone())
        del owner
        wait_until(is_gone, "the owner leaks by its signal handler")

    def test_owner_by_callback_is_freed_by_close(self):
        owner = ByCallback(self.cache)
        self.assertEqual(self.call(owner.function, "any"), 6)
        is_gone = self.check_is_freed(owner)
        owner.function.close()
        del owner
        wait_until(is_gone, "the owner of a closed function leaks")

    def test_function_keeps_its_cache_and_callback(self):
        path = self.write("text", "one two")
        function = self.define_word_count()
        self.cache = None
        gc.collect()
        self.assertEqual(self.call(function, path), 2)
        self.assertEqual(self.lookup(function, path), 2)

    def in_threads(self, n_threads, work):
        complaints = []

        def run():
            try:
                work()
            except Exception as complaint:  # to be shown by the test
                complaints.append(complaint)

        threads = [threading.Thread(target=run) for _ in range(n_threads)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(complaints, [])

    def test_many_threads(self):
        computed = []
        ran_in = threading.local()

        def square(request):
            # Set only in the threads that call.
            if not getattr(ran_in, "caller", False):
                return False
            n = request.get_args().unpack()[0]
            computed.append(n)
            request.return_value(number(n * n))
            return True

        function = self.cache.define(NAME, None, square)

        def work():
            ran_in.caller = True
            for n in range(30):
                value = function.call(GLib.Variant("(x)", (n,))).unpack()
                if value != n * n:
                    raise AssertionError(f"{n} squared is not {value}")

        self.in_threads(2, work)
        self.assertEqual(set(computed), set(range(30)))
        self.assertLessEqual(len(computed), 60)

        # All of it is kept now.
        n_before = len(computed)
        self.in_threads(1, work)
        self.assertEqual(len(computed), n_before)

    def test_other_thread_is_no_recursion(self):
        seconds = []
        answers = []

        def compute(request):
            # The second thread may compute for itself or wait for the first one; both are right.
            if not seconds:
                seconds.append(threading.Thread(target=lambda: answers.append(self.call(function, "any"))))
                seconds[0].start()
                deadline = time.monotonic() + 0.25
                while not answers and time.monotonic() < deadline:
                    time.sleep(0.001)
            request.return_value(number(3))
            return True

        function = self.cache.define(NAME, None, compute)
        self.assertEqual(self.call(function, "any"), 3)
        seconds[0].join()
        self.assertEqual(answers, [3])


if __name__ == "__main__":
    main()
