#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Gate: no loose ends, and nothing that only its author's desk understands.

The patterns are written so that they do not match themselves."""

import re
import sys

import tree

WORDS = {
    'a loose end': r'\b(TO[D]O|FIX[M]E|X[X]X|HA[C]K)\b',
    'a path of one machine': r'(?<![\w.])/(wor[k]|hom[e]/\w+|User[s]/\w+|roo[t])/|/var/tmp/b[u]ild',
    'a host that packages are fetched from': r'\b(deb\.debia[n]\.org|pypi\.or[g]|npmj[s]\.(com|org))\b|https?://[^ ]*registr[y]',
    'a number in a list that readers do not have': r'(?i)\bissue[s]? #?\d',
    'a word of the workplace': r'(?i)\bsub-?agent[s]?\b|\bfar[m]-\w|\bissues sho[w]\b|\.librar[y]/',
}


def main(root):
    names = tree.files(root)
    complaints = []
    for name in names:
        try:
            lines = tree.text(root, name).split('\n')
        except UnicodeDecodeError:
            continue    # the licence gate complains of it

        for number, line in enumerate(lines, 1):
            for what, pattern in WORDS.items():
                found = re.search(pattern, line)
                if found:
                    complaints.append(f'{name}:{number}: {what}: {found[0]}')
    tree.verdict(complaints, len(names))


main(sys.argv[1])
