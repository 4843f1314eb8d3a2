# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""One example in the languages it is written in, as the command line names its programs."""

import argparse
import os


def languages(description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument('--c', metavar='PROGRAM')
    parser.add_argument('--vala', metavar='PROGRAM')
    parser.add_argument('--python', metavar='FILE')
    parser.add_argument('--javascript', metavar='FILE')
    given = {language: file for language, file in vars(parser.parse_args()).items() if file}

    interpreters = {'python': ['/usr/bin/python3'], 'javascript': ['gjs', '-m']}
    return [(language, interpreters.get(language, []) + [file]) for language, file in given.items()]


def environment(cache_home):
    result = dict(os.environ, XDG_CACHE_HOME=cache_home)
    result.pop('ANYCACHE_DISABLE', None)
    return result
