// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// The names of a function's parameters, as they stand in its source.

/* exported parameterNames */

const OPENING = '([{';
const CLOSING = ')]}';

// Where what ends a comment stands behind it; at the end where it does not.
function behind(source, ending, at) {
    const found = source.indexOf(ending, at);
    return found < 0 ? source.length : found + ending.length;
}

// Where a string, a comment or a single character that begins here ends.
function skip(source, at) {
    const two = source.slice(at, at + 2);
    if (two === '//')
        return behind(source, '\n', at);
    if (two === '/*')
        return behind(source, '*/', at + 2);
    if (!'\'"`'.includes(source[at]))
        return at + 1;

    let end = at + 1;
    while (end < source.length && source[end] !== source[at])
        end += source[end] === '\\' ? 2 : 1;
    return end + 1;
}

// What stands between the first parenthesis and its counterpart, cut at the commas of that level, without comments.
function splitParameters(source) {
    const parts = [''];
    let depth = 0;
    for (let at = source.indexOf('('), end = 0; at < source.length; at = end) {
        end = skip(source, at);
        const piece = source.slice(at, end);
        if (CLOSING.includes(piece) && --depth === 0)
            break;
        if (piece === ',' && depth === 1)
            parts.push('');
        else if (depth > 0 && !/^\/[/*]/.test(piece))
            parts[parts.length - 1] += piece;
        if (OPENING.includes(piece))
            depth++;
    }
    return parts.at(-1).trim() === '' ? parts.slice(0, -1) : parts;
}

// Undefined for one that has none, like a pattern.
function parameterNames(func) {
    const source = Function.prototype.toString.call(func);
    const lone = /^(?:async\s+)?([\w$]+)\s*=>/.exec(source);
    if (lone !== null)
        return [lone[1]];
    return splitParameters(source).map(part => /^\s*(?:\.\.\.)?\s*([\p{ID_Start}$_][\p{ID_Continue}$]*)/u.exec(part)?.[1]);
}
