// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import AnyCache from 'gi://AnyCache?version=1.0';
import GLib from 'gi://GLib';
import {exit} from 'system';

const cache = AnyCache.Cache.new_for_app('org.example.Lines', -1);
const lines = cache.define('org.example.Lines', '1', request => {
    const [path] = request.get_args().deepUnpack();
    request.add_dependency(path);               // before the file is read
    const [, data] = GLib.file_get_contents(path);
    print('counting', path);
    request.return_value(GLib.Variant.new_uint32(data.filter(byte => byte === 10).length));
    return true;
});

try {
    const path = GLib.canonicalize_filename(ARGV[0], null);
    print(lines.call(new GLib.Variant('(s)', [path]), null).unpack());
} catch (error) {
    printerr(error.message);
    exit(1);
}
