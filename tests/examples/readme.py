# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""The programs in the README.

`readme.py check ROOT`: the README quotes the examples to the letter, without the lines about their licence.
`readme.py unpack ROOT FOLDER`: writes the programs, as a reader would copy them, and the commands to build them."""

import re
import sys
from pathlib import Path

LANGUAGES = {'c': 'count-lines.c', 'python': 'count-lines.py', 'js': 'count-lines.js', 'vala': 'count-lines.vala'}
BLOCK = re.compile(r'^```(\w+)\n(.*?)^```$', re.M | re.S)
LICENCE = re.compile(r'\A(/\*|//|#) SPDX-FileCopyrightText.*\n.*SPDX-License-Identifier.*\n( \*/\n)?\n')
BUILD = re.compile(r'^(?:gcc|valac) .*count-lines.*$', re.M)


def programs(readme):
    """The first block of each language."""
    found = {}
    for language, text in BLOCK.findall(readme):
        found.setdefault(language, text)
    return found


def check(root, readme):
    quoted = programs(readme)
    failed = False
    for language, name in LANGUAGES.items():
        example, licences = LICENCE.subn('', Path(root, 'docs/examples', name).read_text(encoding='utf-8'))
        if not licences:
            sys.exit(f'{name} does not start with its licence')
        if quoted.get(language) != example:
            print(f'README.md does not quote docs/examples/{name} to the letter')
            failed = True
    sys.exit(failed)


def unpack(readme, folder):
    for language, text in programs(readme).items():
        if language in LANGUAGES:
            Path(folder, LANGUAGES[language]).write_text(text, encoding='utf-8')

    commands = BUILD.findall(readme)
    if len(commands) != 2:
        sys.exit(f'README.md should tell how to build two programs: {commands}')
    Path(folder, 'build').write_text('set -e\n' + '\n'.join(commands) + '\n', encoding='utf-8')


README = Path(sys.argv[2], 'README.md').read_text(encoding='utf-8')
if sys.argv[1] == 'check':
    check(sys.argv[2], README)
else:
    unpack(README, sys.argv[3])
