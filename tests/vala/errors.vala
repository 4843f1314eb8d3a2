// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// The library's errors are an error domain of Vala: thrown, caught and told apart like any other.

using Stories;

const string NAME = "org.example.Errors";

// A computation may use them as well.
void test_thrown_and_caught (Fixture fixture) throws Error {
    AnyCache.CacheError[] errors = {
        new AnyCache.CacheError.NO_RESULT ("0"),
        new AnyCache.CacheError.ABANDONED ("1"),
        new AnyCache.CacheError.RECURSION ("2"),
        new AnyCache.CacheError.TIMEOUT ("3"),
        new AnyCache.CacheError.CLOSED ("4"),
        new AnyCache.CacheError.UNSAFE_DIRECTORY ("5")
    };
    foreach (var error in errors) {
        var function = fixture.cache.define (NAME, null, () => {
            throw error;
        });
        try {
            function.call (path_args ("any"));
            holds (false, "nothing was thrown");
        } catch (AnyCache.CacheError caught) {
            equal (caught.code, error.code, "the code");
            equal_text (caught.message, error.message, "the message");
            holds (caught.domain == AnyCache.CacheError.quark (), "it is of another domain");
        }
    }
}

void test_unsafe_directory (Fixture fixture) throws Error {
    var home = Path.build_filename (fixture.cache.cachedir, "anycache-1");
    fixture.cache = null;
    DirUtils.create (home, 0700);
    FileUtils.chmod (home, 0777);
    try {
        new AnyCache.Cache (Path.get_dirname (home)).clear ();
        holds (false, "nothing was thrown");
    } catch (AnyCache.CacheError.UNSAFE_DIRECTORY error) {
        holds (error.message != "", "the error has no message");
    }
    FileUtils.chmod (home, 0700);
}

// Throws nothing but what the compiler knows of.
string ident_of (AnyCache.Function function, Variant args) throws CheckError {
    try {
        return function.dup_ident (args);
    } catch (IOError.INVALID_ARGUMENT error) {
        return "refused";
    } catch (IOError error) {
        throw new CheckError.FAILED (error.message);
    }
}

void test_ident (Fixture fixture) throws Error {
    var function = fixture.cache.define (NAME);
    equal (ident_of (function, path_args ("any")).length, 32, "the length");
    equal_text (ident_of (function, new Variant.handle (0)), "refused");
}

int main (string[] args) {
    var program = new Program ();

    program.test ("thrown_and_caught", test_thrown_and_caught);
    program.test ("unsafe_directory", test_unsafe_directory);
    program.test ("ident", test_ident);

    return program.run (args);
}
