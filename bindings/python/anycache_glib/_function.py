# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A Python function whose results are remembered."""

import functools

from . import _values
from ._calling import Calling
from ._computing import Computing
from ._definition import Definition
from ._flights import current_request


class Remembered:
    """What stands behind one decorated function, and can be asked of it beside its results."""

    def __init__(self, cache, func, options):
        definition = Definition(cache, func, options)
        self.func = func
        self.is_async = definition.is_async
        self.function = definition.function
        self.parameters = definition.parameters
        self.calling = Calling(definition)
        Computing(definition).serve()
        if options.invalidated is not None:
            self.function.connect("invalidated", self._tell_invalidated, options.invalidated)

    def _tell_invalidated(self, _function, args, tell):
        arguments = self.parameters.from_variant(args)
        if arguments is not None:
            tell(*arguments[0], **arguments[1])

    def _key_of(self, args, kwargs):
        return self.parameters.to_variant(args, kwargs)

    def is_outdated(self, *args, **kwargs):
        """Whether a call with these arguments would compute."""
        return self.function.is_outdated(self._key_of(args, kwargs), None)

    def remove(self, *args, **kwargs):
        """Removes the result for these arguments, if there is one."""
        self.function.remove(self._key_of(args, kwargs), None)

    def get_ident(self, *args, **kwargs):
        """The name of the key that these arguments make: 32 hexadecimal digits, the same in every process and language."""
        return self.function.dup_ident(self._key_of(args, kwargs))

    def lookup(self, *args, **kwargs):
        """The stored result for these arguments, never computed; raises KeyError where there is none."""
        value = self.function.lookup(self._key_of(args, kwargs), None)
        missing = f"{self.func.__qualname__}() has no result for these arguments"
        if value is None:
            raise KeyError(missing)
        try:
            return _values.decode(value)
        except _values.Unreadable as error:
            raise KeyError(missing) from error

    def refresh(self, *args, **kwargs):
        """Computes the result for these arguments anew and stores it."""
        return (self.calling.call_async if self.is_async else self.calling.call)(args, kwargs, True)

    def clear(self):
        """Removes all results of this function, whatever its version."""
        self.function.clear(None)


def remember(cache, func, options):
    """Decorates a function."""
    self = Remembered(cache, func, options)
    records, call, get_request = self.calling.memo.records, self.calling.call, current_request.get

    def wrapper(*args, **kwargs):
        # A hit, in as few steps as there can be: as call does, for arguments that can be hashed.
        if not kwargs and get_request() is None:
            try:
                use, value, thaw = records[(*args, *map(type, args))]
            except (KeyError, TypeError):
                pass
            else:
                if use():
                    return value if thaw is None else thaw()
        return call(args, kwargs)

    async def async_wrapper(*args, **kwargs):
        return await self.calling.call_async(args, kwargs)

    wrapper = functools.wraps(func)(async_wrapper if self.is_async else wrapper)
    wrapper.__signature__ = self.parameters.signature
    wrapper.function = self.function
    for method in (self.is_outdated, self.remove, self.get_ident, self.lookup, self.refresh, self.clear):
        setattr(wrapper, method.__name__, method)
    wrapper.__remembered__ = self
    return wrapper
