// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// The fixture of the stories, for functions of native values.

import {Gio, GLib, equal, holds, thrownBy, waitUntil} from '../stories/fixture.js';

export * from '../stories/fixture.js';

// A text that tells native values apart which JSON does not.
export function tell(value) {
    if (Array.isArray(value))
        return `[${Array.from(value, tell).join(', ')}]`;
    if (value instanceof Uint8Array)
        return `bytes ${Array.from(value).join(' ')}`;
    if (value instanceof Map)
        return `Map ${tell([...value])}`;
    if (typeof value === 'bigint')
        return `${value}n`;
    if (typeof value === 'number')
        return Object.is(value, -0) ? '-0' : `${value}`;
    if (typeof value === 'object' && value !== null)
        return `{${Object.keys(value).sort().map(key => `${JSON.stringify(key)}: ${tell(value[key])}`).join(', ')}}`;
    return typeof value === 'string' ? JSON.stringify(value) : `${value}`;
}

export const same = (actual, expected, what) => equal(tell(actual), tell(expected), what);

export function throwsError(ErrorClass, words, action) {
    const error = thrownBy(action);
    holds(error instanceof ErrorClass, `thrown was ${error}`);
    for (const word of words)
        holds(error.message.includes(word), `the message has no ${word}: ${error.message}`);
    return error;
}

// Runs the main loop, and the garbage collector, until a promise has come to something.
export function settled(promise) {
    let outcome = null;
    promise.then(value => (outcome = {value}), error => (outcome = {error}));
    waitUntil(() => outcome !== null, 'nothing was told');
    return outcome;
}

export function run(promise) {
    const outcome = settled(promise);
    if ('error' in outcome)
        throw outcome.error;
    return outcome.value;
}

export const sleep = milliseconds => new Promise(resolve => {
    GLib.timeout_add(GLib.PRIORITY_DEFAULT, milliseconds, () => {
        resolve();
        return GLib.SOURCE_REMOVE;
    });
});

// Runs a program, and gives what it prints. Variables that are null are not set there.
export function output(argv, variables = {}) {
    const launcher = new Gio.SubprocessLauncher({flags: Gio.SubprocessFlags.STDOUT_PIPE | Gio.SubprocessFlags.STDERR_PIPE});
    for (const [name, value] of Object.entries(variables)) {
        if (value === null)
            launcher.unsetenv(name);
        else
            launcher.setenv(name, value, true);
    }
    const process = launcher.spawnv(argv);
    const [, text, errors] = process.communicate_utf8(null, null);
    holds(process.get_successful(), `${argv.join(' ')} failed: ${errors}`);
    return text.trim();
}
