// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// What is refused before anything is computed, and what is computed but not kept.

using Stories;

const string NAME = "org.example.Refusals";

AnyCache.Function define_counter (AnyCache.Cache cache, Fixture fixture) {
    return cache.define (NAME, null, (request) => {
        fixture.computed++;
        request.return_value (number (fixture.computed));
        return true;
    });
}

// A number in so many boxes.
Variant nested (int n_levels) {
    var value = number (1);
    for (var i = 0; i < n_levels; i++)
        value = new Variant.variant (value);
    return value;
}

// Does everything with the arguments that can be done, and expects that all of it fails alike.
void check_all_fail (AnyCache.Function function, Variant args, Cancellable? cancellable, IOError expected) throws Error {
    fails_with (expected.domain, expected.code, () => function.call (args, cancellable));
    fails_with (expected.domain, expected.code, () => function.lookup (args, cancellable));
    fails_with (expected.domain, expected.code, () => function.refresh (args, cancellable));
    fails_with (expected.domain, expected.code, () => function.store (args, number (5), -1, null, cancellable));
    fails_with (expected.domain, expected.code, () => function.is_outdated (args, cancellable));
    fails_with (expected.domain, expected.code, () => function.remove (args, cancellable));
}

void check_refused (AnyCache.Function function, Variant args) throws Error {
    var expected = new IOError.INVALID_ARGUMENT ("");
    check_all_fail (function, args, null, expected);
    fails_with (expected.domain, expected.code, () => function.dup_ident (args));
    holds (function.peek (args) == null, "something is in memory");
}

void test_handles_are_refused (Fixture fixture) throws Error {
    var function = define_counter (fixture.cache, fixture);
    check_refused (function, new Variant.handle (0));
    check_refused (function, new Variant ("(sh)", "file", 0));
    check_refused (function, new Variant ("(v)", new Variant.handle (0)));
    check_refused (function, new Variant.array (VariantType.HANDLE, {}));
    equal (fixture.computed, 0, "the number of computations");
}

void test_deep_nesting_is_refused (Fixture fixture) throws Error {
    var function = define_counter (fixture.cache, fixture);
    check_refused (function, nested (70));
    equal (fixture.computed, 0, "the number of computations");
    equal (function.call (nested (60)).get_int64 (), 1);
}

void test_other_types_are_refused (Fixture fixture) throws Error {
    var function = (AnyCache.Function) Object.new (typeof (AnyCache.Function),
                                                   "cache", fixture.cache,
                                                   "name", NAME,
                                                   "args-type", "(si)");
    check_refused (function, new Variant ("(sx)", "two", (int64) 2));
    check_refused (function, new Variant ("s", "two"));
}

void test_cancelled_computes_nothing (Fixture fixture) throws Error {
    var function = define_counter (fixture.cache, fixture);
    var cancellable = new Cancellable ();
    var expected = new IOError.CANCELLED ("");
    cancellable.cancel ();
    check_all_fail (function, path_args ("any"), cancellable, expected);
    equal (fixture.computed, 0, "the number of computations");

    // What is stored stays, and is not told to who has cancelled.
    count_words (function, "any");
    check_all_fail (function, path_args ("any"), cancellable, expected);
    fails_with (expected.domain, expected.code, () => function.clear (cancellable));
    fails_with (expected.domain, expected.code, () => fixture.cache.clear (cancellable));
    equal (lookup_words (function, "any"), 1);
    equal (fixture.computed, 1, "the number of computations");
}

void check_not_stored (Fixture fixture, owned AnyCache.DepfilesFunc depfiles) throws Error {
    fixture.computed = 0;
    fixture.cache.clear ();
    var function = define_counter (fixture.cache, fixture);
    function.set_depfiles_func ((owned) depfiles);
    equal (count_words (function, "any"), 1);
    equal (lookup_words (function, "any"), MISS);
    equal (count_words (function, "any"), 2);
    equal ((int64) fixture.cache.get_size (), 0, "the size");

    // A new list of files counts from the next call on.
    function.set_depfiles_func (null);
    equal (count_words (function, "any"), 3);
    equal (count_words (function, "any"), 3);
}

// Without its files a result may be told, but not kept.
void test_unknown_files_are_not_stored (Fixture fixture) throws Error {
    check_not_stored (fixture, () => { return null; });
    check_not_stored (fixture, () => { throw new IOError.NOT_FOUND ("the list is lost"); });
}

void check_first_is_not_stored (Fixture fixture, AnyCache.Function function, string path) throws Error {
    fixture.settle (path);
    equal (count_words (function, path), 1);
    equal (lookup_words (function, path), MISS);
    fixture.settle (path);
    equal (count_words (function, path), 2);
    equal (count_words (function, path), 2);
}

// Somebody else changes the file while the first computation reads it.
bool disturb (Fixture fixture, AnyCache.Request request) throws Error {
    fixture.computed++;
    if (fixture.computed == 1)
        write_text (request.args.get_child_value (0).get_string (), "changed meanwhile");
    request.return_value (number (fixture.computed));
    return true;
}

void test_file_changed_meanwhile_is_not_stored (Fixture fixture) throws Error {
    var path = fixture.write ("text", "one two");
    var named = fixture.cache.define (NAME, null, (request) => {
        request.add_dependency (path);
        return disturb (fixture, request);
    });
    check_first_is_not_stored (fixture, named, path);

    fixture.computed = 0;
    var listed = fixture.cache.define (NAME, "listed", (request) => disturb (fixture, request));
    listed.set_depfiles_func (() => {
        return { path };
    });
    check_first_is_not_stored (fixture, listed, path);
}

// A cache that cannot store is a slow cache, not a broken program.
void test_trouble_is_told_once (Fixture fixture) throws Error {
    var n_told = 0;
    var cache = new AnyCache.Cache (fixture.write ("file", "not a directory"), -1);
    cache.store_failed.connect ((error) => {
        n_told += error.message != "" ? 1 : 0;
    });
    var function = define_counter (cache, fixture);
    equal (count_words (function, "any"), 1);
    equal (count_words (function, "any"), 2);
    equal (n_told, 1, "the number of complaints");
    equal ((int64) cache.get_size (), 0, "the size");
}

int main (string[] args) {
    var program = new Program ();

    program.test ("handles_are_refused", test_handles_are_refused);
    program.test ("deep_nesting_is_refused", test_deep_nesting_is_refused);
    program.test ("other_types_are_refused", test_other_types_are_refused);
    program.test ("cancelled_computes_nothing", test_cancelled_computes_nothing);
    program.test ("unknown_files_are_not_stored", test_unknown_files_are_not_stored);
    program.test ("file_changed_meanwhile_is_not_stored", test_file_changed_meanwhile_is_not_stored);
    program.test ("trouble_is_told_once", test_trouble_is_told_once);

    return program.run (args);
}
