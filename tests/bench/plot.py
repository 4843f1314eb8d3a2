#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Draws what the programs have measured: `plot.py RESULTS FOLDER`. The same results give the same files."""

import io
import os
import sys

import matplotlib

from results import Results

matplotlib.use('svg')
from matplotlib import pyplot, ticker    # noqa: E402, the backend comes first

# Text stays text, and nothing is drawn from the clock or at random.
matplotlib.rcParams.update({
    'svg.fonttype': 'none',
    'svg.hashsalt': 'anycache-glib',
    'font.family': 'sans-serif',
    'axes.spines.top': False,
    'axes.spines.right': False,
    'axes.axisbelow': True,
    'axes.grid': True,
    'grid.color': '#dddddd',
})
METADATA = {'Date': None, 'Creator': None}
LICENCE = '''<!-- SPDX-FileCopyrightText: 2026 The AnyCache Authors
     SPDX-License-Identifier: LGPL-2.1-or-later -->
'''

OURS = '#3465a4'
OTHERS = '#babdb6'

# What is drawn: a label, the race by the beginning of its title, the side, and whose it is.
HITS = [
    ('memory, no dependencies', 'P1  hit from memory, 1,000', 'hit from memory', OURS),
    ('memory, 10 dependencies', 'P8', 'hit with 10 dependencies', OURS),
    ('the same within check-interval', 'P2  10 dependencies, 1,000', 'hit within check-interval', OURS),
    ('disk', 'P3  hit with the memory tier off, 300', 'hit from disk', OURS),
    ('open, fstat, read, close', 'P3  hit with the memory tier off, 300', 'openat+fstat+read+close', OTHERS),
    ('LMDB', 'P1  hit from memory, 1,000', 'LMDB mdb_get, renew, copy, reset', OTHERS),
    ('SQLite', 'P3  hit with the memory tier off, 300', 'SQLite SELECT', OTHERS),
]
STORES = [
    ('store', 'P4', 'store', OURS),
    ('call that misses', 'P4', 'call that misses', OURS),
    ('store at the size bound', 'P6', 'store at the bound', OURS),
    ('create, write, close, rename', 'P4', 'create+write+close+rename', OTHERS),
    ('SQLite', 'P4', 'SQLite INSERT', OTHERS),
    ('LMDB, without sync', 'P4', 'LMDB mdb_put, without sync', OTHERS),
]


def measured(results, wanted):
    times = [(label, results.time(race, side), colour) for label, race, side, colour in wanted]
    return [row for row in times if row[1] is not None]


def draw_rows(axes, rows, form):
    labels, lengths, colours = zip(*rows)
    bars = axes.barh(labels, lengths, color=colours)
    axes.bar_label(bars, [form.format(length) for length in lengths], padding=3)
    axes.invert_yaxis()
    axes.margins(x=0.12)
    axes.grid(axis='y', visible=False)


def draw_hits(results, axes):
    axes.set(title='A hit of 300 bytes', xlabel='µs, median', xscale='log')
    draw_rows(axes, measured(results, HITS), '{:.2f}')
    axes.xaxis.set_major_formatter(ticker.FormatStrFormatter('%g'))


def draw_stores(results, axes):
    axes.set(title='New results of 300 bytes', xlabel='a second, by the median')
    draw_rows(axes, [(label, 1e6 / time, colour) for label, time, colour in measured(results, STORES)], '{:,.0f}')
    axes.xaxis.set_major_formatter(ticker.StrMethodFormatter('{x:,.0f}'))


def draw_growth(results, axes):
    axes.set(title='Cost against the number of entries', xlabel='entries in the directory', ylabel='µs, median',
             xscale='log', yscale='log')
    for line, points in results.lines('growth').items():
        axes.plot(*zip(*points), 'o-', label=line)
    axes.yaxis.set_major_formatter(ticker.FormatStrFormatter('%g'))
    axes.set_ylim(bottom=0.1)
    axes.legend(loc='lower left', ncols=2)


def draw_processes(results, axes):
    axes.set(title='Several processes on one directory', xlabel='processes', ylabel='times as fast as one, median')
    for line, points in results.lines('processes').items():
        axes.plot(*zip(*points), 'o-', label=line)
    axes.xaxis.set_major_locator(ticker.MaxNLocator(integer=True))
    axes.set_ylim(bottom=0)
    axes.legend()


def draw_hit_ratios(results, axes):
    axes.set(title='Requests answered by a memory tier for a tenth of the keys', ylabel='hit ratio', ylim=(0, 1))
    policies = results.bars('hit-ratios')
    width = 0.8 / len(policies)
    for index, (policy, bars) in enumerate(policies.items()):
        groups, heights = zip(*bars)
        middles = [group + (index - (len(policies) - 1) / 2) * width for group in range(len(groups))]
        axes.bar_label(axes.bar(middles, heights, width, label=policy), [f'{height:.2f}' for height in heights], size='small')
    axes.set_xticks(range(len(groups)), groups)
    axes.grid(axis='x', visible=False)
    axes.legend()


PLOTS = {
    'hits': draw_hits,
    'stores': draw_stores,
    'growth': draw_growth,
    'processes': draw_processes,
    'hit-ratios': draw_hit_ratios,
}


def save(figure, path):
    drawn = io.StringIO()
    figure.savefig(drawn, format='svg', metadata=METADATA)

    head, line, rest = drawn.getvalue().partition('\n')
    with open(path, 'w', encoding='utf-8') as stream:
        stream.write(head + line + LICENCE + '\n'.join(row.rstrip() for row in rest.split('\n')))


def main(path, folder):
    results = Results(path)
    for name, draw in PLOTS.items():
        figure, axes = pyplot.subplots(figsize=(8, 4), layout='constrained')
        draw(results, axes)
        save(figure, os.path.join(folder, f'benchmark-{name}.svg'))
        pyplot.close(figure)


if __name__ == '__main__':
    main(*sys.argv[1:])
