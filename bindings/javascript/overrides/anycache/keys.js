// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// What tells native values apart, made without a GVariant.

/* exported Keys */

const {Gio} = imports.gi;
const {isPlainObject} = imports.overrides.anycache.packing;

// Deeper values, and those that contain themselves, are told apart by their GVariants, or refused.
const MAX_DEPTH = 16;
// Of more bytes, a hash of the GVariant is cheaper.
const MAX_BYTES = 1024;

// A key is a text that only equal values have in common; null where that would not be cheap.
//
// A class, since a module of this kind looks up its functions by their names whenever they are called, which takes ten times as long.
var Keys = class Keys {
    static ofAll(values, depth = 0) {
        let all = '';
        for (let i = 0; i < values.length; i++) {
            const key = Keys.of(values[i], depth);
            if (key === null)
                return null;
            all = `${all}${key},`;
        }
        return all;
    }

    static of(value, depth = 0) {
        switch (typeof value) {
        case 'number':
            return value === 0 && 1 / value < 0 ? 'n-0' : `n${value}`;
        case 'string':
            return `s${value.length}:${value}`;
        case 'boolean':
            return value ? 'true' : 'false';
        case 'bigint':
            return `i${value}`;
        case 'undefined':
            return 'null';
        case 'object':
            return value === null ? 'null' : Keys.#ofObject(value, depth);
        default:
            return null;
        }
    }

    static #ofObject(value, depth) {
        if (depth >= MAX_DEPTH)
            return null;
        if (Array.isArray(value))
            return Keys.#ofItems('a', value, depth);
        if (value instanceof Uint8Array)
            return value.length <= MAX_BYTES ? `y${value.length}:${String.fromCharCode(...value)}` : null;
        if (value instanceof Gio.File)
            return Keys.of(value.get_uri());
        return isPlainObject(value) ? Keys.#ofItems('o', Object.entries(value).flat(), depth) : null;
    }

    // Each item ends with a comma and none begins with one, so that another one is the end of them.
    static #ofItems(kind, items, depth) {
        const key = Keys.ofAll(items, depth + 1);
        return key === null ? null : `${kind}${key}`;
    }
};
