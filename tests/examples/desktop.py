# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""A screen of its own for a program with a window, and the hand and eye of somebody who uses it."""

import os
import re
import subprocess
import time

import gi
gi.require_version('GdkPixbuf', '2.0')
from gi.repository import GdkPixbuf

PATIENCE = 50        # seconds, on a machine that does other things as well
PAUSE = 0.05         # seconds between two looks
SCREEN = (1000, 760)
TILE = (210, 230)
SETTINGS = """[Settings]
gtk-decoration-layout=:close
gtk-enable-animations=0
gtk-font-name=Cantarell 11
"""
HEADER = 50          # rows of pixels, at least
SCROLLBAR = 20       # columns of pixels
# The icons of the header bar are dark strokes between these rows of the window, with gaps between one and the next of so many pixels.
ICON_ROWS = range(16, 40)
DARK = 110
GAP = 12
N_ICONS = 5          # one of which is the title
COMPLAINT = re.compile(r'WARNING|CRITICAL|ERROR|Traceback|[Ww]arning:')


def wait_until(condition, what):
    """Gives what the condition gives, as soon as that is true."""
    deadline = time.monotonic() + PATIENCE
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(what() if callable(what) else what)
        time.sleep(PAUSE)
    return found


class Pixels:
    """The pixels of a PNG, red, green and blue."""

    def __init__(self, png):
        loader = GdkPixbuf.PixbufLoader.new_with_type('png')
        loader.write(png)
        loader.close()
        pixbuf = loader.get_pixbuf()
        self.width, self.height = pixbuf.get_width(), pixbuf.get_height()
        self._bytes, self._stride, self._channels = pixbuf.get_pixels(), pixbuf.get_rowstride(), pixbuf.get_n_channels()

    def at(self, x, y):
        place = y * self._stride + x * self._channels
        return self._bytes[place:place + 3]

    def row(self, y, width):
        return self._bytes[y * self._stride:y * self._stride + width * self._channels]


def changed_area(before, after):
    """The smallest rectangle that holds all that two pictures differ in: left, top, right, bottom; or None.

    Without the header bar, and without the scrollbar, which comes and goes.
    """
    before, after = Pixels(before), Pixels(after)
    width = after.width - SCROLLBAR
    rows = [y for y in range(HEADER, after.height) if before.row(y, width) != after.row(y, width)]
    columns = [x for x in range(width) if any(before.at(x, y) != after.at(x, y) for y in rows)]
    return (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1) if columns else None


class Screen:
    """An X server that nobody sees."""

    def __init__(self, home):
        reader, writer = os.pipe()
        # It does not outlive a test that is killed, nor do the programs that it shows.
        self._server = subprocess.Popen(
            ['setpriv', '--pdeathsig', 'TERM', 'Xvfb', '-displayfd', str(writer), '-screen', '0', '{}x{}x24'.format(*SCREEN), '-nolisten', 'tcp', '-noreset'],
            pass_fds=[writer], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(writer)
        with os.fdopen(reader) as stream:
            number = stream.readline().strip()
        if not number:
            raise AssertionError('Xvfb did not start')

        # Nothing of the user's own desktop, and no other services than the X server.
        self.environment = dict(
            os.environ, DISPLAY=f':{number}', HOME=home, XDG_RUNTIME_DIR=home, XDG_CACHE_HOME=f'{home}/cache', XDG_CONFIG_HOME=f'{home}/config',
            DBUS_SESSION_BUS_ADDRESS='disabled:', GDK_BACKEND='x11', GSK_RENDERER='cairo', GTK_A11Y='none', GSETTINGS_BACKEND='memory',
            LC_ALL='C.UTF-8', NO_AT_BRIDGE='1',
            # GTK 4.10 deprecates choosers for what 4.8 does not have.
            PYTHONWARNINGS='ignore::DeprecationWarning')
        settings = os.path.join(home, 'config', 'gtk-4.0', 'settings.ini')
        os.makedirs(os.path.dirname(settings))
        with open(settings, 'w', encoding='utf-8') as stream:
            stream.write(SETTINGS)
        for name in ('ANYCACHE_DISABLE', 'WAYLAND_DISPLAY', 'GTK_THEME'):
            self.environment.pop(name, None)

    def close(self):
        self._server.terminate()
        self._server.wait()

    def xdotool(self, *arguments):
        said = subprocess.run(['xdotool', *map(str, arguments)], env=self.environment, capture_output=True, text=True, timeout=PATIENCE)
        return said.stdout.strip()


class Program:
    """A program with one window, which is used with the mouse, and where a path is asked for with the keyboard."""

    def __init__(self, screen, command, log):
        self._screen = screen
        self._log = log
        with open(log, 'wb') as errors:
            self._process = subprocess.Popen(command, env=screen.environment, stderr=errors, start_new_session=True)
        try:
            self._window = wait_until(self._find, lambda: f'no window came up:\n{self._errors()}')
            screen.xdotool('windowfocus', self._window)
        except BaseException:
            self.kill()
            raise

    def _errors(self):
        with open(self._log, encoding='utf-8', errors='replace') as stream:
            return stream.read()

    def _goes_on(self):
        if self._process.poll() is not None:
            raise AssertionError(f'the program ended with {self._process.returncode}:\n{self._errors()}')
        return True

    def _find(self):
        return self._goes_on() and self._screen.xdotool('search', '--onlyvisible', '--name', '^Pictures')

    def title(self):
        return self._screen.xdotool('getwindowname', self._window)

    def wait_for_title(self, title):
        wait_until(lambda: self._goes_on() and self.title() == title,
                   lambda: f'the title is “{self.title()}” and not “{title}”:\n{self._errors()}')

    def picture(self, window=None):
        """What is to be seen of the window, as a PNG."""
        return subprocess.run(['import', '-silent', '-window', window or self._window, 'png:-'], env=self._screen.environment,
                              capture_output=True, check=True, timeout=PATIENCE).stdout

    def still_picture(self, window=None):
        """The same once nothing moves any more."""
        pictures = [None]

        def is_still():
            self._goes_on()
            pictures.append(self.picture(window))
            return pictures[-1] == pictures[-2]

        wait_until(is_still, 'the picture did not come to rest')
        return pictures[-1]

    def icons(self):
        """The middles of the icons and words in the header bar, from the left to the right."""
        pixels = Pixels(self.picture())
        dark = [x for x in range(pixels.width) if any(max(pixels.at(x, y)) < DARK for y in ICON_ROWS)]
        starts = [x for before, x in zip([-GAP, *dark], dark) if x - before >= GAP]
        ends = [x for x, after in zip(dark, [*dark[1:], pixels.width + GAP]) if after - x >= GAP]
        return [(start + end) // 2 for start, end in zip(starts, ends)]

    def click_button(self, position):
        """Clicks what stands there in the header bar, counted from the left, or from -1 backwards from the right."""
        icons = wait_until(lambda: self._goes_on() and len(found := self.icons()) >= N_ICONS and found, 'there are no buttons to be seen')
        self._screen.xdotool('mousemove', '--window', self._window, icons[position], ICON_ROWS[len(ICON_ROWS) // 2], 'click', 1)
        self.point_nowhere()

    def point_at(self, x, y):
        # There must be a movement for it to be noticed.
        self._screen.xdotool('mousemove', '--window', self._window, x - 1, y, 'mousemove', '--window', self._window, x, y)

    def point_nowhere(self):
        """Nothing is to be shown as pointed at."""
        self._screen.xdotool('mousemove', SCREEN[0] - 1, SCREEN[1] - 1)

    def tooltip(self, area):
        """Points at something, and gives a picture of the other window that comes up."""
        def find():
            windows = self._screen.xdotool('search', '--onlyvisible', '--pid', self._process.pid).split()
            return [window for window in windows if window != self._window]

        left, top, right, bottom = area
        self.point_at((left + right) // 2, (top + bottom) // 2)
        picture = self.still_picture(wait_until(find, 'no tooltip came up')[0])
        self.point_nowhere()
        wait_until(lambda: not find(), 'the tooltip stays')
        return picture

    def wait_for_changed_tile(self, before):
        """Gives the area of the one tile that looks other than before, when all else looks the same."""

        def find():
            area = changed_area(before, self.still_picture())
            return area is not None and area[2] - area[0] <= TILE[0] and area[3] - area[1] <= TILE[1] and area

        return wait_until(find, 'it is not one tile that has changed')

    def choose(self, title, path):
        """Types a path into the chooser that comes up, and waits until it has gone."""
        def find():
            return self._screen.xdotool('search', '--onlyvisible', '--name', f'^{title}$')

        chooser = wait_until(find, f'no window “{title}” came up')
        self.still_picture(chooser)
        # What GTK 4.18 has guessed on the way stays behind what is typed.
        self._screen.xdotool('windowfocus', chooser, 'type', path)
        self._screen.xdotool('key', 'shift+End', 'key', 'Delete')
        self.still_picture(chooser)

        # Once for each thing that may have to be said yes to: a completion, the folder.
        for _attempt in range(3):
            self._screen.xdotool('key', 'Return')
            deadline = time.monotonic() + PATIENCE / 3
            while find() and time.monotonic() < deadline:
                time.sleep(PAUSE)
            if not find():
                return
        raise AssertionError(f'the window “{title}” stays')

    def wait_for_end(self):
        wait_until(lambda: self._process.poll() is not None, lambda: f'the program goes on:\n{self._errors()}')
        if self._process.returncode:
            raise AssertionError(f'the program ended with {self._process.returncode}:\n{self._errors()}')
        if COMPLAINT.search(self._errors()):
            raise AssertionError(f'the program complained:\n{self._errors()}')

    def kill(self):
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
