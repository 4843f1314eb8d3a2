# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The examples in the documentation of the package, and in its guide."""

import doctest
import os
import unittest

import anycache_glib
import anycache_glib._cache


class Examples(unittest.TestCase):
    def check(self, result):
        self.assertGreater(result.attempted, 0)
        self.assertEqual(result.failed, 0)

    def test_package(self):
        self.check(doctest.testmod(anycache_glib))

    def test_cache(self):
        self.check(doctest.testmod(anycache_glib._cache))

    def test_guide(self):
        guide = os.path.join(os.environ["ANYCACHE_SOURCE_ROOT"], "docs", "python.md")
        # As a program's own function: what stands in no module has no name for others.
        self.check(doctest.testfile(guide, module_relative=False, globs={"__name__": "__main__"}))


if __name__ == "__main__":
    unittest.main(verbosity=2)
