// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// The contract of the compute callback, line by line: where it runs, how it answers, what its errors become.

import {AnyCache, Gio, GLib, call, equal, failsWith, holds, lookup, main, number, pathArgs, runPart, thrownBy} from './fixture.js';

const NAME = 'org.example.Contract';
const WORDS = GLib.quark_from_string('org-example-words');
const {CacheError} = AnyCache;

const noSuchWord = () => new GLib.Error(WORDS, 42, 'no such word');
const define = (fixture, compute) => fixture.cache.define(NAME, null, compute);
const callAny = func => () => func.call(pathArgs('any'), null);

function answerTwicePart(fixture) {
    print(call(define(fixture, request => {
        request.return_value(number(1));
        request.return_value(number(2));
        return true;
    }), 'any'));
}

function checkLateAnswer(fixture, compute, domain, code) {
    let kept = null;
    const func = define(fixture, request => {
        kept = request;
        return compute();
    });
    failsWith(domain, code, callAny(func));

    // Criticals are fatal here: the answer must be dropped without a word.
    kept.return_value(number(8));
    equal(lookup(func, 'any'), null);
    failsWith(domain, code, callAny(func));
}

main({
    // There is one thread here, so the callback runs inside the call or nowhere.
    runs_inside_the_call(fixture) {
        const steps = [];
        const func = define(fixture, request => {
            steps.push('inside');
            request.return_value(number(1));
            return true;
        });
        steps.push('before');
        equal(call(func, 'any'), 1);
        steps.push('after');
        equal(steps, ['before', 'inside', 'after'], 'the order');
    },

    answer_arrives(fixture) {
        const func = define(fixture, request => {
            equal(request.get_args().get_type_string(), '(si)', 'the type');
            const answer = [request.name, request.args.deepUnpack(), request.cancellable.is_cancelled()];
            request.return_value(new GLib.Variant('(s(si)b)', answer));
            return true;
        });
        const value = func.call(new GLib.Variant('(si)', ['two', 2]), null);
        equal(value.print(false), "('org.example.Contract', ('two', 2), false)");
    },

    computation_sees_the_cancellation(fixture) {
        const cancellable = new Gio.Cancellable();
        const func = define(fixture, request => {
            cancellable.cancel();
            request.cancellable.set_error_if_cancelled();
            return true;
        });
        failsWith(Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED, () => func.call(pathArgs('any'), cancellable));
    },

    // An error arrives as it was made and is not remembered, by whatever way it comes.
    error_arrives_and_is_not_stored(fixture) {
        const ways = [
            () => {
                throw noSuchWord();
            },
            request => {
                request.return_error(noSuchWord());
                return true;
            },
            request => {
                request.return_error_literal(WORDS, 42, 'no such word');
                return true;
            },
        ];
        for (const way of ways) {
            let computed = 0;
            const func = define(fixture, request => {
                computed++;
                return way(request);
            });
            equal(failsWith(WORDS, 42, callAny(func)), 'no such word', 'the message');
            equal(lookup(func, 'any'), null);
            equal(fixture.cache.get_size(), 0, 'the size');
            failsWith(WORDS, 42, callAny(func));
            equal(computed, 2, 'the number of computations');
        }
    },

    errors_read_naturally(fixture) {
        const error = thrownBy(callAny(define(fixture, null)));
        holds(error instanceof CacheError, `thrown was ${error}`);
        equal(error.code, CacheError.NO_RESULT, 'the code');
        holds(error.matches(CacheError, CacheError.NO_RESULT), 'the error does not match itself');
        holds(!error.matches(CacheError, CacheError.CLOSED), 'the error matches another code');
        holds(!error.matches(Gio.IOErrorEnum, CacheError.NO_RESULT), 'the error matches another domain');
        holds(error.message !== '', 'the error has no message');
    },

    exception_arrives(fixture) {
        const func = define(fixture, () => {
            fixture.computed++;
            throw new RangeError('an exception that the test wants');
        });
        for (let i = 0; i < 2; i++)
            equal(thrownBy(callAny(func)).message, 'an exception that the test wants', 'the message');
        equal(fixture.computed, 2, 'the number of computations');
        equal(lookup(func, 'any'), null);
    },

    nothing_is_no_result(fixture) {
        for (const nothing of [false, undefined, null])
            failsWith(CacheError, CacheError.NO_RESULT, callAny(define(fixture, () => nothing)));
    },

    false_after_an_answer_is_fine(fixture) {
        const func = define(fixture, request => {
            fixture.computed++;
            request.return_value(number(8));
        });
        equal(call(func, 'any'), 8);
        equal(call(func, 'any'), 8);
        equal(fixture.computed, 1, 'the number of computations');
    },

    late_answer_is_dropped(fixture) {
        checkLateAnswer(fixture, () => true, Gio.IOErrorEnum, Gio.IOErrorEnum.WOULD_BLOCK);
        checkLateAnswer(fixture, async () => {}, Gio.IOErrorEnum, Gio.IOErrorEnum.WOULD_BLOCK);
        checkLateAnswer(fixture, () => false, CacheError, CacheError.NO_RESULT);
        checkLateAnswer(fixture, () => {
            throw noSuchWord();
        }, WORDS, 42);
    },

    second_answer_is_a_critical() {
        const {output, errors} = runPart('answer-twice', 'G_DEBUG', '');
        equal(output, '1', 'the answer');
        holds(errors.includes('-CRITICAL **'), `no critical was logged: ${errors}`);
    },

    recursion_fails_at_once(fixture) {
        let asked = null, inner = null;
        const compute = request => {
            inner = thrownBy(() => asked.call(request.get_args(), null));
            request.return_value(number(1));
            return true;
        };
        const func = define(fixture, compute);
        const twin = define(fixture, compute);

        asked = func;
        equal(call(func, 'any'), 1);
        holds(inner.matches(CacheError, CacheError.RECURSION), `thrown was ${inner}`);

        // It is the key that counts, not the object.
        asked = twin;
        equal(call(func, 'other'), 1);
        holds(inner.matches(CacheError, CacheError.RECURSION), `thrown was ${inner}`);
        asked = null;
    },

    other_arguments_are_no_recursion(fixture) {
        let itself = null;
        const fibonacci = n => itself.call(new GLib.Variant('(x)', [n]), null).deepUnpack();
        itself = define(fixture, request => {
            fixture.computed++;
            const [n] = request.get_args().deepUnpack();
            request.return_value(number(n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2)));
            return true;
        });
        equal(fibonacci(20), 6765);
        equal(fixture.computed, 21, 'the number of computations');
        itself = null;
    },
}, {'answer-twice': answerTwicePart});
