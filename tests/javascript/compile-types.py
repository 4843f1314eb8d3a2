#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""The declarations for TypeScript have every method, property and signal of the library, and a program compiles with them:
`compile-types.py DECLARATIONS PROGRAM SURFACE FOLDER`.

The compiler and the types of GIO are fetched by npm into the folder, once. Where that cannot be, only the names are compared."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

SKIPPED = 77
PACKAGES = ['typescript@5.6', '@girs/gio-2.0@2.88.0-4.0.0-rc.15']
OPTIONS = ['--noEmit', '--strict', '--skipLibCheck', '--target', 'es2022', '--module', 'es2022', '--moduleResolution', 'bundler']


def class_bodies(declarations):
    return dict(re.findall(r'^        class (\w+).*?\{\n(.*?)^        \}', declarations, re.M | re.S))


def missing(declarations, surface):
    """Gives what the surface has and the declarations have not."""
    bodies = class_bodies(declarations)
    for kind, name, member in re.findall(r'^(constructor|function|method|property|signal) AnyCache\.(\w+)\.([\w-]+)', surface, re.M):
        pattern = {'signal': rf"'{member}'", 'property': rf'\b{member.replace("-", "_")}: '}.get(kind, rf'\b{member}"?\(')
        if not re.search(pattern, bodies.get(name, '')):
            yield f'{name}.{member}'


def find_compiler(folder):
    compiler = folder / 'node_modules' / '.bin' / 'tsc'
    if compiler.exists():
        return compiler
    if not shutil.which('npm'):
        print('skipped: npm is not installed')
        sys.exit(SKIPPED)

    command = ['npm', 'install', '--prefix', folder, '--no-audit', '--no-fund', '--ignore-scripts', '--fetch-retries', '1', *PACKAGES]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=200)
    except subprocess.TimeoutExpired:
        done = None
    if done is None or done.returncode:
        print('skipped: npm could not fetch the compiler', done.stderr if done else '', sep='\n')
        sys.exit(SKIPPED)
    return compiler


def main(declarations, program, surface, folder):
    lacking = list(missing(Path(declarations).read_text(encoding='utf-8'), Path(surface).read_text(encoding='utf-8')))
    for name in lacking:
        print(f'{name} is not declared')
    if lacking:
        sys.exit(1)

    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    compiler = find_compiler(folder)
    # Under another name, as what is a library to the compiler is not checked.
    sources = [shutil.copy(declarations, folder / 'AnyCache.ts'), shutil.copy(program, folder)]
    os.chdir(folder)
    sys.exit(subprocess.run([compiler, *OPTIONS, *sources]).returncode)


main(*sys.argv[1:])
