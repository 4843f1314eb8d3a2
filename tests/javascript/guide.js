// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// The guide: its first program runs, the other pieces are at least JavaScript, and it tells all options.

import System from 'system';

import {GLib, equal, holds, main, output, readText} from './fixture.js';

const {OPTIONS} = imports.overrides.anycache.options;
const AsyncFunction = (async () => {}).constructor;

const [PATH] = System.programArgs;
const guide = readText(PATH);
const [program, ...pieces] = [...guide.matchAll(/^```js\n(.*?)^```$/gms)].map(([, text]) => text);

main({
    program_runs(fixture) {
        const file = fixture.write('program.js', program);
        const variables = {XDG_CACHE_HOME: fixture.directory};
        const words = `${readText('/etc/os-release').split(/\s+/).length}`;
        for (let run = 0; run < 2; run++)
            equal(output(['gjs', '-m', file], variables), words);
        holds(GLib.file_test(`${fixture.directory}/org.example.Words`, GLib.FileTest.IS_DIR), 'nothing is remembered');
    },

    pieces_are_javascript() {
        holds(pieces.length > 0, 'the guide has no pieces');
        for (const piece of pieces)
            holds(new AsyncFunction(piece) !== null, 'there is no function');
    },

    options_are_told() {
        for (const option of OPTIONS)
            holds(guide.includes(`| \`${option}\` |`), `the guide says nothing of ${option}`);
    },
});
