# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Lets a program in each language follow a file, changes it as editors and programs do, and says how soon the new count was there."""

import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import programs

PATIENCE = 60    # seconds


def append(path):
    with open(path, 'a', encoding='utf-8') as stream:
        stream.write('another line\n')


def replace(path):
    with open(path, encoding='utf-8') as stream:
        text = stream.read()
    with open(path + '~', 'w', encoding='utf-8') as stream:
        stream.write(text + 'another line\n')
    os.rename(path + '~', path)


def expect(language, program, number):
    said = program.stdout.readline()
    if said != f'{number}\n':
        sys.exit(f'{language} said {said!r} instead of {number}')


def follow(language, command, path, cache_home):
    """Seconds from each change to the line that tells of it."""
    times = []
    with open(path, 'w', encoding='utf-8'):
        pass
    program = subprocess.Popen(command + [path], env=programs.environment(cache_home), stdout=subprocess.PIPE, text=True)
    watchdog = threading.Timer(PATIENCE, program.kill)
    watchdog.start()
    try:
        expect(language, program, 0)
        for number, change in enumerate([append, replace] * 5, start=1):
            change(path)
            began = time.monotonic()
            expect(language, program, number)
            times.append(time.monotonic() - began)
    finally:
        watchdog.cancel()
        program.kill()
        program.wait()
        program.stdout.close()
    return times


def main(folder):
    for language, command in programs.languages(__doc__):
        times = follow(language, command, os.path.join(folder, language), os.path.join(folder, 'cache'))
        print(f'{language}: the new count came after {statistics.median(times) * 1000:.0f} ms,'
              f' {max(times) * 1000:.0f} ms at most')


with tempfile.TemporaryDirectory() as temporary:
    main(os.path.realpath(temporary))
