# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Native values as GVariants and back.

One table serves all languages, so that an entry of one is a hit in the others. What the table does not cover is pickled: a dictionary
entry, which no native value becomes, whose key says what it holds. Only Python reads that.
"""

import array
import pickle

from gi.repository import Gio, GLib

try:
    import dill
except ImportError:
    dill = None

# What is in a dictionary entry of a string and bytes.
PICKLE = "application/x-python-pickle"
DIGEST = "application/x-python-digest"

# Deeper than this, the library takes no arguments; results are the same.
MAX_DEPTH = 32

_NOTHING = GLib.Variant("mv", None)
_BYTES = GLib.VariantType.new("ay")

# The types of fixed width that Python's arrays know, by what GVariant calls them.
_FIXED = {"n": "h", "q": "H", "i": "i", "u": "I", "x": "q", "t": "Q", "d": "d"}


class NotInTable(TypeError):
    """A value has no place in the table."""


class Unreadable(Exception):
    """A stored pickle does not load: a class of it is gone, or has changed."""


def _from_int(value):
    if -(2**63) <= value < 2**63:
        return GLib.Variant.new_int64(value)
    if value < 2**64 and value > 0:
        return GLib.Variant.new_uint64(value)
    raise NotInTable(f"{value} has more than 64 bits")


def _from_str(value):
    if "\0" in value:
        raise NotInTable("a string holds a NUL")
    try:
        return GLib.Variant.new_string(value)
    except UnicodeEncodeError:
        raise NotInTable("a string is no Unicode") from None


def bytes_variant(value):
    """Bytes as they are; GLib.Variant ("ay", …) would convert each."""
    return GLib.Variant.new_from_bytes(_BYTES, GLib.Bytes.new(value), True)


def tagged(kind, data):
    """Bytes that only Python understands."""
    return GLib.Variant.new_dict_entry(GLib.Variant.new_string(kind), bytes_variant(data))


def _from_numbers(code, values):
    data = GLib.Bytes.new(array.array(_FIXED[code], values).tobytes())
    return GLib.Variant.new_from_bytes(GLib.VariantType.new("a" + code), data, True)


def _from_list(values, seen):
    kinds = set(map(type, values))
    if kinds == {str}:
        return GLib.Variant.new_array(None, [_from_str(value) for value in values])
    if kinds == {float}:
        return _from_numbers("d", values)
    if kinds == {int} and -(2**63) <= min(values) and max(values) < 2**63:
        return _from_numbers("x", values)

    children = [GLib.Variant.new_variant(_convert(value, seen)) for value in values]
    return GLib.Variant.new_array(GLib.VariantType.new("v"), children)


def _from_dict(values, seen):
    if any(type(key) is not str for key in values):
        raise NotInTable("a dictionary has keys that are no strings")

    children = [
        GLib.Variant.new_dict_entry(_from_str(key), GLib.Variant.new_variant(_convert(value, seen))) for key, value in values.items()
    ]
    return GLib.Variant.new_array(GLib.VariantType.new("{sv}"), children)


_SCALARS = {
    bool: GLib.Variant.new_boolean,
    int: _from_int,
    float: GLib.Variant.new_double,
    str: _from_str,
    bytes: bytes_variant,
    type(None): lambda value: _NOTHING,
}

_CONTAINERS = {
    list: _from_list,
    dict: _from_dict,
    tuple: lambda values, seen: GLib.Variant.new_tuple(*[_convert(value, seen) for value in values]),
}


def _from_foreign(value):
    if isinstance(value, GLib.Variant):
        return value
    if isinstance(value, GLib.Bytes):
        return GLib.Variant.new_from_bytes(_BYTES, value, True)
    if isinstance(value, Gio.File):
        return GLib.Variant.new_string(value.get_uri())
    raise NotInTable(f"values of type {type(value).__qualname__} are not in the table")


def _convert(value, seen):
    """A list or dictionary that is in a value twice would come back as two; a place in itself would never end."""
    convert = _SCALARS.get(type(value))
    if convert is not None:
        return convert(value)

    convert = _CONTAINERS.get(type(value))
    if convert is None:
        return _from_foreign(value)
    if type(value) is not tuple:
        if id(value) in seen:
            raise NotInTable("a container is in the value twice")
        seen.add(id(value))
    return convert(value, seen)


def to_variant(value):
    """Converts a value by the table; raises NotInTable."""
    try:
        variant = _convert(value, set())
    except RecursionError:
        raise NotInTable("the value nests too deeply") from None
    if _depth(variant.get_type_string()) > MAX_DEPTH:
        raise NotInTable("the value nests too deeply")
    return variant


def _depth(type_string):
    depth = deepest = 0
    for sign in type_string:
        depth += (sign in "({") - (sign in ")}")
        deepest = max(deepest, depth)
    return deepest


def _pickle(value):
    try:
        return pickle.dumps(value, protocol=5)
    except Exception as error:  # what an object's own methods raise is theirs
        if dill is None:
            hint = "; with the package “dill” installed, more can be"
            raise TypeError(f"A value of type {type(value).__qualname__} cannot be pickled: {error}{hint}") from error
    try:
        return dill.dumps(value, protocol=5, recurse=True)
    except Exception as error:
        raise TypeError(f"A value of type {type(value).__qualname__} cannot be pickled: {error}") from error


def encode(value):
    """Converts a result: by the table if that gives back the same, else pickled."""
    try:
        return to_variant(value)
    except NotInTable:
        pass
    return tagged(PICKLE, _pickle(value))


def is_tagged(variant, kind):
    return variant.get_type_string() == "{say}" and variant.get_child_value(0).get_string() == kind


def _bytes_of(variant):
    # Of an empty value, PyGObject gives None.
    return variant.get_data_as_bytes().get_data() or b""


def pickled(variant):
    """The pickle in a result, None if it is none."""
    return _bytes_of(variant.get_child_value(1)) if is_tagged(variant, PICKLE) else None


def _unpickle(data):
    # What dill has written reads like any other pickle once it is loaded.
    try:
        return pickle.loads(data)
    except Exception as error:  # what an object's own methods raise is theirs
        raise Unreadable(f"A stored result cannot be unpickled: {error}") from error


def _children(variant):
    return [decode(variant.get_child_value(index)) for index in range(variant.n_children())]


def _decode_array(variant, element):
    if element == "y":
        return _bytes_of(variant)
    if element in _FIXED:
        numbers = array.array(_FIXED[element])
        numbers.frombytes(_bytes_of(variant))
        return numbers.tolist()
    if element == "s":
        return variant.get_strv()
    if element.startswith("{"):
        return dict(_children(variant))
    return _children(variant)


def _decode_entry(variant):
    data = pickled(variant)
    return tuple(_children(variant)) if data is None else _unpickle(data)


def _decode_maybe(variant):
    inner = variant.get_maybe()
    return None if inner is None else decode(inner)


_DECODERS = {
    "b": GLib.Variant.get_boolean,
    "y": GLib.Variant.get_byte,
    "n": GLib.Variant.get_int16,
    "q": GLib.Variant.get_uint16,
    "i": GLib.Variant.get_int32,
    "u": GLib.Variant.get_uint32,
    "x": GLib.Variant.get_int64,
    "t": GLib.Variant.get_uint64,
    "d": GLib.Variant.get_double,
    "s": GLib.Variant.get_string,
    "o": GLib.Variant.get_string,
    "g": GLib.Variant.get_string,
    "v": lambda variant: decode(variant.get_variant()),
    "m": _decode_maybe,
    "(": lambda variant: tuple(_children(variant)),
    "{": _decode_entry,
}


def decode(variant):
    """The native value of a result or an argument, of whatever type."""
    type_string = variant.get_type_string()
    if type_string.startswith("a"):
        return _decode_array(variant, type_string[1:])
    return _DECODERS[type_string[0]](variant)
