# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Python's exceptions as GErrors and back.

Other languages, and other processes if failures are remembered, see a GError: its domain names the class, its message is that of the
exception. Where the exception itself is not at hand, one of the same class with the same message is raised.
"""

import importlib

from gi.repository import Gio, GLib

_PREFIX = "python."

# None of these says anything of the result: they end the one computation, and another waiter may try.
PASSING = (KeyboardInterrupt, SystemExit, GeneratorExit)


def cancelled():
    return GLib.Error.new_literal(Gio.io_error_quark(), "The computation was cancelled", Gio.IOErrorEnum.CANCELLED)


def _text(exception):
    try:
        text = str(exception)
    except Exception:  # a class may fail at that, too
        text = ""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def to_error(exception):
    """What the library is told of an exception."""
    if isinstance(exception, GLib.Error):
        return exception
    if isinstance(exception, PASSING):
        return cancelled()

    kind = type(exception)
    code = exception.errno if isinstance(exception, OSError) and isinstance(exception.errno, int) else 0
    return GLib.Error(_text(exception), f"{_PREFIX}{kind.__module__}:{kind.__qualname__}", code)


def _find_class(domain):
    module, _, qualname = domain[len(_PREFIX) :].partition(":")
    found = importlib.import_module(module)
    for name in qualname.split("."):
        found = getattr(found, name)
    return found if isinstance(found, type) and issubclass(found, Exception) else None


def from_error(error):
    """The exception that an error stands for: of the same class if that can be found, else the error itself."""
    if not (error.domain or "").startswith(_PREFIX):
        return error
    try:
        kind = _find_class(error.domain)
        # Past its own constructor, which may want anything.
        exception = kind.__new__(kind, error.message)
        exception.args = (error.message,)
    except Exception:  # a class of another program, or one that cannot be made like that
        return error
    if isinstance(exception, OSError) and error.code:
        exception.errno = error.code
    return exception


def stands_for(error, exception):
    """Whether an error was made of this very exception, as far as it can tell."""
    made = to_error(exception)
    return (made.domain, made.code, made.message) == (error.domain, error.code, error.message)
