#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Gate: what a program includes.

The public header, as it will be installed, compiles alone under strict warnings in C and, where there is a compiler for it, in
C++. Each other installed header refuses to be included by itself.

    header.py BUILD-ROOT MESON C-COMPILER [C++-COMPILER]"""

import json
import os
import shutil
import subprocess
import sys
import tempfile

import tree

PUBLIC = 'anycache.h'
FOLDER = 'anycache-glib'
STRICT = ['-fsyntax-only', '-Werror', '-Wall', '-Wextra', '-Wpedantic', '-Wshadow', '-Wundef', '-Wcast-align', '-Wredundant-decls']
STRICT_C = ['-Wstrict-prototypes', '-Wmissing-prototypes', '-Wold-style-definition', '-Wdeclaration-after-statement']

# A program of its own and one that uses what the macros of the header expand to.
PROGRAMS = {
    'alone': f'#include <{FOLDER}/{PUBLIC}>\n',
    'twice': f'#include <{FOLDER}/{PUBLIC}>\n#include <{FOLDER}/{PUBLIC}>\n',
    'used': f'''#include <{FOLDER}/{PUBLIC}>
#if !ANY_CHECK_VERSION (0, 0, 0) || ANY_CHECK_VERSION (99, 0, 0)
#error "The version is not a version."
#endif
gboolean use (gpointer object);
gboolean
use (gpointer object)
{{
  g_autoptr (AnyCache) cache = any_cache_new (NULL, -1);
  g_autoptr (AnyFunction) function = any_cache_define (cache, "f", NULL, NULL, NULL, NULL);

  return ANY_IS_CACHE (object) || ANY_IS_FUNCTION (function) || ANY_IS_REQUEST (object) || ANY_IS_ENTRY (object) ||
         any_cache_error_quark () == ANY_CACHE_ERROR;
}}
''',
}


def stage(build, meson, folder):
    """Lays out the public headers as `meson install` will; gives their names."""
    said = subprocess.run(meson.split(';') + ['introspect', '--installed', build], capture_output=True, check=True).stdout
    names = []
    for source, target in json.loads(said).items():
        if target.endswith('.h') and os.path.basename(os.path.dirname(target)) == FOLDER:
            os.makedirs(os.path.join(folder, FOLDER), exist_ok=True)
            shutil.copy(source, os.path.join(folder, FOLDER))
            names.append(os.path.basename(target))
    return sorted(names)


def glib_flags():
    """GLib's own headers are not ours to warn about."""
    said = subprocess.run(['pkg-config', '--cflags', 'gio-2.0'], capture_output=True, check=True, text=True).stdout
    return [('-isystem' + flag[2:] if flag.startswith('-I') else flag) for flag in said.split()]


def compile_text(compiler, flags, suffix, text, folder):
    path = os.path.join(folder, 'program' + suffix)
    with open(path, 'w', encoding='utf-8') as stream:
        stream.write(text)
    return subprocess.run(compiler.split(';') + flags + [f'-I{folder}', path], capture_output=True, text=True)


def main(build, meson, c_compiler, cpp_compiler=None):
    complaints = []
    checked = 0
    flags = glib_flags() + STRICT
    ways = [(c_compiler, [f'-std={std}'] + STRICT_C + flags, '.c') for std in ('gnu11', 'c99', 'c11')]
    if cpp_compiler:
        ways += [(cpp_compiler, [f'-std={std}'] + flags, '.cpp') for std in ('c++11', 'c++17')]

    with tempfile.TemporaryDirectory() as folder:
        headers = stage(build, meson, folder)
        for compiler, arguments, suffix in ways:
            for name, text in PROGRAMS.items():
                checked += 1
                done = compile_text(compiler, arguments, suffix, text, folder)
                if done.returncode:
                    complaints.append(f'{PUBLIC}, {name}, {arguments[0]}:\n{done.stderr}')

        for header in headers:
            if header == PUBLIC:
                continue
            checked += 1
            done = compile_text(*ways[0], f'#include <{FOLDER}/{header}>\n', folder)
            if not done.returncode or f'Only <{FOLDER}/{PUBLIC}> can be included directly' not in done.stderr:
                complaints.append(f'{header}: can be included by itself')

    tree.verdict(complaints, checked if PUBLIC in headers else 0)


main(*sys.argv[1:])
