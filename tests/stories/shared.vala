// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// One of several processes on one directory: does what each line of its input says, and answers each with a line.
// C, Python and JavaScript have the same program; test-shared.py speaks with all of them.

const string LANGUAGE = "vala";

class Shared {
    private AnyCache.Cache cache;
    private AnyCache.Function page; // says which language computed it
    private AnyCache.Function text; // the content of a file
    private bool computed;

    public Shared (string cachedir) {
        cache = new AnyCache.Cache (cachedir, -1);
        page = cache.define ("org.example.Page", "1", (request) => {
            computed = true;
            request.return_value (page_value ());
            return true;
        });
        text = cache.define ("org.example.SharedText", "1", (request) => {
            var path = request.args.get_child_value (0).get_string ();
            computed = true;
            request.add_dependency (path);
            string content;
            FileUtils.get_contents (path, out content);
            request.return_bytes (new Bytes (content.data));
            return true;
        });
    }

    // The options come in another order than in the other languages.
    private static Variant page_args (string key) {
        var options = new VariantBuilder (VariantType.VARDICT);
        options.add ("{sv}", "deep", new Variant.boolean (true));
        options.add ("{sv}", "width", new Variant.int32 (3));
        return new Variant ("(s@a{sv})", key, options.end ());
    }

    private static Variant page_value () {
        var page = new VariantBuilder (VariantType.VARDICT);
        page.add ("{sv}", "language", new Variant.string (LANGUAGE));
        return page.end ();
    }

    private static string language_of (Variant? page) {
        if (page == null)
            return "nothing";
        var language = page.lookup_value ("language", VariantType.STRING);
        return language == null ? "no language" : language.get_string ();
    }

    private Variant ask (AnyCache.Function function, Variant args) throws Error {
        computed = false;
        return function.call (args);
    }

    private string how () {
        return computed ? "computed" : "hit";
    }

    private string peek (string key) {
        var entry = page.peek (page_args (key));
        if (entry == null)
            return "nothing";
        return (entry.is_current () ? "current " : "stale ") + language_of (entry.get_value ());
    }

    private string read (string path) throws Error {
        var content = ask (text, new Variant ("(s)", path)).get_data_as_bytes ();
        return "%s %.*s".printf (how (), (int) content.get_size (), (string) content.get_data ());
    }

    private string done (bool success) {
        return success ? "done" : "not done";
    }

    public string obey (string verb, string object) throws Error {
        switch (verb) {
        case "call":
            var answer = language_of (ask (page, page_args (object)));
            return @"$(how ()) $answer";
        case "read":
            return read (object);
        case "lookup":
            return language_of (page.lookup (page_args (object)));
        case "refresh":
            return language_of (page.refresh (page_args (object)));
        case "peek":
            return peek (object);
        case "store":
            return done (page.store (page_args (object), page_value (), -1, null));
        case "remove":
            return done (page.remove (page_args (object)));
        case "forget":
            return done (page.clear ());
        case "clear":
            return done (cache.clear ());
        case "size":
            return cache.get_size ().to_string ();
        case "ident":
            return page.dup_ident (page_args (object));
        default:
            throw new IOError.INVALID_ARGUMENT (@"unknown verb $verb");
        }
    }
}

int main (string[] args) {
    var shared = new Shared (args[1]);
    string? line;

    while ((line = stdin.read_line ()) != null) {
        var words = line.split (" ", 2);
        try {
            stdout.printf ("%s\n", shared.obey (words[0], words.length > 1 ? words[1] : ""));
        } catch (Error error) {
            stdout.printf ("error %s\n", error.message);
        }
        stdout.flush ();
    }

    return 0;
}
