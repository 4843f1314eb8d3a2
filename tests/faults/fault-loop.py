#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Disturbs each operation of a cache at each of its system calls, one after the other.

For an operation and an action (an error of the system, a short read or write, or the death of the process) the first call that
the action can befall is hit, in a fresh copy of a prepared directory; then the second; and so on, until a run ends in which
nothing was left to hit. Only where an operation makes the same calls over and over again is that cut short. A sign "+" behind an
action hits that call and all that follow.

Each time the operation has to keep its promise (the worker sees to it), and another process then has to find a sound directory:
each key is missing or right, the next store works, the size is true, and nothing is left over.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

# No hold of a lock and no wait for one takes this long, on any machine: what does is a hang.
DEADLINE_SECONDS = 60

# No operation makes that many calls; without it, a call that is repeated for ever would keep the loop going.
MOST_CALLS = 10000

# A walk over all 256 shards, of which most are empty, makes the same calls again and again. Where there are more than so many
# calls, one is disturbed only if no other one has stood between the same neighbours.
MOST_TRIED = 200
NEIGHBOURS = 4

# After this time a file's own time tells whether it was changed, on every file system with times of less than a second.
SETTLING_SECONDS = 0.5

# More of the same kind teach nothing.
MOST_BROKEN = 3

# A file system in memory, where there is one.
MEMORY_DIRECTORY = '/dev/shm'

SKIPPED = 77

# What the prepared directory holds: four keys of each function in generation 0.
KEYS = (0, 1, 2, 3, 8, 11)
PREPARED = {f'{name}/{key}': '0' if key < 4 else 'missing' for name in ('one', 'two') for key in KEYS}
EMPTY = {name: 'missing' for name in PREPARED}

# What befalls the system, and whether the operation must get over it as if nothing had happened.
ACTIONS = {
    'eio': False,
    'eio+': False,
    'enospc': False,
    'enospc+': False,
    'eacces': False,
    'eacces+': False,
    'emfile': False,
    'emfile+': False,
    'enolck': False,
    'enolck+': False,
    'enosys-lock': False,
    'enosys-lock+': False,
    'enosys': True,
    'enosys+': True,
    'einval': True,
    'einval+': True,
    'eintr': True,
    'short': True,
    'kill': False,
}

# Every operation looks at the directory, so these befall it somewhere.
ALWAYS_MET = ('eio', 'eio+', 'kill')

OUTCOMES = ('done', 'not stored', 'error', 'killed', 'broken')


class Operation:
    """What an operation of the worker changes.

    changes: the state of a key after it
    promises: whether success says that the change has happened; a call or a refresh succeeds also where it could not store
    computed, found: how much is computed, and how much is found stored, as long as nothing fails
    evicts: the key that makes room; where that cannot go, somebody else does
    late: so many calls a thread of the library may make when the operation has ended; whether they are met is chance
    """

    def __init__(self, changes, promises=False, before=None, computed=0, found=0, evicts=None, late=0):
        self.changes = changes
        self.evicts = evicts
        self.late = late
        self.promises = promises
        self.undisturbed = {'succeeded': '1', 'store-failed': '0', 'computed': str(computed), 'found': str(found)}
        self.before = before or PREPARED


OPERATIONS = {
    'open': Operation({'one/0': '0'}, before=EMPTY, computed=1),
    'reopen': Operation({'one/8': '0'}, computed=1),
    'call': Operation({'one/8': '0', 'one/11': '0', 'two/8': '0'}, computed=3),
    'call-async': Operation({'one/8': '0', 'one/11': '0', 'two/8': '0'}, computed=3, late=8),
    'hit': Operation({}),
    'lookup': Operation({}, found=3),
    'outdated': Operation({}, found=2),
    'store': Operation({'one/8': '0'}, promises=True),
    'evict': Operation({'one/8': '0'}, promises=True, evicts='one/0'),
    'overwrite': Operation({'one/0': '1'}, promises=True),
    'refresh': Operation({'one/0': '1'}, computed=1),
    'fail': Operation({}, found=1),
    'renew': Operation({'one/8': '0'}, found=1),
    'remove': Operation({'one/0': 'missing'}, promises=True),
    'clear': Operation({name: 'missing' for name in PREPARED}, promises=True),
    'function-clear': Operation({f'one/{key}': 'missing' for key in KEYS}, promises=True),
    'invalidate': Operation({f'two/{key}': 'missing' for key in KEYS}, promises=True),
    'size': Operation({}, found=1),
    'flush': Operation({}),
    'count': Operation({}, found=1),
}


class Broken(Exception):
    """A promise that was not kept."""


class Loop:
    def __init__(self, worker, shim, top):
        self.worker = worker
        self.shim = shim
        self.top = top
        self.template = os.path.join(top, 'template')
        self.cachedir = os.path.join(top, 'cache')
        self.dependency = os.path.join(top, 'dependency')
        self.trace = os.path.join(top, 'trace')

    def start(self, command, cachedir, *arguments, **environment):
        """Runs the worker to its end, and returns its exit status and the facts that it reported."""
        # A warning about data would be a broken promise too.
        environment = dict(os.environ, G_DEBUG='fatal-warnings', **environment)
        process = subprocess.Popen([self.worker, command, cachedir, self.dependency, *arguments], env=environment,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            output, errors = process.communicate(timeout=DEADLINE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise Broken(f'{command} hangs') from None
        facts = [line.split(' ', 1) for line in output.splitlines()]
        return process.returncode, facts, errors.strip()

    def prepare(self):
        with open(self.dependency, 'w', encoding='ascii') as file:
            file.write('something that results depend on\n')
        time.sleep(SETTLING_SECONDS)
        status, _, errors = self.start('prepare', self.template)
        if status != 0:
            raise Broken(f'preparing: {errors}')

    def disturb(self, operation, action, at, **environment):
        """Runs the operation with a fault. Returns what the worker says, or None where it was killed."""
        shutil.rmtree(self.cachedir, ignore_errors=True)
        if OPERATIONS[operation].before is PREPARED:
            shutil.copytree(self.template, self.cachedir)

        persistent = action.endswith('+')
        status, facts, errors = self.start('run', self.cachedir, operation,
                                           LD_PRELOAD=self.shim,
                                           FAULT_SHIM_DIRECTORY=self.top,
                                           FAULT_SHIM_ACTION=action.rstrip('+'),
                                           FAULT_SHIM_AT=f'{at}+' if persistent else str(at),
                                           **environment)
        if action == 'kill' and status == -signal.SIGKILL:
            return None
        if status != 0:
            raise Broken(f'exit status {status}: {errors}')
        return dict(facts)

    def verify(self):
        """Lets the next process look at what is left. Returns the state of each key."""
        status, facts, errors = self.start('verify', self.cachedir)
        if status != 0:
            raise Broken(f'next process, exit status {status}: {errors}')
        return dict(value.split(' ') for name, value in facts if name == 'state')

    def list_calls(self, operation, action):
        """Returns the names of the calls that the action could befall."""
        self.disturb(operation, action, 0, FAULT_SHIM_TRACE=self.trace)
        with open(self.trace, encoding='ascii') as file:
            return file.read().split()

    def run_once(self, operation, action, at):
        """Returns whether something was injected, and what came of it."""
        report = self.disturb(operation, action, at)
        states = self.verify()
        injected = report is None or report['injected'] != '0'
        strict = ACTIONS[action] or not injected
        return injected, judge(OPERATIONS[operation], report, states, strict)

    def run(self, operation, action):
        """Returns how often each outcome came about, and what promises were broken."""
        outcomes = {}
        broken = []
        try:
            calls = self.list_calls(operation, action)
        except Broken as error:
            return outcomes, [f'  undisturbed: {error}']
        tried = set()
        for at in range(1, MOST_CALLS):
            neighbours = tuple(calls[max(at - 1 - NEIGHBOURS, 0):at + NEIGHBOURS])
            if MOST_TRIED < len(calls) >= at and neighbours in tried:
                continue
            tried.add(neighbours)
            try:
                injected, outcome = self.run_once(operation, action, at)
            except Broken as error:
                broken.append(f'  at {at}: {error}')
                injected, outcome = True, 'broken'
            if not injected or len(broken) >= MOST_BROKEN:
                if at < len(calls) - OPERATIONS[operation].late and not broken:
                    broken.append(f'  {len(calls)} calls were to be disturbed, and no more than {at - 1} were met')
                break
            outcomes[outcome] = outcomes.get(outcome, 0) + 1
        else:
            broken.append(f'  no end after {MOST_CALLS} calls')
        if action in ALWAYS_MET and not outcomes:
            broken.append('  the shim met no call')
        return outcomes, broken


def judge(operation, report, states, strict):
    """Holds what came of an operation against what may come of it. Returns its name."""
    succeeded = report is not None and report['succeeded'] == '1'
    changed = all(states[name] == state for name, state in operation.changes.items())

    if strict and not (changed and states.get(operation.evicts, 'missing') == 'missing' and report.items() >= operation.undisturbed.items()):
        raise Broken(f'not as if nothing had happened: {report}, {states}')
    if succeeded and operation.promises and not changed:
        raise Broken(f'success is claimed, but {states}')

    for name, state in states.items():
        before = operation.before[name]
        after = operation.changes.get(name, before)
        # A key that the operation is not about stays as it was.
        allowed = {before, after, 'missing'} if name in operation.changes or operation.evicts else {before}
        if state not in allowed:
            raise Broken(f'{name} was {before} and is {state}')

    if report is None:
        return 'killed'
    if not succeeded:
        return 'error'
    if int(report['store-failed']) > 1:
        raise Broken('failing stores are told of more than once')
    # A result whose files cannot be examined is not worth a word; one that depends on nothing is.
    lost = [name for name, state in operation.changes.items() if states[name] != state]
    if report['store-failed'] == '0' and any(name.startswith('one/') for name in lost):
        raise Broken('what could not be stored is not told')
    return 'done' if changed else 'not stored'


def find_fast_directory():
    """Returns where thousands of small files come and go quickly, unless the user says where to work."""
    if 'TMPDIR' not in os.environ and os.access(MEMORY_DIRECTORY, os.W_OK):
        return MEMORY_DIRECTORY
    return None


def print_row(operation, action, outcomes):
    columns = [f'{outcomes.get(name, 0):>10}' for name in OUTCOMES]
    print(f'{operation:<15} {action:<13} {sum(outcomes.values()):>6} {" ".join(columns)}', flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--worker', help='the fault-worker program')
    parser.add_argument('--shim', help='the library to preload')
    parser.add_argument('--skip', metavar='REASON', help='do nothing, and say why')
    parser.add_argument('--action', action='append', choices=ACTIONS, help='only this one')
    parser.add_argument('operations', nargs='+', choices=OPERATIONS)
    arguments = parser.parse_args()

    if arguments.skip:
        print(f'Skipped: {arguments.skip}')
        return SKIPPED

    sound = True
    print(f'{"operation":<15} {"action":<13} {"points":>6} {" ".join(f"{name:>10}" for name in OUTCOMES)}')
    with tempfile.TemporaryDirectory(prefix='anycache-faults-', dir=find_fast_directory()) as top:
        loop = Loop(arguments.worker, arguments.shim, os.path.realpath(top))
        loop.prepare()
        for operation in arguments.operations:
            for action in arguments.action or ACTIONS:
                outcomes, broken = loop.run(operation, action)
                sound = sound and not broken
                print_row(operation, action, outcomes)
                print(*broken, sep='\n', end='\n' if broken else '', flush=True)
    return 0 if sound else 1


if __name__ == '__main__':
    sys.exit(main())
