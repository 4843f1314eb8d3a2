// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// What is freed when: objects that own remembered functions, which refer to their owners.

import {Gio, collectGarbage, equal, holds, main, run, sleep, waitUntil} from './fixture.js';

const NAME = 'org.example.Owners';
const OWNERS = 60;
// The engine holds a few objects that it has met lately.
const FEW = 6;

// Is closed when it is freed, which can be seen from outside.
const openToken = (fixture, number) => Gio.File.new_for_path(fixture.write(`token${number}`, '')).read(null);

function countTokens() {
    const children = Gio.File.new_for_path('/proc/self/fd')
        .enumerate_children('standard::symlink-target', Gio.FileQueryInfoFlags.NOFOLLOW_SYMLINKS, null);
    let nTokens = 0;
    for (let info = children.next_file(null); info !== null; info = children.next_file(null))
        nTokens += /\/token\d+$/.test(info.get_symlink_target()) ? 1 : 0;
    children.close(null);
    return nTokens;
}

class Owner {
    constructor(fixture, number, makeOptions) {
        this.number = number;
        this.token = openToken(fixture, number);
        this.get = fixture.cache.memoize(`${NAME}${number}`, text => this.compute(text), makeOptions(this));
        this.get.function.connect('invalidated', () => this.number++);
    }

    compute(text) {
        return `${text} ${this.number}`;
    }
}

class AsyncOwner extends Owner {
    async compute(text) {
        await sleep(1);
        return super.compute(text);
    }
}

function useOne(owner) {
    for (const text of ['a', 'b', 'a', 'b', 'a'])
        equal(owner.get(text), `${text} ${owner.number}`);
}

function checkFreed(fixture, use, OwnerClass = Owner, makeOptions = () => ({})) {
    for (let number = 0; number < OWNERS; number++) {
        const owner = new OwnerClass(fixture, number, makeOptions);
        holds(countTokens() > 0, 'there is nothing to be freed');
        use(owner);
    }
    waitUntil(() => countTokens() <= FEW, 'the owners are kept');
}

main({
    owners_are_freed(fixture) {
        checkFreed(fixture, useOne);
    },

    callbacks_hold_nobody(fixture) {
        checkFreed(fixture, useOne, Owner, owner => ({
            watch: 'refresh',
            depfiles: () => [`/nothing/${owner.number}`],
        }));
    },

    promises_hold_nobody(fixture) {
        const ask = async owner => equal([await owner.get('a'), await owner.get('a')], [`a ${owner.number}`, `a ${owner.number}`]);
        checkFreed(fixture, owner => run(ask(owner)), AsyncOwner, () => ({async: true}));
    },

    // Whoever is waited for lives, though nobody but the library knows him.
    waiting_holds(fixture) {
        const told = [];
        for (let number = 0; number < OWNERS; number++)
            new AsyncOwner(fixture, number, () => ({async: true})).get('a').then(text => told.push(text));
        collectGarbage();
        waitUntil(() => told.length === OWNERS, 'a call was lost');
        equal(new Set(told).size, OWNERS);
        waitUntil(() => countTokens() <= FEW, 'the owners are kept');
    },

    failures_hold_nobody(fixture) {
        const failing = fixture.cache.memoize(NAME, number => {
            throw Object.assign(new Error(`${number}`), {token: openToken(fixture, number)});
        }, {errorMaxage: 3600});
        for (let number = 0; number < OWNERS; number++) {
            try {
                failing(number);
                holds(false, 'nothing was thrown');
            } catch (error) {
                equal(error.message, `${number}`);
            }
        }
        waitUntil(() => countTokens() <= FEW, 'the errors are kept');
    },
});
