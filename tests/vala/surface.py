#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Everything that the vapi declares is used by some test in Vala: `surface.py LIST TEST...`, where the list is the committed one."""

import re
import sys
from pathlib import Path


def names(surface):
    """What is to be used, each with a pattern of its use."""
    for place, declaration in re.findall(r'^([\w.]+): (.*)$', surface, re.M):
        plain = re.sub(r'\(.*|\{.*| : .*', '', declaration).strip()
        name = plain.split()[-1]
        inside = place.split('.')[-1]
        if declaration.startswith('protected'):
            continue    # not for users
        if ' signal ' in declaration:
            yield place, name, rf'\.{name}\.connect\b'
        elif '(' in declaration and (name == inside or name.startswith(inside + '.')):
            yield place, name, rf'\bnew AnyCache\.{re.escape(name)} \('
        elif place == 'AnyCache' or '(' in declaration or '{' in declaration:
            yield place, name, rf'[. ]{name}\b'
        else:
            yield place, name, rf'\b{name}\b'    # of an enumeration, whose name is often left out


def main(surface, *tests):
    code = '\n'.join(re.sub(r'//.*', '', Path(test).read_text(encoding='utf-8')) for test in tests)
    wanted = list(names(Path(surface).read_text(encoding='utf-8')))
    unused = [f'{place}.{name}' for place, name, pattern in wanted if not re.search(pattern, code)]

    for name in unused:
        print(f'{name} is used by no test')
    print(f'{len(wanted)} names, {len(unused)} of them unused')
    sys.exit(1 if unused or not wanted else 0)


main(*sys.argv[1:])
