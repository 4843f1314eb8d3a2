// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Shows the pictures of a folder, with thumbnails that are remembered: pictures.js [--cachedir DIRECTORY] [FOLDER]

import AnyCache from 'gi://AnyCache?version=1.0';
import Gdk from 'gi://Gdk?version=4.0';
import GdkPixbuf from 'gi://GdkPixbuf?version=2.0';
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import GObject from 'gi://GObject';
import Gtk from 'gi://Gtk?version=4.0';
import {exit, programInvocationName} from 'system';

Gio._promisify(Gio.File.prototype, 'read_async');
Gio._promisify(Gio.FileInputStream.prototype, 'query_info_async');
Gio._promisify(GdkPixbuf.Pixbuf, 'get_file_info_async', 'get_file_info_finish');
Gio._promisify(GdkPixbuf.Pixbuf, 'new_from_stream_at_scale_async', 'new_from_stream_finish');

const HERE = GLib.path_get_dirname(GLib.filename_from_uri(import.meta.url)[0]);
const APP_ID = 'org.example.Pictures';
const SIZE = 144;               // pixels of the longer side of a thumbnail
const DAY = 24 * 60 * 60;       // seconds
const MAXSIZE = 256 * 2 ** 20;  // bytes of the cache

// What is remembered. Name, version and signature are the same in pictures.py and pictures.vala: all of them share results.
async function decode(path, size, request) {
    const {cancellable} = request;
    request.add_dependency(path);    // before the file is read

    const stream = await Gio.File.new_for_path(path).read_async(GLib.PRIORITY_DEFAULT, cancellable);
    const info = await stream.query_info_async('standard::size', GLib.PRIORITY_DEFAULT, cancellable);
    const pixbuf = await GdkPixbuf.Pixbuf.new_from_stream_at_scale_async(stream, size, size, true, cancellable);
    const [format, width, height] = await GdkPixbuf.Pixbuf.get_file_info_async(path, cancellable);
    const [, png] = pixbuf.apply_embedded_orientation().save_to_bufferv('png', [], []);
    return {format: format.get_name(), width, height, bytes: info.get_size(), png};
}

// GdkPixbuf decodes in the main loop, a piece of the file at a time: of one picture after the other, to leave time for the window.
let turn = Promise.resolve();

function makeThumbnail(path, size, request) {
    const compute = () => decode(path, size, request);
    turn = turn.then(compute, compute);
    return turn;
}

function rememberThumbnails(cache) {
    return cache.memoize('org.example.Pictures.thumbnail', makeThumbnail, {
        version: '1',
        signature: '(sx)',
        async: true,
        request: true,
        errorMaxage: DAY,    // a broken picture is not tried again until it changes
        watch: true,         // say when a picture has changed
    });
}

const stringProperty = name => GObject.ParamSpec.string(name, name, name, GObject.ParamFlags.READWRITE, null);

const itemsOf = list => Array.from({length: list.get_n_items()}, (_item, index) => list.get_item(index));

// What a tile shows of a file.
const Picture = GObject.registerClass({
    GTypeName: 'Picture',
    Properties: {
        name: stringProperty('name'),
        state: stringProperty('state'),
        details: stringProperty('details'),
        tooltip: stringProperty('tooltip'),
        paintable: GObject.ParamSpec.object('paintable', 'paintable', 'paintable', GObject.ParamFlags.READWRITE, Gdk.Paintable),
    },
}, class Picture extends GObject.Object {
    constructor(path) {
        super({name: GLib.path_get_basename(path), state: 'loading'});
        this.path = path;
    }

    show({png, format, width, height, bytes}) {
        this.paintable = Gdk.Texture.new_from_bytes(png);
        this.details = `${width} × ${height}, ${format.toUpperCase()}, ${GLib.format_size(bytes)}`;
        this.tooltip = this.path;
        this.state = 'shown';
    }

    fail(message) {
        this.details = 'Broken picture';
        this.tooltip = message;
        this.state = 'broken';
    }
});

const Pictures = GObject.registerClass(class Pictures extends Gtk.Application {
    constructor() {
        super({application_id: APP_ID, flags: Gio.ApplicationFlags.HANDLES_OPEN | Gio.ApplicationFlags.NON_UNIQUE});
        this.add_main_option('cachedir', 0, GLib.OptionFlags.NONE, GLib.OptionArg.STRING, 'Where to keep results', 'DIRECTORY');
        this.total = this.done = 0;    // of the thumbnails that are being asked for
    }

    vfunc_handle_local_options(options) {
        this.cachedir = options.lookup_value('cachedir', null)?.unpack();
        return -1;    // go on
    }

    vfunc_startup() {
        super.vfunc_startup();
        this.cache = this.cachedir ? AnyCache.Cache.new(this.cachedir, MAXSIZE) : AnyCache.Cache.new_for_app(APP_ID, MAXSIZE);
        this.thumbnail = rememberThumbnails(this.cache);
        this.thumbnail.function.connect('invalidated', (_function, args) => this.reloadOne(args.deepUnpack()[0]));

        const provider = new Gtk.CssProvider();
        provider.load_from_path(`${HERE}/pictures.css`);
        Gtk.StyleContext.add_provider_for_display(Gdk.Display.get_default(), provider, Gtk.STYLE_PROVIDER_PRIORITY_APPLICATION);
        const builder = Gtk.Builder.new_from_file(`${HERE}/pictures.ui`);
        for (const name of ['window', 'title', 'counts', 'progress', 'folder', 'pictures', 'chooser'])
            this[name] = builder.get_object(name);
        this.folder.connect('notify::loading', () => this.listPictures());
        this.chooser.connect('response', (_chooser, response) => this.choose(response));
        this.addAction('open', '<Control>o', () => this.chooser.show());
        this.addAction('reload', '<Control>r', () => this.reload());
        this.addAction('clear', '<Control>Delete', () => this.clear());
    }

    addAction(name, key, activate) {
        const action = new Gio.SimpleAction({name});
        action.connect('activate', activate);
        this.window.add_action(action);
        this.set_accels_for_action(`win.${name}`, [key]);
    }

    vfunc_activate() {
        this.window.application = this;
        this.window.present();
    }

    vfunc_open(files) {
        this.activate();
        this.folder.file = files[0];
    }

    vfunc_shutdown() {
        this.cache.flush();    // results reach the directory a moment after the window
        super.vfunc_shutdown();
    }

    choose(response) {
        if (response === Gtk.ResponseType.ACCEPT)
            this.folder.file = this.chooser.get_file();
    }

    reload() {
        const {file} = this.folder;
        this.folder.file = null;
        this.folder.file = file;
    }

    async clear() {
        await this.cache.clear_async();
        this.showState();
    }

    listPictures() {
        const {loading, file} = this.folder;
        if (loading || file === null)
            return;

        const isPicture = info => info.get_attribute_string('standard::fast-content-type')?.startsWith('image/');
        const names = itemsOf(this.folder).filter(isPicture).map(info => info.get_name()).sort();
        const found = names.map(name => new Picture(file.get_child(name).get_path()));
        this.pictures.splice(0, this.pictures.get_n_items(), found);
        found.forEach(picture => this.load(picture));
        this.showState();
    }

    reloadOne(path) {
        for (const picture of itemsOf(this.pictures)) {
            if (picture.path === path)
                this.load(picture);
        }
    }

    async load(picture) {
        if (this.done === this.total)
            this.total = this.done = 0;
        this.total++;
        this.showState();

        try {
            picture.show(await this.thumbnail(picture.path, SIZE));
        } catch (error) {
            picture.fail(error.message);
        }
        this.done++;
        this.showState();
    }

    showState() {
        const isLoading = this.done < this.total;
        this.progress.visible = isLoading;
        if (isLoading)
            this.progress.fraction = this.done / this.total;

        const stats = this.cache.get_stats();
        const hits = stats.get_lookups(AnyCache.Miss.NONE);
        let misses = 0;
        for (let miss = AnyCache.Miss.ABSENT; miss <= AnyCache.Miss.IO; miss++)
            misses += stats.get_lookups(miss);
        this.title.label = this.folder.file?.get_basename() ?? 'Pictures';
        this.counts.label = `${hits} hits, ${misses} misses, ${GLib.format_size(this.cache.size)}`;
        this.window.title = isLoading ? 'Pictures – loading' : `Pictures – ${hits} hits, ${misses} misses`;
    }
});

exit(new Pictures().run([programInvocationName, ...ARGV]));
