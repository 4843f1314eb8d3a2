#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Writes a page of what the programs have measured: `publish.py RESULTS FOLDER`.

The words are those of benchmarks.md.in; the figures are filled in, and the plots are drawn beside the page, where matplotlib is
installed."""

import re
import string
import sys
from pathlib import Path

from results import Results, number

HERE = Path(__file__).resolve().parent


def table(head, rows):
    lines = [head, ['---'] * len(head), *rows]
    return '\n'.join('| ' + ' | '.join(line) + ' |' for line in lines)


def words(title):
    """“P13  opening …” without its number, and with commas in the others."""
    return re.sub(r'\b\d{4,}\b', lambda digits: f'{int(digits[0]):,}', title.split(maxsplit=1)[1])


def verdict(target, minimum, median):
    """Whether a target such as “<= 1.2” is met; both the ratio of the minima and the median of the ratios count."""
    bound = re.match(r'(<=|>=) ([\d.]+)', target)
    if not bound:
        return ''

    limit = float(bound[2])
    met = [value <= limit if bound[1] == '<=' else value >= limit for value in (minimum, median)]
    if all(met):
        return 'met'
    if any(met):
        return 'met by the minimum' if met[0] else 'met by the median'
    return '**not met**'


def target_in_words(target):
    return target.replace('<=', '≤').replace('>=', '≥')


def row_of(row):
    if row['kind'] == 'figure':
        value = f'{row["value"]:{",.0f" if row["value"] >= 1000 else ".3g"}} {row["unit"]}'.strip()
        peer, shown, met = '', [value, ''], verdict(row['target'], row['value'], row['value'])
    else:
        peer, shown = row['peer'], [f'{row["minimum"]:.3f}', f'{row["median"]:.3f}']
        met = verdict(row['target'], row['minimum'], row['median'])
    return [f'P{number(row["title"])}', words(row['title']), row['ours'], peer, *shown, target_in_words(row['target']), met]


def ratios(results):
    return table(['', 'work', 'measured', 'against', 'ratio of minima', 'median ratio', 'target', ''], map(row_of, results.rows()))


def machine(results):
    return table(['', ''], [[name, value] for name, value in results.facts().items()])


def growth(results):
    lines = {name: dict(points) for name, points in results.lines('growth').items()}
    steps = sorted({x for points in lines.values() for x in points})
    return table(['entries', *lines], [[f'{step:,.0f}', *(f'{lines[name][step]:.3g}' for name in lines)] for step in steps])


def draw(results, folder):
    try:
        import plot
    except ImportError as error:
        print(f'without plots: {error}')
        return
    plot.main(results, folder)


def main(path, folder):
    results = Results(path)
    draw(path, folder)
    page = string.Template((HERE / 'benchmarks.md.in').read_text(encoding='utf-8'))
    written = Path(folder, 'benchmarks.md')
    written.write_text(page.substitute(machine=machine(results), ratios=ratios(results), growth=growth(results)), encoding='utf-8')
    print(f'written: {written}')


main(*sys.argv[1:])
