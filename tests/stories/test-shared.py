# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Several processes, several languages, one directory: what one stores the others hit, what one removes they miss.

The arguments name the programs, each as language=path. Every program runs twice, so that each language meets itself too. All
processes live through all tests: what they remember in memory must follow what the others do.
"""

import itertools
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

DEADLINE = 60
PROGRAMS = dict(argument.split("=", 1) for argument in sys.argv[1:])


class Process:
    """One living program, spoken to in lines."""

    def __init__(self, language, number, cachedir):
        path = PROGRAMS[language]
        interpreter = {".py": [sys.executable], ".js": ["gjs", "-m"]}.get(os.path.splitext(path)[1], [])
        self.language = language
        self.name = f"{language}-{number}"
        self.buffer = b""
        self.process = subprocess.Popen([*interpreter, path, cachedir], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)

    def __call__(self, *words):
        request = " ".join(words)
        self.process.stdin.write(f"{request}\n".encode())
        deadline = time.monotonic() + DEADLINE
        while b"\n" not in self.buffer:
            ready, _, _ = select.select([self.process.stdout], [], [], max(0, deadline - time.monotonic()))
            data = os.read(self.process.stdout.fileno(), 65536) if ready else b""
            if not data:
                raise AssertionError(f"{self.name} does not answer to: {request}")
            self.buffer += data
        line, self.buffer = self.buffer.split(b"\n", 1)
        return line.decode()

    def close(self):
        self.process.stdin.close()
        try:
            return self.process.wait(DEADLINE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()
        finally:
            self.process.stdout.close()


class Shared(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.mkdtemp(prefix="anycache-story-")
        cachedir = os.path.join(cls.directory, "cache")
        cls.first = [Process(language, 1, cachedir) for language in PROGRAMS]
        cls.second = [Process(language, 2, cachedir) for language in PROGRAMS]
        cls.all = cls.first + cls.second

    @classmethod
    def tearDownClass(cls):
        statuses = {process.name: process.close() for process in cls.all}
        shutil.rmtree(cls.directory)
        failed = {name: status for name, status in statuses.items() if status != 0}
        if failed:
            raise AssertionError(f"programs ended badly: {failed}")

    def setUp(self):
        self.assertEqual(self.first[0]("clear"), "done")
        self.keys = (f"{self._testMethodName}-{number}" for number in itertools.count())

    def pairs(self):
        """Every language with every language, always two processes, and a key of their own."""
        for writer, reader in itertools.product(self.first, self.second):
            with self.subTest(writer=writer.name, reader=reader.name):
                yield writer, reader, next(self.keys)

    def says(self, process, words, expected):
        self.assertEqual(process(*words.split()), expected, f"{process.name}: {words}")

    def check_sizes(self):
        sizes = {process.name: process("size") for process in self.all}
        self.assertEqual(len(set(sizes.values())), 1, sizes)
        return int(self.all[0]("size"))

    def test_idents_are_the_same(self):
        idents = {process.name: process("ident", "page") for process in self.all}
        self.assertEqual(len(set(idents.values())), 1, idents)
        self.assertRegex(self.all[0]("ident", "page"), "^[0-9a-f]{32}$")

    def test_one_computes_the_other_hits(self):
        for writer, reader, key in self.pairs():
            self.says(reader, f"lookup {key}", "nothing")
            self.says(writer, f"call {key}", f"computed {writer.language}")
            self.says(reader, f"lookup {key}", writer.language)
            self.says(reader, f"call {key}", f"hit {writer.language}")
            self.says(reader, f"peek {key}", f"current {writer.language}")

    def test_one_stores_the_other_hits(self):
        for writer, reader, key in self.pairs():
            self.says(writer, f"store {key}", "done")
            self.says(reader, f"call {key}", f"hit {writer.language}")

            # And the other way round, over what the first one still holds in memory.
            self.says(reader, f"store {key}", "done")
            self.says(writer, f"call {key}", f"hit {reader.language}")

    def test_one_refreshes_the_other_sees_it(self):
        for writer, reader, key in self.pairs():
            self.says(reader, f"call {key}", f"computed {reader.language}")
            self.says(reader, f"peek {key}", f"current {reader.language}")
            self.says(writer, f"refresh {key}", writer.language)
            self.says(reader, f"call {key}", f"hit {writer.language}")

    def test_one_removes_the_other_misses(self):
        for writer, reader, key in self.pairs():
            self.says(writer, f"call {key}", f"computed {writer.language}")
            self.says(reader, f"call {key}", f"hit {writer.language}")
            self.says(reader, f"peek {key}", f"current {writer.language}")

            self.says(writer, f"remove {key}", "done")
            self.assertNotIn("current", reader("peek", key))
            self.says(reader, f"lookup {key}", "nothing")
            self.says(reader, f"call {key}", f"computed {reader.language}")
            self.says(writer, f"call {key}", f"hit {reader.language}")

    def test_one_forgets_a_function_the_other_misses(self):
        for writer, reader, key in self.pairs():
            self.says(reader, f"call {key}", f"computed {reader.language}")
            self.says(writer, "forget", "done")
            self.assertNotIn("current", reader("peek", key))
            self.says(reader, f"lookup {key}", "nothing")

    def test_one_clears_the_other_misses(self):
        for writer, reader, key in self.pairs():
            self.says(reader, f"call {key}", f"computed {reader.language}")
            self.assertGreater(self.check_sizes(), 0)
            self.says(writer, "clear", "done")
            self.assertNotIn("current", reader("peek", key))
            self.says(reader, f"lookup {key}", "nothing")
            self.assertEqual(self.check_sizes(), 0)

    def test_file_changes_for_all(self):
        path = os.path.join(self.directory, "text")
        for number, (writer, reader, _) in enumerate(self.pairs()):
            for text in (f"first {number}", f"other {number}"):
                with open(path, "w", encoding="utf-8") as stream:
                    stream.write(text)
                self.says(writer, f"read {path}", f"computed {text}")
                self.says(writer, f"read {path}", f"hit {text}")
                self.says(reader, f"read {path}", f"hit {text}")

    def test_sizes_agree(self):
        sizes = [self.check_sizes()]
        self.assertEqual(sizes, [0])
        keys = []
        for writer in self.all:
            keys.append(next(self.keys))
            self.says(writer, f"call {keys[-1]}", f"computed {writer.language}")
            sizes.append(self.check_sizes())
        self.assertEqual(sizes, sorted(set(sizes)))

        # Back again, each entry removed by another process than the one that stored it.
        for remover, key in zip(self.all, reversed(keys)):
            self.says(remover, f"remove {key}", "done")
            sizes.append(self.check_sizes())
        self.assertEqual(sizes, sizes[::-1])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
