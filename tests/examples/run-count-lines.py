# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Runs the README's program in turn in every language it is written in, on one cache.

Each time, the language that is asked first must count, and every other must find what it has counted."""

import os
import subprocess
import sys
import tempfile

import programs


def run(command, path, cache_home):
    return subprocess.run(command + [path], env=programs.environment(cache_home), capture_output=True, text=True, timeout=60)


def expect(language, said, output):
    if said.returncode or said.stdout != output:
        sys.exit(f'{language} said {said.stdout!r} instead of {output!r}, and ended with {said.returncode}:\n{said.stderr}')


def main(folder):
    commands = programs.languages(__doc__)
    cache_home = os.path.join(folder, 'cache')
    path = os.path.join(folder, 'lines.txt')
    missing = os.path.join(folder, 'missing.txt')

    for lines in range(1, len(commands) + 1):
        with open(path, 'a', encoding='utf-8') as stream:
            stream.write('another line\n')
        for place, (language, command) in enumerate(commands):
            counting = f'counting {path}\n' if place == 0 else ''
            expect(language, run(command, path, cache_home), f'{counting}{lines}\n')
        commands.append(commands.pop(0))

    for language, command in commands:
        said = run(command, missing, cache_home)
        if said.returncode != 1 or 'missing.txt' not in said.stderr or 'Traceback' in said.stderr:
            sys.exit(f'{language} did not report the missing file, but ended with {said.returncode}:\n{said.stderr}')
        print(f'{language}: counted once, found the others\' counts, reported a missing file')


with tempfile.TemporaryDirectory() as temporary:
    main(os.path.realpath(temporary))
