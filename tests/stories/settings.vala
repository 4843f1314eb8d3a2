// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// What may be set: ages, switches, directories, types; and the names of entries, which nothing may move.

using Stories;

const int64 HOUR = 3600 * TimeSpan.SECOND;

struct Ages {
    public int64 of_cache;
    public int64 of_function;
    public int64 of_request;
    public int64 expected;
}

AnyCache.Function open_other (AnyCache.Cache cache) {
    return new AnyCache.Function (cache, "org.example.Other", null);
}

void store (AnyCache.Function function, int64 value, int64 maxage = -1) throws Error {
    holds (function.store (path_args ("any"), number (value), maxage, null), "nothing was stored");
}

AnyCache.Function define_limited (Fixture fixture, int64 maxage, bool no_store = false) {
    return fixture.cache.define ("org.example.Limited", null, (request) => {
        fixture.computed++;
        if (no_store)
            request.set_no_store ();
        request.set_maxage (maxage);
        request.return_value (number (fixture.computed));
        return true;
    });
}

int64 age_given (AnyCache.Function function) throws Error {
    var entry = function.peek (path_args ("any"));
    holds (entry != null, "the result was not kept");
    return entry.get_expires () == -1 ? -1 : entry.get_expires () - entry.get_created ();
}

void test_shortest_age_wins (Fixture fixture) throws Error {
    Ages[] rows = {
        { -1, -1, -1, -1 },
        { HOUR, -1, -1, HOUR },
        { -1, HOUR, -1, HOUR },
        { -1, -1, HOUR, HOUR },
        { HOUR, 2 * HOUR, 3 * HOUR, HOUR },
        { 2 * HOUR, HOUR, 3 * HOUR, HOUR },
        { 3 * HOUR, 2 * HOUR, HOUR, HOUR }
    };

    foreach (var row in rows) {
        fixture.cache.clear ();
        fixture.cache.set_maxage (row.of_cache);
        var function = define_limited (fixture, row.of_request);
        function.set_maxage (row.of_function);
        count_words (function, "any");
        equal (age_given (function), row.expected, @"the age of $(row.of_cache), $(row.of_function), $(row.of_request)");
    }
}

void test_stored_age_is_limited_too (Fixture fixture) throws Error {
    var function = fixture.define_word_count ();
    function.set_maxage (2 * HOUR);
    store (function, 1, HOUR);
    equal (age_given (function), HOUR, "the age");
    store (function, 1, 3 * HOUR);
    equal (age_given (function), 2 * HOUR, "the age");
}

void check_not_stored (Fixture fixture, Ages ages, bool no_store = false) throws Error {
    fixture.computed = 0;
    var function = define_limited (fixture, ages.of_request, no_store);
    fixture.cache.set_maxage (ages.of_cache);
    function.set_maxage (ages.of_function);
    equal (count_words (function, "any"), 1);
    equal (lookup_words (function, "any"), MISS);
    equal (count_words (function, "any"), 2);
    equal ((int64) fixture.cache.get_size (), 0, "the size");
}

void test_age_zero_is_not_stored (Fixture fixture) throws Error {
    check_not_stored (fixture, { 0, HOUR, HOUR, 0 });
    check_not_stored (fixture, { HOUR, 0, HOUR, 0 });
    check_not_stored (fixture, { HOUR, HOUR, 0, 0 });
}

void test_no_store (Fixture fixture) throws Error {
    check_not_stored (fixture, { -1, -1, -1, 0 }, true);
}

void test_expired_computes_again (Fixture fixture) throws Error {
    var path = fixture.write ("text", "one two");
    var function = fixture.define_word_count ();
    holds (function.store (path_args (path), number (9), 50 * TimeSpan.MILLISECOND, null), "nothing was stored");
    function = null;
    fixture.reopen ();
    function = fixture.define_word_count ();

    // Looking again and again must not keep it alive.
    wait_until (() => lookup_words (function, path) == MISS, "the entry does not expire");

    equal (count_words (function, path), 2);
    equal (fixture.computed, 1, "the number of computations");
}

void test_maxsize_zero_is_off (Fixture fixture) throws Error {
    var path = fixture.write ("text", "one two");
    var function = fixture.define_word_count ();
    fixture.cache.set_maxsize (0);
    count_words (function, path);
    count_words (function, path);
    equal (fixture.computed, 2, "the number of computations");
    equal (lookup_words (function, path), MISS);
    holds (function.peek (path_args (path)) == null, "something is in memory");
    equal ((int64) fixture.cache.get_size (), 0, "the size");

    fixture.cache.set_maxsize (-1);
    count_words (function, path);
    count_words (function, path);
    equal (fixture.computed, 3, "the number of computations");

    fixture.cache.set_maxsize (0);
    equal (lookup_words (function, path), MISS);
    count_words (function, path);
    equal (fixture.computed, 4, "the number of computations");
}

// What a process sees whose environment switches the cache off.
void disabled_part (Fixture fixture) throws Error {
    var path = fixture.write ("text", "one two");
    var function = fixture.define_word_count ();
    var first = count_words (function, path);
    var second = count_words (function, path);
    var found = lookup_words (function, path);
    print (@"results $first $second, computed $(fixture.computed), found $found, size $(fixture.cache.get_size ())\n");
}

void test_environment_switches_off (Fixture fixture) throws Error {
    equal_text (run_part ("disabled", "ANYCACHE_DISABLE", "1"), "results 2 2, computed 2, found -1, size 0");
}

void test_private_directory (Fixture fixture) throws Error {
    var cache = new AnyCache.Cache (null, -1);
    var other = new AnyCache.Cache (null, -1);
    var function = open_other (cache);
    string cachedir = cache.get_cachedir ();
    holds (cachedir != other.get_cachedir (), "two private directories are one");
    store (function, 5);
    equal (lookup_words (function, "any"), 5);
    var info = File.new_for_path (cachedir).query_info (FileAttribute.UNIX_MODE, FileQueryInfoFlags.NONE);
    equal (info.get_attribute_uint32 (FileAttribute.UNIX_MODE) & 07777, 0700, "the mode");

    function = null;
    cache = null;
    holds (!FileUtils.test (cachedir, FileTest.EXISTS), @"$cachedir was left behind");
}

void default_part (Fixture fixture) throws Error {
    var cache = AnyCache.Cache.get_default ();
    var function = open_other (cache);
    store (function, 5);
    var same = cache == AnyCache.Cache.get_default ();
    print (@"same $same, maxsize $(cache.get_maxsize ()), found $(lookup_words (function, "any")), $(cache.get_cachedir ())\n");
}

void test_default_cache (Fixture fixture) throws Error {
    var told = run_part ("default", "TMPDIR", fixture.directory);
    holds (told.has_prefix (@"same true, maxsize -1, found 5, $(fixture.directory)/"), told);
    holds (!FileUtils.test (told.substring (told.index_of ("/")), FileTest.EXISTS), "the directory was left behind");
}

void app_part (Fixture fixture) throws Error {
    var cache = new AnyCache.Cache.for_app ("org.example.App", -1);
    var function = open_other (cache);
    var found = lookup_words (function, "any");
    store (function, 5);
    print (@"found $found, $(cache.get_cachedir ())\n");
}

void test_app_cache_is_persistent (Fixture fixture) throws Error {
    foreach (var found in new int64[] { MISS, 5 }) {
        var told = run_part ("app", "XDG_CACHE_HOME", fixture.directory);
        equal_text (told, @"found $found, $(fixture.directory)/org.example.App");
    }
}

void test_args_type (Fixture fixture) throws Error {
    var function = (AnyCache.Function) Object.new (typeof (AnyCache.Function),
                                                   "cache", fixture.cache,
                                                   "name", "org.example.Typed",
                                                   "args-type", "(s)");
    equal_text (function.get_args_type (), "(s)", "the type");
    store (function, 5);
    equal (lookup_words (function, "any"), 5);
}

void test_properties (Fixture fixture) throws Error {
    var cache = fixture.cache;
    var function = fixture.define_word_count ("7");
    equal_text (cache.cachedir, Path.build_filename (fixture.directory, "cache"), "cachedir");
    equal (cache.maxsize, -1, "maxsize");
    equal (cache.maxage, -1, "maxage");
    equal (cache.maxmemory, 16 * 1024 * 1024, "maxmemory");
    equal (cache.check_interval, 0, "check-interval");
    equal (cache.wait_timeout, 30 * TimeSpan.SECOND, "wait-timeout");
    equal ((int64) cache.size, 0, "size");

    cache.maxage = HOUR;
    cache.maxmemory = 0;
    cache.check_interval = HOUR;
    cache.wait_timeout = HOUR;
    equal (cache.get_maxage (), HOUR, "maxage");
    equal (cache.get_maxmemory (), 0, "maxmemory");
    equal (cache.get_check_interval (), HOUR, "check-interval");
    equal (cache.get_wait_timeout (), HOUR, "wait-timeout");

    holds (function.cache == cache, "the function has another cache");
    equal_text (function.name, "org.example.WordCount", "name");
    equal_text (function.version, "7", "version");
    equal_text (function.args_type, null, "args-type");
    equal (function.maxage, -1, "maxage");
}

// The names of entries, the same in every language, process and release of one format.
void test_idents_are_golden (Fixture fixture) throws Error {
    var table = read_text (Path.build_filename (Environment.get_variable ("ANYCACHE_SOURCE_ROOT"), "tests", "stories", "idents.txt"));
    var n_rows = 0;

    foreach (var line in table.split ("\n")) {
        if (line == "" || line.has_prefix ("#"))
            continue;

        var cells = line.split (" | ");
        var function = new AnyCache.Function (fixture.cache, cells[0], cells[1]);
        var ident = function.dup_ident (Variant.parse (null, cells[2]));
        print (@"# $(cells[0]) | $(cells[1]) | $(cells[2]) | $ident\n");
        equal_text (ident, cells[3], cells[2]);
        n_rows++;
    }

    holds (n_rows > 0, "the table is empty");
}

int main (string[] args) {
    var program = new Program ();

    program.part ("disabled", disabled_part);
    program.part ("default", default_part);
    program.part ("app", app_part);

    program.test ("shortest_age_wins", test_shortest_age_wins);
    program.test ("stored_age_is_limited_too", test_stored_age_is_limited_too);
    program.test ("age_zero_is_not_stored", test_age_zero_is_not_stored);
    program.test ("no_store", test_no_store);
    program.test ("expired_computes_again", test_expired_computes_again);
    program.test ("maxsize_zero_is_off", test_maxsize_zero_is_off);
    program.test ("environment_switches_off", test_environment_switches_off);
    program.test ("private_directory", test_private_directory);
    program.test ("default_cache", test_default_cache);
    program.test ("app_cache_is_persistent", test_app_cache_is_persistent);
    program.test ("args_type", test_args_type);
    program.test ("properties", test_properties);
    program.test ("idents_are_golden", test_idents_are_golden);

    return program.run (args);
}
