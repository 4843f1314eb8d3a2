# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A function of the library as it is defined for one of Python's."""

import datetime
import inspect

from gi.repository import AnyCache, GObject

from . import _digest
from ._parameters import Parameters


class _Code:
    """The version that follows what a function does."""

    def __repr__(self):
        return "anycache_glib.CODE"


CODE = _Code()


def microseconds(duration):
    """The library's form of a duration in seconds, or a timedelta; None is no limit."""
    if duration is None:
        return -1
    if isinstance(duration, datetime.timedelta):
        duration = duration.total_seconds()
    if not duration >= 0:
        raise ValueError(f"A duration cannot be {duration!r}")
    return min(int(duration * 1_000_000), 2**63 - 1)


def _version_of(func, name, version):
    if version is not CODE:
        return None if version is None else str(version)
    if name is not None:
        # Other languages would have to know it.
        return None
    try:
        return "code-" + _digest.digest(func).hex()
    except _digest.NoDigest as error:
        raise TypeError(f"{func.__qualname__}() captures what cannot be part of its version: {error}; give it a “version”") from error


class Definition:
    """One decorated function, and the library's function of its results."""

    def __init__(self, cache, func, options):
        self.func = func
        self.is_async = inspect.iscoroutinefunction(func)
        self.options = options
        self.parameters = Parameters(func, options.ignore, options.key, options.signature, options.request)
        self.function = self._define(cache)
        self._directory = cache.get_cachedir()

    def _define(self, cache):
        options = self.options
        function = AnyCache.Function(
            cache=cache,
            name=options.name or f"{self.func.__module__}.{self.func.__qualname__}",
            version=_version_of(self.func, options.name, options.version),
            args_type=options.signature,
        )
        function.set_maxage(microseconds(options.maxage))
        function.set_error_maxage(microseconds(options.error_maxage))
        function.set_stale_while_revalidate(microseconds(options.stale_while_revalidate))
        function.set_flags(options.flags if options.invalidated is None else options.flags | AnyCache.FunctionFlags.WATCH)
        return function

    def new_reader(self):
        """Another function of the same results, which has no handlers.

        Entries hold their function. If it were the one that asks this object for results, that would hold itself.
        """
        function = self.function
        reader = AnyCache.Function(
            cache=function.get_cache(),
            name=function.get_name(),
            version=function.get_version(),
            args_type=function.get_args_type(),
        )
        for name in ("maxage", "error-maxage", "stale-while-revalidate"):
            function.bind_property(name, reader, name, GObject.BindingFlags.SYNC_CREATE)
        return reader

    def flight_key(self, variant):
        """What a result is known by in this process."""
        return self._directory, self.function.dup_ident(variant)
