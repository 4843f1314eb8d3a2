// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

int main (string[] args) {
    var cache = new AnyCache.Cache.for_app ("org.example.Lines", -1);
    var lines = cache.define ("org.example.Lines", "1", (request) => {
        string path, text;
        uint32 count = 0;
        request.get_args ().get ("(s)", out path);
        request.add_dependency (path);          // before the file is read
        FileUtils.get_contents (path, out text);
        print ("counting %s\n", path);
        foreach (var c in text.data)
            count += c == '\n' ? 1 : 0;
        request.return_value (new Variant.uint32 (count));
        return true;
    });

    try {
        var path = Filename.canonicalize (args[args.length - 1]);
        print ("%u\n", lines.call (new Variant ("(s)", path)).get_uint32 ());
        return 0;
    } catch (Error error) {
        printerr ("%s\n", error.message);
        return 1;
    }
}
