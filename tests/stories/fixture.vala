// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// A fresh directory with a cache in it, and a remembered function that counts the words of a file.

namespace Stories {
    public errordomain CheckError {
        FAILED
    }

    public delegate bool Condition () throws Error;
    public delegate void Action () throws Error;
    public delegate void Test (Fixture fixture) throws Error;

    // What a look-up helper says where nothing is stored; no text has so many words.
    public const int64 MISS = -1;

    public Variant path_args (string path) {
        return new Variant ("(s)", path);
    }

    public Variant number (int64 value) {
        return new Variant.int64 (value);
    }

    public void holds (bool condition, string complaint) throws Error {
        if (!condition)
            throw new CheckError.FAILED (complaint);
    }

    public void equal (int64 actual, int64 expected, string what = "the value") throws Error {
        holds (actual == expected, @"$what is $actual, not $expected");
    }

    public void equal_text (string? actual, string? expected, string what = "the text") throws Error {
        holds (actual == expected, "%s is '%s', not '%s'".printf (what, actual ?? "null", expected ?? "null"));
    }

    // What an action throws; that it throws nothing is a failure.
    public Error thrown_by (Action action) throws Error {
        try {
            action ();
        } catch (Error error) {
            return error;
        }
        throw new CheckError.FAILED ("nothing was thrown");
    }

    public string fails_with (Quark domain, int code, Action action) throws Error {
        var error = thrown_by (action);
        holds (error.matches (domain, code), @"thrown was $(error.domain) $(error.code): $(error.message)");
        return error.message;
    }

    public string fails_with_cache (AnyCache.CacheError error, Action action) throws Error {
        return fails_with (error.domain, error.code, action);
    }

    // Runs the main context until the condition holds, within a deadline.
    public void wait_until (Condition condition, string complaint) throws Error {
        var deadline = get_monotonic_time () + 30 * TimeSpan.SECOND;

        while (!condition ()) {
            holds (get_monotonic_time () < deadline, complaint);
            while (MainContext.default ().iteration (false));
            Thread.usleep (2000);
        }
    }

    public void write_text (string path, string text) throws Error {
        FileUtils.set_contents (path, text);
    }

    public string read_text (string path) throws Error {
        string text;
        FileUtils.get_contents (path, out text);
        return text;
    }

    public int64 count_words (AnyCache.Function function, string path) throws Error {
        return function.call (path_args (path)).get_int64 ();
    }

    public int64 lookup_words (AnyCache.Function function, string path) throws Error {
        var value = function.lookup (path_args (path));
        return value == null ? MISS : value.get_int64 ();
    }

    // Runs one part of this very program in a process of its own, with one variable set.
    public string run_part (string part, string variable, string value, out string errors = null) throws Error {
        var launcher = new SubprocessLauncher (SubprocessFlags.STDOUT_PIPE | SubprocessFlags.STDERR_PIPE);
        launcher.setenv (variable, value, true);
        var process = launcher.spawnv ({ FileUtils.read_link ("/proc/self/exe"), part });
        string output;
        process.communicate_utf8 (null, null, out output, out errors);
        holds (process.get_successful (), @"the part $part failed: $errors");
        return output.strip ();
    }

    public class Fixture {
        public string directory;
        public AnyCache.Cache? cache;
        public int computed;

        public Fixture () throws Error {
            directory = DirUtils.make_tmp ("anycache-story-XXXXXX");
            reopen ();
            // Else the library makes it during the first call, which is a change around the files beside it.
            DirUtils.create (cache.get_cachedir (), 0700);
        }

        // Opens the directory anew, after the old object has gone: nothing is shared in memory.
        public void reopen () {
            cache = null;
            cache = new AnyCache.Cache (Path.build_filename (directory, "cache"), -1);
        }

        public void remove () throws Error {
            // What asynchronous calls have computed may still be on its way into the directory, whoever has dropped the cache.
            reopen ();
            cache.flush ();
            cache = null;
            remove_tree (File.new_for_path (directory));
        }

        private static void remove_tree (File file) throws Error {
            if (file.query_file_type (FileQueryInfoFlags.NOFOLLOW_SYMLINKS) == FileType.DIRECTORY) {
                var children = file.enumerate_children (FileAttribute.STANDARD_NAME, FileQueryInfoFlags.NOFOLLOW_SYMLINKS);
                for (var info = children.next_file (); info != null; info = children.next_file ())
                    remove_tree (children.get_child (info));
            }
            file.delete ();
        }

        public string write (string name, string text) throws Error {
            var path = Path.build_filename (directory, name);
            write_text (path, text);
            return path;
        }

        private static int64 changed_at (string path) throws Error {
            var info = File.new_for_path (path).query_info ("time::changed,time::changed-usec", FileQueryInfoFlags.NONE);
            return (int64) info.get_attribute_uint64 (FileAttribute.TIME_CHANGED) * TimeSpan.SECOND +
                   info.get_attribute_uint32 (FileAttribute.TIME_CHANGED_USEC);
        }

        // Waits until a file was changed long enough ago for its times to tell so. Where they know no fractions, that is longer.
        public void settle (string path) throws Error {
            var changed = changed_at (path);
            var age = changed % TimeSpan.SECOND == 0 ? 3 * TimeSpan.SECOND : 50 * TimeSpan.MILLISECOND;
            wait_until (() => get_real_time () > changed + age, "the file stays young");
        }

        public AnyCache.Function define_word_count (string? version = null) {
            return cache.define ("org.example.WordCount", version, (request) => {
                var path = request.args.get_child_value (0).get_string ();
                // Named before it is read: a change in between is seen.
                request.add_dependency (path);
                computed++;
                int64 n_words = 0;
                if (FileUtils.test (path, FileTest.EXISTS))
                    foreach (var word in read_text (path).split_set (" \n"))
                        n_words += word != "" ? 1 : 0;
                request.return_value (number (n_words));
                return true;
            });
        }
    }

    public class Case {
        public string title;
        private Test test;

        public Case (string title, owned Test test) {
            this.title = title;
            this.test = (owned) test;
        }

        // Tells the test with a fixture of its own. Its directory goes with the test, even where a callback that holds the fixture stays.
        public void tell () throws Error {
            var fixture = new Fixture ();
            Error? failure = null;

            try {
                test (fixture);
            } catch (Error error) {
                failure = error;
            }
            fixture.remove ();
            if (failure != null)
                throw failure;
        }
    }

    // The tests of a program, told in the words of the Test Anything Protocol, and the parts that its tests run on their own.
    public class Program {
        private GenericArray<Case> tests = new GenericArray<Case> ();
        private GenericArray<Case> parts = new GenericArray<Case> ();

        public void test (string title, owned Test test) {
            tests.add (new Case (title, (owned) test));
        }

        public void part (string title, owned Test test) {
            parts.add (new Case (title, (owned) test));
        }

        public int run (string[] args) {
            for (var i = 0; args.length > 1 && i < parts.length; i++)
                if (parts[i].title == args[1])
                    return run_part (parts[i]);

            return run_tests ();
        }

        private int run_tests () {
            var status = 0;

            print ("1..%d\n", tests.length);
            for (var i = 0; i < tests.length; i++) {
                try {
                    tests[i].tell ();
                    print ("ok - %s\n", tests[i].title);
                } catch (Error error) {
                    print ("not ok - %s\n# %s\n", tests[i].title, error.message.replace ("\n", "\n# "));
                    status = 1;
                }
            }

            return status;
        }

        private static int run_part (Case part) {
            try {
                part.tell ();
                return 0;
            } catch (Error error) {
                printerr ("%s\n", error.message);
                return 1;
            }
        }
    }
}
