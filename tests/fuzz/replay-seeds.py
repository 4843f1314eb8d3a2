#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Makes all seeds, the large ones too, and replays those of one target: `replay-seeds.py MAKE-SEEDS REPLAY TARGET`.

Fails where a seed is not what it is meant to be, and where the target fails on one."""

import os
import subprocess
import sys
import tempfile

make_seeds, replay, target = sys.argv[1:]

with tempfile.TemporaryDirectory() as folder:
    subprocess.run([make_seeds, folder], check=True)
    subprocess.run([replay, os.path.join(folder, target)], check=True)
