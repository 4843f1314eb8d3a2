// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// What is said of a value that cannot be remembered.

/* exported describe, refuse */

const withArticle = noun => `${/^[AEIO]/i.test(noun) ? 'an' : 'a'} ${noun}`;

// With an article, as it goes into a sentence.
function describe(value) {
    if (value === null || value === undefined)
        return `${value}`;
    if (Array.isArray(value))
        return 'an array';
    if (typeof value !== 'object')
        return withArticle(typeof value);

    const name = Object.getPrototypeOf(value)?.constructor?.name;
    return name && name !== 'Object' ? withArticle(name) : 'an object';
}

// The place is a parameter or the result, or where in it the value stands.
function refuse(place, complaint, ErrorClass = TypeError) {
    throw new ErrorClass(`${place} is ${complaint}`);
}
