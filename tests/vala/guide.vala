// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// What the pieces of the guide take for granted, and a program that runs them: those that declare something by what they declare,
// the others, one after the other, from within a computation.

AnyCache.Cache cache;
AnyCache.Function thumbnails;
AnyCache.Function count_words;
AnyCache.Function words;

string render (string uri, int64 pixels) {
    return @"$uri.$pixels";
}

AnyCache.Function define_count (string name) {
    return cache.define (name, null, (request) => {
        string text;
        FileUtils.get_contents ((string) request.args.get_child_value (0), out text);
        request.return_value ((int64) text.length);
        return true;
    });
}

async void answer (AnyCache.Request request) {
    try {
        yield run_pieces (request, "any");
        request.return_value (true);
    } catch (Error error) {
        request.return_error (error);
    }
}

async void run () throws Error {
    var picture = get_thumbnail ("any", 32);
    assert (picture.path == "any.32" && picture.ratio == 1.5);
    picture = yield get_thumbnail_async ("any", 32);
    assert (picture.path == "any.32" && picture.ratio == 1.5);
    new Index (cache);

    var pieces = cache.define ("org.example.Pieces", null, (request) => {
        answer.begin (request);
        return true;
    });
    assert ((bool) yield pieces.call_async (new Variant ("(s)", "/etc/os-release")));

    var load_file = cache.define ("org.example.Load", null, (request) => {
        load.begin (request, File.new_for_path ("/etc/os-release"));
        return true;
    });
    assert ((yield load_file.call_async (new Variant ("()"))).get_size () > 0);
}

int main () {
    var loop = new MainLoop ();
    var status = 1;

    cache = new AnyCache.Cache ();
    thumbnails = define_thumbnails (cache);
    words = define_count ("org.example.Words");
    count_words = define_count ("org.example.CountWords");
    run.begin ((_, result) => {
        try {
            run.end (result);
            status = 0;
        } catch (Error error) {
            printerr ("%s\n", error.message);
        }
        loop.quit ();
    });
    loop.run ();
    return status;
}
