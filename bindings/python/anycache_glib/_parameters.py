# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The arguments of a call as the GVariant that is its key."""

import inspect
import os

from gi.repository import Gio, GLib

from . import _digest, _values

_BY_NAME = (inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_KEYWORD)

# The parameter by which a function is handed its request.
REQUEST = "request"


def _to_type(value, type_string):
    """Converts a value to the type that was declared for it."""
    if isinstance(value, GLib.Variant):
        if value.get_type_string() == type_string:
            return value
        raise TypeError(f"its type is “{value.get_type_string()}”")
    if type_string == "v":
        return GLib.Variant.new_variant(_values.to_variant(value))
    if type_string == "ay" and isinstance(value, (bytes, bytearray, memoryview)):
        return _values.bytes_variant(bytes(value))
    if type_string == "s" and isinstance(value, Gio.File):
        value = value.get_uri()
    elif type_string == "s" and isinstance(value, os.PathLike):
        value = os.fspath(value)
    if type_string == "a{sv}":
        value = {key: _to_type(item, "v").get_variant() for key, item in value.items()}
    if type_string == "av":
        value = [_to_type(item, "v").get_variant() for item in value]
    return GLib.Variant(type_string, value)


class Parameters:
    """How the parameters of one function enter its key."""

    def __init__(self, func, ignore=(), key=None, signature=None, passes_request=False):
        ignore = (ignore,) if isinstance(ignore, str) else tuple(ignore)
        self._name = func.__qualname__
        self._key = key
        self.signature = self._callers_signature(func, passes_request)
        # Python has all of the first before all of the second, as the key has their values.
        counting = [parameter for name, parameter in self.signature.parameters.items() if name not in ignore]
        self._by_place = [parameter for parameter in counting if parameter.kind not in _BY_NAME]
        self._by_name = [parameter for parameter in counting if parameter.kind in _BY_NAME]
        self._ignores = bool(ignore)
        self._types = None
        self._is_single = False

        for name in ignore:
            if name not in self.signature.parameters:
                raise TypeError(f"{self._name}() has no parameter “{name}” to ignore")
        if signature is not None:
            self._declare(signature)

    def _callers_signature(self, func, passes_request):
        """What the caller sees: the request comes from the cache."""
        signature = inspect.signature(func)
        if not passes_request:
            return signature
        if REQUEST not in signature.parameters:
            raise TypeError(f"{self._name}() has no parameter “{REQUEST}” for the request")
        return signature.replace(parameters=[item for name, item in signature.parameters.items() if name != REQUEST])

    def _declare(self, signature):
        if not GLib.VariantType.string_is_valid(signature) or not GLib.VariantType.new(signature).is_definite():
            raise TypeError(f"“{signature}” is not the type of a GVariant")
        self._is_single = not signature.startswith("(")
        self._types = [signature] if self._is_single else GLib.Variant.split_signature(signature)

    def _bind(self, args, kwargs):
        try:
            bound = self.signature.bind(*args, **kwargs)
        except TypeError as error:
            raise TypeError(f"{self._name}() {error}") from None
        bound.apply_defaults()
        return bound.arguments

    def _list_values(self, args, kwargs):
        """What counts, with names to complain by."""
        if self._key is not None:
            return [("key", self._key(*args, **kwargs))]

        arguments = self._bind(args, kwargs)
        values = []
        for parameter in self._by_place + self._by_name:
            value = arguments[parameter.name]
            if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
                values += [(parameter.name, item) for item in value]
            else:
                values.append((parameter.name, value))
        return values

    def _convert_declared(self, values):
        if len(values) != len(self._types):
            raise TypeError(f"{self._name}(): {len(values)} values, but {len(self._types)} types are declared")

        children = []
        for (name, value), type_string in zip(values, self._types):
            try:
                children.append(_to_type(value, type_string))
            except (TypeError, ValueError, OverflowError, AttributeError) as error:
                raise TypeError(f"{self._name}(): parameter “{name}” does not fit the type “{type_string}”: {error}") from error
        return children

    def _convert(self, name, value):
        try:
            return _values.to_variant(value)
        except _values.NotInTable:
            pass
        try:
            return _values.tagged(_values.DIGEST, _digest.digest(value))
        except _digest.NoDigest as error:
            raise TypeError(
                f"{self._name}(): parameter “{name}” cannot be part of a key: {error}; leave it out by “ignore”, or give a “key”"
            ) from error

    def to_variant(self, args, kwargs):
        """The key of a call; raises TypeError."""
        values = self._list_values(args, kwargs)
        if self._types is not None:
            children = self._convert_declared(values)
        else:
            children = [self._convert(name, value) for name, value in values]
        return children[0] if self._is_single else GLib.Variant.new_tuple(*children)

    def from_variant(self, variant):
        """The arguments of a call that would have this key, as (args, kwargs); None where the key does not tell."""
        if self._key is not None or self._ignores:
            return None
        children = [variant] if self._is_single else [variant.get_child_value(index) for index in range(variant.n_children())]
        if any(_values.is_tagged(child, _values.DIGEST) for child in children):
            return None

        values = [_values.decode(child) for child in children]
        n_by_place = len(values) - len(self._by_name)
        kwargs = {}
        for parameter, value in zip(self._by_name, values[n_by_place:]):
            kwargs.update(value if parameter.kind is inspect.Parameter.VAR_KEYWORD else {parameter.name: value})
        return tuple(values[:n_by_place]), kwargs
