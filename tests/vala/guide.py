#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""The guide: its program is built and run, and so are all its other pieces, in guide.vala: `guide.py GUIDE [VAPI-FOLDER]`.

Without a folder, the installed library is used."""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

# Of a piece that declares something. Others are statements.
DECLARATION = re.compile(r'(async |public |private )*(struct|class|[A-Z][\w.]*|void) \w+[^=;]*\{\n')


def method(name, statements):
    return f'async void {name} (AnyCache.Request request, string uri) throws Error {{\n{statements}}}\n'


def join(pieces):
    """One source: what is declared, and a method that runs all statements."""
    statements = {f'piece_{number}': piece for number, piece in enumerate(pieces) if not DECLARATION.match(piece)}
    declarations = [piece for piece in pieces if DECLARATION.match(piece)]
    if not statements or not declarations:
        sys.exit('the guide has no pieces')
    runs = ''.join(f'yield {name} (request, uri);\n' for name in statements)
    return '\n'.join([*declarations, *(method(*piece) for piece in statements.items()), method('run_pieces', runs)])


def build(folder, vapi_folder, name, *sources):
    command = ['valac', '--pkg', 'gio-2.0', '--pkg', 'anycache-glib-1.0', '-X', '-w', '--output', name, '--directory', folder]
    if vapi_folder:
        command += ['--vapidir', vapi_folder]
    done = subprocess.run([*command, *sources], capture_output=True, text=True, cwd=folder)
    if done.returncode:
        sys.exit(f'{name} does not compile:\n{done.stderr}')


def run(folder, name, expected):
    environment = dict(os.environ, XDG_CACHE_HOME=str(folder))
    done = subprocess.run([folder / name], capture_output=True, text=True, env=environment, timeout=60)
    if done.returncode or done.stdout != expected:
        sys.exit(f'{name} ended with {done.returncode} and said {done.stdout}{done.stderr} instead of {expected}')


def main(guide, vapi_folder=None):
    program, *pieces = re.findall(r'^```vala\n(.*?)^```$', Path(guide).read_text(encoding='utf-8'), re.M | re.S)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / 'words.vala').write_text(program, encoding='utf-8')
        build(folder, vapi_folder, 'words', 'words.vala')
        n_words = len(re.split('[ \n]', Path('/etc/os-release').read_text(encoding='utf-8')))
        run(folder, 'words', f'{n_words}\n')
        run(folder, 'words', f'{n_words}\n')
        if not (folder / 'org.example.Words').is_dir():
            sys.exit('nothing is remembered')

        (folder / 'pieces.vala').write_text(join(pieces), encoding='utf-8')
        (folder / 'guide.vala').write_bytes(Path(__file__).with_suffix('.vala').read_bytes())
        build(folder, vapi_folder, 'pieces', 'guide.vala', 'pieces.vala')
        run(folder, 'pieces', 'there is no such file\n')
    print(f'the program and {len(pieces)} pieces have run')


main(*sys.argv[1:])
