# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Pictures that are pleasant to look at and the same in every run: hills under a sky, drawn as SVG and saved in several formats."""

import math
import os

import gi
gi.require_version('GdkPixbuf', '2.0')
from gi.repository import GdkPixbuf

# The sky above, the sky below, the sun, and three rows of hills, the farthest first.
PALETTES = {
    'Dawn': ('#4a5b8c', '#f6c7a1', '#ffe3b3', '#a4768f', '#6f4f74', '#3b2f4f'),
    'Desert': ('#7fb4d6', '#f9e2b8', '#fff3d1', '#e0a86e', '#c47b47', '#8a4b2c'),
    'Dusk': ('#2b2a4c', '#e2725b', '#ffb26b', '#7b3b57', '#4f2a4a', '#271a33'),
    'Fjord': ('#86b6d4', '#dfeef5', '#ffffff', '#7fa0b4', '#4c7288', '#27475a'),
    'Forest': ('#a9d3de', '#eef6e4', '#fffbe0', '#8db38b', '#55835a', '#2c5234'),
    'Glacier': ('#5f8fc0', '#d8ebf7', '#ffffff', '#c8deeb', '#93b7d0', '#5a83a4'),
    'Heath': ('#9fb7d9', '#f3e0ea', '#fff6e8', '#b69bc0', '#8d6a9b', '#573f6b'),
    'Meadow': ('#6fb3e0', '#e3f4fb', '#fff7c2', '#b7d98b', '#7fb75a', '#468a3c'),
    'Moonlight': ('#0f1b33', '#3d5a80', '#f1f4f8', '#33496b', '#22344f', '#121d2f'),
    'Savanna': ('#e89b4b', '#fbe3a6', '#fff2c4', '#c98f4a', '#9a6530', '#5e3b1d'),
    'Sea': ('#5ca7d8', '#d9f0f7', '#fff9dc', '#4f9fc4', '#2f7ea8', '#1a5a82'),
}
# Width, height and format of one after the other.
SHAPES = [(1200, 800, 'jpeg'), (800, 1100, 'jpeg'), (900, 900, 'png'), (1280, 720, 'jpeg'), (700, 1000, 'tiff')]
POINTS = 32


def hills(row, seed, width, height):
    """One row of hills as a path, down to the lower edge."""
    base, swing = height * (0.52 + 0.15 * row), height * (0.09 - 0.015 * row)

    def top(x):
        phase = seed * 1.7 + row * 2.3
        return base - swing * (math.sin(x * (5 + row) + phase) + 0.45 * math.sin(x * (13 + 2 * row) + 2 * phase))

    points = ' '.join(f'L{width * step / POINTS:.1f},{top(step / POINTS):.1f}' for step in range(POINTS + 1))
    return f'M0,{height} {points} L{width},{height} Z'


def draw(name, seed, width, height):
    above, below, sun, *rows = PALETTES[name]
    shapes = ''.join(f'<path d="{hills(row, seed, width, height)}" fill="{colour}"/>' for row, colour in enumerate(rows))
    return f'''<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">
        <linearGradient id="sky" x2="0" y2="0.7"><stop stop-color="{above}"/><stop offset="1" stop-color="{below}"/></linearGradient>
        <rect width="{width}" height="{height}" fill="url(#sky)"/>
        <circle cx="{width * (0.2 + 0.6 * (seed * 0.37 % 1)):.0f}" cy="{height * 0.3:.0f}" r="{min(width, height) * 0.09:.0f}" fill="{sun}"/>
        {shapes}</svg>'''


def save(path, name, seed, shape):
    width, height, file_format = shape
    loader = GdkPixbuf.PixbufLoader.new_with_type('svg')
    loader.write(draw(name, seed, width, height).encode())
    loader.close()
    loader.get_pixbuf().savev(str(path), file_format, [], [])


def save_all(folder):
    """Fills a folder, and gives the paths."""
    paths = []
    for seed, name in enumerate(PALETTES):
        shape = SHAPES[seed % len(SHAPES)]
        paths.append(folder / f'{name}.{shape[2]}')
        save(paths[-1], name, seed, shape)
    return paths


def save_large(folder, names, copies):
    """As large as a camera makes them, each under several names."""
    paths = []
    for seed, name in enumerate(names):
        for copy in range(1, copies + 1):
            paths.append(folder / f'{name} {copy:02}.png')
            if copy == 1:
                save(paths[-1], name, seed + 20, (4500, 3000, 'png'))
            else:
                os.link(paths[-2], paths[-1])
    return paths
