// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Makes a remembered function: one that is called like any other, with what can be asked of it beside.

/* exported memoize */

const {checkSignal} = imports.overrides.anycache.aborting;
const {AsyncMemo} = imports.overrides.anycache.asyncMemo;
const {PLAIN} = imports.overrides.anycache.memo;
const {checkNames, isAsync} = imports.overrides.anycache.options;
const {SyncMemo} = imports.overrides.anycache.syncMemo;

const QUESTIONS = ['lookup', 'refresh', 'isOutdated', 'remove', 'clear'];
const WAYS = ['cancellable', 'request', 'signal'];

function makeCallable(memo, how, {name, length}) {
    const ask = (question, args) => how.signal
        ? memo.askUntilAborted(how, ways => memo[question](args, ways))
        : memo[question](args, how);
    const callable = (...args) => ask('call', args);

    for (const question of QUESTIONS)
        callable[question] = (...args) => ask(question, args);
    callable.getIdent = (...args) => memo.function.dup_ident(memo.packArgs(args));
    callable.function = memo.function;
    callable.with = ways => {
        checkNames(ways, WAYS);
        const combined = {...how, ...ways};
        checkSignal(combined);
        return makeCallable(memo, combined, {name, length});
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
