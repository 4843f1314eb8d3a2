#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Gate: every file says whose it is and under which licence, and the text of that licence is in LICENSES/. A PNG says so in a comment."""

import os
import re
import sys
from pathlib import Path

import tree

TOP_LINES = 8    # a shebang and a mode line may stand above
OWNER = re.compile(r'SPDX-FileCopyrightText: \d{4} The AnyCache Authors\b')
LICENCE = re.compile(r'SPDX-License-Identifier: ([\w.+-]+)')


def top_of(root, name):
    if name.endswith('.png'):
        return Path(root, name).read_bytes().decode('latin-1')
    return '\n'.join(tree.text(root, name).split('\n')[:TOP_LINES])


def complaints_about(root, name):
    try:
        top = top_of(root, name)
    except UnicodeDecodeError:
        return [f'{name}: is no text; if it is meant to be here, name it in DATA of tree.py']

    if not OWNER.search(top):
        return [f'{name}: has no SPDX-FileCopyrightText line at its top']
    licence = LICENCE.search(top)
    if not licence:
        return [f'{name}: has no SPDX-License-Identifier line at its top']
    if not os.path.exists(os.path.join(root, 'LICENSES', licence[1] + '.txt')):
        return [f'{name}: is under {licence[1]}, whose text is not in LICENSES/']
    return []


def main(root):
    names = tree.files(root)
    tree.verdict([complaint for name in names for complaint in complaints_about(root, name)], len(names))


main(sys.argv[1])
