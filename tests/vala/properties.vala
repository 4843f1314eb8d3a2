// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Every property, by its name and by its methods, and what an object tells of itself.

using Stories;

const string NAME = "org.example.Properties";

delegate int64 Getter ();
delegate void Setter (int64 value);

// A setting is told of when it changes, whichever way that is done.
void check_setting (Object object, string name, Getter property, Setter assign, Getter get, Setter set) throws Error {
    var n_notified = 0;
    object.notify[name].connect (() => n_notified++);

    equal (property (), ((ParamSpecInt64) object.get_class ().find_property (name)).default_value, name);
    assign (5);
    equal (get (), 5, name);
    set (6);
    equal (property (), 6, name);
    equal (n_notified, 2, @"the number of times that $name was told of");
}

void test_settings_of_a_cache (Fixture fixture) throws Error {
    var cache = fixture.cache;
    check_setting (cache, "check-interval", () => cache.check_interval, (v) => cache.check_interval = v,
                   () => cache.get_check_interval (), (v) => cache.set_check_interval (v));
    check_setting (cache, "compression-threshold", () => cache.compression_threshold, (v) => cache.compression_threshold = v,
                   () => cache.get_compression_threshold (), (v) => cache.set_compression_threshold (v));
    check_setting (cache, "maxage", () => cache.maxage, (v) => cache.maxage = v,
                   () => cache.get_maxage (), (v) => cache.set_maxage (v));
    check_setting (cache, "maxentries", () => cache.maxentries, (v) => cache.maxentries = v,
                   () => cache.get_maxentries (), (v) => cache.set_maxentries (v));
    check_setting (cache, "maxmemory", () => cache.maxmemory, (v) => cache.maxmemory = v,
                   () => cache.get_maxmemory (), (v) => cache.set_maxmemory (v));
    check_setting (cache, "maxsize", () => cache.maxsize, (v) => cache.maxsize = v,
                   () => cache.get_maxsize (), (v) => cache.set_maxsize (v));
    check_setting (cache, "wait-timeout", () => cache.wait_timeout, (v) => cache.wait_timeout = v,
                   () => cache.get_wait_timeout (), (v) => cache.set_wait_timeout (v));
}

void test_settings_of_a_function (Fixture fixture) throws Error {
    var function = fixture.cache.define (NAME);
    check_setting (function, "maxage", () => function.maxage, (v) => function.maxage = v,
                   () => function.get_maxage (), (v) => function.set_maxage (v));
    check_setting (function, "error-maxage", () => function.error_maxage, (v) => function.error_maxage = v,
                   () => function.get_error_maxage (), (v) => function.set_error_maxage (v));
    check_setting (function, "stale-while-revalidate",
                   () => function.stale_while_revalidate, (v) => function.stale_while_revalidate = v,
                   () => function.get_stale_while_revalidate (), (v) => function.set_stale_while_revalidate (v));

    holds (function.flags == AnyCache.FunctionFlags.NONE, "it watches");
    function.flags = WATCH;
    holds (function.get_flags () == AnyCache.FunctionFlags.WATCH, "it does not watch");
    function.set_flags (WATCH | REFRESH);
    holds (AnyCache.FunctionFlags.REFRESH in function.flags, "it does not refresh");
}

void test_what_a_function_is (Fixture fixture) throws Error {
    var function = new AnyCache.Function (fixture.cache, NAME, "2");
    holds (function.cache == fixture.cache && function.get_cache () == fixture.cache, "it is of another cache");
    equal_text (function.name, NAME);
    equal_text (function.get_name (), NAME);
    equal_text (function.version, "2");
    equal_text (function.get_version (), "2");
    equal_text (function.args_type, null);

    var typed = (AnyCache.Function) Object.new (typeof (AnyCache.Function), cache: fixture.cache, name: NAME, args_type: "(si)");
    equal_text (typed.version, null);
    equal_text (typed.args_type, "(si)");
    equal_text (typed.get_args_type (), "(si)");
}

void test_what_a_request_is (Fixture fixture) throws Error {
    var cancellable = new Cancellable ();
    var function = fixture.cache.define (NAME, null, (request) => {
        equal_text (request.get_name (), NAME);
        equal_text (request.get_args ().print (false), "('any',)");
        equal_text (request.get_validator (), null);
        holds (request.get_cancellable () == request.cancellable, "there are two cancellables");
        request.return_value (number (1));
        return true;
    });
    equal ((int64) function.call (path_args ("any"), cancellable), 1);
}

// Asked for through a request, a result passes on what it depends on.
void test_request_calls (Fixture fixture) throws Error {
    var path = fixture.write ("text", "one two");
    fixture.settle (path);
    var words = fixture.define_word_count ();
    var twice = fixture.cache.define (NAME, null, (request) => {
        request.return_value (2 * (int64) request.call (words, request.args));
        return true;
    });
    equal (count_words (twice, path), 4);
    write_text (path, "one two three");
    equal (count_words (twice, path), 6);
}

// What may be left out.
void test_defaults (Fixture fixture) throws Error {
    var unlimited = new AnyCache.Cache ();
    var same = new AnyCache.Cache (unlimited.cachedir);
    equal (unlimited.maxsize, -1, "the limit");
    equal_text (same.cachedir, unlimited.get_cachedir ());

    var function = new AnyCache.Function (unlimited, NAME);
    holds (function.store (path_args ("any"), number (5)), "it was not stored");
    equal ((int64) same.define (NAME).lookup (path_args ("any")), 5);
    var entry = function.peek (path_args ("any"));
    equal (entry.get_expires (), -1, "the end of its age");
    equal (entry.dup_dependencies ().length, 0, "the number of dependencies");
}

void test_entry (Fixture fixture) throws Error {
    var path = fixture.write ("text", "one two");
    fixture.settle (path);
    var function = fixture.define_word_count ();
    equal (count_words (function, path), 2);

    AnyCache.Entry? entry = function.peek (path_args (path));
    equal ((int64) entry.get_value (), 2);
    holds (entry.get_cost () >= 0 && entry.get_created () <= get_real_time (), "it comes from the future");
    equal_text (string.joinv (" ", entry.dup_dependencies ()), path);
    holds (entry.is_current () && entry.use (), "it does not hold");
    write_text (path, "one two three");
    holds (!entry.is_current () && !entry.use (), "it still holds");
}

void test_version (Fixture fixture) throws Error {
    holds (AnyCache.MAJOR_VERSION >= 1 && AnyCache.MINOR_VERSION >= 0 && AnyCache.MICRO_VERSION >= 0, "there is no version");
}

int main (string[] args) {
    var program = new Program ();

    program.test ("settings_of_a_cache", test_settings_of_a_cache);
    program.test ("settings_of_a_function", test_settings_of_a_function);
    program.test ("what_a_function_is", test_what_a_function_is);
    program.test ("what_a_request_is", test_what_a_request_is);
    program.test ("request_calls", test_request_calls);
    program.test ("defaults", test_defaults);
    program.test ("entry", test_entry);
    program.test ("version", test_version);

    return program.run (args);
}
