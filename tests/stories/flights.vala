// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Many who ask at once, computations that answer later, and what is made from them.

using Stories;

const string NAME = "org.example.Flights";
const int CALLERS = 50;
const int LEAVE = 10;

// Answers a request, when it is time.
delegate void Reply (AnyCache.Request request);

// What an asynchronous operation came to.
class Outcome {
    public Variant? value;
    public Error? error;
    public bool is_told;

    public async void call (AnyCache.Function function, string text, Cancellable? cancellable = null) {
        try {
            value = yield function.call_async (path_args (text), cancellable);
        } catch (Error error) {
            this.error = error;
        }
        is_told = true;
    }

    public void await_it () throws Error {
        wait_until (() => is_told, "nothing was told");
    }

    public int64 get_number () throws Error {
        await_it ();
        if (error != null)
            throw error;
        return value.get_int64 ();
    }

    public void check_fails (Error expected) throws Error {
        await_it ();
        holds (error != null && error.matches (expected.domain, expected.code), error != null ? error.message : "nothing was thrown");
    }
}

// A function whose computations answer from the main loop, a while after they were asked.
class Slow {
    public AnyCache.Function function;
    public int n_computed;
    private Reply reply;

    public Slow (Fixture fixture, owned Reply reply) {
        this.reply = (owned) reply;
        function = fixture.cache.define (NAME, null, (request) => {
            n_computed++;
            Timeout.add (100, () => {
                this.reply (request);
                return Source.REMOVE;
            });
            return true;
        });
    }

    ~Slow () {
        function.close ();
    }

    public int64 call () throws Error {
        var outcome = new Outcome ();
        outcome.call.begin (function, "any");
        return outcome.get_number ();
    }
}

Outcome[] call_in_a_crowd (AnyCache.Function function) throws Error {
    Outcome[] outcomes = {};
    Cancellable[] cancellables = {};

    for (var i = 0; i < CALLERS; i++) {
        cancellables += new Cancellable ();
        outcomes += new Outcome ();
        outcomes[i].call.begin (function, "any", cancellables[i]);
    }
    for (var i = 0; i < LEAVE; i++)
        cancellables[i].cancel ();
    for (var i = 0; i < LEAVE; i++)
        outcomes[i].check_fails (new IOError.CANCELLED (""));

    return outcomes[LEAVE:CALLERS];
}

async void double_it (AnyCache.Request request, AnyCache.Function words) {
    try {
        var counted = yield request.call_async (words, request.args, null);
        request.return_value (number (2 * counted.get_int64 ()));
    } catch (Error error) {
        request.return_error (error);
    }
}

async void do_everything (Fixture fixture, Slow slow) throws Error {
    var args = path_args ("any");
    var function = slow.function;

    holds (yield function.is_outdated_async (args), "it is up to date");
    holds ((yield function.lookup_async (args)) == null, "something is stored");
    holds (yield function.store_async (args, number (5), -1, null), "it was not stored");
    equal ((yield function.lookup_async (args)).get_int64 (), 5);
    holds (!yield function.is_outdated_async (args), "it is outdated");
    equal ((yield function.refresh_async (args)).get_int64 (), 1);
    holds (yield function.remove_async (args), "it was not removed");
    holds ((yield function.lookup_async (args)) == null, "something is stored");
    equal ((yield function.call_async (args)).get_int64 (), 2);
    holds (yield function.clear_async (), "it was not cleared");
    holds ((yield function.lookup_async (args)) == null, "something is stored");
    holds (yield fixture.cache.invalidate_async ("app:account/42"), "it was not invalidated");
    holds (yield fixture.cache.clear_async (), "it was not cleared");
    holds (yield fixture.cache.flush_async (), "it was not flushed");
}

int main (string[] args) {
    var program = new Program ();

    program.test ("one_computation_for_all", (fixture) => {
        var slow = new Slow (fixture, (request) => request.return_value (number (7)));
        foreach (var outcome in call_in_a_crowd (slow.function))
            equal (outcome.get_number (), 7);
        equal (slow.n_computed, 1, "the number of computations");
    });

    program.test ("error_reaches_all", (fixture) => {
        var slow = new Slow (fixture, (request) => request.return_error (new IOError.HOST_UNREACHABLE ("nobody there")));
        foreach (var outcome in call_in_a_crowd (slow.function))
            outcome.check_fails (new IOError.HOST_UNREACHABLE (""));
        equal (slow.n_computed, 1, "the number of computations");
    });

    program.test ("exception_reaches_all", (fixture) => {
        var n_computed = 0;
        var function = fixture.cache.define (NAME, null, () => {
            n_computed++;
            throw new IOError.NOT_FOUND ("no such thing");
        });
        foreach (var outcome in call_in_a_crowd (function))
            outcome.check_fails (new IOError.NOT_FOUND (""));
        equal (n_computed, 1, "the number of computations");
    });

    program.test ("dropped_request", (fixture) => {
        var outcome = new Outcome ();
        outcome.call.begin (fixture.cache.define (NAME, null, () => true), "any");
        outcome.check_fails (new AnyCache.CacheError.ABANDONED (""));
    });

    program.test ("progress", (fixture) => {
        var seen = 0.0;
        var slow = new Slow (fixture, (request) => {
            request.set_progress (0.5);
            request.return_value (number (7));
        });
        slow.function.progress.connect ((args, fraction) => {
            seen += fraction;
        });
        slow.call ();
        holds (seen == 0.5, "the progress was not told");
    });

    program.test ("nested", (fixture) => {
        var path = fixture.write ("text", "one two three");
        fixture.settle (path);
        var words = fixture.define_word_count ();
        var slow = new Slow (fixture, (request) => {
            double_it.begin (request, words);
        });

        var first = new Outcome ();
        first.call.begin (slow.function, path);
        equal (first.get_number (), 6);
        fixture.cache.flush ();
        equal (lookup_words (slow.function, path), 6);

        write_text (path, "one two three four");
        equal (lookup_words (slow.function, path), MISS);
        var second = new Outcome ();
        second.call.begin (slow.function, path);
        equal (second.get_number (), 8);
    });

    program.test ("own_result", (fixture) => {
        Slow? slow = null;
        slow = new Slow (fixture, (request) => {
            double_it.begin (request, slow.function);
        });
        var outcome = new Outcome ();
        outcome.call.begin (slow.function, "any");
        outcome.check_fails (new AnyCache.CacheError.RECURSION (""));
        slow = null;
    });

    program.test ("own_loop", (fixture) => {
        var slow = new Slow (fixture, (request) => request.return_value (number (7)));
        var outcome = new Outcome ();
        outcome.call.begin (slow.function, "any");
        wait_until (() => slow.n_computed > 0, "nobody was asked");
        var error = thrown_by (() => slow.function.call (path_args ("any")));
        holds (error is IOError.WOULD_BLOCK, error.message);
        equal (outcome.get_number (), 7);
    });

    program.test ("flush", (fixture) => {
        equal (new Slow (fixture, (request) => request.return_value (number (7))).call (), 7);
        fixture.cache.flush ();
        fixture.reopen ();
        equal (lookup_words (fixture.cache.define (NAME, null, null), "any"), 7);
    });

    program.test ("everything_else", (fixture) => {
        Slow? slow = null;
        slow = new Slow (fixture, (request) => request.return_value (number (slow.n_computed)));
        Error? failure = null;
        var is_done = false;
        do_everything.begin (fixture, slow, (_source, result) => {
            try {
                do_everything.end (result);
            } catch (Error error) {
                failure = error;
            }
            is_done = true;
        });
        wait_until (() => is_done, "it does not end");
        slow = null;
        if (failure != null)
            throw failure;
    });

    return program.run (args);
}
