# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The cache, and the decorators."""

import dataclasses
import os
import pathlib
import typing

from gi.repository import AnyCache as _AnyCache

from ._definition import CODE, microseconds
from ._function import Remembered, remember


@dataclasses.dataclass(frozen=True)
class _Options:
    """How a function is remembered; AnyCache.anycache says what each means."""

    depfilefunc: typing.Any = None
    depfiles: typing.Any = None
    name: typing.Any = None
    version: typing.Any = CODE
    signature: typing.Any = None
    ignore: typing.Any = ()
    key: typing.Any = None
    maxage: typing.Any = None
    error_maxage: typing.Any = 0
    stale_while_revalidate: typing.Any = 0
    request: typing.Any = False
    flags: typing.Any = _AnyCache.FunctionFlags.NONE
    invalidated: typing.Any = None


def _as_limit(value):
    return -1 if value is None else value


def _as_setting(limit):
    return None if limit < 0 else limit


def memoize(cache, depfilefunc=None, **options):
    """A decorator for functions whose results an AnyCache.Cache remembers; the options are those of AnyCache.anycache."""
    parsed = _Options(depfilefunc=depfilefunc, **options)
    return lambda func: remember(cache, func, parsed)


class AnyCache:
    """Remembers the results of functions, in memory and on disk.

    Objects on one directory share its results, in one process and in many, and with programs in other languages.

    cachedir: a directory, str or os.PathLike; None for a temporary one, which goes with the process
    maxage: seconds, or a timedelta, for which results may be returned; None for no limit
    maxsize: bytes that all results together may take on disk; None for no limit, 0 switches the cache off

    >>> from anycache_glib import AnyCache
    >>> ac = AnyCache()
    >>> @ac.anycache()
    ... def add(a, b=3):
    ...     print(f"{a} + {b} is computed")
    ...     return a + b
    >>> add(4, 5)
    4 + 5 is computed
    9
    >>> add(4, b=5)
    9

    The decorated function can be asked more:

    >>> add.is_outdated(4, 5), add.is_outdated(1)
    (False, True)
    >>> add.remove(4, 5)
    >>> add(4, 5)
    4 + 5 is computed
    9

    A size of 0 switches the cache off, and leaves in place what is stored:

    >>> ac.maxsize = 0
    >>> add(4, 5)
    4 + 5 is computed
    9
    >>> ac.maxsize = None
    >>> add(4, 5)
    9
    >>> ac.size > 0
    True
    >>> ac.clear()
    >>> ac.size
    0
    """

    def __init__(self, cachedir=None, maxage=None, maxsize=None):
        self._adopt(_AnyCache.Cache.new(None if cachedir is None else os.fspath(cachedir), _as_limit(maxsize)))
        self.maxage = maxage

    def _adopt(self, cache):
        self._cache = cache
        self._functions = {}

    @classmethod
    def of(cls, cache):
        """An object for a cache of the library's own, an AnyCache.Cache."""
        self = cls.__new__(cls)
        self._adopt(cache)
        return self

    @classmethod
    def for_app(cls, app_id, maxsize=None):
        """The persistent cache of an application, in the user's cache directory."""
        return cls.of(_AnyCache.Cache.new_for_app(app_id, _as_limit(maxsize)))

    def __repr__(self):
        return f"AnyCache({str(self.cachedir)!r}, maxage={self.maxage!r}, maxsize={self.maxsize!r})"

    def __reduce__(self):
        return AnyCache, (str(self.cachedir), self.maxage, self.maxsize)

    @property
    def cache(self):
        """The library's own object, an AnyCache.Cache."""
        return self._cache

    @property
    def cachedir(self):
        """The directory, a pathlib.Path."""
        return pathlib.Path(self._cache.get_cachedir())

    @property
    def maxage(self):
        """Seconds for which results may be returned; None for no limit."""
        maxage = self._cache.get_maxage()
        return None if maxage < 0 else maxage / 1_000_000

    @maxage.setter
    def maxage(self, maxage):
        self._cache.set_maxage(microseconds(maxage))

    @property
    def maxsize(self):
        """Bytes that all results together may take on disk; None for no limit, 0 for a cache that is off."""
        return _as_setting(self._cache.get_maxsize())

    @maxsize.setter
    def maxsize(self, maxsize):
        self._cache.set_maxsize(_as_limit(maxsize))

    @property
    def size(self):
        """Bytes that all results take on disk, whoever has stored them."""
        return self._cache.get_size()

    @property
    def stats(self):
        """What this process has found, computed and stored, an AnyCache.Stats."""
        return self._cache.get_stats()

    def anycache(self, depfilefunc=None, **options):
        """Decorates a function, plain or async, whose results are remembered.

        depfilefunc: called with the result and the arguments; returns the paths of the files that the function has read. A result is
            returned and not stored if one of them was changed while it was computed
        depfiles: paths, or a function of the arguments that returns them, which are looked at before the function is called
        name: the function's name in the cache, for entries that are shared with other languages; by default module and qualified name
        version: what else the entries go by. By default (CODE) it follows the function's code and what it captures when it is decorated,
            for a function without a name of its own; None for no version
        signature: the GVariant type of the arguments, such as "(si)", for entries that are shared with other languages
        ignore: names of parameters that do not count
        key: a function of the arguments, of whose result alone the key is made
        maxage, error_maxage, stale_while_revalidate: seconds, or timedeltas: for how long results may be returned, failures are
            remembered, and results that are too old are returned while new ones are computed
        request: if true, the function is given its AnyCache.Request as the keyword "request", which its callers do not see
        flags: AnyCache.FunctionFlags
        invalidated: a function that is called with the arguments of a result that a change of its files has outdated

        The arguments, and results, may be any objects. Those of the table in the documentation can be shared with other languages;
        others are told apart by a digest of all that they hold, and stored as a pickle.

        >>> from anycache_glib import AnyCache
        >>> import tempfile, pathlib, time
        >>> ac = AnyCache()
        >>> path = pathlib.Path(tempfile.mkdtemp()) / "text"
        >>> _ = path.write_text("one two")
        >>> @ac.anycache(depfiles=lambda path: [path])
        ... def count(path):
        ...     print("counting")
        ...     return len(path.read_text().split())
        >>> count(path), count(path)
        counting
        (2, 2)
        >>> _ = path.write_text("one two three")
        >>> count(path)
        counting
        3
        """
        return memoize(self._cache, depfilefunc, **options)

    memoize = anycache

    def _remembered(self, func):
        """What stands behind a function: decorated by this cache, by another one, or not at all."""
        self_of = getattr(func, "__remembered__", None)
        if self_of is not None and self_of.function.get_cache().get_cachedir() == self._cache.get_cachedir():
            return self_of
        func = func if self_of is None else self_of.func
        if func not in self._functions:
            self._functions[func] = Remembered(self._cache, func, _Options())
        return self._functions[func]

    def is_outdated(self, func, *args, **kwargs):
        """Whether a call of func with these arguments would compute."""
        return self._remembered(func).is_outdated(*args, **kwargs)

    def remove(self, func, *args, **kwargs):
        """Removes the result of func for these arguments; nothing happens where there is none."""
        self._remembered(func).remove(*args, **kwargs)

    def get_ident(self, func, *args, **kwargs):
        """The name of the key of a call: 32 hexadecimal digits, the same in every process and language."""
        return self._remembered(func).get_ident(*args, **kwargs)

    def clear(self):
        """Removes all results, of all processes."""
        self._cache.clear(None)

    def flush(self):
        """Waits until everything that was computed is on disk, or could not be put there."""
        self._cache.flush(None)


_default = None


def get_defaultcache():
    """The cache that the decorator anycache uses: temporary, without limits, the same at each call."""
    global _default
    if _default is None:
        _default = AnyCache.of(_AnyCache.Cache.get_default())
    return _default


def anycache(cachedir=None, maxsize=None, depfilefunc=None, maxage=None, **options):
    """Decorates a function whose results are remembered: for this run, or in a directory.

    cachedir, maxsize, maxage are those of AnyCache; without any of them, it is the default cache. The options are those of
    AnyCache.anycache.

    >>> from anycache_glib import anycache
    >>> @anycache()
    ... def double(number):
    ...     print("computing")
    ...     return 2 * number
    >>> double(21), double(21)
    computing
    (42, 42)
    """
    if cachedir is None and maxsize is None and maxage is None:
        cache = get_defaultcache()
    else:
        cache = AnyCache(cachedir, maxage, maxsize)
    return cache.anycache(depfilefunc, **options)
