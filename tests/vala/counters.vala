// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// What the cache counts: hits, misses and their reasons, results that are not stored and why.

using Stories;

const string NAME = "org.example.Counters";

uint64 sum_of_lookups (AnyCache.Stats stats) {
    uint64 sum = 0;
    for (var outcome = 0; outcome <= AnyCache.Miss.IO; outcome++)
        sum += stats.get_lookups ((AnyCache.Miss) outcome);
    return sum;
}

uint64 sum_of_stores (AnyCache.Stats stats) {
    uint64 sum = 0;
    for (var outcome = 0; outcome <= AnyCache.Skip.FAILED; outcome++)
        sum += stats.get_stores ((AnyCache.Skip) outcome);
    return sum;
}

// Looks a file up, which is counted once, by what came of it.
void check_lookup (AnyCache.Cache cache, AnyCache.Function function, string path, AnyCache.Miss expected) throws Error {
    var before = cache.get_stats ();
    var found = lookup_words (function, path);
    var after = cache.get_stats ();
    equal (found == MISS ? 0 : 1, expected == AnyCache.Miss.NONE ? 1 : 0, "the number of hits");
    equal ((int64) (after.get_lookups (expected) - before.get_lookups (expected)), 1, @"the counter of $expected");
    equal ((int64) (sum_of_lookups (after) - sum_of_lookups (before)), 1, "the number of look-ups");
}

// The file that a result is in.
string entry_path (Fixture fixture, AnyCache.Function function, string path) throws Error {
    var ident = function.dup_ident (path_args (path));
    var home = Path.build_filename (fixture.cache.cachedir, "anycache-1");
    var directory = Dir.open (home);
    for (unowned string? name = directory.read_name (); name != null; name = directory.read_name ()) {
        var candidate = Path.build_filename (home, name, ident[0:2], ident[2:32]);
        if (FileUtils.test (candidate, FileTest.EXISTS))
            return candidate;
    }
    throw new CheckError.FAILED ("there is no entry");
}

void test_lookups (Fixture fixture) throws Error {
    var path = fixture.write ("text", "one two");
    var other = fixture.write ("other", "one");
    var function = fixture.define_word_count ();
    fixture.settle (other);
    fixture.cache.maxmemory = 0;

    check_lookup (fixture.cache, function, path, ABSENT);
    count_words (function, path);
    count_words (function, other);
    check_lookup (fixture.cache, function, path, NONE);

    FileUtils.rename (entry_path (fixture, function, other), entry_path (fixture, function, path));
    check_lookup (fixture.cache, function, path, OTHER_KEY);
    count_words (function, path);
    write_text (entry_path (fixture, function, path), "no entry");
    check_lookup (fixture.cache, function, path, CORRUPT);
    count_words (function, path);
    write_text (path, "one two three");
    check_lookup (fixture.cache, function, path, OUTDATED);
    count_words (function, path);
    function.maxage = 0;
    check_lookup (fixture.cache, function, path, EXPIRED);

    // What needs another machine or another user.
    var stats = fixture.cache.get_stats ();
    equal ((int64) (stats.get_lookups (FOREIGN) + stats.get_lookups (IO)), 0, "the number of others");
}

delegate void During (AnyCache.Request request) throws Error;

void check_store (AnyCache.Cache cache, AnyCache.Skip expected, During during) throws Error {
    var answers = expected != AnyCache.Skip.REFUSED;
    var function = cache.define (@"$NAME.$expected", null, (request) => {
        during (request);
        if (answers)
            request.return_value (number (1));
        return true;
    });
    var before = cache.get_stats ();
    function.call (path_args ("any"));
    var after = cache.get_stats ();
    equal ((int64) (after.get_stores (expected) - before.get_stores (expected)), 1, @"the counter of $expected");
    equal ((int64) (sum_of_stores (after) - sum_of_stores (before)), 1, "the number of stores");
}

void test_stores (Fixture fixture) throws Error {
    var cache = fixture.cache;
    var path = fixture.write ("text", "one two");
    fixture.settle (path);

    check_store (cache, NONE, () => {});
    check_store (cache, TRANSIENT, (request) => request.set_no_store ());
    check_store (cache, UNTRACKABLE, (request) => request.add_dependency ("/dev/null"));
    check_store (cache, REFUSED, (request) => request.return_value (new Variant.handle (0)));
    check_store (cache, SUPERSEDED, (request) => cache.define (request.name).remove (request.args));
    check_store (cache, RACY, (request) => {
        request.add_dependency (path);
        write_text (path, "changed meanwhile");
    });
    check_store (new AnyCache.Cache (path), FAILED, () => {});
}

void test_tiers (Fixture fixture) throws Error {
    var function = fixture.cache.define (NAME, null, (request) => {
        Thread.usleep (2000);
        request.return_value (number (1));
        return true;
    });
    equal ((int64) function.call (path_args ("any")), 1);
    equal ((int64) function.call (path_args ("any")), 1);
    fixture.cache.maxmemory = 0;
    equal ((int64) function.call (path_args ("any")), 1);

    var stats = fixture.cache.get_stats ();
    foreach (var tier in new AnyCache.Tier[] { MEMORY, DISK })
        equal ((int64) stats.get_hits (tier), 1, @"the number of hits of $tier");
    holds (stats.get_time_saved () >= 4 * TimeSpan.MILLISECOND, "no time was saved");
    holds (stats.get_stored_bytes () > 0, "no bytes were stored");
    equal ((int64) stats.get_polled (), 0, "the number of those that are polled");
    equal ((int64) stats.get_evictions (), 0, "the number of evictions");

    fixture.cache.maxentries = 1;
    function.call (path_args ("other"));
    equal ((int64) fixture.cache.get_stats ().get_evictions (), 1, "the number of evictions");
}

// They are numbers of an instant; who is assigned them has his own.
void test_copies (Fixture fixture) throws Error {
    var function = fixture.define_word_count ();
    AnyCache.Stats? stats = fixture.cache.get_stats ();
    var copy = stats;
    count_words (function, "any");
    stats = null;
    equal ((int64) copy.get_lookups (ABSENT), 0, "the number of misses");
    copy = fixture.cache.get_stats ();
    equal ((int64) copy.get_lookups (ABSENT), 1, "the number of misses");
}

void test_totals (Fixture fixture) throws Error {
    var function = fixture.define_word_count ();
    count_words (function, "any");
    count_words (function, "any");
    var total = fixture.cache.read_total_stats ();
    equal ((int64) total.get_stores (NONE), 1, "the number of stores");
    equal ((int64) total.get_lookups (NONE), 1, "the number of hits");
    try {
        new AnyCache.Cache (Path.build_filename (fixture.directory, "missing")).read_total_stats ();
        holds (false, "nothing was thrown");
    } catch (IOError.NOT_FOUND error) {
        holds (error.message != "", "the error has no message");
    }
}

int main (string[] args) {
    var program = new Program ();

    program.test ("lookups", test_lookups);
    program.test ("stores", test_stores);
    program.test ("tiers", test_tiers);
    program.test ("copies", test_copies);
    program.test ("totals", test_totals);

    return program.run (args);
}
