# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What PyGObject adds to the introspected library: paths of all kinds, and the decorator."""

import functools
import os

from ..module import get_introspection_module

AnyCache = get_introspection_module("AnyCache")

__all__ = []


def _take_path(method, position):
    """Lets an argument of a method be an os.PathLike, as a filename of GIO's may not."""

    @functools.wraps(method)
    def wrapper(*args, **kwargs):
        if len(args) > position and isinstance(args[position], os.PathLike):
            args = (*args[:position], os.fspath(args[position]), *args[position + 1 :])
        return method(*args, **kwargs)

    return wrapper


def _take_paths(method, position):
    """The same for a list of them."""

    @functools.wraps(method)
    def wrapper(*args, **kwargs):
        if len(args) > position and args[position] is not None:
            args = (*args[:position], [os.fspath(path) for path in args[position]], *args[position + 1 :])
        return method(*args, **kwargs)

    return wrapper


def _memoize(self, depfilefunc=None, **options):
    """Decorates a function whose results this cache remembers; see anycache_glib.AnyCache.anycache for the options."""
    from anycache_glib._cache import memoize

    return memoize(self, depfilefunc, **options)


AnyCache.Cache.new = staticmethod(_take_path(AnyCache.Cache.new, 0))
AnyCache.Cache.memoize = _memoize
for _class, _names, _take, _position in (
    (AnyCache.Cache, ("invalidate", "invalidate_async"), _take_path, 1),
    (AnyCache.Request, ("add_dependency", "add_dependency_full"), _take_path, 1),
    (AnyCache.Function, ("store", "store_async"), _take_paths, 4),
):
    for _name in _names:
        setattr(_class, _name, _take(getattr(_class, _name), _position))
