// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Makes a remembered function: one that is called like any other, with what can be asked of it beside.

/* exported memoize */

const {AsyncMemo} = imports.overrides.anycache.asyncMemo;
const {PLAIN} = imports.overrides.anycache.memo;
const {checkNames, isAsync} = imports.overrides.anycache.options;
const {SyncMemo} = imports.overrides.anycache.syncMemo;

const QUESTIONS = ['lookup', 'refresh', 'isOutdated', 'remove', 'clear'];
const WAYS = ['cancellable', 'request'];

function makeCallable(memo, how, {name, length}) {
    const callable = (...args) => memo.call(args, how);

    for (const question of QUESTIONS)
        callable[question] = (...args) => memo[question](args, how);
    callable.getIdent = (...args) => memo.function.dup_ident(memo.packArgs(args));
    callable.function = memo.function;
    callable.with = ways => {
        checkNames(ways, WAYS);
        return makeCallable(memo, {...how, ...ways}, {name, length});
    };
    return Object.defineProperties(callable, {name: {value: name}, length: {value: length}});
}

function memoize(cache, name, compute, options = {}) {
    if (typeof name !== 'string' || name === '')
        throw new TypeError('A remembered function has a name, such as \'org.example.Thumbnail\'');
    if (typeof compute !== 'function')
        throw new TypeError(`What is to be remembered as ${name} is no function`);

    const MemoClass = isAsync(compute, options) ? AsyncMemo : SyncMemo;
    return makeCallable(new MemoClass(cache, name, compute, options), PLAIN, compute);
}
