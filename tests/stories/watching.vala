// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Hearing of changes: what is told, what is brought, and what is freed while something is to be told.

using Stories;

const string NAME = "org.example.WordCount";
const string TOKEN = "app:words";

AnyCache.Function define_watched (Fixture fixture, AnyCache.FunctionFlags flags) {
    var function = fixture.define_word_count ();
    function.set_flags (flags);
    return function;
}

// What was told, one after the other.
class Told {
    public int n_told;
    public string text = "";

    public void note (string what) {
        text += @"$what;";
        n_told++;
    }

    public void listen (AnyCache.Function function) {
        function.invalidated.connect ((args) => note (args.get_child_value (0).get_string ()));
    }

    public void wait_for (int n) throws Error {
        wait_until (() => n_told >= n, "nothing was told");
        equal (n_told, n, "the number of signals");
    }
}

void test_change_is_told (Fixture fixture) throws Error {
    var told = new Told ();
    var echoes = new Told ();
    var path = fixture.write ("text", "one two");
    var function = define_watched (fixture, WATCH);
    told.listen (function);
    fixture.cache.invalidated.connect ((name, args) => echoes.note (@"$name $(args.get_child_value (0).get_string ())"));

    equal (count_words (function, path), 2);
    write_text (path, "one two three");
    told.wait_for (1);
    equal_text (told.text, @"$path;");
    equal_text (echoes.text, @"$NAME $path;");
    equal (count_words (function, path), 3);
}

void test_new_result_is_brought (Fixture fixture) throws Error {
    var told = new Told ();
    var path = fixture.write ("text", "one two");
    var function = define_watched (fixture, WATCH | REFRESH);
    function.updated.connect ((args, result) => told.note (@"$(args.get_child_value (0).get_string ()) $(result.get_int64 ())"));

    equal (count_words (function, path), 2);
    write_text (path, "one two three");
    told.wait_for (1);
    equal_text (told.text, @"$path 3;");
    equal (fixture.computed, 2, "the number of computations");
    equal (count_words (function, path), 3);
    equal (fixture.computed, 2, "the number of computations");
}

void test_token_is_told (Fixture fixture) throws Error {
    var told = new Told ();
    var function = new AnyCache.Function (fixture.cache, NAME, null);
    function.set_flags (WATCH);
    told.listen (function);
    function.store (path_args ("any"), path_args ("any"), -1, { TOKEN });
    fixture.cache.invalidate (TOKEN);
    told.wait_for (1);
    equal_text (told.text, "any;");
}

void test_handler_calls (Fixture fixture) throws Error {
    var told = new Told ();
    var path = fixture.write ("text", "one");
    var function = define_watched (fixture, WATCH);
    function.invalidated.connect ((self, args) => {
        try {
            told.note (@"$(self.call (args).get_int64 ())");
        } catch (Error error) {
            told.note (error.message);
        }
    });

    equal (count_words (function, path), 1);
    write_text (path, "one two");
    told.wait_for (1);
    write_text (path, "one two three");
    told.wait_for (2);
    equal_text (told.text, "2;3;");
}

void test_dropped_function_tells_nothing (Fixture fixture) throws Error {
    var told = new Told ();
    var path = fixture.write ("text", "one two");
    var other = fixture.write ("other", "one");
    var function = define_watched (fixture, WATCH);
    told.listen (function);
    count_words (function, path);
    count_words (function, other);
    function = null;

    // What came of the second would come after what came of the first.
    function = define_watched (fixture, WATCH);
    told.listen (function);
    count_words (function, other);
    write_text (path, "one two three");
    write_text (other, "one two");
    told.wait_for (1);
    equal_text (told.text, @"$other;");
}

// Something that is told of.
class Owner {
    public AnyCache.Function function;
    public int n_updated;

    public Owner (Fixture fixture) {
        function = define_watched (fixture, WATCH | REFRESH);
        function.updated.connect (note);
    }

    private void note () {
        n_updated++;
    }
}

// With what they were given, while it changes.
void test_owners_come_and_go (Fixture fixture) throws Error {
    var path = fixture.write ("text", "one");
    for (var number = 0; number < 100; number++) {
        count_words (new Owner (fixture).function, path);
        write_text (path, string.nfill (1 + number % 7, 'x'));
        MainContext.default ().iteration (false);
    }

    var owner = new Owner (fixture);
    count_words (owner.function, path);
    write_text (path, "one two three four");
    wait_until (() => owner.n_updated > 0, "nothing was brought");
    equal (lookup_words (owner.function, path), 4);
}

int main (string[] args) {
    var program = new Program ();

    program.test ("change_is_told", test_change_is_told);
    program.test ("new_result_is_brought", test_new_result_is_brought);
    program.test ("token_is_told", test_token_is_told);
    program.test ("handler_calls", test_handler_calls);
    program.test ("dropped_function_tells_nothing", test_dropped_function_tells_nothing);
    program.test ("owners_come_and_go", test_owners_come_and_go);

    return program.run (args);
}
