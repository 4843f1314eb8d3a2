# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who waits for which result in this process.

The library tells a computation its arguments as a GVariant, and its waiters a GVariant or a GError. The Python objects on both sides
meet here.
"""

import contextlib
import contextvars
import os
import threading

# The request that what runs here is computed for: what it calls, its result is made from.
current_request = contextvars.ContextVar("anycache_request", default=None)


class Call:
    """One caller, with the arguments as they were given."""

    __slots__ = ("args", "kwargs", "home", "is_gone", "result", "variant", "exception")

    def __init__(self, args, kwargs, home=None):
        self.args = args
        self.kwargs = kwargs
        self.home = home
        self.is_gone = False
        # What was computed for it last, and what the library was told.
        self.result = None
        self.variant = None
        # What it is to raise.
        self.exception = None

    def take_exception(self):
        """What is raised is not kept: its traceback has frames that hold the call."""
        exception, self.exception = self.exception, None
        return exception


class Flight:
    """All callers of one key, and what their computation has come to."""

    def __init__(self, key):
        self.key = key
        self.calls = []
        self.exception = None


_flights = {}
_lock = threading.Lock()


def _join(key, call):
    with _lock:
        flight = _flights.get(key)
        if flight is None:
            flight = _flights[key] = Flight(key)
        flight.calls.append(call)
    return flight


def _leave(flight, call):
    with _lock:
        flight.calls.remove(call)
        if not flight.calls:
            _flights.pop(flight.key, None)
            # Its traceback has frames that hold the flight.
            flight.exception = None


@contextlib.contextmanager
def joined(key, call):
    """Has a caller wait for a key, in a flight with others."""
    flight = _join(key, call)
    try:
        yield flight
    finally:
        _leave(flight, call)


def find(key):
    """The flight of a key and one of its callers, for whom it can be computed."""
    with _lock:
        flight = _flights.get(key)
        for call in flight.calls if flight is not None else ():
            if not call.is_gone:
                return flight, call
    return flight, None


def _reset():
    global _lock
    _lock = threading.Lock()
    _flights.clear()


os.register_at_fork(after_in_child=_reset)
