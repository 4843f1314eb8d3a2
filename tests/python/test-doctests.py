# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The examples in the documentation of the package."""

import doctest
import unittest

import anycache_glib
import anycache_glib._cache


class Examples(unittest.TestCase):
    def check(self, module):
        result = doctest.testmod(module)
        self.assertGreater(result.attempted, 0)
        self.assertEqual(result.failed, 0)

    def test_package(self):
        self.check(anycache_glib)

    def test_cache(self):
        self.check(anycache_glib._cache)


if __name__ == "__main__":
    unittest.main(verbosity=2)
