// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// What computations throw, and what callers see of it.

import {Gio, GLib, failsWith, holds, main, run, runPart, same, settled, sleep, thrownBy, waitUntil} from './fixture.js';

const NAME = 'org.example.Errors';
const WORDS = GLib.quark_from_string('org-example-words');
const CALLERS = 40;

class HttpError extends Error {
    name = 'HttpError';

    constructor(status) {
        super(`HTTP ${status}`);
        this.status = status;
    }
}

const failing = (fixture, thrown, options) => fixture.cache.memoize(NAME, () => {
    fixture.computed++;
    throw thrown;
}, options);

const failingSlowly = (fixture, makeError, options) => fixture.cache.memoize(NAME, async (...args) => {
    fixture.computed++;
    await sleep(20);
    throw makeError(...args);
}, options);

const THROWN = [
    new Error('any'),
    new TypeError('no such thing'),
    new RangeError(''),
    new SyntaxError('Ungültig: “\n”'),
    new HttpError(404),
    Object.assign(new URIError('with more'), {uri: ':'}),
    'a text',
    null,
    {reason: 'any'},
];

// Remembers its failures in the directory of another.
function rememberPart() {
    const directory = GLib.getenv('ERRORS_DIRECTORY');
    for (const [index, thrown] of THROWN.entries())
        thrownBy(() => failing(openOther(directory), thrown, {errorMaxage: 3600, version: `${index}`})());
    print('remembered');
}

function openOther(directory) {
    const {AnyCache} = imports.gi;
    return {computed: 0, cache: AnyCache.Cache.new(directory, -1)};
}

main({
    caller_gets_what_was_thrown(fixture) {
        for (const thrown of THROWN) {
            const func = failing(fixture, thrown);
            holds(thrownBy(func) === thrown, `something else than ${thrown} was thrown`);
            holds(thrownBy(func.refresh) === thrown, `something else than ${thrown} was thrown`);
            holds(settled(failingSlowly(fixture, () => thrown)()).error === thrown, `something else than ${thrown} was thrown`);
        }
        holds(thrownBy(failing(fixture, THROWN[0])).stack.includes('errors.js'), 'the stack is another');
        same(fixture.cache.get_size(), 0, 'the size');
    },

    all_callers_get_it(fixture) {
        const func = failingSlowly(fixture, status => new HttpError(status));
        const calls = Array.from({length: CALLERS}, (_, index) => func(index % 2));
        const errors = run(Promise.allSettled(calls)).map(({reason}) => reason);
        same(fixture.computed, 2, 'the number of computations');
        for (const [index, error] of errors.entries()) {
            holds(error === errors[index % 2], 'there are two errors of one computation');
            same([error instanceof HttpError, error.status], [true, index % 2]);
        }
    },

    gerrors_pass(fixture) {
        const {IOErrorEnum} = Gio;
        const known = new GLib.Error(IOErrorEnum, IOErrorEnum.NOT_FOUND, 'nobody there');
        same(failsWith(IOErrorEnum, IOErrorEnum.NOT_FOUND, failing(fixture, known)), 'nobody there');
        same(failsWith(WORDS, 42, failing(fixture, new GLib.Error(WORDS, 42, 'no such word'))), 'no such word');
        const {error} = settled(failingSlowly(fixture, () => known)());
        holds(error instanceof IOErrorEnum && error.code === IOErrorEnum.NOT_FOUND, `thrown was ${error}`);
    },

    // C is told the class by the domain.
    others_see_a_gerror(fixture) {
        const func = failing(fixture, new TypeError('no such thing'));
        const error = thrownBy(() => func.function.call(new GLib.Variant('()', [])));
        holds(error instanceof GLib.Error, `thrown was ${error}`);
        same([GLib.quark_to_string(error.domain), error.message], ['javascript-TypeError', 'no such thing']);
    },

    remembered_here(fixture) {
        const func = failing(fixture, new TypeError('no such thing'), {errorMaxage: 3600});
        const errors = [thrownBy(func), thrownBy(func), thrownBy(func)];
        same(fixture.computed, 1, 'the number of computations');
        for (const error of errors)
            same([error instanceof TypeError, error.name, error.message], [true, 'TypeError', 'no such thing']);
        same(func.lookup(), undefined);
    },

    remembered_elsewhere(fixture) {
        same(runPart('remember', 'ERRORS_DIRECTORY', fixture.cachedir).output, 'remembered');
        for (const [index, thrown] of THROWN.entries()) {
            const error = thrownBy(failing(fixture, new Error('computed anew'), {errorMaxage: 3600, version: `${index}`}));
            const [name, message, ErrorClass] = thrown instanceof Error
                ? [thrown.name, thrown.message, thrown instanceof HttpError ? Error : thrown.constructor]
                : ['Error', `${thrown}`, Error];
            same([error.name, error.message, error.constructor === ErrorClass], [name, message, true]);
        }
        same(fixture.computed, 0, 'the number of computations');
    },

    remembered_for_a_while(fixture) {
        const func = failing(fixture, new RangeError('any'), {errorMaxage: 0.02});
        waitUntil(() => thrownBy(func) instanceof RangeError && fixture.computed > 1, 'it is remembered for ever');
    },

    // The code that leads back to an error is another one's in another process.
    codes_of_others() {
        const {fromGError, toGError} = imports.overrides.anycache.failures;
        const gerror = toGError(new TypeError('theirs'), 1);
        for (const ours of [new TypeError('ours'), new Error('theirs'), 'theirs']) {
            const error = fromGError(gerror, {value: ours});
            same([error !== ours, error instanceof TypeError, error.message], [true, true, 'theirs']);
        }
    },

    // In a chain of callers, each sees the error of the innermost.
    nested(fixture) {
        const thrown = new HttpError(500);
        const inner = failing(fixture, thrown);
        const outer = fixture.cache.memoize('org.example.Outer', () => inner());
        holds(thrownBy(outer) === thrown, 'something else was thrown');
        const catching = fixture.cache.memoize('org.example.Catching', () => {
            try {
                return inner();
            } catch (error) {
                return `caught ${error.message}`;
            }
        });
        same(catching(), 'caught HTTP 500');
    },
}, {remember: rememberPart});
