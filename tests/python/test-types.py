# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The stubs tell a type checker what the package is."""

import ast
import inspect
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import anycache_glib

SKIPPED = 77
PACKAGE = os.path.dirname(anycache_glib.__file__)

# Each line with a comment is wrong in that way, or has that type.
PROGRAM = '''\
from anycache_glib import CODE, AnyCache, anycache, get_defaultcache, spawn

ac = AnyCache(maxsize=None)

@ac.anycache(version=CODE, depfiles=["/etc/os-release"])
def add(a: int, b: int = 3) -> int:
    return a + b

@anycache(maxage=3)
async def fetch(text: str) -> bytes:
    return text.encode()

reveal_type(add(1, b=2))  # note: int
reveal_type(add.refresh(1))  # note: int
reveal_type(add.is_outdated(1))  # note: bool
reveal_type(spawn(fetch("x")).result())  # note: bytes
reveal_type(get_defaultcache().size)  # note: int
add("x")  # error: arg-type
add.remove("x")  # error: arg-type
ac.maxsize = "3"  # error: assignment
ac.size = 3  # error: misc
ac.anycache(nonsense=True)  # error: call-arg
AnyCache(maxage="long")  # error: arg-type
'''


def expected_of(program):
    found = {}
    for number, line in enumerate(program.splitlines(), start=1):
        comment = re.search(r"# (note|error): (\S+)$", line)
        if comment:
            found[number] = (comment[1], comment[2])
    return found


def stub_of(name):
    """The class of a name in the stubs."""
    with open(os.path.join(PACKAGE, "__init__.pyi"), encoding="utf-8") as stream:
        tree = ast.parse(stream.read())
    return {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}[name]


class Types(unittest.TestCase):
    def test_checker(self):
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "program.py"), "w", encoding="utf-8") as stream:
                stream.write(PROGRAM)
            environment = dict(os.environ, MYPYPATH=os.path.dirname(PACKAGE), PYTHONWARNINGS="", PYTHONDEVMODE="")
            run = subprocess.run(
                ["mypy", "--cache-dir", os.path.join(folder, "cache"), "--no-error-summary", "program.py"],
                cwd=folder,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )

        found = {}
        for line in run.stdout.splitlines():
            note = re.match(r'program\.py:(\d+): note: Revealed type is "(?:builtins\.)?(\w+)"', line)
            error = re.match(r"program\.py:(\d+): error: .*\[([\w-]+)\]$", line)
            if note:
                found[int(note[1])] = ("note", note[2])
            elif error:
                found[int(error[1])] = ("error", error[2])
        self.assertEqual(found, expected_of(PROGRAM), run.stdout + run.stderr)

    def test_stubs_are_complete(self):
        """What is public has a stub, with the parameters that it takes."""
        stubs = {node.name: node for node in stub_of("AnyCache").body if isinstance(node, ast.FunctionDef)}
        for name, member in vars(anycache_glib.AnyCache).items():
            if name.startswith("_") and name != "__init__" or name == "memoize":
                continue
            self.assertIn(name, stubs)
            if inspect.isfunction(member) and name != "anycache":
                arguments = stubs[name].args
                names = [item.arg for item in (*arguments.args, *filter(None, (arguments.vararg, arguments.kwarg)))]
                self.assertEqual(names, list(inspect.signature(member).parameters), name)

    def test_options_are_complete(self):
        from anycache_glib._cache import _Options

        anycache = next(node for node in stub_of("AnyCache").body if getattr(node, "name", None) == "anycache")
        names = {item.arg for item in (*anycache.args.args, *anycache.args.kwonlyargs)} - {"self"}
        self.assertEqual(names, set(_Options.__dataclass_fields__))
        for name in names:
            self.assertIn(name, anycache_glib.AnyCache.anycache.__doc__)


if __name__ == "__main__":
    if shutil.which("mypy") is None:
        print("Skipped: there is no mypy")
        sys.exit(SKIPPED)
    unittest.main(verbosity=2)
