# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Decoded results beside the entries that they were decoded from.

To build and to read GVariants is what a hit costs in Python. A result that was decoded is kept, and the library is asked only whether
its entry may still be used.
"""

import datetime
import decimal
import enum
import fractions
import functools
import os
import pathlib
import pickle
import threading
import weakref

# Bounds of what one function keeps: records, and bytes of its results as they are stored.
MAX_RECORDS = 4096
MAX_BYTES = 16 * 2**20

_IMMUTABLE = {
    type(None),
    bool,
    int,
    float,
    complex,
    str,
    bytes,
    range,
    type(...),
    datetime.date,
    datetime.time,
    datetime.datetime,
    datetime.timedelta,
    datetime.timezone,
    decimal.Decimal,
    fractions.Fraction,
    pathlib.PurePosixPath,
    pathlib.PosixPath,
}

_PLAIN = {type(None), bool, int, str, bytes, float}

# What is kept where nothing is.
NOTHING = (lambda: False, None, None)

_memos = weakref.WeakSet()


def _is_immutable(value):
    kind = type(value)
    if kind in _IMMUTABLE or isinstance(value, enum.Enum):
        return True
    return kind in (tuple, frozenset) and all(map(_is_immutable, value))


class _NoToken(Exception):
    pass


def _plain(value):
    """A value that can be hashed for one that holds nothing but plain ones."""
    kind = type(value)
    if kind is float and (value != value or value == 0):
        # There are two zeros, and NaN is not equal to itself.
        raise _NoToken
    if kind in _PLAIN:
        return value
    if kind is list or kind is tuple:
        return (*map(_plain, value), *map(type, value))
    if kind is dict:
        return (_plain(list(value)), _plain(list(value.values())))
    raise _NoToken


def token_of(args, kwargs):
    """What stands for arguments in this process, without building their GVariant; None where they have to be looked at more closely.

    Equal tokens are of equal arguments: types stand beside the values, since 1 == 1.0 == True.
    """
    try:
        token = _plain(args)
        return (token, _plain(kwargs)) if kwargs else token
    except (_NoToken, RecursionError):
        return None


def thaw_of(value, data):
    """How to make the result anew for each caller from its pickle; None where all may share it."""
    if _is_immutable(value):
        return None
    return functools.partial(pickle.loads, pickle.dumps(value, protocol=5) if data is None else data)


class Memo:
    """What one function keeps, the oldest first."""

    def __init__(self):
        # (use, value, thaw): read without the lock.
        self.records = {}
        self._weights = {}
        self._total = 0
        self._lock = threading.Lock()
        _memos.add(self)

    def put(self, token, record, weight):
        if weight > MAX_BYTES // 16:
            return
        with self._lock:
            self._total += weight - self._weights.pop(token, 0)
            self.records.pop(token, None)
            self.records[token] = record
            self._weights[token] = weight
            while len(self.records) > MAX_RECORDS or self._total > MAX_BYTES:
                oldest = next(iter(self.records))
                del self.records[oldest]
                self._total -= self._weights.pop(oldest)

    def clear(self):
        with self._lock:
            self.records.clear()
            self._weights.clear()
            self._total = 0

    def begin_anew(self):
        """In a child: the lock may be held by a thread that is not there."""
        self._lock = threading.Lock()
        self.clear()


def _begin_all_anew():
    for memo in list(_memos):
        memo.begin_anew()


os.register_at_fork(after_in_child=_begin_all_anew)
