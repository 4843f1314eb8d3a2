// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Native values: what the compiler makes of them is what other languages mean by theirs, and it is checked.

using Stories;

const string NAME = "org.example.Values";

// In Python, f ("text", 5); in JavaScript, f ('text', 5).
struct Args {
    public string text;
    public int64 count;
}

struct Result {
    public string text;
    public double ratio;
    public bool is_long;
}

AnyCache.Function define_repeat (Fixture fixture) {
    return fixture.cache.define (NAME, null, (request) => {
        var args = (Args) request.args;
        fixture.computed++;
        request.return_value (Result () {
            text = string.nfill ((size_t) args.count, args.text[0]),
            ratio = args.count / 2.0,
            is_long = args.count > 3
        });
        return true;
    });
}

void test_structures (Fixture fixture) throws Error {
    var repeat = define_repeat (fixture);
    for (var run = 0; run < 2; run++) {
        var result = (Result) repeat.call (Args () { text = "a", count = 5 });
        equal_text (result.text, "aaaaa");
        holds (result.ratio == 2.5 && result.is_long, "another result");
    }
    equal (fixture.computed, 1, "the number of computations");
    equal_text (repeat.lookup (Args () { text = "a", count = 5 }).get_type_string (), "(sdb)", "the type");
}

// They are the same call.
void test_structures_are_tuples (Fixture fixture) throws Error {
    var repeat = define_repeat (fixture);
    var args = new Variant.parsed ("('a', int64 5)");
    equal_text (repeat.dup_ident (Args () { text = "a", count = 5 }), repeat.dup_ident (args), "the ident");
}

Variant remembered (Fixture fixture, Variant value) throws Error {
    var function = fixture.cache.define (NAME);
    function.store (path_args ("any"), value);
    return function.lookup (path_args ("any"));
}

void check_type (Variant value, string type) throws Error {
    equal_text (value.get_type_string (), type, "the type");
}

void test_single_values (Fixture fixture) throws Error {
    int64 number = -5;
    uint64 large = uint64.MAX;
    string[] words = { "one", "two" };
    double[] ratios = { 0.5, 1.5 };
    var table = new HashTable<string, Variant> (str_hash, str_equal);
    table["one"] = number;

    equal ((int64) remembered (fixture, number), -5);
    holds ((uint64) remembered (fixture, large) == uint64.MAX, "another number");
    holds ((double) remembered (fixture, 0.5) == 0.5 && (bool) remembered (fixture, true), "another value");
    equal_text ((string) remembered (fixture, "text"), "text");
    equal_text (string.joinv (" ", (string[]) remembered (fixture, words)), "one two");
    equal (((double[]) remembered (fixture, ratios)).length, 2, "the number of ratios");
    equal ((int64) ((HashTable<string, Variant>) remembered (fixture, table))["one"], -5);
    check_type (number, "x");
    check_type (large, "t");
    check_type (words, "as");
    check_type (ratios, "ad");
    check_type (table, "a{sv}");
}

int main (string[] args) {
    var program = new Program ();

    program.test ("structures", test_structures);
    program.test ("structures_are_tuples", test_structures_are_tuples);
    program.test ("single_values", test_single_values);

    return program.run (args);
}
