#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Shows that each gate closes: breaks a copy of the project in every way that a gate looks for, and asks the gate.

    test-gates.py ROOT BUILD-ROOT MESON C-COMPILER LIBRARY [GIR [VAPI]]"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import tree

GATES = Path(__file__).parent
LIBRARY_FOLDER = 'anycache-glib'


def run_gate(gate, *arguments):
    command = [sys.executable, GATES / gate, *arguments]
    return subprocess.run(command, capture_output=True, text=True)


class Break:
    """One thing that is wrong in a copy of the project, and what the gate must say about it."""

    def __init__(self, what, gate, arguments, path, change, complaint):
        self.what, self.gate, self.arguments = what, gate, arguments
        self.path, self.change, self.complaint = path, change, complaint

    def try_in(self, copy):
        """Gives what is wrong with the gate, or None."""
        path = Path(copy, self.path)
        before = path.read_bytes() if path.exists() else None
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.change(before or b''))
        done = run_gate(self.gate, copy, *self.arguments)
        if before is None:
            path.unlink()
        else:
            path.write_bytes(before)
        return judge(self.what, done, self.complaint)


def judge(what, done, complaint):
    if done.returncode == tree.SKIPPED:
        print(f'{what}: not tried, {done.stdout.strip()}')
        return None
    if done.returncode == 1 and complaint in done.stdout:
        print(f'{what}: found')
        return None
    return f'{what}: the gate ended with {done.returncode} and said\n{done.stdout}{done.stderr}'


def appended(text):
    return lambda before: before + text.encode()


def replaced(old, new):
    return lambda before: before.replace(old.encode(), new.encode())


def source_breaks(meson, build):
    """For the gates that read sources."""
    error = f'{LIBRARY_FOLDER}/base/any-error.c'
    key = f'{LIBRARY_FOLDER}/value/any-key.c'
    notes = 'notes.md'
    spdx = 'SPDX-FileCopyright' + 'Text: 2026 The AnyCache Authors\nSPDX-License-' + 'Identifier: '
    return [
        Break('layout', 'format.py', [], error, appended('int  x;\n'), error),
        Break('include that climbs a floor', 'rooms.py', [], error, appended('#include "any-key.h"\n'), 'climbs from base to value'),
        Break('include that climbs out', 'rooms.py', [], key, appended('#include "../base/any-error.h"\n'), 'climbs out'),
        Break('include from outside', 'rooms.py', [], key, appended('#include <anycache-glib/anycache.h>\n'), 'from outside'),
        Break('include of nothing', 'rooms.py', [], key, appended('#include "any-nothing.h"\n'), 'no header'),
        Break('I/O in a pure room', 'rooms.py', [], key, appended('#include <unistd.h>\n'), 'pure room'),
        Break('file that is too long', 'rooms.py', [], key, appended('\n' * 400), 'below 400'),
        Break('folder that is no room', 'rooms.py', [], f'{LIBRARY_FOLDER}/cellar/any-wine.c', appended(''), 'no known room'),
        Break('no owner', 'licences.py', [], notes, appended('Notes.\n'), 'no SPDX-FileCopyrightText'),
        Break('no licence', 'licences.py', [], notes, appended(spdx.split('\n', maxsplit=1)[0]), 'no SPDX-License-Identifier'),
        Break('licence without a text', 'licences.py', [], notes, appended(spdx + 'MIT\n'), 'not in LICENSES'),
        Break('bytes among the sources', 'licences.py', [], 'picture.gif', lambda _: b'GIF\xff', 'is no text'),
        Break('picture without a comment', 'licences.py', [], 'picture.png', lambda _: b'\x89PNG\xff', 'no SPDX-FileCopyrightText'),
        Break('loose end', 'words.py', [], notes, appended('TO' 'DO: more\n'), 'a loose end'),
        Break('path of a machine', 'words.py', [], notes, appended('See /wo' 'rk/notes.\n'), 'a path of one machine'),
        Break('home of somebody', 'words.py', [], notes, appended('See /ho' 'me/me/notes.\n'), 'a path of one machine'),
        Break('host of packages', 'words.py', [], notes, appended('From py' 'pi.org.\n'), 'a host'),
        Break('number in a list', 'words.py', [], notes, appended('As iss' 'ue 7 says.\n'), 'a number in a list'),
        Break('Python that does not compile', 'scripts.py', ['python'], 'broken.py', appended('def (:\n'), 'broken.py'),
        Break('script without a suffix', 'scripts.py', ['python'], 'broken', appended('#!/usr/bin/python3\nif\n'), 'broken'),
        Break('shell that splits words', 'scripts.py', ['shell'], 'broken', appended('#!/bin/bash\nrm $1\n'), 'SC2086'),
        Break('name of the subproject', 'names.py', [build, meson], f'{LIBRARY_FOLDER}/meson.build',
              replaced("override_dependency('anycache-glib-1.0'", "override_dependency('anycache-1.0'"), 'override_dependency'),
    ]


def try_sources(root, build, meson):
    with tempfile.TemporaryDirectory() as copy:
        for name in tree.files(root) + [f'LICENSES/{name}' for name in os.listdir(Path(root, 'LICENSES'))]:
            target = Path(copy, name)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(Path(root, name), target)
        for wrong in source_breaks(meson, build):
            yield wrong.try_in(copy)


def try_headers(build, meson, compiler):
    """A stand-in for meson lists headers of which one was spoiled."""
    said = subprocess.run(meson.split(';') + ['introspect', '--installed', build], capture_output=True, check=True).stdout
    headers = {source: target for source, target in json.loads(said).items() if target.endswith('.h')}
    spoils = {
        'prototype of old': (lambda text: text + 'int any_old ();\n', 'anycache.h, alone'),
        'lost guard': (lambda text: re.sub(r'#if !defined.*?#endif\n', '', text, flags=re.S), 'can be included by itself'),
        'undefined type': (lambda text: text + 'AnyNothing *any_nothing (void);\n', 'anycache.h, alone'),
    }
    victim = next(source for source in headers if source.endswith('/any-version.h'))

    for what, (spoil, complaint) in spoils.items():
        with tempfile.TemporaryDirectory() as folder:
            spoiled = Path(folder, 'any-version.h')
            spoiled.write_text(spoil(Path(victim).read_text(encoding='utf-8')), encoding='utf-8')
            listed = {(str(spoiled) if source == victim else source): target for source, target in headers.items()}
            stand_in = Path(folder, 'meson.py')
            stand_in.write_text(f'print({json.dumps(listed)!r})\n', encoding='utf-8')
            done = run_gate('header.py', build, f'{sys.executable};{stand_in}', compiler)
            yield judge(what, done, complaint)


def try_rooms(build):
    """The rooms that are not pure stand for a pure one that is not pure any more."""
    for room, call in (('store', 'openat'), ('deps', 'clock_gettime')):
        done = run_gate('pure.py', Path(build, LIBRARY_FOLDER, f'libany-{room}.a'))
        yield judge(f'{room} in a pure room', done, f'calls {call}')


def try_vapi(vapi):
    text = Path(vapi).read_text(encoding='utf-8')
    spoils = {
        'default that is gone': (text.replace('int64 maxsize = -1', 'int64 maxsize', 1), '-AnyCache.Cache: public Cache ('),
        'callback that is not kept': (text.replace('owned AnyCache.ComputeFunc?', 'AnyCache.ComputeFunc?'), '+AnyCache.Cache: public'),
        'member that is new': (text.replace('MEMORY,', 'MEMORY,\n\t\tPAPER,'), '+AnyCache.Tier: PAPER'),
        'flags that are none': (text.replace('[Flags]\n', ''), '-AnyCache: [Flags] public enum'),
    }
    with tempfile.TemporaryDirectory() as folder:
        spoiled = Path(folder, 'spoiled.vapi')
        for what, (changed, complaint) in spoils.items():
            spoiled.write_text(changed, encoding='utf-8')
            yield judge(what, run_gate('surface.py', 'vapi', spoiled, GATES / 'vapi.list'), complaint)


def try_surface(library, gir=None):
    with tempfile.TemporaryDirectory() as folder:
        short = Path(folder, 'list')
        short.write_text((GATES / 'symbols.list').read_text(encoding='utf-8').replace('any_cache_clear\n', ''), encoding='utf-8')
        yield judge('symbol that is new', run_gate('surface.py', 'symbols', library, short), '+any_cache_clear')
        if not gir:
            return

        text = Path(gir).read_text(encoding='utf-8')
        spoiled = Path(folder, 'spoiled.gir')
        spoils = {
            'name without a version': (re.sub(r'(<method [^>]*?) version="1.0"', r'\1', text, count=1, flags=re.S),
                                       'not “Since: 1.0”'),
            'changed ownership': (re.sub(r'transfer-ownership="full"', 'transfer-ownership="none"', text), 'transfer'),
            'hidden from the languages': (text.replace('<method ', '<method introspectable="0" ', 1), 'not introspectable'),
        }
        for what, (changed, complaint) in spoils.items():
            spoiled.write_text(changed, encoding='utf-8')
            yield judge(what, run_gate('surface.py', 'gir', spoiled, GATES / 'gir.list'), complaint)

        spoiled.write_text(text.replace('"any_cache_clear"', '"any_cache_clean"'), encoding='utf-8')
        done = run_gate('surface.py', 'match', library, spoiled)
        yield judge('export that no language sees', done, 'any_cache_clear: is exported')
        yield judge('promise that is not kept', done, 'any_cache_clean: is promised')


def main(root, build, meson, compiler, library, gir=None, vapi=None):
    outcomes = [*try_sources(root, build, meson), *try_headers(build, meson, compiler), *try_rooms(build),
                *try_surface(library, gir), *(try_vapi(vapi) if vapi else [])]
    tree.verdict([outcome for outcome in outcomes if outcome], len(outcomes))


main(*sys.argv[1:])
