// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// The introspected methods, as the layer has them.

import {AnyCache, Gio, GLib, equal, holds, main, output, run, same} from './fixture.js';

const NAME = 'org.example.Methods';
const ARGS = new GLib.Variant('(s)', ['any']);
const number = value => new GLib.Variant('x', value);

function answering(fixture) {
    return fixture.cache.define(NAME, null, request => {
        fixture.computed++;
        request.return_value(number(fixture.computed));
        return true;
    });
}

// A program that has no other way to find the layer than the folders of data.
const PROGRAM = `
    import AnyCache from 'gi://AnyCache?version=1.0';
    print(typeof AnyCache.Cache.prototype.memoize, AnyCache.memoize('org.example.Found', (a, b) => a + b)(1, 2));
`;

main({
    without_a_cancellable(fixture) {
        const {cache} = fixture;
        const func = answering(fixture);
        equal(func.call(ARGS).unpack(), 1);
        equal(func.refresh(ARGS).unpack(), 2);
        equal(func.lookup(ARGS).unpack(), 2);
        holds(!func.is_outdated(ARGS), 'it is outdated');
        holds(func.store(ARGS, number(5), -1, null), 'it was not stored');
        equal(func.call(ARGS, null).unpack(), 5);
        holds(func.remove(ARGS) && func.clear(), 'it was not removed');
        holds(cache.invalidate('app:any') && cache.flush() && cache.clear(), 'it was not cleared');
        holds(cache.read_total_stats() instanceof AnyCache.Stats, 'these are no stats');
    },

    promises(fixture) {
        const {cache} = fixture;
        const func = answering(fixture);
        const ask = async () => {
            equal((await func.call_async(ARGS)).unpack(), 1);
            equal((await func.call_async(ARGS, null)).unpack(), 1);
            equal((await func.refresh_async(ARGS)).unpack(), 2);
            equal((await func.lookup_async(ARGS)).unpack(), 2);
            holds(!await func.is_outdated_async(ARGS), 'it is outdated');
            holds(await func.store_async(ARGS, number(5), -1, null), 'it was not stored');
            holds(await func.remove_async(ARGS) && await func.clear_async(), 'it was not removed');
            holds(await cache.invalidate_async('app:any') && await cache.flush_async() && await cache.clear_async(), 'it was not cleared');
        };
        run(ask());
    },

    with_a_callback(fixture) {
        let value = null;
        answering(fixture).call_async(ARGS, null, (func, result) => (value = func.call_finish(result)));
        run(answering(fixture).call_async(ARGS));
        equal(value.unpack(), 1);
    },

    for_a_request(fixture) {
        const inner = answering(fixture);
        const outer = fixture.cache.define('org.example.Outer', null, async request => {
            const first = await request.call_async(inner, ARGS);
            request.return_value(number(first.unpack() + request.call(inner, ARGS).unpack()));
        });
        equal(run(outer.call_async(ARGS)).unpack(), 2);
    },

    wrong_number_of_arguments(fixture) {
        const func = answering(fixture);
        for (const action of [() => func.call(), () => func.store(ARGS), () => fixture.cache.invalidate()]) {
            let error = null;
            try {
                action();
            } catch (caught) {
                error = caught;
            }
            holds(error !== null && /argument/.test(error.message), `thrown was ${error}`);
        }
    },

    found_by_the_folders_of_data(fixture) {
        const program = fixture.write('program.js', PROGRAM);
        const layer = Gio.File.new_for_path(GLib.getenv('GJS_PATH'));
        const link = Gio.File.new_for_path(GLib.build_filenamev([fixture.directory, 'gjs-1.0']));
        link.make_symbolic_link(layer.get_path(), null);
        same(output(['gjs', '-m', program], {GJS_PATH: null, XDG_DATA_DIRS: `${fixture.directory}:/usr/share`}), 'function 3');
    },
});
