# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Digests that stand for any Python object in a key.

Equal objects have equal digests in every process: sets and dictionaries are taken in an order of their own, functions by their code,
and other objects by what they would be pickled from. An object that is known by its identity alone has none.
"""

import copyreg
import dis
import enum
import hashlib
import pathlib
import struct
import types

from gi.repository import GLib, GObject

SIZE = 32

# Python 3.13 and later say so of code that has a docstring.
_HAS_DOCSTRING = 0x4000000


class NoDigest(TypeError):
    """An object has no stable serialisation."""


def _refuse(value, why="has no stable serialisation"):
    raise NoDigest(f"a value of type {type(value).__module__}.{type(value).__qualname__} {why}")


class _Writer:
    """Writes objects into a hash, each with its type and length, so that different ones never look the same."""

    def __init__(self, path=()):
        self.hash = hashlib.blake2b(digest_size=SIZE)
        # The objects around this one: one of them may be in itself.
        self.path = list(path)

    def tag(self, name, data=b""):
        self.hash.update(b"%s %d\n" % (name.encode(), len(data)))
        self.hash.update(data)

    def text(self, name, text):
        self.tag(name, text.encode("utf-8", "surrogatepass"))

    def apart(self, value):
        writer = _Writer(self.path)
        writer.write(value)
        return writer.hash.digest()

    def all(self, name, values):
        values = list(values)
        self.tag(f"{name}*{len(values)}")
        for value in values:
            self.write(value)

    def write(self, value):
        scalar = _SCALARS.get(type(value))
        if scalar is not None:
            scalar(self, value)
            return

        for distance, outer in enumerate(reversed(self.path)):
            if outer is value:
                self.tag(f"outer*{distance}")
                return

        self.path.append(value)
        _writer_of(value)(self, value)
        self.path.pop()


def _write_unordered(writer, value):
    writer.tag(f"{type(value).__name__}*{len(value)}")
    for digest in sorted(map(writer.apart, value)):
        writer.tag("item", digest)


def _write_dict(writer, value):
    writer.tag(f"dict*{len(value)}")
    for key, item in sorted((writer.apart(key), writer.apart(item)) for key, item in value.items()):
        writer.tag("key", key)
        writer.tag("value", item)


def _write_global(writer, value):
    writer.text("global", f"{value.__module__}:{value.__qualname__}")


def _write_enum(writer, value):
    writer.write(type(value))
    writer.text("member", value.name or str(value.value))


def write_code(writer, code):
    """What a code object does, wherever it stands.

    Constants are told where they are used: a docstring is none of those, and shifts the places of the others.
    """
    instructions = list(dis.get_instructions(code))
    constants = [code.co_consts[item.arg] for item in instructions if item.opcode in dis.hasconst]
    arguments = [0 if item.opcode in dis.hasconst else item.arg or 0 for item in instructions]

    writer.tag("code", b"".join(struct.pack("<HI", item.opcode, argument) for item, argument in zip(instructions, arguments)))
    writer.tag("exceptions", getattr(code, "co_exceptiontable", b""))
    writer.all(
        "shape",
        (code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags & ~_HAS_DOCSTRING, code.co_varnames, code.co_names),
    )
    writer.all("variables", (code.co_freevars, code.co_cellvars))
    writer.all("constants", constants)


def _write_path(writer, value):
    writer.write(type(value))
    writer.text("path", str(value))


def _cell_content(cell):
    try:
        return cell.cell_contents
    except ValueError:
        # A function that calls itself is not in its own cell yet while it is being decorated.
        return ...


def _write_function(writer, value):
    remembered = getattr(value, "function", None)
    if isinstance(remembered, GObject.Object) and hasattr(value, "__wrapped__"):
        writer.all("remembered", (remembered.get_name(), remembered.get_version()))
        return

    writer.text("module", value.__module__ or "")
    write_code(writer, value.__code__)
    writer.all("defaults", (value.__defaults__, value.__kwdefaults__))
    writer.all("captured", [_cell_content(cell) for cell in value.__closure__ or ()])


def _write_builtin(writer, value):
    if value.__self__ is None or isinstance(value.__self__, types.ModuleType):
        _write_global(writer, value)
    else:
        writer.all("method", (value.__self__, value.__name__))


def _write_numpy(writer, value):
    writer.text("array", f"{value.dtype.descr!r} {value.shape!r}")
    if value.dtype.hasobject:
        writer.write(value.tolist())
    else:
        writer.tag("items", value.tobytes())


def _write_variant(writer, value):
    writer.text("variant", value.get_type_string())
    writer.tag("data", value.get_normal_form().get_data_as_bytes().get_data() or b"")


def _write_object(writer, value):
    """By what a pickle would hold: how to make the object, and its state."""
    if type(value) is object:
        _refuse(value, "is known by its identity alone")

    reduce = copyreg.dispatch_table.get(type(value))
    try:
        made_of = reduce(value) if reduce is not None else value.__reduce_ex__(4)
    except Exception as error:  # what an object's own methods raise is theirs
        raise NoDigest(f"a value of type {type(value).__module__}.{type(value).__qualname__} has no stable serialisation: {error}") from error

    if isinstance(made_of, str):
        writer.text("global", f"{value.__module__}:{made_of}")
        return

    make, args, state, items, pairs = (*made_of, None, None, None)[:5]
    writer.all("object", (make, args, state))
    writer.all("items", items or ())
    writer.all("pairs", pairs or ())


_SCALARS = {
    type(None): lambda writer, value: writer.tag("None"),
    type(...): lambda writer, value: writer.tag("Ellipsis"),
    bool: lambda writer, value: writer.tag(f"bool {value}"),
    int: lambda writer, value: writer.text("int", str(value) if abs(value) < 2**64 else hex(value)),
    float: lambda writer, value: writer.tag("float", struct.pack("<d", value if value == value else float("nan"))),
    complex: lambda writer, value: writer.all("complex", (value.real, value.imag)),
    str: lambda writer, value: writer.text("str", value),
    bytes: lambda writer, value: writer.tag("bytes", value),
    bytearray: lambda writer, value: writer.tag("bytearray", value),
}

_WRITERS = {
    tuple: lambda writer, value: writer.all("tuple", value),
    list: lambda writer, value: writer.all("list", value),
    set: _write_unordered,
    frozenset: _write_unordered,
    dict: _write_dict,
    types.FunctionType: _write_function,
    types.BuiltinFunctionType: _write_builtin,
    types.MethodType: lambda writer, value: writer.all("method", (value.__func__, value.__self__)),
    types.CodeType: write_code,
    types.ModuleType: lambda writer, value: writer.text("module", value.__name__),
    # Its pickle tells in which pieces it was put together.
    pathlib.PosixPath: _write_path,
    pathlib.PurePosixPath: _write_path,
}


def _writer_of(value):
    kind = type(value)
    if kind in _WRITERS:
        return _WRITERS[kind]
    if isinstance(value, type):
        return _write_global
    if isinstance(value, enum.Enum):
        return _write_enum
    if isinstance(value, GLib.Variant):
        return _write_variant
    if isinstance(value, (GObject.Object, GObject.GBoxed)):
        # They would be taken for equal: Python sees nothing of what they hold.
        _refuse(value)
    if kind.__module__ == "numpy" and kind.__name__ == "ndarray":
        return _write_numpy
    return _write_object


def digest(value):
    """The digest of any object: 32 bytes; raises NoDigest."""
    writer = _Writer()
    try:
        writer.write(value)
    except RecursionError:
        raise NoDigest("the value nests too deeply") from None
    return writer.hash.digest()
