// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// The part of Vala in sharing.py: repeats a text so many times, or finds that somebody has: sharing DIRECTORY TEXT COUNT.

struct Args {
    public string text;
    public int64 count;
}

struct Result {
    public string text;
    public double half;
    public bool is_long;
}

int main (string[] arguments) {
    var cache = new AnyCache.Cache (arguments[1]);
    var repeat = cache.define ("org.example.Repeat", "1", (request) => {
        var args = (Args) request.args;
        var text = "";
        print ("computing ");
        for (var i = 0; i < args.count; i++)
            text += args.text;
        request.return_value (Result () { text = text, half = args.count / 2.0, is_long = args.count > 3 });
        return true;
    });

    try {
        var result = (Result) repeat.call (Args () { text = arguments[2], count = int64.parse (arguments[3]) });
        print (@"$(result.text) $(result.half) $(result.is_long)\n");
        return 0;
    } catch (Error error) {
        printerr ("%s\n", error.message);
        return 1;
    }
}
