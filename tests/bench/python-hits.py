#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Measures a hit of a remembered Python function of two ints beside what else remembers in Python.

    python-hits.py [--short] [--json FILE] [--help] FOLDER

The peers on disk are diskcache and joblib, and the model, anycache, where it is installed; those in memory alone are cachetools and
functools.lru_cache, which know nothing of other processes, files or restarts."""

import argparse
import functools
import importlib
import json
import statistics
import sys
import time
import warnings
from pathlib import Path

import anycache_glib

KEYS = 100
PEERS = {}

# "P11" of the targets: the library may take this part of a peer's time.
TARGETS = {'diskcache': 1 / 12, 'joblib': 1 / 60, 'anycache': 1 / 30}


def add(a, b):
    return a + b


def peer(maker):
    PEERS[maker.__name__] = maker
    return maker


@peer
def diskcache(folder):
    return importlib.import_module('diskcache').Cache(str(folder)).memoize()(add)


@peer
def joblib(folder):
    return importlib.import_module('joblib').Memory(str(folder), verbose=0).cache(add)


@peer
def anycache(folder):
    return importlib.import_module('anycache').AnyCache(cachedir=str(folder)).anycache()(add)


@peer
def cachetools(_folder):
    package = importlib.import_module('cachetools')
    return package.cached(package.LRUCache(10 * KEYS))(add)


@peer
def lru_cache(_folder):
    return functools.lru_cache(10 * KEYS)(add)


class Side:
    """One that remembers, and how long its hits took: µs each, a number a repetition."""

    def __init__(self, name, func):
        self.name = name
        self.func = func
        self.times = []
        # The slow ones make fewer calls in as much time.
        self.count = KEYS

    def run(self):
        func = self.func
        for number in range(self.count):
            func(number % KEYS, 7)

    def calibrate(self, seconds):
        self.run()
        began = time.perf_counter()
        self.run()
        self.count = max(KEYS, int(KEYS * seconds / (time.perf_counter() - began)))

    def measure(self):
        began = time.perf_counter()
        self.run()
        self.times.append((time.perf_counter() - began) / self.count * 1e6)

    def check(self):
        return all(self.func(number, 7) == number + 7 for number in range(KEYS))


def make_sides(folder):
    sides = [Side('anycache-glib', anycache_glib.AnyCache(folder / 'anycache-glib').anycache()(add))]
    for name, make in PEERS.items():
        try:
            sides.append(Side(name, make(folder / name)))
        except ImportError as error:
            print(f'  without {name}: {error}')
    return sides


def report(sides):
    """Lines for the page: ours against each of the others."""
    ours = sides[0]
    title = 'P11  hit of a decorated Python function, two ints'
    for side in sides:
        yield {'kind': 'time', 'title': title, 'side': side.name, 'minimum': min(side.times), 'median': statistics.median(side.times)}
    for side in sides[1:]:
        target = TARGETS.get(side.name)
        yield {
            'kind': 'ratio',
            'title': title,
            'ours': ours.name,
            'peer': side.name,
            'minimum': min(ours.times) / min(side.times),
            'median': statistics.median(map(lambda mine, other: mine / other, ours.times, side.times)),
            'target': 'shown' if target is None else f'<= {target:.3f}',
        }


def show(lines):
    for line in lines:
        if line['kind'] == 'time':
            print(f"  {line['side']:20} {line['minimum']:9.2f} µs {line['median']:9.2f}")
        else:
            print(f"  against {line['peer']:12} {line['minimum']:9.4f}    {line['median']:9.4f}  ({line['target']})")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--short', action='store_true')
    parser.add_argument('--json', type=Path)
    parser.add_argument('folder', type=Path)
    options = parser.parse_args()
    repetitions, seconds = (3, 0.002) if options.short else (31, 0.05)

    print('P11  hit of a decorated Python function, two ints')
    sides = make_sides(options.folder)
    for side in sides:
        side.calibrate(seconds)
    for turn in range(repetitions):
        # Who begins changes.
        for side in sides[turn % len(sides) :] + sides[: turn % len(sides)]:
            side.measure()

    lines = list(report(sides))
    show(lines)
    if options.json is not None:
        with options.json.open('a', encoding='utf-8') as file:
            file.writelines(json.dumps(line) + '\n' for line in lines)
    return 0 if all(side.check() for side in sides) else 'A result was wrong'


if __name__ == '__main__':
    # Some of the peers are older than the Python that runs them.
    warnings.simplefilter('ignore')
    sys.exit(main())
