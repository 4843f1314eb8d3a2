#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Gate: the public surface is what was committed, and each piece of it says since when it is there.

    surface.py symbols LIBRARY LIST [--update]    what the shared library exports
    surface.py gir GIR LIST [--update]            what the languages see: every name with its types, ownership and version
    surface.py vapi VAPI LIST [--update]          what Vala sees: every declaration, as it is written in that language
    surface.py match LIBRARY GIR                  what is exported is seen by the languages, and the other way round

The lists are committed. When the surface has changed on purpose, `meson compile update-surface` writes them anew; the change is
then read as a part of the commit."""

import difflib
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import tree

SINCE = '1.0'
HEAD = ('# SPDX-FileCopyrightText: 2026 The AnyCache Authors\n'
        '# SPDX-License-Identifier: LGPL-2.1-or-later\n'
        '# Written by “meson compile update-surface”.\n')

CORE = '{http://www.gtk.org/introspection/core/1.0}'
C = '{http://www.gtk.org/introspection/c/1.0}'
GLIB = '{http://www.gtk.org/introspection/glib/1.0}'

# Elements of a namespace that carry a name of their own, and must each say since when they exist.
DATED = ['function', 'function-macro', 'constant', 'callback', 'alias', 'class', 'interface', 'record', 'union', 'enumeration',
         'bitfield', 'method', 'constructor', 'virtual-method', 'property']
SIGNAL = GLIB + 'signal'


def exported(library):
    said = subprocess.run(['nm', '--dynamic', '--defined-only', '--format=posix', library],
                          capture_output=True, check=True, text=True).stdout
    return sorted(line.split()[0].split('@')[0] for line in said.splitlines())


def namespace_of(gir):
    return ElementTree.parse(gir).getroot().find(CORE + 'namespace')


def kind_of(element):
    return 'signal' if element.tag == SIGNAL else element.tag.replace(CORE, '')


def type_of(element):
    """The type of a parameter, a return value or a property, in one word."""
    array = element.find(CORE + 'array')
    if array is not None:
        return f'[{type_of(array)}]'
    if element.find(CORE + 'varargs') is not None:
        return '...'
    inner = element.find(CORE + 'type')
    return '?' if inner is None else inner.get('name', inner.get(C + 'type', '?'))


def manner_of(element):
    """How a value travels: who owns it, whether it may be missing, and what a callback may do."""
    words = []
    if element.get('transfer-ownership', 'none') != 'none':
        words.append('transfer ' + element.get('transfer-ownership'))
    words += [name for name in ('nullable', 'optional', 'allow-none') if element.get(name) == '1']
    words += [f'{name} {element.get(name)}' for name in ('direction', 'scope', 'closure', 'destroy') if element.get(name)]
    return f' ({", ".join(word for word in words if word != "allow-none" or "nullable" not in words)})' if words else ''


def signature(element):
    """The parameters and the result of something that can be called."""
    inside = element.find(CORE + 'parameters')
    parameters = [] if inside is None else [
        f'{parameter.get("name")}: {type_of(parameter)}{manner_of(parameter)}' for parameter in inside
        if parameter.tag == CORE + 'parameter']
    result = element.find(CORE + 'return-value')
    text = f' ({", ".join(parameters)})'
    if result is not None:
        text += f' -> {type_of(result)}{manner_of(result)}'
    return text + (' throws' if element.get('throws') == '1' else '')


def access(element):
    """What may be done with a property."""
    words = ['readable'] if element.get('readable', '1') == '1' else []
    words += [name for name in ('writable', 'construct', 'construct-only') if element.get(name) == '1']
    return f': {type_of(element)} ({", ".join(words)})'


def describe(element, path):
    kind = kind_of(element)
    text = f'{kind} {path}'
    if kind == 'property':
        text += access(element)
    elif element.find(CORE + 'return-value') is not None:
        text += signature(element)
    elif kind in ('constant', 'member') and not path.endswith('_VERSION'):    # which changes with each release
        text += f' = {element.get("value")}'
    if element.get('introspectable') == '0':
        text += ' (not introspectable)'
    if element.get('deprecated') == '1':
        text += ' (deprecated)'
    return text + (f' since {element.get("version")}' if element.get('version') else '')


def is_public(element):
    """Not the structures of classes, which are opened to nobody, nor the older place of what the scanner moved."""
    return element.get(GLIB + 'is-gtype-struct-for') is None and element.get('moved-to') is None


def walk(parent, path):
    for element in parent:
        kind = kind_of(element)
        if (kind in DATED or kind in ('signal', 'member')) and is_public(element):
            here = f'{path}.{element.get("name")}'
            yield element, here
            yield from walk(element, here)


def gir_surface(gir):
    namespace = namespace_of(gir)
    return sorted(describe(element, path) for element, path in walk(namespace, namespace.get('name')))


def vapi_surface(vapi):
    """Each declaration, behind what it stands in and its attributes. Those that only say where C has it, the linker checks."""
    lines, inside, attributes = [], [], ''
    with open(vapi, encoding='utf-8') as stream:
        for line in (line.strip() for line in stream):
            if re.fullmatch(r'\[\w+( \(.*\))?\]', line):
                attributes += '' if line.startswith(('[CCode', '[Version')) else line + ' '
            elif line == '}':
                inside.pop()
            elif line and not line.startswith('/*'):
                lines.append(f'{".".join(inside)}: {attributes}{line.rstrip(" {,;")}' if inside else line.rstrip(' {'))
                if line.endswith('{'):
                    inside.append(re.search(r'(\w+)( : .*)? \{$', line)[1])
                attributes = ''
    return sorted(lines)


def undated(gir):
    namespace = namespace_of(gir)
    return [f'{kind_of(element)} {path}: says “since {element.get("version")}”, not “Since: {SINCE}”'
            for element, path in walk(namespace, namespace.get('name'))
            if kind_of(element) != 'member' and element.get('version') != SINCE]


def compare(lines, path, update):
    """Complaints about the difference between the surface and its committed list."""
    if update:
        with open(path, 'w', encoding='utf-8') as stream:
            stream.write(HEAD + ''.join(line + '\n' for line in lines))
        sys.exit(0)

    with open(path, encoding='utf-8') as stream:
        committed = [line.rstrip('\n') for line in stream if not line.startswith('#')]
    return list(difflib.unified_diff(committed, lines, path, 'the build', lineterm='', n=0))


def check_symbols(library, path, update=None):
    names = exported(library)
    strangers = [f'{name}: is exported, and is not ours' for name in names if not name.startswith('any_')]
    tree.verdict(strangers + compare(names, path, update), len(names))


def check_gir(gir, path, update=None):
    lines = gir_surface(gir)
    tree.verdict(undated(gir) + compare(lines, path, update), len(lines))


def check_vapi(vapi, path, update=None):
    lines = vapi_surface(vapi)
    tree.verdict(compare(lines, path, update), len(lines))


def check_match(library, gir):
    namespace = namespace_of(gir)
    seen = {element.get(C + 'identifier') for element in namespace.iter() if element.get('introspectable') != '0'}
    seen |= {element.get(GLIB + 'get-type') for element in namespace.iter()}
    seen = {name for name in seen if name and name.startswith('any_')}
    names = set(exported(library))

    complaints = [f'{name}: is exported, and no language sees it' for name in sorted(names - seen)]
    complaints += [f'{name}: is promised by the GIR, and is not exported' for name in sorted(seen - names)]
    tree.verdict(complaints, len(names | seen))


{'symbols': check_symbols, 'gir': check_gir, 'vapi': check_vapi, 'match': check_match}[sys.argv[1]](*sys.argv[2:])
