#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Valadoc makes a reference of the vapi and the documentation in the GIR, and has nothing to say against it:
`valadoc.py GIR VAPI FOLDER`.

Valadoc 0.56 knows the links of gtk-doc, not those of gi-docgen, and what C has beside each callback it takes for a mistake; so it
is given a copy of the GIR in which that is put right."""

import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

SKIPPED = 77

CORE = '{http://www.gtk.org/introspection/core/1.0}'
C = '{http://www.gtk.org/introspection/c/1.0}'
GLIB = '{http://www.gtk.org/introspection/glib/1.0}'
LINK = re.compile(r'\[(\w+)@([\w.]+?)(?:(::?)([\w-]+))?\]')
C_PREFIXES = {'GLib': 'G', 'GObject': 'G', 'Gio': 'G'}


def c_names(namespace):
    """What each thing, by its path in the namespace, is called in C."""
    names = {}
    for element in namespace.iter():
        own = element.get(C + 'identifier') or element.get(C + 'type')
        if element.get('name') and own:
            for parent in [namespace, *namespace]:
                if element in list(parent):
                    path = [parent.get('name')] if parent is not namespace else []
                    names['.'.join([namespace.get('name'), *path, element.get('name')])] = own
    return names


def translate(text, names):
    def link(found):
        kind, path, _, detail = found.groups()
        namespace, _, rest = path.partition('.')
        name = names.get(path) or C_PREFIXES.get(namespace, '') + rest.replace('.', '')
        if kind in ('method', 'ctor', 'func'):
            return f'{name}()'
        if detail:
            return f'#{name}::{detail}' if kind == 'signal' else f'#{name}:{detail}'
        return f'%{name}' if kind == 'error' and path.count('.') > 1 else f'#{name}'

    return LINK.sub(link, text)


def is_hidden(parameter):
    """Whether Vala has no such parameter: the data of a callback, or the callback of what is awaited."""
    kind = parameter.find(CORE + 'type')
    return parameter.get('name') in ('user_data', 'destroy') or (
        parameter.get('scope') == 'async' and kind is not None and kind.get('name') == 'Gio.AsyncReadyCallback')


def prepare(gir, target):
    tree = ElementTree.parse(gir)
    names = c_names(tree.getroot().find(CORE + 'namespace'))
    for parameter in tree.iter(CORE + 'parameter'):
        for doc in parameter.findall(CORE + 'doc') if is_hidden(parameter) else []:
            parameter.remove(doc)
    for doc in tree.iter(CORE + 'doc'):
        doc.text = translate(doc.text, names)
    tree.write(target, encoding='utf-8', xml_declaration=True)


def main(gir, vapi, folder):
    valadoc = shutil.which('valadoc')
    if not valadoc:
        print('skipped: valadoc is not installed')
        sys.exit(SKIPPED)

    folder = Path(folder)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for prefix, uri in (('', CORE), ('c', C), ('glib', GLIB)):
        ElementTree.register_namespace(prefix, uri.strip('{}'))
    prepare(gir, folder / Path(gir).name)

    pages = folder / 'pages'
    command = [valadoc, '--directory', pages, '--package-name', Path(vapi).stem, '--pkg', 'gio-2.0', '--importdir', folder,
               '--import', Path(gir).stem, vapi]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=dict(os.environ, LC_ALL='C.UTF-8'))
    print(done.stdout)
    if done.returncode or 'warning' in done.stdout.replace('0 warning', ''):
        sys.exit(1)

    page = (pages / Path(vapi).stem / 'AnyCache.Cache.define.html').read_text(encoding='utf-8')
    if 'results are remembered in this cache' not in page or 'AnyCache.Function.close.html' not in page:
        sys.exit('the page of Cache.define has no documentation, or no links')


main(*sys.argv[1:])
