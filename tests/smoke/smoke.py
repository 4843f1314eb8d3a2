#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Runs a smoke test in a language that has nothing of the library but its typelib: `smoke.py SCRIPT`."""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SKIPPED = 77
PATIENCE = 60    # seconds

# What runs a script, and what it needs.
LANGUAGES = {
    '.lua': (['lua5.3', 'lua5.1', 'luajit', 'lua'], 'lgi', ['-e', "require 'lgi'"]),
    '.pl': (['perl'], 'Glib::Object::Introspection', ['-MGlib::Object::Introspection', '-e', '1']),
    '.rb': (['ruby'], 'gobject-introspection', ['-e', "require 'gobject-introspection'"]),
}


def find_interpreter(names, probe):
    for path in filter(None, map(shutil.which, names)):
        if subprocess.run([path, *probe], capture_output=True).returncode == 0:
            return path
    return None


def main(script):
    names, library, probe = LANGUAGES[Path(script).suffix]
    interpreter = find_interpreter(names, probe)
    if not interpreter:
        print(f'skipped: there is no {names[-1]} with {library}')
        sys.exit(SKIPPED)

    with tempfile.TemporaryDirectory() as directory:
        # A folder that the first call makes would be a change beside the file that it looks at.
        for name in ('cache', 'files'):
            Path(directory, name).mkdir()
        done = subprocess.run([interpreter, script, directory], capture_output=True, text=True, timeout=PATIENCE)
    print(done.stdout + done.stderr)
    # What a binding or the library is not content with.
    sys.exit(1 if done.returncode or re.search('-(WARNING|CRITICAL)', done.stderr) else 0)


main(*sys.argv[1:])
