// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// The options of memoize(), checked: a misspelt one would otherwise be a silent one.

/* exported OPTIONS, checkNames, isAsync, readOptions */

const {AnyCache} = imports.gi;
const {Signature} = imports.overrides.anycache.signature;

var OPTIONS = ['async', 'depfiles', 'errorMaxage', 'ignore', 'maxage', 'request', 'signature', 'staleWhileRevalidate', 'version', 'watch'];
const UNLIMITED = -1;
const MICROSECONDS = 1000000;

const WATCHING = new Map([
    [false, AnyCache.FunctionFlags.NONE],
    [true, AnyCache.FunctionFlags.WATCH],
    ['refresh', AnyCache.FunctionFlags.WATCH | AnyCache.FunctionFlags.REFRESH],
]);

function checkNames(options, names) {
    for (const name of Object.keys(options)) {
        if (!names.includes(name))
            throw new TypeError(`There is no option “${name}”, but ${names.join(', ')}`);
    }
}

function readSeconds(name, seconds, otherwise) {
    if (seconds === undefined || seconds === null)
        return otherwise;
    if (typeof seconds !== 'number' || !(seconds >= 0))
        throw new RangeError(`The option “${name}” is a number of seconds, not ${seconds}`);
    const microseconds = Math.round(seconds * MICROSECONDS);
    return Number.isSafeInteger(microseconds) ? microseconds : Number.MAX_SAFE_INTEGER;
}

function readMaxage(seconds) {
    return seconds === Infinity ? UNLIMITED : readSeconds('maxage', seconds, UNLIMITED);
}

// The indices of the parameters that do not count.
function readIgnored(ignore, parameters) {
    return new Set(Array.from(ignore ?? [], which => {
        const index = typeof which === 'string' ? parameters.indexOf(which) : which;
        if (!Number.isInteger(index) || index < 0)
            throw new TypeError(`There is no parameter ${JSON.stringify(which)} to ignore`);
        return index;
    }));
}

function readWatch(watch = false) {
    if (!WATCHING.has(watch))
        throw new TypeError('The option “watch” is true, false or \'refresh\'');
    return WATCHING.get(watch);
}

function readFunction(name, value) {
    if (value !== undefined && value !== null && typeof value !== 'function')
        throw new TypeError(`The option “${name}” is a function`);
    return value ?? null;
}

function readVersion(version) {
    if (version !== undefined && version !== null && typeof version !== 'string')
        throw new TypeError('The option “version” is a string');
    return version ?? null;
}

// Whether a function gives promises.
function isAsync(func, options) {
    return options.async ?? Object.prototype.toString.call(func) === '[object AsyncFunction]';
}

function readOptions(options, parameters) {
    checkNames(options, OPTIONS);
    return {
        depfiles: readFunction('depfiles', options.depfiles),
        errorMaxage: readSeconds('errorMaxage', options.errorMaxage, 0),
        flags: readWatch(options.watch),
        ignored: readIgnored(options.ignore, parameters),
        maxage: readMaxage(options.maxage),
        signature: options.signature === undefined ? null : new Signature(options.signature),
        staleWhileRevalidate: readSeconds('staleWhileRevalidate', options.staleWhileRevalidate, 0),
        version: readVersion(options.version),
        wantsRequest: options.request ?? false,
    };
}
