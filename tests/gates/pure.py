#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Gate: the pure rooms are pure as they were compiled: nothing that they call does I/O, tells the time, rolls dice, asks the
environment, or runs a main loop: `pure.py STATIC-LIBRARY`."""

import re
import subprocess
import sys

import tree

IMPURE = re.compile(r'''
    (__)? (
    (f|l)?stat(x|at|64)*  | (f|v)?printf | fopen | fread | fwrite | (open|creat|openat)(2|64)? | p?(read|write)v?(64)?(v2)?
  | close | rename(at2?)? | unlink(at)? | mkdir(at)? | fcntl(64)? | ioctl | syscall | mmap(64)? | lseek(64)? | poll | select
  | clock_.* | time | gettimeofday | (s|d)?rand(om)?(48)?(_r)? | getrandom | getenv | getpid | sleep | usleep | nanosleep
  | g_get_(real|monotonic|home|tmp|user|current).* | g_(date_time|timer|usleep|getenv|random|rand)_?.*
  | g_(file|dir|mkdir|stat|open|unlink|rename|io_channel|spawn|mapped_file)(_(?!error).*)?
  | g_(main|source|idle|timeout|task|thread|mutex|rec_mutex|rw_lock|cond)_.*
    ) (_chk|_2)?
''', re.X)


def main(library):
    said = subprocess.run(['nm', '--undefined-only', '--format=posix', library], capture_output=True, check=True, text=True).stdout
    called = sorted({line.split()[0].split('@')[0] for line in said.splitlines() if ' U' in line})
    tree.verdict([f'{library}: calls {name}' for name in called if IMPURE.fullmatch(name)], len(called))


main(sys.argv[1])
