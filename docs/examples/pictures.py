# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Shows the pictures of a folder, with thumbnails that are remembered: pictures.py [--cachedir DIRECTORY] [FOLDER]"""

import os
import sys
from concurrent.futures import CancelledError, ThreadPoolExecutor
from pathlib import Path

import gi
gi.require_version('AnyCache', '1.0')
gi.require_version('Gdk', '4.0')
gi.require_version('Gtk', '4.0')
from gi.repository import AnyCache, Gdk, GdkPixbuf, Gio, GLib, GObject, Gtk

HERE = Path(__file__).resolve().parent
APP_ID = 'org.example.Pictures'
SIZE = 144                # pixels of the longer side of a thumbnail
DAY = 24 * 60 * 60        # seconds
MAXSIZE = 256 * 2**20     # bytes of the cache


def remember_thumbnails(cache, invalidated):
    """What is remembered. Name, version and signature are the same in pictures.js and pictures.vala: all of them share results."""

    @cache.memoize(
        name='org.example.Pictures.thumbnail',
        version='1',
        signature='(sx)',
        depfiles=lambda path, size: [path],
        error_maxage=DAY,            # a broken picture is not tried again until it changes
        invalidated=invalidated,     # called when a picture has changed
    )
    def thumbnail(path, size):
        pixbuf = GdkPixbuf.Pixbuf.new_from_file_at_scale(path, size, size, True).apply_embedded_orientation()
        file_format, width, height = GdkPixbuf.Pixbuf.get_file_info(path)
        _, png = pixbuf.save_to_bufferv('png', [], [])
        return {'format': file_format.get_name(), 'width': width, 'height': height, 'bytes': os.path.getsize(path), 'png': png}

    return thumbnail


class Picture(GObject.Object):
    """What a tile shows of a file."""

    __gtype_name__ = 'Picture'
    name = GObject.Property(type=str)
    state = GObject.Property(type=str, default='loading')
    details = GObject.Property(type=str)
    tooltip = GObject.Property(type=str)
    paintable = GObject.Property(type=Gdk.Paintable)

    def __init__(self, path):
        super().__init__(name=os.path.basename(path))
        self.path = path

    def show(self, result):
        self.paintable = Gdk.Texture.new_from_bytes(GLib.Bytes.new(result['png']))
        self.details = f"{result['width']} × {result['height']}, {result['format'].upper()}, {GLib.format_size(result['bytes'])}"
        self.tooltip = self.path
        self.state = 'shown'

    def fail(self, message):
        self.details = 'Broken picture'
        self.tooltip = message
        self.state = 'broken'


class Pictures(Gtk.Application):
    def __init__(self):
        super().__init__(application_id=APP_ID, flags=Gio.ApplicationFlags.HANDLES_OPEN | Gio.ApplicationFlags.NON_UNIQUE)
        self.add_main_option('cachedir', 0, GLib.OptionFlags.NONE, GLib.OptionArg.STRING, 'Where to keep results', 'DIRECTORY')
        self.pool = ThreadPoolExecutor(thread_name_prefix='thumbnails')
        self.cachedir = None
        self.total = self.done = 0    # of the thumbnails that are being asked for

    def do_handle_local_options(self, options):
        cachedir = options.lookup_value('cachedir')
        self.cachedir = cachedir and cachedir.get_string()
        return -1    # go on

    def do_startup(self):
        Gtk.Application.do_startup(self)
        self.cache = AnyCache.Cache.new(self.cachedir, MAXSIZE) if self.cachedir else AnyCache.Cache.new_for_app(APP_ID, MAXSIZE)
        self.thumbnail = remember_thumbnails(self.cache, self.reload_one)

        provider = Gtk.CssProvider()
        provider.load_from_path(str(HERE / 'pictures.css'))
        Gtk.StyleContext.add_provider_for_display(Gdk.Display.get_default(), provider, Gtk.STYLE_PROVIDER_PRIORITY_APPLICATION)
        builder = Gtk.Builder.new_from_file(str(HERE / 'pictures.ui'))
        for name in ('window', 'title', 'counts', 'progress', 'folder', 'pictures', 'chooser'):
            setattr(self, name, builder.get_object(name))
        self.folder.connect('notify::loading', self.on_folder_loading)
        self.chooser.connect('response', self.on_chosen)
        self.add_window_action('open', '<Control>o', lambda *_: self.chooser.show())
        self.add_window_action('reload', '<Control>r', self.on_reload)
        self.add_window_action('clear', '<Control>Delete', self.on_clear)

    def add_window_action(self, name, key, callback):
        action = Gio.SimpleAction(name=name)
        action.connect('activate', callback)
        self.window.add_action(action)
        self.set_accels_for_action(f'win.{name}', [key])

    def do_activate(self):
        self.window.set_application(self)
        self.window.present()

    def do_open(self, files, _n_files, _hint):
        self.do_activate()
        self.folder.set_file(files[0])

    def do_shutdown(self):
        self.pool.shutdown(cancel_futures=True)
        Gtk.Application.do_shutdown(self)

    def on_chosen(self, chooser, response):
        if response == Gtk.ResponseType.ACCEPT:
            self.folder.set_file(chooser.get_file())

    def on_reload(self, _action, _parameter):
        file = self.folder.get_file()
        self.folder.set_file(None)
        self.folder.set_file(file)

    def on_clear(self, _action, _parameter):
        self.cache.clear_async(None, self.on_cleared)

    def on_cleared(self, cache, result):
        cache.clear_finish(result)
        self.show_state()

    def on_folder_loading(self, folder, _property):
        if folder.is_loading() or folder.get_file() is None:
            return
        names = sorted(info.get_name() for info in folder
                       if (info.get_attribute_string('standard::fast-content-type') or '').startswith('image/'))
        found = [Picture(folder.get_file().get_child(name).get_path()) for name in names]
        self.pictures.splice(0, self.pictures.get_n_items(), found)
        for picture in found:
            self.load(picture)
        self.show_state()

    def reload_one(self, path, _size):
        for picture in self.pictures:
            if picture.path == path:
                self.load(picture)

    def load(self, picture):
        """Threads call the remembered function; its results come back to the main loop."""
        if self.done == self.total:
            self.total = self.done = 0
        self.total += 1
        future = self.pool.submit(self.thumbnail, picture.path, SIZE)
        future.add_done_callback(lambda future: GLib.idle_add(self.on_loaded, picture, future))
        self.show_state()

    def on_loaded(self, picture, future):
        try:
            picture.show(future.result())
        except CancelledError:
            return
        except Exception as error:
            picture.fail(getattr(error, 'message', str(error)))
        self.done += 1
        self.show_state()

    def show_state(self):
        is_loading = self.done < self.total
        self.progress.set_visible(is_loading)
        if is_loading:
            self.progress.set_fraction(self.done / self.total)

        stats = self.cache.get_stats()
        hits = stats.get_lookups(AnyCache.Miss.NONE)
        misses = sum(stats.get_lookups(miss) for miss in range(AnyCache.Miss.ABSENT, AnyCache.Miss.IO + 1))
        file = self.folder.get_file()
        self.title.set_label(file.get_basename() if file else 'Pictures')
        self.counts.set_label(f'{hits} hits, {misses} misses, {GLib.format_size(self.cache.get_size())}')
        self.window.set_title('Pictures – loading' if is_loading else f'Pictures – {hits} hits, {misses} misses')


sys.exit(Pictures().run(sys.argv))
