# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Uses the window of one language's program as a person would, and then has those of the other languages find what it has computed.

    run-pictures.py [--screenshots FOLDER] LANGUAGE=PROGRAM...

The first of them is asked for everything. Skipped where there is no screen to be had, or no GTK."""

import argparse
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import gi

SKIPPED = 77    # what meson takes for "skipped"
SIZE = 144       # of a thumbnail
BUTTONS = {'open': 0, 'reload': 1, 'clear': 2, 'close': -1}    # where they stand in the header bar
LICENCE = 'SPDX-FileCopyright' 'Text: 2026 The AnyCache Authors\nSPDX-License-' 'Identifier: LGPL-2.1-or-later\n'
INTERPRETERS = {'python': ['/usr/bin/python3'], 'javascript': ['gjs', '-m'], 'vala': []}


def skip(reason):
    print(f'skipped: {reason}')
    sys.exit(SKIPPED)


for tool in ('Xvfb', 'xdotool', 'import'):
    if not shutil.which(tool):
        skip(f'{tool} is not installed')
try:
    gi.require_version('Gtk', '4.0')
except ValueError as error:
    skip(str(error))

gi.require_version('AnyCache', '1.0')
from gi.repository import AnyCache, GLib

import desktop
import landscapes


def wait_for_counts(program, hits, misses):
    program.wait_for_title(f'Pictures – {hits} hits, {misses} misses')


class Story:
    """One cache directory and one folder of pictures."""

    def __init__(self, folder, screen, screenshots):
        self.screen = screen
        self.screenshots = screenshots
        self.log = folder / 'errors.txt'
        self.cachedir = folder / 'remembered'
        self.pictures = folder / 'Landscapes'
        self.elsewhere = folder / 'elsewhere'
        self.pictures.mkdir()
        self.elsewhere.mkdir()
        self.whole = landscapes.save_all(self.pictures)
        self.broken = self.pictures / 'Waterfall.jpeg'
        self.broken.write_text('This is no picture.\n')
        (self.pictures / 'notes.txt').write_text('Nor is this, and its name says so.\n')
        self.number = len(self.whole) + 1

    @contextlib.contextmanager
    def running(self, command, folder=None):
        """A program that does not outlive its use; what it has said to a failure is shown."""
        program = desktop.Program(self.screen, [*command, '--cachedir', str(self.cachedir), str(folder or self.pictures)], self.log)
        try:
            yield program
        except BaseException:
            print(self.log.read_text(encoding='utf-8', errors='replace'))
            raise
        finally:
            program.kill()

    def replace(self, path, data):
        """At once, as good editors do."""
        new = self.elsewhere / path.name
        new.write_bytes(data)
        os.replace(new, path)

    def use_everything(self, language, command):
        """Opens, reloads, edits, clears, opens another folder, closes."""
        self.first = language
        hits, misses = 0, self.number
        with self.running(command) as program:
            wait_for_counts(program, hits, misses)
            self.look(program, language)

            program.click_button(BUTTONS['reload'])
            hits += self.number
            wait_for_counts(program, hits, misses)

            # One tile a change: another picture, a picture that is mended, and one that is broken.
            tooltips = []
            for path, data in ((self.whole[0], self.whole[1].read_bytes()), (self.broken, self.whole[2].read_bytes()),
                               (self.broken, b'No picture again.\n')):
                before = program.still_picture()
                self.replace(path, data)
                misses += 1
                wait_for_counts(program, hits, misses)
                tooltips.append(program.tooltip(program.wait_for_changed_tile(before)))
            if tooltips[1] == tooltips[2]:
                raise AssertionError('the tooltip does not say that the picture is broken')

            program.click_button(BUTTONS['clear'])
            cache = AnyCache.Cache.new(str(self.cachedir), -1)
            desktop.wait_until(lambda: cache.get_size() == 0, 'the cache was not cleared')
            program.click_button(BUTTONS['reload'])
            misses += self.number
            wait_for_counts(program, hits, misses)

            # Remembered is a picture by its path, whatever it is a copy of.
            shutil.copy(self.whole[0], self.elsewhere)
            program.click_button(BUTTONS['open'])
            program.choose('Open a folder', self.elsewhere)
            misses += 1
            wait_for_counts(program, hits, misses)

            program.click_button(BUTTONS['close'])
            program.wait_for_end()
        print(f'{language}: {hits} hits and {misses} misses, as they should be')

    def find_everything(self, language, command):
        with self.running(command) as program:
            wait_for_counts(program, self.number, 0)
            if language != self.first:
                self.look(program, language)
            program.click_button(BUTTONS['close'])
            program.wait_for_end()
        print(f'{language}: found all {self.number}')

    def close_early(self, language, command):
        """The window must hear of a click while there is much to compute."""
        folder = self.elsewhere / 'Large'
        folder.mkdir()
        # Some for each thread that is at work before the click arrives.
        paths = landscapes.save_large(folder, ['Fjord'], max(36, 6 * (os.cpu_count() + 4)))
        cache = AnyCache.Cache.new(str(self.cachedir), -1)
        thumbnail = AnyCache.Function.new(cache, 'org.example.Pictures.thumbnail', '1')

        def computed():
            return [path for path in paths if thumbnail.lookup(GLib.Variant('(sx)', (str(path), SIZE))) is not None]

        with self.running(command, folder) as program:
            desktop.wait_until(computed, 'nothing was computed')
            program.click_button(BUTTONS['close'])
            program.wait_for_end()
        done = len(computed())
        if done > len(paths) / 2:
            raise AssertionError(f'the window was closed only after {done} of {len(paths)} were computed')
        print(f'{language}: was closed when {done} of {len(paths)} were computed')

    def look(self, program, language):
        if self.screenshots is not None:
            self.keep_screenshot(program.still_picture(), f'pictures-{language}.png')

    def keep_screenshot(self, png, name):
        """Without the frame of a screen that has no shadows, and in fewer colours."""
        subprocess.run(['convert', 'png:-', '-shave', '4x4', '-colors', '255', '+set', 'date:create', '+set', 'date:modify', '-set', 'comment', LICENCE,
                        f'png8:{self.screenshots / name}'], input=png, check=True)

    def keep_screenshot_of_loading(self, command):
        """Of pictures that are large enough to take a while."""
        landscapes.save_large(self.pictures, landscapes.PALETTES, 2)
        while_loading = []
        with self.running(command) as program:
            while program.title() == 'Pictures – loading' or not while_loading:
                while_loading.append(program.picture())
        self.keep_screenshot(while_loading[len(while_loading) // 2], 'pictures-loading.png')


def main(folder):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--screenshots', metavar='FOLDER', type=Path)
    parser.add_argument('programs', metavar='LANGUAGE=PROGRAM', nargs='+')
    options = parser.parse_args()
    programs = []
    for text in options.programs:
        language, program = text.split('=', maxsplit=1)
        programs.append((language, INTERPRETERS[language] + [program]))

    screen = desktop.Screen(str(folder))
    try:
        story = Story(folder, screen, options.screenshots)
        story.use_everything(*programs[0])
        for program in programs:
            story.find_everything(*program)
        story.close_early(*programs[0])
        if options.screenshots is not None:
            story.keep_screenshot_of_loading(programs[0][1])
    finally:
        screen.close()


with tempfile.TemporaryDirectory() as temporary:
    main(Path(os.path.realpath(temporary)))
