# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""The files of the project, as every gate sees them."""

import fnmatch
import os
import subprocess
import sys
from pathlib import Path

SKIPPED = 77    # what meson takes for "skipped"

# Bytes that tests read and nobody writes by hand, and the licence texts: no gate reads them.
DATA = ['LICENSES/*', 'tests/golden/*.entry', 'tests/golden/*.marks', 'tests/fuzz/corpus/*']


def from_git(root):
    """Every file that git knows or would take; None where git cannot say."""
    command = ['git', '-C', root, 'ls-files', '-z', '--cached', '--others', '--exclude-standard']
    try:
        listed = subprocess.run(command, capture_output=True, check=True).stdout
        top = subprocess.run(['git', '-C', root, 'rev-parse', '--show-toplevel'],
                             capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return None

    # An unpacked release inside somebody else's repository is not that repository's.
    if not os.path.samefile(top.rstrip(b'\n'), root):
        return None
    return [os.fsdecode(name) for name in listed.split(b'\0') if name]


def from_disk(root):
    """Every file below, but for hidden folders, byte code and build folders."""
    found = []
    for folder, folders, names in os.walk(root):
        here = os.path.relpath(folder, root)
        folders[:] = [name for name in folders
                      if name not in ('.git', '__pycache__')
                      and not os.path.exists(os.path.join(folder, name, 'meson-private'))]
        found += [os.path.normpath(os.path.join(here, name)) for name in names]
    return found


def files(root, *patterns):
    """The project's own text files, relative to root, sorted; with patterns only those that match one."""
    names = from_git(root)
    if names is None:
        names = from_disk(root)

    return sorted(name for name in set(names)
                  if os.path.isfile(os.path.join(root, name))
                  and not any(fnmatch.fnmatch(name, data) for data in DATA)
                  and (not patterns or any(fnmatch.fnmatch(name, pattern) for pattern in patterns)))


def text(root, name):
    return Path(root, name).read_text(encoding='utf-8')


def head(root, name):
    """The first line, which may say what language a script is in."""
    with open(os.path.join(root, name), 'rb') as stream:
        return stream.readline(200).decode('utf-8', 'replace')


def skip(reason):
    print(f'skipped: {reason}')
    sys.exit(SKIPPED)


def verdict(complaints, checked):
    """Ends the gate: closed when there is a complaint, and when there was nothing to look at."""
    for complaint in complaints:
        print(complaint)
    if not checked:
        print('nothing was found to check: the gate itself is broken')
    print(f'{checked} checked, {len(complaints)} complaints')
    sys.exit(1 if complaints or not checked else 0)
