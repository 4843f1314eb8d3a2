// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Prints a summary (classes, methods, bytes) of each GIR file named after the cache's directory.

class Summary {
    public uint32 classes;
    public uint32 methods;

    const MarkupParser PARSER = { start_element, null, null, null, null };

    public Summary (string text) throws MarkupError {
        var context = new MarkupParseContext (PARSER, 0, this, null);
        context.parse (text, text.length);
    }

    void start_element (MarkupParseContext context, string element, string[] names, string[] values) throws MarkupError {
        if (element == "class")
            classes++;
        else if (element == "method")
            methods++;
    }
}

int main (string[] args) {
    uint computed = 0;
    var cache = new AnyCache.Cache (args[1], -1);

    // The computation: asked only where the cache has no summary of the file as it is now.
    var function = cache.define ("org.example.GirSummary", "1", (request) => {
        string path, text;
        size_t length;
        request.get_args ().get ("(s)", out path);
        request.add_dependency (path);    // before the file is read
        FileUtils.get_contents (path, out text, out length);

        var summary = new Summary (text);
        computed++;
        request.return_value (new Variant ("(uut)", summary.classes, summary.methods, (uint64) length));
        return true;
    });
    var start = get_monotonic_time ();

    foreach (unowned string path in args[2:args.length]) {
        try {
            uint32 classes, methods;
            uint64 bytes;
            function.call (new Variant ("(s)", path)).get ("(uut)", out classes, out methods, out bytes);
            print (@"$path $classes $methods $bytes\n");
        } catch (Error error) {
            printerr ("%s: %s\n", path, error.message);
            return 1;
        }
    }

    printerr (@"$(args.length - 2) $computed $(get_monotonic_time () - start)\n");
    return 0;
}
