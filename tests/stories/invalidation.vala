// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// What an application says to have changed: a token of its own, or a path.

using Stories;

const string TOKEN = "app:account/42";

// Another process on the directory that the environment names.
void invalidating_part (Fixture fixture) throws Error {
    var cache = new AnyCache.Cache (Environment.get_variable ("STORY_CACHEDIR"), -1);
    cache.invalidate (TOKEN);
}

void invalidate (Fixture fixture, string dependency) throws Error {
    holds (fixture.cache.invalidate (dependency), "nothing was invalidated");
}

// Depends on something that is no file.
AnyCache.Function define_account (Fixture fixture) {
    return fixture.cache.define ("org.example.Account", null, (request) => {
        request.add_dependency (TOKEN);
        fixture.computed++;
        request.return_value (number (fixture.computed));
        return true;
    });
}

void test_token (Fixture fixture) throws Error {
    var function = define_account (fixture);
    equal (count_words (function, "any"), 1);
    invalidate (fixture, "app:account/43");
    equal (count_words (function, "any"), 1);

    invalidate (fixture, TOKEN);
    equal (lookup_words (function, "any"), MISS);
    equal (count_words (function, "any"), 2);
    equal (count_words (function, "any"), 2);
}

void test_path (Fixture fixture) throws Error {
    var path = fixture.write ("text", "one two");
    var function = fixture.define_word_count ();
    count_words (function, path);

    // The file is as it was, and nobody looks at that.
    invalidate (fixture, path);
    equal (lookup_words (function, path), MISS);
    equal (count_words (function, path), 2);
    equal (fixture.computed, 2);

    invalidate (fixture, File.new_for_path (path).get_uri ());
    equal (lookup_words (function, path), MISS);
}

void test_entry (Fixture fixture) throws Error {
    var function = define_account (fixture);
    count_words (function, "any");
    var entry = function.peek (path_args ("any"));
    equal_text (string.joinv (" ", entry.dup_dependencies ()), TOKEN);
    holds (entry.is_current (), "the entry is not current");
    invalidate (fixture, TOKEN);
    holds (!entry.is_current (), "the entry is still current");
}

void test_stored_result (Fixture fixture) throws Error {
    var function = define_account (fixture);
    holds (function.store (path_args ("any"), number (40), -1, { TOKEN }), "nothing was stored");
    equal (lookup_words (function, "any"), 40);
    invalidate (fixture, TOKEN);
    equal (lookup_words (function, "any"), MISS);
}

void test_a_function_calls_another (Fixture fixture) throws Error {
    var account = define_account (fixture);
    var twice = fixture.cache.define ("org.example.Twice", null, (request) => {
        request.return_value (number (2 * account.call (request.args).get_int64 ()));
        return true;
    });
    equal (count_words (twice, "any"), 2);
    invalidate (fixture, TOKEN);
    equal (lookup_words (twice, "any"), MISS);
    equal (count_words (twice, "any"), 4);
}

void test_another_process (Fixture fixture) throws Error {
    var function = define_account (fixture);
    equal (count_words (function, "any"), 1);
    equal (count_words (function, "any"), 1);
    run_part ("invalidating", "STORY_CACHEDIR", fixture.cache.get_cachedir ());
    equal (lookup_words (function, "any"), MISS);
    equal (count_words (function, "any"), 2);
}

void test_refusals (Fixture fixture) throws Error {
    foreach (var name in new string[] { "", "file://elsewhere/text" })
        fails_with (IOError.quark (), IOError.INVALID_ARGUMENT, () => fixture.cache.invalidate (name));
}

int main (string[] args) {
    var program = new Program ();

    program.part ("invalidating", invalidating_part);

    program.test ("token", test_token);
    program.test ("path", test_path);
    program.test ("entry", test_entry);
    program.test ("stored_result", test_stored_result);
    program.test ("a_function_calls_another", test_a_function_calls_another);
    program.test ("another_process", test_another_process);
    program.test ("refusals", test_refusals);

    return program.run (args);
}
