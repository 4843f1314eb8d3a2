#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Gate: the rooms of the library are one-way, and stay rooms.

A file includes headers of its own folder and of the folders below it; no include climbs with "../"; value/ is pure, so it
includes no header of the system that does I/O or tells the time; and no file is so long that it must be two rooms."""

import os
import re
import sys

import tree

LIBRARY = 'anycache-glib'
FLOORS = ['base', 'value', 'deps', 'watch', 'store', 'flight', '']    # '' is the library's own folder, the facade
MAX_LINES = 400
GENERATED = {'config.h': 'base', 'any-version.h': 'base'}
IMPURE = re.compile(r'glib/gstdio|(dirent|fcntl|poll|stdio|time|unistd)\.h|sys/')

DOCUMENTATION = re.compile(r'^ */\*\*\n.*?\*/\n', re.M | re.S)
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)


def room_of(name):
    return os.path.dirname(os.path.relpath(name, LIBRARY))


def complaint_about(bracket, header, room, home):
    """Why a file of this room may not include this header, or None."""
    if '..' in header.split('/'):
        return 'climbs out of its folder'
    if bracket == '<':
        if header.startswith(LIBRARY + '/'):
            return 'includes the library from outside; name the room instead'
        if room == 'value' and IMPURE.match(header):
            return 'lets I/O or the clock into a pure room'
        return None

    base = os.path.basename(header)
    if base not in home:
        return 'is no header of the library'
    if FLOORS.index(home[base]) > FLOORS.index(room):
        return f'climbs from {room or "the facade"} to {home[base] or "the facade"}'
    return None


def main(root):
    names = tree.files(root, LIBRARY + '/*.c', LIBRARY + '/*.h', LIBRARY + '/*.h.in')
    complaints = [f'{name}: is in no known room' for name in names if room_of(name) not in FLOORS]
    names = [name for name in names if room_of(name) in FLOORS]
    home = {os.path.basename(name): room_of(name) for name in names if name.endswith('.h')} | GENERATED

    for name in names:
        source = tree.text(root, name)
        for bracket, header in INCLUDE.findall(source):
            why = complaint_about(bracket, header, room_of(name), home)
            if why:
                complaints.append(f'{name}: {header} {why}')

        lines = DOCUMENTATION.sub('', source).count('\n')
        if lines >= MAX_LINES:
            complaints.append(f'{name}: {lines} lines; below {MAX_LINES} is a room')
    tree.verdict(complaints, len(names))


main(sys.argv[1])
