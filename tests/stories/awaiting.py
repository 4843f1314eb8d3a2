# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is asynchronous is awaited, as PyGObject lets each operation of this kind be from 3.50 on."""

import asyncio
import sys

import gi
from fixture import AnyCache, Fixture, Gio, GLib, main, number, path_args

NAME = "org.example.Awaited"
CALLERS = 50
LEAVE = 10
SKIPPED = 77


def run(coroutine):
    """Runs a coroutine on GLib's main loop."""
    from gi.events import GLibEventLoopPolicy

    with asyncio.Runner(loop_factory=GLibEventLoopPolicy().get_event_loop) as runner:
        return runner.run(coroutine)


class Awaiting(Fixture):
    def define_slow(self, answer):
        """A function whose computations answer from the main loop, a while after they were asked."""

        def compute(request):
            self.computed += 1
            GLib.timeout_add(100, answer, request)
            return True

        return self.cache.define(NAME, None, compute)

    def test_one_computation_for_all(self):
        function = self.define_slow(lambda request: request.return_value(number(7)))

        cancellables = [Gio.Cancellable() for _ in range(CALLERS)]

        async def call(cancellable):
            try:
                return (await function.call_async(path_args("any"), cancellable)).unpack()
            except GLib.Error as error:
                return error

        # Task.cancel() of asyncio does not get through to an operation of GIO: PyGObject 3.50 refuses its argument.
        async def call_all():
            tasks = [asyncio.ensure_future(call(cancellable)) for cancellable in cancellables]
            await asyncio.sleep(0.02)
            for cancellable in cancellables[:LEAVE]:
                cancellable.cancel()
            return await asyncio.gather(*tasks)

        results = run(call_all())
        for error in results[:LEAVE]:
            self.assertTrue(error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED))
        self.assertEqual(results[LEAVE:], [7] * (CALLERS - LEAVE))
        self.assertEqual(self.computed, 1)

    def test_error(self):
        def fail(request):
            request.return_error(GLib.Error.new_literal(Gio.io_error_quark(), "nobody there", Gio.IOErrorEnum.HOST_UNREACHABLE))

        function = self.define_slow(fail)

        async def call():
            await function.call_async(path_args("any"))

        with self.assertRaises(GLib.Error) as caught:
            run(call())
        self.assertTrue(caught.exception.matches(Gio.io_error_quark(), Gio.IOErrorEnum.HOST_UNREACHABLE))

    def test_everything_else(self):
        function = self.define_slow(lambda request: request.return_value(number(self.computed)))
        args = path_args("any")

        async def ask():
            self.assertTrue(await function.is_outdated_async(args))
            self.assertIsNone(await function.lookup_async(args))
            self.assertTrue(await function.store_async(args, number(5), -1, None))
            self.assertEqual((await function.lookup_async(args)).unpack(), 5)
            self.assertEqual((await function.refresh_async(args)).unpack(), 1)
            self.assertTrue(await function.remove_async(args))
            self.assertTrue(await function.clear_async())
            self.assertTrue(await self.cache.invalidate_async("app:account/42"))
            self.assertTrue(await self.cache.clear_async())
            self.assertTrue(await self.cache.flush_async())

        run(ask())


if __name__ == "__main__":
    if gi.version_info < (3, 50):
        print(f"Skipped: PyGObject {gi.__version__} awaits nothing")
        sys.exit(SKIPPED)
    main()
