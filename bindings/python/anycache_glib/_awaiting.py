# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Coroutines and the library's asynchronous calls.

The library tells its results in a GLib main context, and asyncio has none. So the calls are made in a thread of their own, which runs
such a context, and results are handed to where the caller is at home: its asyncio loop, or its GLib main context. The user's coroutines
run at home, too.
"""

import asyncio
import atexit
import contextvars
import os
import threading

from gi.repository import GLib


def _post(context, func, *args):
    """Calls a function from a main context."""
    source = GLib.idle_source_new()
    source.set_priority(GLib.PRIORITY_DEFAULT)
    source.set_callback(lambda *_: func(*args) and False)
    source.attach(context)


class _Portal:
    """A thread that runs a main context of its own."""

    def __init__(self):
        self._context = GLib.MainContext.new()
        self._is_over = False
        self._thread = threading.Thread(target=self._run, name="anycache", daemon=True)
        self._thread.start()

    def _run(self):
        self._context.push_thread_default()
        while not self._is_over:
            self._context.iteration(True)
        self._context.pop_thread_default()

    def post(self, func, *args):
        _post(self._context, func, *args)

    def _end(self):
        self._is_over = True

    def join(self):
        self.post(self._end)
        self._thread.join()


_portal = None
_portal_lock = threading.Lock()


def post(func, *args):
    """Calls a function where asynchronous calls are made."""
    global _portal
    with _portal_lock:
        if _portal is None:
            _portal = _Portal()
            atexit.register(_portal.join)
    _portal.post(func, *args)


def _forget_portal():
    global _portal, _portal_lock
    if _portal is not None:
        atexit.unregister(_portal.join)
    _portal = None
    _portal_lock = threading.Lock()


os.register_at_fork(after_in_child=_forget_portal)


class Completion:
    """What somebody on a GLib main context awaits."""

    def __init__(self):
        self._is_done = False
        self._result = None
        self._wake = None

    def complete(self, result):
        self._is_done = True
        self._result = result
        if self._wake is not None:
            self._wake()

    def when_done(self, wake):
        self._wake = wake
        if self._is_done:
            wake()

    def __await__(self):
        while not self._is_done:
            yield self
        return self._result


class Task:
    """A coroutine that a GLib main context drives, from await to await."""

    def __init__(self, coroutine, main_context):
        self._coroutine = coroutine
        self._main_context = main_context
        self._variables = contextvars.copy_context()
        self._callbacks = []
        self._is_cancelled = False
        self._is_done = False
        self._result = None
        self._exception = None
        self._post_step()

    def _post_step(self):
        _post(self._main_context, self._step)

    def _advance(self):
        if self._is_cancelled:
            self._is_cancelled = False
            return self._variables.run(self._coroutine.throw, asyncio.CancelledError())
        return self._variables.run(self._coroutine.send, None)

    def _step(self):
        if self._is_done:
            return
        try:
            awaited = self._advance()
        except StopIteration as stop:
            self._end(stop.value, None)
        except BaseException as exception:  # whatever ends the coroutine is its outcome
            self._end(None, exception)
        else:
            self._wait_for(awaited)

    def _wait_for(self, awaited):
        if not isinstance(awaited, Completion):
            self._end(None, TypeError(f"A GLib main context cannot await a value of type {type(awaited).__qualname__}"))
            return
        awaited.when_done(self._post_step)

    def _end(self, result, exception):
        self._is_done = True
        self._result = result
        self._exception = exception
        self._coroutine.close()
        for callback in self._callbacks:
            callback(self)

    def cancel(self):
        """Has the coroutine end with asyncio.CancelledError at its await; from the thread that drives it."""
        if self._is_done:
            return
        self._is_cancelled = True
        self._post_step()

    def done(self):
        return self._is_done

    def add_done_callback(self, callback):
        """Calls callback (task) once the coroutine has ended."""
        if self._is_done:
            callback(self)
        else:
            self._callbacks.append(callback)

    def result(self):
        """What the coroutine has returned; raises what it has raised."""
        if not self._is_done:
            raise asyncio.InvalidStateError("The coroutine has not ended")
        if self._exception is not None:
            raise self._exception
        return self._result


class _AsyncioHome:
    def __init__(self, loop):
        self._loop = loop

    def post(self, func, *args):
        self._loop.call_soon_threadsafe(func, *args)

    def start(self, coroutine):
        return self._loop.create_task(coroutine)

    def new_completion(self):
        return self._loop.create_future()

    def complete(self, future, result):
        if not future.done():
            future.set_result(result)


class _GLibHome:
    def __init__(self, main_context):
        self._main_context = main_context

    def post(self, func, *args):
        _post(self._main_context, func, *args)

    def start(self, coroutine):
        return Task(coroutine, self._main_context)

    def new_completion(self):
        return Completion()

    def complete(self, completion, result):
        completion.complete(result)


def home():
    """Where the calling coroutine runs."""
    try:
        return _AsyncioHome(asyncio.get_running_loop())
    except RuntimeError:
        return _GLibHome(GLib.MainContext.ref_thread_default())


def spawn(coroutine):
    """Runs a coroutine on the thread-default GLib main context, without asyncio.

    It may await remembered functions and what is made of them.
    """
    return Task(coroutine, GLib.MainContext.ref_thread_default())
