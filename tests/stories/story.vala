// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// The story: what becomes of a remembered call. C, Python and JavaScript tell the same one.

using Stories;

void test_call_computes_once (Fixture fixture) throws Error {
    var path = fixture.write ("text", "one two three");
    var function = fixture.define_word_count ();

    equal (count_words (function, path), 3);
    equal (count_words (function, path), 3);
    equal (fixture.computed, 1, "the number of computations");
}

void test_hit_after_reopening (Fixture fixture) throws Error {
    var path = fixture.write ("text", "one two three");
    var function = fixture.define_word_count ();
    equal (count_words (function, path), 3);

    // The last reference goes before the directory is opened again: only the disk remembers.
    function = null;
    fixture.reopen ();
    function = fixture.define_word_count ();

    equal (count_words (function, path), 3);
    equal (fixture.computed, 1, "the number of computations");
}

void test_changed_file_computes_once_more (Fixture fixture) throws Error {
    var path = fixture.write ("text", "a b c d");
    var function = fixture.define_word_count ();
    equal (count_words (function, path), 4);

    // The size stays, so that only the times and the content tell.
    write_text (path, "abc def");
    equal (count_words (function, path), 2);
    equal (count_words (function, path), 2);
    equal (fixture.computed, 2, "the number of computations");
}

void test_missing_file_appears (Fixture fixture) throws Error {
    var path = Path.build_filename (fixture.directory, "later");
    var function = fixture.define_word_count ();
    equal (count_words (function, path), 0);
    equal (count_words (function, path), 0);
    equal (fixture.computed, 1, "the number of computations");

    write_text (path, "here now");
    equal (count_words (function, path), 2);
    equal (fixture.computed, 2, "the number of computations");

    FileUtils.unlink (path);
    equal (count_words (function, path), 0);
    equal (fixture.computed, 3, "the number of computations");
}

void test_remove (Fixture fixture) throws Error {
    var path = fixture.write ("text", "one two");
    var other = fixture.write ("other", "three");
    var function = fixture.define_word_count ();
    count_words (function, path);
    count_words (function, other);

    holds (function.remove (path_args (path)), "nothing was removed");
    equal (lookup_words (function, path), MISS);
    equal (lookup_words (function, other), 1);

    // Nothing to remove is nothing wrong.
    holds (function.remove (path_args (path)), "removing nothing is an error");

    equal (count_words (function, path), 2);
    equal (fixture.computed, 3, "the number of computations");
}

void test_clear_empties_the_cache (Fixture fixture) throws Error {
    var path = fixture.write ("text", "one two");
    var function = fixture.define_word_count ();
    equal ((int64) fixture.cache.get_size (), 0, "the size");
    count_words (function, path);
    holds (fixture.cache.get_size () > 0, "an entry has no size");

    holds (fixture.cache.clear (), "nothing was cleared");
    equal ((int64) fixture.cache.get_size (), 0, "the size");
    equal (lookup_words (function, path), MISS);

    equal (count_words (function, path), 2);
    equal (fixture.computed, 2, "the number of computations");
    holds (fixture.cache.get_size () > 0, "an entry has no size");
}

void test_clearing_a_function_spares_others (Fixture fixture) throws Error {
    var path = fixture.write ("text", "one two");
    var plain = fixture.define_word_count ();
    var versioned = fixture.define_word_count ("2");
    var other = new AnyCache.Function (fixture.cache, "org.example.Other", null);
    count_words (plain, path);
    count_words (versioned, path);
    holds (other.store (path_args (path), number (7), -1, null), "nothing was stored");

    // All entries of the name go, whatever their version.
    holds (plain.clear (), "nothing was cleared");
    equal (lookup_words (plain, path), MISS);
    equal (lookup_words (versioned, path), MISS);
    equal (lookup_words (other, path), 7);
}

void test_lookup_never_computes (Fixture fixture) throws Error {
    var path = fixture.write ("text", "one two");
    var function = fixture.define_word_count ();
    equal (lookup_words (function, path), MISS);
    equal (fixture.computed, 0, "the number of computations");

    count_words (function, path);
    equal (lookup_words (function, path), 2);

    write_text (path, "one two three");
    equal (lookup_words (function, path), MISS);
    equal (fixture.computed, 1, "the number of computations");
}

void test_store_then_lookup (Fixture fixture) throws Error {
    var path = fixture.write ("text", "one two");
    var function = fixture.define_word_count ();
    holds (function.store (path_args (path), number (40), -1, { path }), "nothing was stored");
    equal (lookup_words (function, path), 40);

    // A later store takes the place of an earlier one, and a call takes what was stored.
    holds (function.store (path_args (path), number (41), -1, { path }), "nothing was stored");
    equal (count_words (function, path), 41);
    equal (fixture.computed, 0, "the number of computations");

    write_text (path, "one two three");
    equal (lookup_words (function, path), MISS);
    equal (count_words (function, path), 3);
    equal (fixture.computed, 1, "the number of computations");
}

void test_refresh_computes_anew (Fixture fixture) throws Error {
    var path = fixture.write ("text", "one two");
    var function = fixture.define_word_count ();
    holds (function.store (path_args (path), number (40), -1, null), "nothing was stored");

    equal (function.refresh (path_args (path)).get_int64 (), 2);
    equal (fixture.computed, 1, "the number of computations");
    equal (lookup_words (function, path), 2);
}

void test_is_outdated (Fixture fixture) throws Error {
    var path = fixture.write ("text", "one two");
    var function = fixture.define_word_count ();

    holds (function.is_outdated (path_args (path)), "what is not there is not outdated");
    count_words (function, path);
    holds (!function.is_outdated (path_args (path)), "what was just computed is outdated");
    write_text (path, "one two three");
    holds (function.is_outdated (path_args (path)), "what depends on a changed file is not outdated");

    equal (fixture.computed, 1, "the number of computations");
}

void test_version_is_another_entry (Fixture fixture) throws Error {
    var path = fixture.write ("text", "one two");
    var none = fixture.define_word_count ();
    var empty = fixture.define_word_count ("");
    var first = fixture.define_word_count ("1");
    var second = fixture.define_word_count ("2");

    count_words (none, path);
    count_words (empty, path);
    equal (fixture.computed, 1, "the number of computations");
    count_words (first, path);
    count_words (second, path);
    equal (fixture.computed, 3, "the number of computations");

    // They stand side by side.
    count_words (first, path);
    count_words (none, path);
    equal (fixture.computed, 3, "the number of computations");
}

void test_peek_shows_what_memory_holds (Fixture fixture) throws Error {
    var path = fixture.write ("text", "one two");
    var function = fixture.define_word_count ();
    holds (function.peek (path_args (path)) == null, "something was in memory before the call");
    count_words (function, path);
    var entry = function.peek (path_args (path));
    holds (entry != null, "nothing in memory after a call");

    equal (entry.get_value ().get_int64 (), 2);
    holds (entry.get_created () > 0, "the entry was never created");
    equal (entry.get_expires (), -1, "the expiry");
    holds (entry.get_cost () >= 0, "the entry cost less than nothing");
    equal_text (string.joinv (" ", entry.dup_dependencies ()), path, "the list of dependencies");

    // The entry keeps what it found; whether a call would return it is asked anew.
    holds (entry.is_current (), "the entry is not current");
    write_text (path, "one two three");
    holds (!entry.is_current (), "the entry is still current");
    equal (entry.get_value ().get_int64 (), 2);
}

AnyCache.Function define_text (Fixture fixture) {
    return fixture.cache.define ("org.example.Text", null, (request) => {
        fixture.computed++;
        var text = read_text (request.args.get_child_value (0).get_string ());
        request.return_bytes (new Bytes (text.data));
        return true;
    });
}

void check_text (AnyCache.Function function, string path, string expected) throws Error {
    var value = function.call (path_args (path));
    equal_text (value.get_type_string (), "ay", "the type");
    var bytes = value.get_data_as_bytes ();
    holds (bytes.compare (new Bytes (expected.data)) == 0, @"the text is not '$expected'");
}

void test_depfiles_function (Fixture fixture) throws Error {
    var path = fixture.write ("text", "one two");
    var function = define_text (fixture);
    function.set_depfiles_func ((result, args) => {
        return { args.get_child_value (0).dup_string () };
    });
    fixture.settle (path);
    check_text (function, path, "one two");
    check_text (function, path, "one two");
    equal (fixture.computed, 1, "the number of computations");

    write_text (path, "six ten");
    fixture.settle (path);
    check_text (function, path, "six ten");
    check_text (function, path, "six ten");
    equal (fixture.computed, 2, "the number of computations");
}

void test_depfiles_function_names_no_file (Fixture fixture) throws Error {
    var path = fixture.write ("text", "one two");
    var function = define_text (fixture);
    function.set_depfiles_func ((result, args) => {
        return {};
    });
    check_text (function, path, "one two");

    // Nobody said that the file matters.
    write_text (path, "six ten");
    check_text (function, path, "one two");
    equal (fixture.computed, 1, "the number of computations");
}

void test_a_function_calls_another (Fixture fixture) throws Error {
    var path = fixture.write ("text", "one two");
    var words = fixture.define_word_count ();
    var twice = fixture.cache.define ("org.example.Twice", null, (request) => {
        request.return_value (number (2 * words.call (request.get_args ()).get_int64 ()));
        return true;
    });

    equal (count_words (twice, path), 4);
    equal (count_words (twice, path), 4);
    equal (fixture.computed, 1, "the number of computations");

    // It names no file itself.
    write_text (path, "one two three");
    equal (lookup_words (twice, path), MISS);
    equal (count_words (twice, path), 6);
    equal (fixture.computed, 2, "the number of computations");
}

// Depends on one path, looked at in one way.
AnyCache.Function define_look (Fixture fixture, string name, string path, AnyCache.DependencyFlags flags) {
    return fixture.cache.define (name, null, (request) => {
        request.add_dependency_full (path, flags);
        request.return_value (number (++fixture.computed));
        return true;
    });
}

void test_content_dependency (Fixture fixture) throws Error {
    var path = fixture.write ("text", "one two");
    var function = define_look (fixture, "org.example.Content", path, CONTENT);
    equal (count_words (function, path), 1);

    // The same bytes at another time, and at rest.
    fixture.settle (path);
    write_text (path, "one two");
    fixture.settle (path);
    equal (count_words (function, path), 1);

    write_text (path, "six ten");
    equal (count_words (function, path), 2);
}

void test_tree_dependency (Fixture fixture) throws Error {
    var tree = Path.build_filename (fixture.directory, "tree");
    var deep = Path.build_filename (tree, "one", "two");
    var path = Path.build_filename (deep, "text");
    var beside = fixture.write ("beside", "text");
    var function = define_look (fixture, "org.example.Tree", tree, RECURSIVE);
    DirUtils.create_with_parents (deep, 0700);
    write_text (path, "one two");
    equal (count_words (function, tree), 1);
    write_text (beside, "other");
    equal (count_words (function, tree), 1);

    write_text (path, "six ten");
    equal (count_words (function, tree), 2);
    FileUtils.unlink (path);
    equal (count_words (function, tree), 3);
    equal (count_words (function, tree), 3);
}

int main (string[] args) {
    var program = new Program ();

    program.test ("call_computes_once", test_call_computes_once);
    program.test ("hit_after_reopening", test_hit_after_reopening);
    program.test ("changed_file_computes_once_more", test_changed_file_computes_once_more);
    program.test ("missing_file_appears", test_missing_file_appears);
    program.test ("remove", test_remove);
    program.test ("clear_empties_the_cache", test_clear_empties_the_cache);
    program.test ("clearing_a_function_spares_others", test_clearing_a_function_spares_others);
    program.test ("lookup_never_computes", test_lookup_never_computes);
    program.test ("store_then_lookup", test_store_then_lookup);
    program.test ("refresh_computes_anew", test_refresh_computes_anew);
    program.test ("is_outdated", test_is_outdated);
    program.test ("version_is_another_entry", test_version_is_another_entry);
    program.test ("peek_shows_what_memory_holds", test_peek_shows_what_memory_holds);
    program.test ("depfiles_function", test_depfiles_function);
    program.test ("depfiles_function_names_no_file", test_depfiles_function_names_no_file);
    program.test ("a_function_calls_another", test_a_function_calls_another);
    program.test ("content_dependency", test_content_dependency);
    program.test ("tree_dependency", test_tree_dependency);

    return program.run (args);
}
