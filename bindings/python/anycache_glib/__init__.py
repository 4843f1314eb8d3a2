# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Remembers the results of functions, in memory and on disk, until what they were made from changes.

>>> from anycache_glib import anycache
>>> @anycache()
... def square(number):
...     print("computing")
...     return number * number
>>> square(12), square(12)
computing
(144, 144)
"""

import gi

gi.require_version("AnyCache", "1.0")

from ._cache import AnyCache, anycache, get_defaultcache  # noqa: E402
from ._definition import CODE  # noqa: E402
from ._awaiting import Task, spawn  # noqa: E402

__all__ = ["AnyCache", "CODE", "Task", "anycache", "get_defaultcache", "spawn"]
