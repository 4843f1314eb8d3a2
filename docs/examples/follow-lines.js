// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Prints how many lines a file has, and again whenever that has changed.

import AnyCache from 'gi://AnyCache?version=1.0';
import GLib from 'gi://GLib';
import {exit} from 'system';

const cache = AnyCache.Cache.new_for_app('org.example.Lines', -1);
const lines = cache.define('org.example.FollowLines', '1', request => {
    const [path] = request.get_args().deepUnpack();
    request.add_dependency(path);
    const [, data] = GLib.file_get_contents(path);
    request.return_value(GLib.Variant.new_uint32(data.filter(byte => byte === 10).length));
    return true;
});

lines.set_flags(AnyCache.FunctionFlags.WATCH | AnyCache.FunctionFlags.REFRESH);
lines.connect('updated', (_lines, _args, result) => print(result.unpack()));
try {
    const path = GLib.canonicalize_filename(ARGV[0], null);
    print(lines.call(new GLib.Variant('(s)', [path]), null).unpack());
} catch (error) {
    printerr(error.message);
    exit(1);
}
new GLib.MainLoop(null, false).run();
