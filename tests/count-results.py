# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Adds up the tests of several runs of meson: `count-results.py LIST [FAILED-STAGE]`.

LIST has a line a run: its stage, a blank, and meson's log of it (one JSON object a test). The last line printed is
“N passed, N failed, N skipped”."""

import json
import re
import sys

PASSED = {'OK', 'EXPECTEDFAIL'}
SKIPPED = {'SKIP'}
PARTS = re.compile(r'^Skipped: (.*)$', re.M)
CHECKS = re.compile(r'^\d+%: Checks: (\d+), Failures: \d+, Errors: \d+', re.M)


class Count:
    def __init__(self):
        self.passed = self.failed = self.skipped = self.checks = 0

    def add(self, test):
        if test['result'] in PASSED:
            self.passed += 1
        elif test['result'] in SKIPPED:
            self.skipped += 1
            print(f'   skipped: {test["name"]}: {reason(test)}')
        else:
            self.failed += 1
            print(f'   failed: {test["name"]} ({test["result"]})')
        self.checks += sum(int(number) for number in CHECKS.findall(test.get('stdout') or ''))
        for why in sorted(set(PARTS.findall(test.get('stdout') or ''))):
            print(f'   skipped in part: {test["name"]}: {why}')

    def add_count(self, other):
        for name, number in vars(other).items():
            setattr(self, name, getattr(self, name) + number)


def reason(test):
    """The last thing that a skipped test said."""
    lines = ((test.get('stdout') or '') + (test.get('stderr') or '')).strip().split('\n')
    return re.sub(r'^skipped: ', '', lines[-1]) or 'without a reason'


def count(log):
    found = Count()
    try:
        with open(log, encoding='utf-8') as lines:
            for line in lines:
                found.add(json.loads(line))
    except FileNotFoundError:
        pass    # the run ended before its first test; its stage has failed
    return found


def main(list_of_runs, failed_stage=None):
    total = Count()
    with open(list_of_runs, encoding='utf-8') as runs:
        for stage, log in (run.rstrip('\n').split(' ', 1) for run in runs):
            found = count(log)
            total.add_count(found)
            print(f'   {stage:12} {found.passed:4} passed {found.failed:4} failed {found.skipped:4} skipped '
                  f'{found.checks:6} libcheck tests')

    if failed_stage:
        print(f'   The stage “{failed_stage}” failed, and what follows it was not run.')
        total.failed = max(total.failed, 1)
    print(f'   {"together":12} {total.passed:4} passed {total.failed:4} failed {total.skipped:4} skipped '
          f'{total.checks:6} libcheck tests\n')
    print(f'{total.passed} passed, {total.failed} failed, {total.skipped} skipped')


main(*sys.argv[1:])
