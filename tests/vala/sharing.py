#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""A structure of Vala is what Python and JavaScript call with and give: what one of them has computed, the others find, without a word
of the types: `sharing.py VALA-PROGRAM`."""

import subprocess
import sys
import tempfile
from pathlib import Path

from anycache_glib import AnyCache

SCRIPT = Path(__file__).with_suffix('.js')


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    if done.returncode:
        sys.exit(f'{command[0]} ended with {done.returncode}: {done.stderr}')
    return done.stdout.strip().replace('\n', '')


def main(program, directory):
    @AnyCache(cachedir=directory).anycache(name='org.example.Repeat', version='1')
    def repeat(text, count):
        computed.append(text)
        return text * count, count / 2, count > 3

    def in_python(text, count):
        computed.clear()
        words, half, is_long = repeat(text, count)
        return f'{"computing " if computed else ""}{words} {half} {str(is_long).lower()}'

    computed = []
    seen = set()
    languages = {
        'Python': in_python,
        'Vala': lambda text, count: run(program, directory, text, str(count)),
        'JavaScript': lambda text, count: run('gjs', '-m', SCRIPT, directory, text, str(count)),
    }
    for number, first in enumerate(languages):
        text = 'abc'[number]
        for language, call in [(first, languages[first]), *languages.items()]:
            expected = f'{text * 5} 2.5 true'
            said = call(text, 5)
            if said != (f'computing {expected}' if text not in seen else expected):
                sys.exit(f'what {first} had to compute, was in {language}: {said}')
            seen.add(text)
    print(f'{len(seen)} calls were computed once each, and found in {len(languages)} languages')


with tempfile.TemporaryDirectory() as temporary:
    main(sys.argv[1], temporary)
