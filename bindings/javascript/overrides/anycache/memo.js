// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// A remembered function: between native values and what the library knows.

/* exported Memo, NOT_MODIFIED, PLAIN */

const {AnyCache, GLib, GObject} = imports.gi;
const {fromGError, isOurs, toGError} = imports.overrides.anycache.failures;
const {copy} = imports.overrides.anycache.copies;
const {Keys} = imports.overrides.anycache.keys;
const {pack, packTuple} = imports.overrides.anycache.packing;
const {parameterNames} = imports.overrides.anycache.parameters;
const {readOptions} = imports.overrides.anycache.options;
const {Recent} = imports.overrides.anycache.recent;
const {unpack} = imports.overrides.anycache.unpacking;
const {Waiters} = imports.overrides.anycache.waiters;

// What a computation returns that has found the old result to hold still.
var NOT_MODIFIED = Symbol('the result is what it was');
// How one calls without saying how.
var PLAIN = Object.freeze({});

// Decoded results are kept up to so many bytes a function, twice. Of one with a larger share, the GVariants of its arguments cost
// little beside the rest.
const MAX_KEPT = 2 * 1024 * 1024;
const MAX_SHARE = MAX_KEPT / 32;
// Of a kept result, beside its value: objects, records and keys.
const OVERHEAD = 512;

const SETTINGS = ['maxage', 'error-maxage', 'stale-while-revalidate'];

// The entries that are kept hold their function. If that were the one that has handlers, a handler that refers to its owner would
// never be freed; so it is a second one, of the same name and settings.
function makeReader(func) {
    const reader = new AnyCache.Function({cache: func.cache, name: func.name, version: func.version, args_type: func.args_type});
    for (const setting of SETTINGS)
        func.bind_property(setting, reader, setting, GObject.BindingFlags.SYNC_CREATE);
    return reader;
}

function makeFunction(cache, name, options) {
    const func = new AnyCache.Function({
        cache,
        name,
        version: options.version,
        args_type: options.signature?.type ?? null,
        maxage: options.maxage,
        error_maxage: options.errorMaxage,
        stale_while_revalidate: options.staleWhileRevalidate,
    });
    func.flags = options.flags;
    return func;
}

// What is common to functions that give results and those that give promises of them.
var Memo = class Memo {
    #compute;
    #options;
    #parameters;
    #reader;
    #kept = new Recent(MAX_KEPT);
    #waiters = new Waiters();

    constructor(cache, name, compute, options) {
        this.#compute = compute;
        this.#parameters = parameterNames(compute);
        this.#options = readOptions(options, this.#parameters);
        this.function = makeFunction(cache, name, this.#options);
        this.#reader = makeReader(this.function);

        this.function.connect('compute', (_func, request) => this.accept(request));
        // Who watches is told of each result that he was given since, by the function itself.
        this.function.connect('invalidated', () => this.#kept.clear());
        this.function.connect('notify::flags', () => this.#kept.clear());
        if (this.#options.depfiles !== null)
            this.function.set_depfiles_func((result, args) => this.#listFiles(result, args));
    }

    get name() {
        return this.function.name;
    }

    // The arguments that count, as the key has them. One that is undefined at the end is one that was left out.
    #counted(args) {
        const {ignored} = this.#options;
        const counted = ignored.size > 0 ? args.filter((_arg, index) => !ignored.has(index)) : args;
        let length = counted.length;
        while (length > 0 && typeof counted[length - 1] === 'undefined')
            length--;
        return length < counted.length ? counted.slice(0, length) : counted;
    }

    // The arguments of a computation: those that count, out of the key, between the others.
    #complete(counted, args) {
        const {ignored} = this.#options;
        if (ignored.size === 0)
            return counted;

        const complete = [];
        const rest = [...counted];
        const end = Math.max(...ignored);
        for (let index = 0; index <= end || rest.length > 0; index++)
            complete.push(ignored.has(index) ? args[index] : rest.shift());
        return complete;
    }

    // The index is one of the arguments that count.
    #placeOf(index) {
        let parameter = 0;
        for (let left = index; left > 0 || this.#options.ignored.has(parameter); parameter++)
            left -= this.#options.ignored.has(parameter) ? 0 : 1;
        const name = this.#parameters[parameter];
        return `${name === undefined ? `parameter ${parameter}` : `the parameter “${name}”`} of ${this.name}`;
    }

    packArgs(args) {
        const counted = this.#counted(args);
        const placeOf = index => this.#placeOf(index);
        return this.#options.signature?.pack(counted, this.name, placeOf) ?? packTuple(counted, placeOf);
    }

    // The result that is kept, where it may be used; null otherwise.
    recall(key) {
        const kept = this.#kept.get(key);
        return kept !== null && kept.entry.use() ? kept : null;
    }

    keyOf(args) {
        return Keys.ofAll(this.#counted(args));
    }

    // Gives a result, and keeps it where it is what the cache holds now and a later use needs nothing that this function may not do.
    learn(key, args, value) {
        const result = unpack(value);
        const weight = key === null ? Infinity : OVERHEAD + 2 * (key.length + value.get_size());
        if (weight > MAX_SHARE)
            return result;

        const entry = this.#reader.peek(args);
        if (entry !== null && entry.get_value().equal(value) && this.mayUse(entry))
            this.#kept.set(key, {entry, value: copy(result), weight});
        return result;
    }

    forget(args) {
        this.#kept.delete(this.keyOf(args));
    }

    forgetAll() {
        this.#kept.clear();
    }

    // Begins to wait. To be ended by stopWaiting ().
    wait(ident, args) {
        return this.#waiters.enter(ident, args);
    }

    stopWaiting(ident) {
        this.#waiters.leave(ident);
    }

    // What somebody who waits is to see of an error.
    translate(error, wait) {
        return isOurs(error) ? fromGError(error, wait.recall(error.code)) : error;
    }

    #findWait(request) {
        return this.#waiters.find(this.function.dup_ident(request.get_args()));
    }

    // Computes, with the request behind the parameters of the function if that wants it.
    compute(request) {
        const {ignored, wantsRequest} = this.#options;
        const compute = this.#compute;
        const others = ignored.size > 0 ? this.#findWait(request)?.args ?? [] : [];
        const args = this.#complete(unpack(request.get_args()), others);

        if (wantsRequest)
            args[Math.max(args.length, this.#parameters.length - 1)] = request;
        return compute(...args);
    }

    answer(request, result) {
        if (result === NOT_MODIFIED && request.get_validator() !== null)
            request.return_not_modified();
        else
            request.return_value(pack(result, `the result of ${this.name}`));
    }

    fail(request, error) {
        if (error instanceof GLib.Error)
            request.return_error(error);
        else
            request.return_error(toGError(error, this.#findWait(request)?.note(error) ?? 0));
    }

    #listFiles(result, args) {
        const {depfiles} = this.#options;
        const files = depfiles(unpack(result), ...this.#complete(unpack(args), []));
        return Array.from(files, file => typeof file === 'string' ? file : file.get_path());
    }
};
