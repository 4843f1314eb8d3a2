// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// The contract of the compute callback, line by line: where it runs, how it answers, what its errors become.

using Stories;

const string NAME = "org.example.Contract";

errordomain WordError {
    SPELLING,
    NO_SUCH_WORD
}

delegate bool Answer (AnyCache.Request request) throws Error;

AnyCache.Function define (Fixture fixture, owned AnyCache.ComputeFunc? compute) {
    return fixture.cache.define (NAME, null, (owned) compute);
}

void test_runs_in_the_callers_thread (Fixture fixture) throws Error {
    unowned Thread<bool>? ran_in = null;
    var function = define (fixture, (request) => {
        ran_in = Thread.self<bool> ();
        request.return_value (number (1));
        return true;
    });

    equal (count_words (function, "any"), 1);
    holds (ran_in == Thread.self<bool> (), "the callback ran in another thread");

    var thread = new Thread<bool> ("caller", () => {
        try {
            return count_words (function, "from a thread") == 1 && ran_in == Thread.self<bool> ();
        } catch (Error error) {
            return false;
        }
    });
    holds (thread.join (), "the callback did not run in the thread that called");
    holds (ran_in != Thread.self<bool> (), "the callback ran in the first thread");
}

void test_answer_arrives (Fixture fixture) throws Error {
    var function = define (fixture, (request) => {
        request.return_value (new Variant ("(s@*b)", request.name, request.args, request.cancellable.is_cancelled ()));
        return true;
    });
    var value = function.call (new Variant ("(si)", "two", 2));
    equal_text (value.print (false), "('org.example.Contract', ('two', 2), false)");
}

void test_computation_sees_the_cancellation (Fixture fixture) throws Error {
    var cancellable = new Cancellable ();
    var function = define (fixture, (request) => {
        cancellable.cancel ();
        request.cancellable.set_error_if_cancelled ();
        return true;
    });
    try {
        function.call (path_args ("any"), cancellable);
        holds (false, "nothing was thrown");
    } catch (IOError.CANCELLED error) {
        holds (cancellable.is_cancelled (), "the cancellable is not cancelled");
    }
}

bool throw_error (AnyCache.Request request) throws Error {
    throw new WordError.NO_SUCH_WORD ("no such word");
}

bool return_error (AnyCache.Request request) throws Error {
    request.return_error (new WordError.NO_SUCH_WORD ("no such word"));
    return true;
}

bool return_literal (AnyCache.Request request) throws Error {
    var error = new WordError.NO_SUCH_WORD ("no such word");
    request.return_error_literal (error.domain, error.code, error.message);
    return true;
}

void check_error_arrives (Fixture fixture, Answer way) throws Error {
    var computed = 0;
    var function = define (fixture, (request) => {
        computed++;
        return way (request);
    });

    for (var i = 0; i < 2; i++) {
        try {
            function.call (path_args ("any"));
            holds (false, "nothing was thrown");
        } catch (WordError.NO_SUCH_WORD error) {
            equal_text (error.message, "no such word", "the message");
        }
        equal (lookup_words (function, "any"), MISS);
    }
    equal ((int64) fixture.cache.get_size (), 0, "the size");
    equal (computed, 2, "the number of computations");
}

// An error arrives as it was made and is not remembered, by whatever way it comes.
void test_error_arrives_and_is_not_stored (Fixture fixture) throws Error {
    check_error_arrives (fixture, throw_error);
    check_error_arrives (fixture, return_error);
    check_error_arrives (fixture, return_literal);
}

void test_errors_read_naturally (Fixture fixture) throws Error {
    try {
        define (fixture, null).call (path_args ("any"));
        holds (false, "nothing was thrown");
    } catch (AnyCache.CacheError.CLOSED error) {
        holds (false, "the function was never closed");
    } catch (AnyCache.CacheError.NO_RESULT error) {
        holds (error is AnyCache.CacheError.NO_RESULT, "the error is not itself");
        holds (error is AnyCache.CacheError, "the error is of another domain");
        holds (!(error is IOError), "the error is of two domains");
        holds (error.message != "", "the error has no message");
    }
}

void test_nothing_is_no_result (Fixture fixture) throws Error {
    var function = define (fixture, (request) => { return false; });
    fails_with_cache (new AnyCache.CacheError.NO_RESULT (""), () => function.call (path_args ("any")));
}

void test_false_after_an_answer_is_fine (Fixture fixture) throws Error {
    var function = define (fixture, (request) => {
        fixture.computed++;
        request.return_value (number (8));
        return false;
    });
    equal (count_words (function, "any"), 8);
    equal (count_words (function, "any"), 8);
    equal (fixture.computed, 1, "the number of computations");
}

void check_late_answer (Fixture fixture, Answer compute, Error expected) throws Error {
    AnyCache.Request? kept = null;
    var function = define (fixture, (request) => {
        kept = request;
        return compute (request);
    });
    fails_with (expected.domain, expected.code, () => function.call (path_args ("any")));

    // Criticals are fatal here: the answer must be dropped without a word.
    kept.return_value (number (8));
    equal (lookup_words (function, "any"), MISS);
    fails_with (expected.domain, expected.code, () => function.call (path_args ("any")));
}

void test_late_answer_is_dropped (Fixture fixture) throws Error {
    check_late_answer (fixture, () => { return true; }, new IOError.WOULD_BLOCK (""));
    check_late_answer (fixture, () => { return false; }, new AnyCache.CacheError.NO_RESULT (""));
    check_late_answer (fixture, throw_error, new WordError.NO_SUCH_WORD (""));
}

void answer_twice_part (Fixture fixture) throws Error {
    var function = define (fixture, (request) => {
        request.return_value (number (1));
        request.return_value (number (2));
        return true;
    });
    print ("%d\n", (int) count_words (function, "any"));
}

void test_second_answer_is_a_critical (Fixture fixture) throws Error {
    string errors;
    equal_text (run_part ("answer-twice", "G_DEBUG", "", out errors), "1", "the answer");
    holds (errors.contains ("-CRITICAL **"), @"no critical was logged: $errors");
}

// A function that asks whatever it is told to ask, and notes how that fails.
class Mirror {
    public AnyCache.Function? asked;
    public Error? inner;

    public bool compute (AnyCache.Request request) throws Error {
        inner = thrown_by (() => asked.call (request.args));
        request.return_value (number (1));
        return true;
    }
}

void test_recursion_fails_at_once (Fixture fixture) throws Error {
    var mirror = new Mirror ();
    var function = define (fixture, mirror.compute);
    var twin = define (fixture, mirror.compute);

    mirror.asked = function;
    equal (count_words (function, "any"), 1);
    holds (mirror.inner is AnyCache.CacheError.RECURSION, mirror.inner.message);

    // It is the key that counts, not the object.
    mirror.asked = twin;
    equal (count_words (function, "other"), 1);
    holds (mirror.inner is AnyCache.CacheError.RECURSION, mirror.inner.message);
    mirror.asked = null;
}

class Fibonacci {
    public AnyCache.Function? function;
    public int computed;

    public int64 ask (int64 n) throws Error {
        return function.call (new Variant ("(x)", n)).get_int64 ();
    }

    public bool compute (AnyCache.Request request) throws Error {
        computed++;
        var n = request.args.get_child_value (0).get_int64 ();
        request.return_value (number (n < 2 ? n : ask (n - 1) + ask (n - 2)));
        return true;
    }
}

void test_other_arguments_are_no_recursion (Fixture fixture) throws Error {
    var fibonacci = new Fibonacci ();
    fibonacci.function = define (fixture, fibonacci.compute);
    equal (fibonacci.ask (20), 6765);
    equal (fibonacci.computed, 21, "the number of computations");
    fibonacci.function = null;
}

int main (string[] args) {
    var program = new Program ();

    program.part ("answer-twice", answer_twice_part);

    program.test ("runs_in_the_callers_thread", test_runs_in_the_callers_thread);
    program.test ("answer_arrives", test_answer_arrives);
    program.test ("computation_sees_the_cancellation", test_computation_sees_the_cancellation);
    program.test ("error_arrives_and_is_not_stored", test_error_arrives_and_is_not_stored);
    program.test ("errors_read_naturally", test_errors_read_naturally);
    program.test ("nothing_is_no_result", test_nothing_is_no_result);
    program.test ("false_after_an_answer_is_fine", test_false_after_an_answer_is_fine);
    program.test ("late_answer_is_dropped", test_late_answer_is_dropped);
    program.test ("second_answer_is_a_critical", test_second_answer_is_a_critical);
    program.test ("recursion_fails_at_once", test_recursion_fails_at_once);
    program.test ("other_arguments_are_no_recursion", test_other_arguments_are_no_recursion);

    return program.run (args);
}
