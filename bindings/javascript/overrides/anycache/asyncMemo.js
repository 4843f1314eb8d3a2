// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// A remembered function that gives promises of results.

/* exported AsyncMemo */

const {Aborting} = imports.overrides.anycache.aborting;
const {copy} = imports.overrides.anycache.copies;
const {Memo, PLAIN} = imports.overrides.anycache.memo;
const {unpack} = imports.overrides.anycache.unpacking;

var AsyncMemo = class AsyncMemo extends Memo {
    async call(args, how) {
        const key = how === PLAIN ? this.keyOf(args) : null;
        const kept = this.recall(key);
        if (kept !== null)
            return copy(kept.value);

        return this.#ask(key, args, (packed, cancellable) => how.request
            ? how.request.call_async(this.function, packed, cancellable)
            : this.function.call_async(packed, cancellable), how);
    }

    async refresh(args, how) {
        return this.#ask(this.keyOf(args), args, (packed, cancellable) => this.function.refresh_async(packed, cancellable), how);
    }

    async #ask(key, args, call, {cancellable = null}) {
        const packed = this.packArgs(args);
        const ident = this.function.dup_ident(packed);
        const wait = this.wait(ident, args);
        try {
            return this.learn(key, packed, await call(packed, cancellable));
        } catch (error) {
            throw this.translate(error, wait);
        } finally {
            this.stopWaiting(ident);
        }
    }

    async askUntilAborted({signal, ...how}, ask) {
        const aborting = new Aborting(signal);
        try {
            return await ask({...how, cancellable: aborting.cancellable});
        } catch (error) {
            throw aborting.translate(error);
        } finally {
            aborting.end();
        }
    }

    accept(request) {
        this.#serve(request);
        return true;
    }

    async #serve(request) {
        try {
            this.answer(request, await this.compute(request));
        } catch (error) {
            this.fail(request, error);
        }
    }

    // To look at files is for other threads.
    mayUse(entry) {
        return entry.dup_dependencies().length === 0;
    }

    async lookup(args, {cancellable = null}) {
        const found = await this.function.lookup_async(this.packArgs(args), cancellable);
        return found === null ? undefined : unpack(found);
    }

    async isOutdated(args, {cancellable = null}) {
        return this.function.is_outdated_async(this.packArgs(args), cancellable);
    }

    async remove(args, {cancellable = null}) {
        this.forget(args);
        await this.function.remove_async(this.packArgs(args), cancellable);
    }

    async clear(_args, {cancellable = null}) {
        this.forgetAll();
        await this.function.clear_async(cancellable);
    }
};
