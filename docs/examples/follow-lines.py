# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Prints how many lines a file has, and again whenever that has changed."""

import os
import sys
import gi
gi.require_version('AnyCache', '1.0')
from gi.repository import AnyCache, GLib

def count_lines(request):
    path, = request.get_args().unpack()
    request.add_dependency(path)
    _, data = GLib.file_get_contents(path)
    request.return_value(GLib.Variant('u', data.count(b'\n')))
    return True

cache = AnyCache.Cache.new_for_app('org.example.Lines', -1)
lines = cache.define('org.example.FollowLines', '1', count_lines)
lines.set_flags(AnyCache.FunctionFlags.WATCH | AnyCache.FunctionFlags.REFRESH)
lines.connect('updated', lambda lines, args, result: print(result.unpack(), flush=True))
try:
    path = os.path.abspath(sys.argv[-1])
    print(lines.call(GLib.Variant('(s)', (path,))).unpack(), flush=True)
    GLib.MainLoop().run()
except GLib.Error as error:
    sys.exit(error.message)
