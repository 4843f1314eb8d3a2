#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Gate: the library has one name, whichever way it is asked for.

The pkg-config file, meson.override_dependency (which makes a subproject answer to that name), the shared library, the vapi and
the folder of the headers agree: `names.py ROOT BUILD-ROOT MESON`."""

import json
import os
import re
import subprocess
import sys

import tree

NAME = 'anycache-glib-1.0'


def installed(build, meson):
    said = subprocess.run(meson.split(';') + ['introspect', '--installed', build], capture_output=True, check=True).stdout
    return sorted(json.loads(said).values())


def main(root, build, meson):
    complaints = []

    def expect(what, found):
        if found != {NAME}:
            complaints.append(f'{what}: {", ".join(sorted(found)) or "none"}; it should be {NAME}')

    builds = [tree.text(root, name) for name in tree.files(root, 'anycache-glib/*meson.build', 'meson.build')]
    expect('meson.override_dependency', {name for text in builds
                                         for name in re.findall(r"override_dependency\(\s*'([^']+)'", text)})

    paths = installed(build, meson)
    names = [os.path.basename(path) for path in paths]
    expect('pkg-config file', {name[:-3] for name in names if name.endswith('.pc')})
    expect('shared library', {re.sub(r'^lib|\.so.*$', '', name) for name in names if re.search(r'^lib.*\.so', name)})
    expect('folder of the headers', {path.split('/')[-3] for path in paths if path.endswith('.h')})

    vapis = {name[:-5] for name in names if name.endswith('.vapi')}
    if vapis:
        expect('vapi', vapis)
    tree.verdict(complaints, len(paths))


main(*sys.argv[1:])
