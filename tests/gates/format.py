#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Gate: clang-format 14 would change no C file.

Other versions of clang-format lay out the same settings differently, so without version 14 the gate is skipped."""

import os
import re
import shutil
import subprocess
import sys

import tree


def find_formatter():
    for name in ('clang-format-14', 'clang-format'):
        path = shutil.which(name)
        if not path:
            continue
        said = subprocess.run([path, '--version'], capture_output=True, text=True).stdout
        if re.search(r'version 14\.', said):
            return path
    return None


def main(root):
    formatter = find_formatter()
    if not formatter:
        tree.skip('clang-format 14 is not installed')

    names = tree.files(root, '*.c', '*.h')
    said = subprocess.run([formatter, '--style=file', '--dry-run', '-Werror', *(os.path.join(root, name) for name in names)],
                          capture_output=True, text=True)
    places = re.findall(r'^(.*?:\d+):\d+: error: code should be clang-formatted', said.stderr, re.M)
    complaints = [os.path.relpath(place, root) + ': clang-format-14 -i would change it' for place in places]
    if said.returncode and not complaints:
        complaints = [said.stderr]
    tree.verdict(complaints, len(names))


main(sys.argv[1])
