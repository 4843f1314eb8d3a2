#!/usr/bin/env -S gjs -m
// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Measures a hit of a remembered function of two integers in GJS, side by side with what it spares: building a GVariant.
//
//   javascript-hits.js [--short] [--json FILE] [--help] [FOLDER]
//
// Prints nanoseconds an operation: the least and the median of repetitions that take turns. The cache is in the folder, if there is
// one.

import AnyCache from 'gi://AnyCache?version=1.0';
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import System from 'system';

const isShort = System.programArgs.includes('--short');
const jsonPath = System.programArgs.includes('--json') ? System.programArgs[System.programArgs.indexOf('--json') + 1] : null;
const folder = System.programArgs.filter(arg => !arg.startsWith('--') && arg !== jsonPath)[0] ?? null;
const REPETITIONS = isShort ? 5 : 31;
// So many that the clock, which counts microseconds, does not matter.
const OPERATIONS = isShort ? 2000 : 20000;
// As many calls as are in use at once.
const KEYS = 100;

if (System.programArgs.includes('--help')) {
    print('Measures a hit of a remembered JavaScript function of two ints beside what it spares: building a GVariant.');
    System.exit(0);
}

const cache = AnyCache.Cache.new(folder, -1);
let nComputed = 0;
let nWrong = 0;

const add = cache.memoize('org.example.Add', (a, b) => {
    nComputed++;
    return a + b;
});
const addLater = cache.memoize('org.example.AddLater', async (a, b) => a + b);

const works = {
    'hit of a remembered function, two ints': i => {
        if (add(i % KEYS, 7) !== i % KEYS + 7)
            nWrong++;
    },
    'hit of a remembered async function, two ints, not awaited': i => {
        addLater(i % KEYS, 7);
    },
    'new GLib.Variant(\'(si)\', …)': i => new GLib.Variant('(si)', ['seven', i % KEYS]),
};

function measure(work) {
    const began = GLib.get_monotonic_time();
    for (let i = 0; i < OPERATIONS; i++)
        work(i);
    return (GLib.get_monotonic_time() - began) * 1000 / OPERATIONS;
}

// Promises of a repetition that nobody has waited for would weigh on the next one.
function settle() {
    while (GLib.MainContext.default().iteration(false))
        ;
    System.gc();
}

async function warmUp() {
    for (let round = 0; round < 3; round++) {
        for (let i = 0; i < KEYS; i++) {
            add(i, 7);
            await addLater(i, 7);
        }
    }
}

const loop = new GLib.MainLoop(null, false);
warmUp().finally(() => loop.quit());
loop.run();

const times = new Map(Object.keys(works).map(name => [name, []]));
for (let repetition = 0; repetition < REPETITIONS; repetition++) {
    for (const [name, work] of Object.entries(works)) {
        times.get(name).push(measure(work));
        settle();
    }
}

const sorted = values => [...values].sort((a, b) => a - b);
const least = values => sorted(values)[0];
const median = values => sorted(values)[values.length >> 1];
const [hits, , variants] = [...times.values()];

print(`${'ns an operation'.padEnd(60)} ${'min'.padStart(8)} ${'median'.padStart(8)}`);
for (const [name, values] of times)
    print(`${name.padEnd(60)} ${least(values).toFixed(0).padStart(8)} ${median(values).toFixed(0).padStart(8)}`);
print(`${'hit : GVariant (P12: at most 0.25)'.padEnd(60)} ${(least(hits) / least(variants)).toFixed(2).padStart(8)} ` +
    `${(median(hits) / median(variants)).toFixed(2).padStart(8)}`);

// For the page of the benchmarks: µs, and ratios of each turn.
function report(path) {
    const title = 'P12  hit of a remembered JavaScript function, two ints';
    const lines = [...times].map(([side, values]) =>
        ({kind: 'time', title, side, minimum: least(values) / 1000, median: median(values) / 1000}));
    lines.push({
        kind: 'ratio',
        title,
        ours: 'memoize',
        peer: 'new GLib.Variant',
        minimum: least(hits) / least(variants),
        median: median(hits.map((time, turn) => time / variants[turn])),
        target: '<= 0.25',
    });

    const stream = Gio.File.new_for_path(path).append_to(Gio.FileCreateFlags.NONE, null);
    stream.write_all(lines.map(line => `${JSON.stringify(line)}\n`).join(''), null);
    stream.close(null);
}

if (jsonPath !== null)
    report(jsonPath);

if (nWrong > 0 || nComputed !== KEYS) {
    printerr(`${nWrong} wrong results, ${nComputed} computations instead of ${KEYS}`);
    System.exit(1);
}
