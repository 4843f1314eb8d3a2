// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// The signal door, closing, what is freed when and where, and several threads at once.

using Stories;

const string NAME = "org.example.Lifetime";
const int N_THREADS = 4;
const int N_KEYS = 50;

AnyCache.Function make (Fixture fixture) {
    return new AnyCache.Function (fixture.cache, NAME, null);
}

void connect_answer (AnyCache.Function function, Fixture fixture) {
    function.compute.connect ((request) => {
        fixture.computed++;
        request.return_value (number (fixture.computed));
        return true;
    });
}

bool answer_seven (AnyCache.Request request) throws Error {
    request.return_value (number (7));
    return true;
}

void check_call_fails (AnyCache.Function function, AnyCache.CacheError expected) throws Error {
    fails_with_cache (expected, () => function.call (path_args ("new")));
    fails_with_cache (expected, () => function.refresh (path_args ("new")));
}

void test_first_handler_that_answers_wins (Fixture fixture) throws Error {
    var asked = "";
    var function = make (fixture);
    function.compute.connect ((request) => {
        asked += "passes ";
        return false;
    });
    connect_answer (function, fixture);
    function.compute.connect ((request) => {
        asked += "late ";
        return false;
    });

    equal (count_words (function, "any"), 1);
    equal (count_words (function, "any"), 1);
    equal_text (asked, "passes ", "the list of the others asked");
}

void test_no_handler_is_no_result (Fixture fixture) throws Error {
    var made = make (fixture);
    made.compute.connect ((request) => { return false; });
    check_call_fails (fixture.cache.define (NAME, null, null), new AnyCache.CacheError.NO_RESULT (""));
    check_call_fails (made, new AnyCache.CacheError.NO_RESULT (""));
}

void test_defined_without_callback_asks_handlers (Fixture fixture) throws Error {
    var function = fixture.cache.define (NAME, null, null);
    connect_answer (function, fixture);
    equal (count_words (function, "any"), 1);
}

void test_callback_goes_before_handlers (Fixture fixture) throws Error {
    var function = fixture.cache.define (NAME, null, answer_seven);
    connect_answer (function, fixture);
    equal (count_words (function, "any"), 7);
    equal (fixture.computed, 0, "the number of computations");
}

void test_handler_reports_an_error (Fixture fixture) throws Error {
    var function = make (fixture);
    function.compute.connect ((request) => {
        request.return_error (new IOError.NOT_FOUND ("no such word"));
        return true;
    });
    try {
        function.call (path_args ("any"));
        holds (false, "nothing was thrown");
    } catch (IOError.NOT_FOUND error) {
        equal_text (error.message, "no such word", "the message");
    }
    equal (lookup_words (function, "any"), MISS);
}

void test_closed_function_still_hits (Fixture fixture) throws Error {
    var by_callback = fixture.cache.define (NAME, null, answer_seven);
    var by_signal = make (fixture);
    connect_answer (by_signal, fixture);
    equal (count_words (by_callback, "any"), 7);

    by_callback.close ();
    by_callback.close ();
    by_signal.close ();
    equal (count_words (by_callback, "any"), 7);
    equal (count_words (by_signal, "any"), 7);
    check_call_fails (by_callback, new AnyCache.CacheError.CLOSED (""));
    check_call_fails (by_signal, new AnyCache.CacheError.CLOSED (""));
    equal (fixture.computed, 0, "the number of computations");
}

// How often and where something was let go.
class Farewell {
    public int n_times;
    public bool at_home = true;
    private unowned Thread<bool> home = Thread.self<bool> ();

    public void note () {
        n_times++;
        at_home = at_home && home == Thread.self<bool> ();
    }

    public void wait () throws Error {
        wait_until (() => n_times > 0, "nothing was let go");
        equal (n_times, 1, "the number of farewells");
        holds (at_home, "the callback was let go in another thread");
    }
}

// Something that a callback holds.
class Token {
    public Farewell farewell;

    public Token (Farewell farewell) {
        this.farewell = farewell;
    }

    ~Token () {
        farewell.note ();
    }

    public bool compute (AnyCache.Request request) throws Error {
        request.return_value (number (farewell.n_times));
        return true;
    }

    public string[]? list (Variant result, Variant args) throws Error {
        return {};
    }
}

AnyCache.Function define_holding (Fixture fixture, Farewell farewell) {
    var token = new Token (farewell);
    return fixture.cache.define (NAME, null, (request) => token.compute (request));
}

void set_depfiles_holding (AnyCache.Function function, Farewell farewell) {
    var token = new Token (farewell);
    function.set_depfiles_func ((result, args) => {
        return token.list (result, args);
    });
}

void test_callbacks_are_let_go_once (Fixture fixture) throws Error {
    var never_called = new Farewell ();
    var function = define_holding (fixture, never_called);
    equal (never_called.n_times, 0, "the number of farewells");
    function = null;
    never_called.wait ();

    var closed = new Farewell ();
    var first = new Farewell ();
    var second = new Farewell ();
    function = define_holding (fixture, closed);
    set_depfiles_holding (function, first);
    set_depfiles_holding (function, second);
    first.wait ();
    equal (second.n_times, 0, "the number of farewells");
    count_words (function, "any");
    function.close ();
    closed.wait ();
    second.wait ();

    function = null;
    equal (closed.n_times + first.n_times + second.n_times, 3, "the number of farewells");
}

void test_callbacks_are_let_go_at_home (Fixture fixture) throws Error {
    // The last reference goes in another thread, the user's data here.
    var unreffed = new Farewell ();
    var function = define_holding (fixture, unreffed);
    AnyCache.Function? given = (owned) function;
    new Thread<bool> ("unref", () => {
        given = null;
        return true;
    }).join ();
    unreffed.wait ();

    var closed = new Farewell ();
    function = define_holding (fixture, closed);
    new Thread<bool> ("close", () => {
        function.close ();
        return true;
    }).join ();
    closed.wait ();
}

// Owns a function that asks its owner by its callback; only close () ends that circle.
class Owner : Object {
    public AnyCache.Function function;

    public Owner (Fixture fixture) {
        function = fixture.cache.define (NAME, null, compute);
    }

    private bool compute (AnyCache.Request request) throws Error {
        request.return_value (number (6));
        return true;
    }
}

void test_owner_by_callback_is_freed_by_close (Fixture fixture) throws Error {
    var n_freed = 0;
    var owner = new Owner (fixture);
    owner.weak_ref (() => n_freed++);
    equal (count_words (owner.function, "any"), 6);

    owner.function.close ();
    owner = null;
    wait_until (() => n_freed == 1, "the owner of a closed function leaks");
}

void test_function_keeps_its_cache (Fixture fixture) throws Error {
    var path = fixture.write ("text", "one two");
    var function = fixture.define_word_count ();
    fixture.cache = null;
    equal (count_words (function, path), 2);
    equal (lookup_words (function, path), 2);
}

string square_many (AnyCache.Function function) {
    try {
        for (int64 n = 0; n < N_KEYS; n++)
            equal (function.call (new Variant ("(x)", n)).get_int64 (), n * n, @"the square of $n");
        return "";
    } catch (Error error) {
        return error.message;
    }
}

void test_many_threads (Fixture fixture) throws Error {
    var n_computed = 0;
    var function = fixture.cache.define (NAME, null, (request) => {
        var n = request.args.get_child_value (0).get_int64 ();
        AtomicInt.inc (ref n_computed);
        request.return_value (number (n * n));
        return true;
    });

    Thread<string>[] threads = {};
    for (var i = 0; i < N_THREADS; i++)
        threads += new Thread<string> ("caller", () => square_many (function));
    foreach (var thread in threads)
        equal_text (thread.join (), "", "the complaint of a thread");
    holds (n_computed >= N_KEYS && n_computed <= N_THREADS * N_KEYS, @"computed $n_computed times");

    // All of it is kept now.
    var n_before = n_computed;
    equal_text (square_many (function), "", "the complaint");
    equal (n_computed, n_before, "the number of computations");
}

int main (string[] args) {
    var program = new Program ();

    program.test ("first_handler_that_answers_wins", test_first_handler_that_answers_wins);
    program.test ("no_handler_is_no_result", test_no_handler_is_no_result);
    program.test ("defined_without_callback_asks_handlers", test_defined_without_callback_asks_handlers);
    program.test ("callback_goes_before_handlers", test_callback_goes_before_handlers);
    program.test ("handler_reports_an_error", test_handler_reports_an_error);
    program.test ("closed_function_still_hits", test_closed_function_still_hits);
    program.test ("callbacks_are_let_go_once", test_callbacks_are_let_go_once);
    program.test ("callbacks_are_let_go_at_home", test_callbacks_are_let_go_at_home);
    program.test ("owner_by_callback_is_freed_by_close", test_owner_by_callback_is_freed_by_close);
    program.test ("function_keeps_its_cache", test_function_keeps_its_cache);
    program.test ("many_threads", test_many_threads);

    return program.run (args);
}
