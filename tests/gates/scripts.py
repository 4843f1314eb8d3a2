#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Gate: the scripts are sound before anybody runs them.

`scripts.py ROOT python` compiles every Python file; `scripts.py ROOT shell` asks shellcheck about every shell script, and is
skipped where shellcheck is not installed."""

import os
import re
import shutil
import subprocess
import sys

import tree


def scripts(root, suffix, interpreter):
    return [name for name in tree.files(root)
            if name.endswith(suffix) or re.match(rf'#!.*\b{interpreter}\b', tree.head(root, name))]


def check_python(root):
    names = scripts(root, '.py', r'python3?')
    complaints = []
    for name in names:
        try:
            compile(tree.text(root, name), name, 'exec', dont_inherit=True)
        except (SyntaxError, ValueError) as error:
            complaints.append(f'{name}: {error}')
    tree.verdict(complaints, len(names))


def check_shell(root):
    if not shutil.which('shellcheck'):
        tree.skip('shellcheck is not installed')

    names = scripts(root, '.sh', r'(ba|da)?sh')
    complaints = []
    for name in names:
        said = subprocess.run(['shellcheck', '--external-sources', os.path.join(root, name)], capture_output=True, text=True)
        if said.returncode:
            complaints.append(f'{name}:\n{said.stdout}{said.stderr}')
    tree.verdict(complaints, len(names))


{'python': check_python, 'shell': check_shell}[sys.argv[2]](sys.argv[1])
