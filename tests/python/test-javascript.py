# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""One cache for the layers of Python and JavaScript: what one has computed, the other finds, for each row of the table."""

import os
import subprocess
import sys
import unittest

from fixture import DEADLINE, Fixture
from gi.repository import Gio

ECHO = os.path.join(os.path.dirname(os.path.abspath(sys.argv[0])), "echo.js")

# In the order of the rows there.
ROWS = [
    True,
    7,
    -(2**53 - 1),
    2**53 + 1,
    2**63,
    1.5,
    "text",
    b"a\0b",
    b"",
    None,
    [],
    [1, 2],
    [1.5, 2.5],
    ["a", "b"],
    [1, "a"],
    [True],
    {"a": 1, "b": [None]},
    {},
    Gio.File.new_for_path("/a b"),
    (1, "a"),
]


class WithJavaScript(Fixture):
    def run_gjs(self, task):
        run = subprocess.run(
            ["gjs", "-m", ECHO, task, str(self.cachedir)], capture_output=True, text=True, timeout=4 * DEADLINE, check=False
        )
        self.assertEqual((run.returncode, run.stdout), (0, f"{len(ROWS)}\n"), run.stderr)

    def check(self, echo):
        for index, row in enumerate(ROWS):
            expected = row.get_uri() if isinstance(row, Gio.File) else row
            result = echo(index, row)
            self.assertEqual((type(result), result), (type(expected), expected))

    def test_what_javascript_computes_python_finds(self):
        def find(index, value):
            raise AssertionError(f"{index}: it was to be found")

        self.run_gjs("store")
        self.check(self.ac.anycache(name="org.example.Echo")(find))

    def test_what_python_computes_javascript_finds(self):
        self.check(self.ac.anycache(name="org.example.Echo")(lambda index, value: value))
        self.ac.flush()
        self.run_gjs("find")


if __name__ == "__main__":
    unittest.main(verbosity=2)
