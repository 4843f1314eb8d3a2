// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// A remembered function that gives results.

/* exported SyncMemo */

const {Aborting} = imports.overrides.anycache.aborting;
const {copy} = imports.overrides.anycache.copies;
const {Memo, PLAIN} = imports.overrides.anycache.memo;
const {unpack} = imports.overrides.anycache.unpacking;

const isPromise = value => typeof value?.then === 'function';

var SyncMemo = class SyncMemo extends Memo {
    call(args, how) {
        const key = how === PLAIN ? this.keyOf(args) : null;
        const kept = this.recall(key);
        if (kept !== null)
            return copy(kept.value);

        return this.#ask(key, args, (packed, cancellable) => how.request
            ? how.request.call(this.function, packed, cancellable)
            : this.function.call(packed, cancellable), how);
    }

    refresh(args, how) {
        return this.#ask(this.keyOf(args), args, (packed, cancellable) => this.function.refresh(packed, cancellable), how);
    }

    #ask(key, args, call, {cancellable = null}) {
        const packed = this.packArgs(args);
        const ident = this.function.dup_ident(packed);
        const wait = this.wait(ident, args);
        try {
            return this.learn(key, packed, call(packed, cancellable));
        } catch (error) {
            throw this.translate(error, wait);
        } finally {
            this.stopWaiting(ident);
        }
    }

    askUntilAborted({signal, ...how}, ask) {
        const aborting = new Aborting(signal);
        try {
            return ask({...how, cancellable: aborting.cancellable});
        } catch (error) {
            throw aborting.translate(error);
        } finally {
            aborting.end();
        }
    }

    accept(request) {
        try {
            const result = this.compute(request);
            if (isPromise(result))
                throw new TypeError(`${this.name} gave a promise: say that it is async`);
            this.answer(request, result);
        } catch (error) {
            this.fail(request, error);
        }
        return true;
    }

    // A call looks at files as this does.
    mayUse() {
        return true;
    }

    lookup(args, {cancellable = null}) {
        const found = this.function.lookup(this.packArgs(args), cancellable);
        return found === null ? undefined : unpack(found);
    }

    isOutdated(args, {cancellable = null}) {
        return this.function.is_outdated(this.packArgs(args), cancellable);
    }

    remove(args, {cancellable = null}) {
        this.forget(args);
        this.function.remove(this.packArgs(args), cancellable);
    }

    clear(_args, {cancellable = null}) {
        this.forgetAll();
        this.function.clear(cancellable);
    }
};
