// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Shows the pictures of a folder, with thumbnails that are remembered: pictures [--cachedir DIRECTORY] [FOLDER]

const string APP_ID = "org.example.Pictures";
const string RESOURCES = "/org/example/Pictures";
const int SIZE = 144;                         // pixels of the longer side of a thumbnail
const int64 DAY = 24 * 60 * 60 * 1000000LL;   // microseconds
const int64 MAXSIZE = 256 << 20;              // bytes of the cache

// What is remembered. Names and types are the same in pictures.js and pictures.py: all of them share results.
Variant make_thumbnail (string path, int size) throws Error {
    int width, height;
    uint8[] png;
    var pixbuf = new Gdk.Pixbuf.from_file_at_scale (path, size, size, true).apply_embedded_orientation ();
    unowned var format = Gdk.Pixbuf.get_file_info (path, out width, out height);
    var info = File.new_for_path (path).query_info (FileAttribute.STANDARD_SIZE, NONE);
    pixbuf.save_to_buffer (out png, "png");

    var result = new VariantDict ();
    result.insert_value ("format", format.get_name ());
    result.insert_value ("width", (int64) width);
    result.insert_value ("height", (int64) height);
    result.insert_value ("bytes", info.get_size ());
    result.insert_value ("png", new Variant.from_bytes (VariantType.BYTESTRING, new Bytes.take ((owned) png), true));
    return result.end ();
}

AnyCache.Function remember_thumbnails (AnyCache.Cache cache) throws Error {
    // Runs in threads, whose number is that of the processors.
    var pool = new ThreadPool<AnyCache.Request>.with_owned_data ((request) => {
        string path;
        int64 size;
        request.get_args ().get ("(sx)", out path, out size);
        request.add_dependency (path);    // before the file is read
        try {
            request.return_value (make_thumbnail (path, (int) size));
        } catch (Error error) {
            request.return_error (error);
        }
    }, (int) get_num_processors (), false);

    var thumbnail = cache.define ("org.example.Pictures.thumbnail", "1", (request) => {
        pool.add (request);
        return true;
    });
    thumbnail.error_maxage = DAY;         // a broken picture is not tried again until it changes
    thumbnail.set_flags (WATCH);          // say when a picture has changed
    return thumbnail;
}

// What a tile shows of a file.
class Picture : Object {
    public string path { get; construct; }
    public string name { get; set; }
    public string state { get; set; default = "loading"; }
    public string details { get; set; }
    public string tooltip { get; set; }
    public Gdk.Paintable paintable { get; set; }

    public Picture (string path) {
        Object (path: path, name: Path.get_basename (path));
    }

    public void show (Variant result) throws Error {
        string format;
        int64 width, height, bytes;
        var fields = new VariantDict (result);
        fields.lookup ("format", "s", out format);
        fields.lookup ("width", "x", out width);
        fields.lookup ("height", "x", out height);
        fields.lookup ("bytes", "x", out bytes);
        paintable = Gdk.Texture.from_bytes (fields.lookup_value ("png", VariantType.BYTESTRING).get_data_as_bytes ());
        details = @"$width × $height, $(format.up ()), $(format_size (bytes))";
        tooltip = path;
        state = "shown";
    }

    public void fail (string message) {
        details = "Broken picture";
        tooltip = message;
        state = "broken";
    }
}

class Pictures : Gtk.Application {
    private AnyCache.Cache cache;
    private AnyCache.Function thumbnail;
    private Gtk.ApplicationWindow window;
    private Gtk.Label title;
    private Gtk.Label counts;
    private Gtk.ProgressBar progress;
    private Gtk.DirectoryList folder;
    private ListStore pictures;
    private Gtk.FileChooserNative chooser;
    private string? cachedir;
    private int total;    // of the thumbnails that are being asked for
    private int done;

    public Pictures () {
        Object (application_id: APP_ID, flags: ApplicationFlags.HANDLES_OPEN | ApplicationFlags.NON_UNIQUE);
        add_main_option ("cachedir", 0, NONE, STRING, "Where to keep results", "DIRECTORY");
    }

    protected override int handle_local_options (VariantDict options) {
        options.lookup ("cachedir", "s", out cachedir);
        return -1;    // go on
    }

    protected override void startup () {
        base.startup ();
        cache = cachedir != null ? new AnyCache.Cache (cachedir, MAXSIZE) : new AnyCache.Cache.for_app (APP_ID, MAXSIZE);
        try {
            thumbnail = remember_thumbnails (cache);
        } catch (Error error) {
            GLib.error ("No threads: %s", error.message);
        }
        thumbnail.invalidated.connect ((args) => reload_one (args.get_child_value (0).get_string ()));

        typeof (Picture).ensure ();
        var provider = new Gtk.CssProvider ();
        provider.load_from_resource (RESOURCES + "/pictures.css");
        Gtk.StyleContext.add_provider_for_display (Gdk.Display.get_default (), provider, Gtk.STYLE_PROVIDER_PRIORITY_APPLICATION);
        var builder = new Gtk.Builder.from_resource (RESOURCES + "/pictures.ui");
        window = (Gtk.ApplicationWindow) builder.get_object ("window");
        title = (Gtk.Label) builder.get_object ("title");
        counts = (Gtk.Label) builder.get_object ("counts");
        progress = (Gtk.ProgressBar) builder.get_object ("progress");
        folder = (Gtk.DirectoryList) builder.get_object ("folder");
        pictures = (ListStore) builder.get_object ("pictures");
        chooser = (Gtk.FileChooserNative) builder.get_object ("chooser");
        folder.notify["loading"].connect (list_pictures);
        chooser.response.connect (choose);

        window.add_action_entries ({
            { "open", () => chooser.show () },
            { "reload", reload },
            { "clear", () => clear.begin () }
        }, this);
        set_accels_for_action ("win.open", { "<Control>o" });
        set_accels_for_action ("win.reload", { "<Control>r" });
        set_accels_for_action ("win.clear", { "<Control>Delete" });
    }

    protected override void activate () {
        window.set_application (this);
        window.present ();
    }

    protected override void open (File[] files, string hint) {
        activate ();
        folder.file = files[0];
    }

    protected override void shutdown () {
        try {
            cache.flush ();    // results reach the directory a moment after the window
        } catch (Error error) {
            warning ("%s", error.message);
        }
        base.shutdown ();
    }

    private void choose (int response) {
        if (response == Gtk.ResponseType.ACCEPT)
            folder.file = chooser.get_file ();
    }

    private void reload () {
        var file = folder.file;
        folder.file = null;
        folder.file = file;
    }

    private async void clear () {
        try {
            yield cache.clear_async ();
        } catch (Error error) {
            warning ("%s", error.message);
        }
        show_state ();
    }

    private void list_pictures () {
        if (folder.loading || folder.file == null)
            return;

        var names = new GenericArray<string> ();
        for (uint i = 0; i < folder.get_n_items (); i++) {
            var info = (FileInfo) folder.get_item (i);
            var content_type = info.get_attribute_string (FileAttribute.STANDARD_FAST_CONTENT_TYPE);
            if (content_type != null && content_type.has_prefix ("image/"))
                names.add (info.get_name ());
        }
        names.sort (strcmp);

        pictures.remove_all ();
        foreach (unowned var name in names) {
            var picture = new Picture (folder.file.get_child (name).get_path ());
            pictures.append (picture);
            load.begin (picture);
        }
        show_state ();
    }

    private void reload_one (string path) {
        for (uint i = 0; i < pictures.get_n_items (); i++) {
            var picture = (Picture) pictures.get_item (i);
            if (picture.path == path)
                load.begin (picture);
        }
    }

    private async void load (Picture picture) {
        if (done == total)
            total = done = 0;
        total++;
        show_state ();

        try {
            picture.show (yield thumbnail.call_async (new Variant ("(sx)", picture.path, (int64) SIZE)));
        } catch (Error error) {
            picture.fail (error.message);
        }
        done++;
        show_state ();
    }

    private void show_state () {
        var is_loading = done < total;
        progress.visible = is_loading;
        if (is_loading)
            progress.fraction = (double) done / total;

        var stats = cache.get_stats ();
        var hits = stats.get_lookups (NONE);
        uint64 misses = 0;
        for (int miss = AnyCache.Miss.ABSENT; miss <= AnyCache.Miss.IO; miss++)
            misses += stats.get_lookups ((AnyCache.Miss) miss);
        title.label = folder.file != null ? folder.file.get_basename () : "Pictures";
        counts.label = @"$hits hits, $misses misses, $(format_size (cache.size))";
        window.title = is_loading ? "Pictures – loading" : @"Pictures – $hits hits, $misses misses";
    }
}

int main (string[] args) {
    return new Pictures ().run (args);
}
