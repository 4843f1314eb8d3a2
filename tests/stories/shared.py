# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""One of several processes on one directory: does what each line of its input says, and answers each with a line.

C, Vala and JavaScript have the same program; test-shared.py speaks with all of them.
"""

import sys

import gi

gi.require_version("AnyCache", "1.0")
from gi.repository import AnyCache, GLib  # noqa: E402

LANGUAGE = "python"


def page_args(key):
    return GLib.Variant("(sa{sv})", (key, {"width": GLib.Variant("i", 3), "deep": GLib.Variant("b", True)}))


def page_value():
    return GLib.Variant("a{sv}", {"language": GLib.Variant("s", LANGUAGE)})


def language_of(page):
    return "nothing" if page is None else page.unpack().get("language", "no language")


def done(success):
    return "done" if success else "not done"


class Shared:
    def __init__(self, cachedir):
        self.computed = False
        self.cache = AnyCache.Cache.new(cachedir, -1)
        # Says which language computed it.
        self.page = self.cache.define("org.example.Page", "1", self.compute_page)
        # The content of a file.
        self.text = self.cache.define("org.example.SharedText", "1", self.compute_text)

    def compute_page(self, request):
        self.computed = True
        request.return_value(page_value())
        return True

    def compute_text(self, request):
        path = request.get_args().unpack()[0]
        self.computed = True
        request.add_dependency(path)
        with open(path, "rb") as stream:
            request.return_bytes(GLib.Bytes.new(stream.read()))
        return True

    def ask(self, function, args):
        self.computed = False
        value = function.call(args)
        return "computed" if self.computed else "hit", value

    def call(self, key):
        how, page = self.ask(self.page, page_args(key))
        return f"{how} {language_of(page)}"

    def read(self, path):
        how, text = self.ask(self.text, GLib.Variant("(s)", (path,)))
        return f"{how} {text.get_data_as_bytes().get_data().decode()}"

    def lookup(self, key):
        return language_of(self.page.lookup(page_args(key)))

    def refresh(self, key):
        return language_of(self.page.refresh(page_args(key)))

    def peek(self, key):
        entry = self.page.peek(page_args(key))
        if entry is None:
            return "nothing"
        state = "current" if entry.is_current() else "stale"
        return f"{state} {language_of(entry.get_value())}"

    def store(self, key):
        return done(self.page.store(page_args(key), page_value(), -1, None))

    def remove(self, key):
        return done(self.page.remove(page_args(key)))

    def forget(self):
        return done(self.page.clear())

    def clear(self):
        return done(self.cache.clear())

    def size(self):
        return self.cache.get_size()

    def ident(self, key):
        return self.page.dup_ident(page_args(key))


def main():
    shared = Shared(sys.argv[1])
    for line in sys.stdin:
        verb, *objects = line.rstrip("\n").split(" ", 1)
        try:
            print(getattr(shared, verb)(*objects), flush=True)
        except GLib.Error as error:
            print(f"error {error.message}", flush=True)


if __name__ == "__main__":
    main()
