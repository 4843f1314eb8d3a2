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
SETTINGS = """[Settings]
gtk-decoration-layout=:close
gtk-enable-animations=0
gtk-font-name=Cantarell 11
"""
# The icons of the header bar are dark strokes between these rows of the window, with gaps between one and the next of so many pixels.
ICON_ROWS = range(16, 40)
DARK = 110
GAP = 12
COMPLAINT = re.compile(r'WARNING|CRITICAL|ERROR|Traceback|[Ww]arning:')


def wait_until(condition, what):
    """Gives what the condition gives, as soon as that is true."""
    deadline = time.monotonic() + PATIENCE
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(what() if callable(what) else what)
        time.sleep(PAUSE)
    return found


def load(png):
    loader = GdkPixbuf.PixbufLoader.new_with_type('png')
    loader.write(png)
    loader.close()
    return loader.get_pixbuf()


class Screen:
    """An X server that nobody sees."""

    def __init__(self, home):
        reader, writer = os.pipe()
        self._server = subprocess.Popen(
            ['Xvfb', '-displayfd', str(writer), '-screen', '0', '{}x{}x24'.format(*SCREEN), '-nolisten', 'tcp', '-noreset'],
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
            LC_ALL='C.UTF-8', NO_AT_BRIDGE='1')
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
    """A program with one window, which is used with the mouse alone."""

    def __init__(self, screen, command, log):
        self._screen = screen
        self._log = log
        with open(log, 'wb') as errors:
            self._process = subprocess.Popen(command, env=screen.environment, stderr=errors, start_new_session=True)
        self._window = wait_until(self._find, lambda: f'no window came up:\n{self._errors()}')
        screen.xdotool('windowfocus', self._window)

    def _errors(self):
        with open(self._log, encoding='utf-8', errors='replace') as stream:
            return stream.read()

    def _find(self):
        if self._process.poll() is not None:
            raise AssertionError(f'the program ended with {self._process.returncode}:\n{self._errors()}')
        return self._screen.xdotool('search', '--onlyvisible', '--pid', self._process.pid, '--name', '^Pictures')

    def title(self):
        return self._screen.xdotool('getwindowname', self._window)

    def wait_for_title(self, title):
        wait_until(lambda: self.title() == title or self._process.poll() is not None,
                   lambda: f'the title is “{self.title()}” and not “{title}”:\n{self._errors()}')

    def picture(self):
        """What is to be seen of the window, as a PNG."""
        return subprocess.run(['import', '-silent', '-window', self._window, 'png:-'], env=self._screen.environment, capture_output=True,
                              check=True, timeout=PATIENCE).stdout

    def still_picture(self):
        """The same once nothing moves any more."""
        pictures = [None]

        def is_still():
            pictures.append(self.picture())
            return pictures[-1] == pictures[-2]

        wait_until(is_still, 'the picture did not come to rest')
        return pictures[-1]

    def icons(self):
        """The middles of the icons and words in the header bar, from the left to the right."""
        pixbuf = load(self.still_picture())
        pixels, stride, channels = pixbuf.get_pixels(), pixbuf.get_rowstride(), pixbuf.get_n_channels()
        places = ((x, y * stride + x * channels) for x in range(pixbuf.get_width()) for y in ICON_ROWS)
        dark = sorted({x for x, place in places if max(pixels[place:place + 3]) < DARK})
        starts = [x for before, x in zip([-GAP, *dark], dark) if x - before >= GAP]
        ends = [x for x, after in zip(dark, [*dark[1:], dark[-1] + GAP]) if after - x >= GAP]
        return [(start + end) // 2 for start, end in zip(starts, ends)]

    def click_button(self, position):
        """Clicks what stands there in the header bar, counted from the left, or from -1 backwards from the right."""
        self._screen.xdotool('mousemove', '--window', self._window, self.icons()[position], ICON_ROWS[len(ICON_ROWS) // 2], 'click', 1)
        # Nothing is to be shown as pointed at.
        self._screen.xdotool('mousemove', SCREEN[0] - 1, SCREEN[1] - 1)

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
