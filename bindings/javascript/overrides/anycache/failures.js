// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// JavaScript's exceptions as the errors of the platform, and back.

/* exported fromGError, isOurs, toGError */

const {GLib} = imports.gi;

// The domain tells the class, also to other processes and languages.
const PREFIX = 'javascript-';
const CLASSES = {Error, EvalError, InternalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError};

const classOf = domain => GLib.quark_to_string(domain).slice(PREFIX.length);

// Anything can be thrown; only an error has a name that tells of it.
function nameOf(thrown) {
    return thrown instanceof Error && /^\w+$/.test(thrown.name) ? thrown.name : 'Error';
}

function messageOf(thrown) {
    return `${thrown instanceof Error ? thrown.message : thrown?.toString?.() ?? thrown}`;
}

function toGError(thrown, code) {
    return new GLib.Error(GLib.quark_from_string(PREFIX + nameOf(thrown)), code, messageOf(thrown));
}

function isOurs(error) {
    return error instanceof GLib.Error && GLib.quark_to_string(error.domain)?.startsWith(PREFIX);
}

// Whether an error is what toGError() has made of this.
function isMadeOf(error, thrown) {
    return classOf(error.domain) === nameOf(thrown) && error.message === messageOf(thrown);
}

// What was thrown, if it is known in this process; otherwise an error of the same class, or at least of its name.
function fromGError(error, thrown) {
    if (thrown !== undefined && isMadeOf(error, thrown.value))
        return thrown.value;

    const name = classOf(error.domain);
    const made = new (CLASSES[name] ?? Error)(error.message);
    if (made.name !== name)
        made.name = name;
    return made;
}
