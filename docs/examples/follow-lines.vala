// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Prints how many lines a file has, and again whenever that has changed.

int main (string[] args) {
    var cache = new AnyCache.Cache.for_app ("org.example.Lines", -1);
    var lines = cache.define ("org.example.FollowLines", "1", (request) => {
        string path, text;
        uint32 count = 0;
        request.get_args ().get ("(s)", out path);
        request.add_dependency (path);
        FileUtils.get_contents (path, out text);
        foreach (var c in text.data)
            count += c == '\n' ? 1 : 0;
        request.return_value (new Variant.uint32 (count));
        return true;
    });

    lines.set_flags (WATCH | REFRESH);
    lines.updated.connect ((args, result) => {
        print ("%u\n", result.get_uint32 ());
    });
    try {
        var path = Filename.canonicalize (args[args.length - 1]);
        print ("%u\n", lines.call (new Variant ("(s)", path)).get_uint32 ());
    } catch (Error error) {
        printerr ("%s\n", error.message);
        return 1;
    }
    new MainLoop ().run ();
    return 0;
}
