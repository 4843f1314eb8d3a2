// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// What becomes of a result whose age has run out, and of a failure.

using Stories;

const int64 HOUR = 3600 * TimeSpan.SECOND;

// Over before anybody can ask again.
const int64 MOMENT = 1;

// A function that asks a server, which may have nothing, nothing new, or be away. It gives the number of its computation.
class Server {
    public AnyCache.Function function;
    public int computed;
    public int64 maxage = -1; // of what it gives
    public bool fails;
    public string? path; // of a file without which it fails
    public string? validator; // what the server knows its result by
    public int n_made; // how often the server had to make it
    public int n_updated;
    public int64 updated; // what the last signal has brought
    public string args; // for what

    public Server (Fixture fixture) {
        function = fixture.cache.define ("org.example.Ages", null, (request) => {
            return ask (request);
        });
        function.updated.connect ((args, result) => {
            n_updated++;
            updated = result.get_int64 ();
            this.args = args.print (false);
        });
    }

    ~Server () {
        function.close ();
    }

    private bool ask (AnyCache.Request request) throws Error {
        computed++;
        request.set_maxage (maxage);
        if (path != null)
            request.add_dependency (path);
        if (fails || (path != null && !FileUtils.test (path, FileTest.EXISTS)))
            throw new IOError.HOST_UNREACHABLE ("nobody there");

        if (validator != null && request.get_validator () == validator) {
            request.return_not_modified ();
            return true;
        }

        n_made++;
        request.set_validator (validator);
        request.return_value (number (computed));
        return true;
    }

    public void wait_until_computed (int n_computed) throws Error {
        wait_until (() => computed >= n_computed, "nothing was computed");
        // What came of it is told from the main loop.
        var end = get_monotonic_time () + 200 * TimeSpan.MILLISECOND;
        wait_until (() => get_monotonic_time () > end, "time stands still");
    }

    public void check_gives (int64 expected) throws Error {
        equal (function.call (path_args ("any")).get_int64 (), expected);
    }

    public void check_fails (int n_computed) throws Error {
        var message = fails_with (new IOError.HOST_UNREACHABLE ("").domain, IOError.HOST_UNREACHABLE, () => {
            function.call (path_args ("any"));
        });
        equal_text (message, "nobody there", "the message");
        equal (computed, n_computed, "the number of computations");
    }
}

void test_failure_is_not_remembered (Fixture fixture) throws Error {
    var server = new Server (fixture);
    server.fails = true;
    server.check_fails (1);
    server.check_fails (2);
}

void test_failure_is_remembered (Fixture fixture) throws Error {
    var server = new Server (fixture);
    server.fails = true;
    server.function.error_maxage = HOUR;
    server.check_fails (1);
    server.check_fails (1);
    equal (lookup_words (server.function, "any"), MISS);
    holds (server.function.peek (path_args ("any")) == null, "a failure is an entry");
    holds (!server.function.is_outdated (path_args ("any")), "a failure is outdated");

    server.function.remove (path_args ("any"));
    server.fails = false;
    server.check_gives (2);
}

void test_failure_is_forgotten (Fixture fixture) throws Error {
    var server = new Server (fixture);
    server.fails = true;
    server.function.error_maxage = MOMENT;
    server.check_fails (1);
    server.check_fails (2);
    server.fails = false;
    server.check_gives (3);
    server.check_gives (3);
}

void test_failure_ends_with_its_cause (Fixture fixture) throws Error {
    var server = new Server (fixture);
    server.path = Path.build_filename (fixture.directory, "missing");
    server.function.error_maxage = HOUR;
    server.check_fails (1);
    server.check_fails (1);
    write_text (server.path, "here");
    server.check_gives (2);
}

// What is no answer is not remembered.
void test_no_answer (Fixture fixture) throws Error {
    var function = fixture.cache.define ("org.example.Silent", null, (request) => {
        fixture.computed++;
        return false;
    });
    function.error_maxage = HOUR;
    for (var i = 1; i < 3; i++) {
        fails_with_cache (new AnyCache.CacheError.NO_RESULT (""), () => {
            function.call (path_args ("any"));
        });
        equal (fixture.computed, i, "the number of computations");
    }
}

void test_old_at_once_and_new_behind (Fixture fixture) throws Error {
    var server = new Server (fixture);
    server.maxage = MOMENT;
    server.function.stale_while_revalidate = HOUR;
    server.check_gives (1);
    server.maxage = HOUR;
    server.check_gives (1);
    server.check_gives (1);
    equal (server.computed, 1, "the number of computations");
    equal (lookup_words (server.function, "any"), MISS);

    wait_until (() => server.n_updated == 1, "nothing was told");
    equal (server.updated, 2);
    equal_text (server.args, "('any',)", "the arguments");
    server.check_gives (2);
    equal (server.computed, 2, "the number of computations");
}

void test_old_outlives_a_failure (Fixture fixture) throws Error {
    var server = new Server (fixture);
    server.maxage = MOMENT;
    server.function.stale_while_revalidate = HOUR;
    server.check_gives (1);
    server.fails = true;
    server.check_gives (1);
    server.wait_until_computed (2);
    server.check_gives (1);
    server.wait_until_computed (3);
    equal (server.n_updated, 0, "the number of updates");

    server.function.stale_while_revalidate = 0;
    server.check_fails (4);
}

void test_not_modified (Fixture fixture) throws Error {
    var server = new Server (fixture);
    server.maxage = MOMENT;
    server.validator = "\"one\"";
    server.check_gives (1);
    server.maxage = HOUR;
    server.check_gives (1);
    equal (server.computed, 2, "the number of computations");
    equal (server.n_made, 1, "how often it was made");
    equal (lookup_words (server.function, "any"), 1);
}

void test_modified (Fixture fixture) throws Error {
    var server = new Server (fixture);
    server.maxage = MOMENT;
    server.validator = "\"one\"";
    server.check_gives (1);
    server.validator = "\"two\"";
    server.check_gives (2);
    server.check_gives (2);
    equal (server.computed, 3, "the number of computations");
    equal (server.n_made, 2, "how often it was made");
}

void test_properties (Fixture fixture) throws Error {
    var function = new Server (fixture).function;
    equal (function.error_maxage, 0, "error-maxage");
    equal (function.stale_while_revalidate, 0, "stale-while-revalidate");
    function.error_maxage = HOUR;
    function.stale_while_revalidate = 2 * HOUR;
    equal (function.get_error_maxage (), HOUR, "error-maxage");
    equal (function.get_stale_while_revalidate (), 2 * HOUR, "stale-while-revalidate");
}

int main (string[] args) {
    var program = new Program ();

    program.test ("failure_is_not_remembered", test_failure_is_not_remembered);
    program.test ("failure_is_remembered", test_failure_is_remembered);
    program.test ("failure_is_forgotten", test_failure_is_forgotten);
    program.test ("failure_ends_with_its_cause", test_failure_ends_with_its_cause);
    program.test ("no_answer", test_no_answer);
    program.test ("old_at_once_and_new_behind", test_old_at_once_and_new_behind);
    program.test ("old_outlives_a_failure", test_old_outlives_a_failure);
    program.test ("not_modified", test_not_modified);
    program.test ("modified", test_modified);
    program.test ("properties", test_properties);

    return program.run (args);
}
