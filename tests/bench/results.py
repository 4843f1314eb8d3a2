# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""What the programs have measured, read from the lines that they wrote."""

import json
import re


class Results:
    def __init__(self, path):
        self.records = {}
        with open(path, encoding='utf-8') as lines:
            for line in lines:
                record = json.loads(line)
                self.records.setdefault(record['kind'], []).append(record)

    def facts(self):
        return {fact['name']: fact['value'] for fact in self.records.get('fact', [])}

    def rows(self):
        """Lines of the table, in the order of the targets' numbers."""
        rows = self.records.get('ratio', []) + self.records.get('figure', [])
        return sorted(rows, key=lambda row: number(row['title']))

    def time(self, number_and_words, side):
        """The median of a side of the first race whose title begins so, in µs; None where it was not measured."""
        for time in self.records.get('time', []):
            if time['title'].startswith(number_and_words) and time['side'] == side:
                return time['median']
        return None

    def lines(self, plot):
        """The lines of a plot: a list of (x, y) each."""
        return self.grouped('point', plot, 'x', 'y')

    def bars(self, plot):
        return self.grouped('bar', plot, 'group', 'height')

    def grouped(self, kind, plot, x, y):
        lines = {}
        for record in self.records.get(kind, []):
            if record['plot'] == plot:
                lines.setdefault(record['line'], []).append((record[x], record[y]))
        return lines


def number(title):
    """The 13 of “P13  opening …”."""
    return int(re.match(r'P(\d+)', title)[1])
