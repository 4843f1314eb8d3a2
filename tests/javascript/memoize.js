// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Remembered functions that give results, and their options.

import {AnyCache, Gio, GLib, failsWith, holds, main, same, throwsError, waitUntil, writeText} from './fixture.js';

const {parameterNames} = imports.overrides.anycache.parameters;

const NAME = 'org.example.Memoize';
const {FunctionFlags} = AnyCache;

const readWords = path => new TextDecoder().decode(GLib.file_get_contents(path)[1]).split(/\s+/);

// A function that counts its computations.
function counting(fixture, options, compute = (...args) => args.length) {
    return fixture.cache.memoize(NAME, (...args) => {
        fixture.computed++;
        return compute(...args);
    }, options);
}

// What the options do cannot be seen but in the settings.
function settingsOf(func) {
    const {maxage, error_maxage: errorMaxage, stale_while_revalidate: stale, flags, version, args_type: type} = func.function;
    return [maxage, errorMaxage, stale, flags, version, type];
}

function checkComputed(fixture, nComputed, action, expected) {
    same(action(), expected);
    same(fixture.computed, nComputed, 'the number of computations');
}

main({
    computes_once(fixture) {
        const add = counting(fixture, {}, (a, b) => a + b);
        for (let call = 0; call < 5; call++) {
            same(add(1, 2), 3);
            same(add('1', '2'), '12');
        }
        same(fixture.computed, 2, 'the number of computations');

        const stats = fixture.cache.get_stats();
        same([stats.get_lookups(AnyCache.Miss.NONE), stats.get_lookups(AnyCache.Miss.ABSENT)], [8, 2], 'hits and misses');
    },

    looks_like_the_function(fixture) {
        function area(width, height) {
            return width * height;
        }
        const func = fixture.cache.memoize(NAME, area);
        same([func.name, func.length, typeof func], ['area', 2, 'function']);
        same(func.call(null, 2, 3), 6);
        same([[1, 2], [3, 4]].map(sides => func(...sides)), [2, 12]);
        same([func.function.name, func.function instanceof AnyCache.Function], [NAME, true]);
    },

    questions(fixture) {
        const next = counting(fixture, {}, () => fixture.computed);
        same([next.lookup('a'), next.isOutdated('a')], [undefined, true]);
        same([next('a'), next('a'), next.lookup('a'), next.isOutdated('a')], [1, 1, 1, false]);
        same([next.refresh('a'), next('a'), next.lookup('a')], [2, 2, 2]);
        next('b');
        next.remove('a');
        next.remove('never');
        same([next.lookup('a'), next.lookup('b')], [undefined, 3]);
        same([next('a'), next('a')], [4, 4]);
        next.clear();
        same([next.lookup('a'), next.lookup('b'), next('a')], [undefined, undefined, 5]);

        const ident = next.getIdent('a');
        holds(/^[0-9a-f]{32}$/.test(ident), `the ident is ${ident}`);
        same(ident, next.function.dup_ident(new GLib.Variant('(s)', ['a'])));
        const none = fixture.cache.memoize('org.example.Null', () => undefined);
        same([none.lookup(), none(), none(), none.lookup()], [undefined, null, null, null]);
    },

    // In other objects too, and on the directory alone.
    others_are_seen(fixture) {
        const next = counting(fixture, {}, () => fixture.computed);
        for (let call = 0; call < 3; call++)
            next('a');
        const other = AnyCache.Function.new(AnyCache.Cache.new(fixture.cachedir, -1), NAME, null);
        const args = new GLib.Variant('(s)', ['a']);
        other.store(args, new GLib.Variant('x', 7), -1, null);
        same([next('a'), next('a'), next('a')], [7, 7, 7]);
        other.remove(args);
        same([next('a'), next('a')], [2, 2]);
        other.clear();
        same([next('a'), next('a')], [3, 3]);
        other.cache.clear();
        same([next('a'), next('a')], [4, 4]);
    },

    missing_arguments(fixture) {
        const func = counting(fixture, {}, (a, b = 5, c = null) => [a, b, c]);
        for (let call = 0; call < 3; call++) {
            same(func(1), [1, 5, null]);
            same(func(1, undefined), [1, 5, null]);
            same(func(1, undefined, undefined), [1, 5, null]);
        }
        same(fixture.computed, 1, 'the number of computations');
        checkComputed(fixture, 2, () => func(1, null), [1, null, null]);
        checkComputed(fixture, 3, () => func(1, undefined, 2), [1, null, 2]);
        checkComputed(fixture, 3, () => func(1, null, 2), [1, null, 2]);
    },

    version(fixture) {
        checkComputed(fixture, 1, () => counting(fixture, {version: '1'})('a'), 1);
        checkComputed(fixture, 1, () => counting(fixture, {version: '1'})('a'), 1);
        checkComputed(fixture, 2, () => counting(fixture, {version: '2'})('a'), 1);
        checkComputed(fixture, 3, () => counting(fixture, {})('a'), 1);
    },

    depfiles(fixture) {
        const seen = [];
        const path = fixture.write('text', 'one two');
        const other = fixture.write('other', '');
        fixture.settle(path);
        fixture.settle(other);
        const words = counting(fixture, {
            depfiles: (result, ...args) => {
                seen.push(result, ...args);
                return [path, Gio.File.new_for_path(other)];
            },
        }, readWords);
        for (let call = 0; call < 3; call++)
            checkComputed(fixture, 1, () => words(path), ['one', 'two']);
        same(seen, [['one', 'two'], path]);

        writeText(path, 'three');
        checkComputed(fixture, 2, () => words(path), ['three']);
        fixture.settle(path);
        words(path);
        const {computed} = fixture;
        writeText(other, 'changed');
        checkComputed(fixture, computed + 1, () => words(path), ['three']);
    },

    // Nothing is stored of which it is not known what it depends on.
    depfiles_that_fail(fixture) {
        let nFailed = 0;
        fixture.cache.connect('store-failed', () => nFailed++);
        const func = counting(fixture, {
            depfiles: () => {
                throw new Error('nobody knows');
            },
        });
        same([func('a'), func('a')], [1, 1]);
        same(fixture.computed, 2, 'the number of computations');
        holds(nFailed > 0, 'nobody was told');
    },

    request(fixture) {
        const path = fixture.write('text', 'one two');
        const words = counting(fixture, {request: true}, (name, request) => {
            request.add_dependency(name);
            return readWords(name);
        });
        fixture.settle(path);
        for (let call = 0; call < 3; call++)
            checkComputed(fixture, 1, () => words(path), ['one', 'two']);
        writeText(path, 'three');
        checkComputed(fixture, 2, () => words(path), ['three']);
    },

    request_comes_last(fixture) {
        const options = {request: true, version: 'last'};
        const func = fixture.cache.memoize(NAME, (a, b = 7, request) => [a, b, request instanceof AnyCache.Request], options);
        same([func(1), func(1, 2)], [[1, 7, true], [1, 2, true]]);
        const rest = fixture.cache.memoize(NAME, (...args) => args.map(arg => arg instanceof AnyCache.Request), {request: true});
        same([rest(), rest(1), rest(1, 2)], [[true], [false, true], [false, false, true]]);
    },

    validator(fixture) {
        const asked = [];
        const page = fixture.cache.memoize(NAME, (uri, request) => {
            asked.push(request.get_validator());
            if (request.get_validator() !== null)
                return AnyCache.NOT_MODIFIED;
            request.set_validator('tag');
            return `page of ${uri}`;
        }, {request: true});
        same([page('a'), page.refresh('a'), page('a')], ['page of a', 'page of a', 'page of a']);
        same(asked, [null, 'tag']);
        throwsError(TypeError, ['a symbol'], () => fixture.cache.memoize('org.example.New', () => AnyCache.NOT_MODIFIED)());
    },

    ignored_parameters(fixture) {
        for (const ignore of [['log', 'session'], [1, 3], ['log', 3]]) {
            const seen = [];
            fixture.computed = 0;
            const fetch = fixture.cache.memoize('org.example.Fetch', (uri, log, size = 3, session = null) => {
                fixture.computed++;
                log(uri);
                return [uri, size, session?.name ?? 'none'];
            }, {ignore, version: `${ignore}`});
            const log = uri => seen.push(uri);
            for (let call = 0; call < 3; call++) {
                same(fetch('a', log, 5, {name: 'first', call}), ['a', 5, 'first']);
                same(fetch('a', () => {}, 5, new Map()), ['a', 5, 'first']);
                same(fetch('a', log), ['a', 3, 'none']);
            }
            same([fixture.computed, seen], [2, ['a', 'a']]);
            throwsError(TypeError, ['the parameter “size”'], () => fetch('a', log, new Date()));
        }
        throwsError(TypeError, ['no parameter "nobody"'], () => counting(fixture, {ignore: ['nobody']}));
        throwsError(TypeError, ['no parameter -1'], () => counting(fixture, {ignore: [-1]}));
    },

    names_of_parameters() {
        const functions = [
            [a => a, ['a']],
            [async a => a, ['a']],
            [() => 1, []],
            [(a, b) => a, ['a', 'b']],
            [function (a,b ,) {}, ['a', 'b']],
            [async function named(a, b) {}, ['a', 'b']],
            [{method(a) {}}.method, ['a']],
            [(a = ')', b = [1, 2], c = {d: (1, 2)}, e = "\"),", $f = `,`) => a, ['a', 'b', 'c', 'e', '$f']],
            [(a /* , no */, // neither, this
                b) => a, ['a', 'b']],
            [({a}, [b], ...größe) => a, [undefined, undefined, 'größe']],
            [(a = /[/*]/, b) => a, ['a']],
            [print, []],
            [((a, b) => a).bind(null), []],
        ];
        for (const [func, names] of functions)
            same(parameterNames(func), names, `the names in ${func}`);
    },

    no_this(fixture) {
        function whose() {
            return this === undefined;
        }
        same(fixture.cache.memoize(NAME, whose)(), true);
    },

    ages(fixture) {
        const inSeconds = {maxage: 1.5, errorMaxage: 60, staleWhileRevalidate: 3600};
        same(settingsOf(counting(fixture, inSeconds)), [1500000, 60000000, 3600000000, FunctionFlags.NONE, null, null]);
        same(settingsOf(counting(fixture, {maxage: Infinity})), [-1, 0, 0, FunctionFlags.NONE, null, null]);
        same(settingsOf(counting(fixture, {watch: true, signature: '(s)'})), [-1, 0, 0, FunctionFlags.WATCH, null, '(s)']);

        const never = counting(fixture, {maxage: 0}, () => fixture.computed);
        same([never(), never(), never()], [1, 2, 3]);
    },

    // Of what is kept decoded, too, when the age is set afterwards.
    age_runs_out(fixture) {
        const next = counting(fixture, {}, () => fixture.computed);
        same([next(), next(), next()], [1, 1, 1]);
        next.function.maxage = 1;
        waitUntil(() => next() > 1, 'it never grows old');
    },

    watch(fixture) {
        const told = [];
        const path = fixture.write('text', 'one two');
        const words = counting(fixture, {watch: 'refresh', request: true}, (name, request) => {
            request.add_dependency(name);
            return readWords(name);
        });
        words.function.connect('updated', (_func, _args, result) => told.push(result.deepUnpack()));
        for (const text of ['one two three', 'four']) {
            for (let call = 0; call < 3; call++)
                words(path);
            writeText(path, text);
            waitUntil(() => told.length > 0 && `${told.at(-1)}` === `${text.split(' ')}`, 'nothing was told');
            same(words(path), text.split(' '));
        }
    },

    // What was told is told again, though the result holds once more meanwhile, and is used.
    watch_is_told_again(fixture) {
        const told = [];
        const path = fixture.write('text', 'one');
        const read = counting(fixture, {watch: true, request: true}, (name, request) => {
            request.add_dependency_full(name, AnyCache.DependencyFlags.CONTENT);
            return readWords(name);
        });
        read.function.connect('invalidated', (_func, args) => told.push(args.deepUnpack()[0]));
        for (let change = 1; change <= 3; change++) {
            for (let call = 0; call < 3; call++)
                checkComputed(fixture, 1, () => read(path), ['one']);
            writeText(path, 'two');
            waitUntil(() => told.length >= change, 'nothing was told');
            writeText(path, 'one');
        }
    },

    cancellable(fixture) {
        const cancellable = new Gio.Cancellable();
        const func = counting(fixture, {});
        const patient = func.with({cancellable});
        same([patient('a'), patient('a'), func('a')], [1, 1, 1]);
        cancellable.cancel();
        for (const action of [patient, patient.lookup, patient.refresh, patient.remove, patient.clear])
            failsWith(Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED, () => action('a'));
        same([func('a'), fixture.computed], [1, 1]);
        throwsError(TypeError, ['“canelable”'], () => func.with({canelable: cancellable}));
    },

    nested(fixture) {
        const path = fixture.write('text', 'one two');
        fixture.settle(path);
        const words = counting(fixture, {request: true}, (name, request) => {
            request.add_dependency(name);
            return readWords(name);
        });
        const double = fixture.cache.memoize('org.example.Double', name => 2 * words(name).length);
        // What is kept decoded of the inner one does not hide it from the outer one.
        for (let call = 0; call < 3; call++)
            same(words(path), ['one', 'two']);
        for (let call = 0; call < 3; call++)
            same(double(path), 4);
        writeText(path, 'one');
        same([double(path), double.isOutdated('never')], [2, true]);
    },

    recursive(fixture) {
        const fibonacci = counting(fixture, {}, n => n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2));
        same([fibonacci(50), fixture.computed], [12586269025, 51]);
        const endless = fixture.cache.memoize('org.example.Endless', n => endless(n));
        failsWith(AnyCache.CacheError, AnyCache.CacheError.RECURSION, () => endless(1));
    },

    many_results(fixture) {
        const square = counting(fixture, {}, n => `${n}`.repeat(100));
        for (let round = 0; round < 3; round++) {
            for (let n = 0; n < 3000; n++)
                holds(square(n) === `${n}`.repeat(100), 'a wrong result');
        }
        same(fixture.computed, 3000, 'the number of computations');
    },

    switched_off(fixture) {
        const next = counting(fixture, {}, () => fixture.computed);
        same([next(), next()], [1, 1]);
        fixture.cache.maxsize = 0;
        same([next(), next(), next.lookup()], [2, 3, undefined]);
        fixture.cache.maxsize = -1;
        same([next(), fixture.computed], [1, 3]);
    },

    default_cache(fixture) {
        const func = AnyCache.memoize(NAME, () => ++fixture.computed);
        same([func(), func(), func.function.cache === AnyCache.Cache.get_default()], [1, 1, true]);
    },

    // A spelling mistake is not a wish that nobody hears.
    wrong_options(fixture) {
        const {cache} = fixture;
        throwsError(TypeError, ['“maxAge”', 'maxage'], () => counting(fixture, {maxAge: 1}));
        throwsError(RangeError, ['maxage'], () => counting(fixture, {maxage: -1}));
        throwsError(RangeError, ['errorMaxage'], () => counting(fixture, {errorMaxage: '1'}));
        throwsError(RangeError, ['staleWhileRevalidate'], () => counting(fixture, {staleWhileRevalidate: NaN}));
        throwsError(TypeError, ['version'], () => counting(fixture, {version: 1}));
        throwsError(TypeError, ['depfiles'], () => counting(fixture, {depfiles: ['/any']}));
        throwsError(TypeError, ['watch'], () => counting(fixture, {watch: 'often'}));
        throwsError(TypeError, ['name'], () => cache.memoize('', () => 1));
        throwsError(TypeError, ['name'], () => cache.memoize(() => 1));
        throwsError(TypeError, ['no function'], () => cache.memoize(NAME, 'text'));
        throwsError(TypeError, ['async'], () => cache.memoize(NAME, () => Promise.resolve(1))());
    },
});
