# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Prints a summary (classes, methods, bytes) of each GIR file named after the cache's directory."""

import sys
import time
from xml.parsers import expat

import gi

gi.require_version('AnyCache', '1.0')
from gi.repository import AnyCache, GLib

computed = 0


def summarize(request):
    """The computation: asked only where the cache has no summary of the file as it is now."""
    global computed
    path, = request.get_args().unpack()
    request.add_dependency(path)    # before the file is read
    _, data = GLib.file_get_contents(path)

    counts = {'class': 0, 'method': 0}

    def start_element(name, attributes):
        if name in counts:
            counts[name] += 1

    parser = expat.ParserCreate()
    parser.StartElementHandler = start_element
    parser.Parse(data, True)

    computed += 1
    request.return_value(GLib.Variant('(uut)', (counts['class'], counts['method'], len(data))))
    return True


cache = AnyCache.Cache.new(sys.argv[1], -1)
function = cache.define('org.example.GirSummary', '1', summarize)
start = time.monotonic()

for path in sys.argv[2:]:
    result = function.call(GLib.Variant('(s)', (path,)))
    print(path, *result.unpack())

print(len(sys.argv) - 2, computed, round((time.monotonic() - start) * 1e6), file=sys.stderr)
