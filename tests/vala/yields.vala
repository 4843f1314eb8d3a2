// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Calls that are awaited with yield: what is thrown through them, who leaves, and where it is computed.

using Stories;

const string NAME = "org.example.Yields";
const int CALLERS = 50;

errordomain WordError {
    NO_SUCH_WORD
}

// The end of an asynchronous test, which its main loop waits for.
class Ending {
    private bool is_told;
    private Error? error;

    public void tell (Stories.Action end) {
        try {
            end ();
        } catch (Error error) {
            this.error = error;
        }
        is_told = true;
    }

    public void await_it () throws Error {
        wait_until (() => is_told, "it does not end");
        if (error != null)
            throw error;
    }
}

async void sleep_a_while (uint milliseconds) {
    Timeout.add (milliseconds, () => {
        sleep_a_while.callback ();
        return Source.REMOVE;
    });
    yield;
}

// Answers with a number of its own, after a while.
class Slow {
    public AnyCache.Function function;
    public int n_computed;
    public bool is_cancelled;
    public bool is_patient; // answers nobody but who has left
    public bool is_held;    // answers nobody at all

    public Slow (Fixture fixture) {
        function = fixture.cache.define (NAME, null, (request) => {
            n_computed++;
            answer.begin (request);
            return true;
        });
    }

    ~Slow () {
        function.close ();
    }

    private async void answer (AnyCache.Request request) {
        int64 number = n_computed;
        do {
            yield sleep_a_while (50);
            is_cancelled = request.get_cancellable ().is_cancelled ();
        } while (is_held || (is_patient && !is_cancelled));
        request.return_value (number);
    }
}

// Many who ask at one time, and how many of them still wait.
class Crowd {
    public int64 sum;
    public int n_waiting;
    private SourceFunc? wake;

    public async void ask (AnyCache.Function function) {
        n_waiting++;
        try {
            sum += (int64) yield function.call_async (path_args ("any"));
        } catch (Error error) {
            sum = int64.MIN;
        }
        if (--n_waiting == 0 && wake != null)
            wake ();
    }

    public async void disperse () {
        if (n_waiting == 0)
            return;
        wake = disperse.callback;
        yield;
        wake = null;
    }
}

async void fifty_share_one_computation (Fixture fixture) throws Error {
    var slow = new Slow (fixture);
    var crowd = new Crowd ();

    for (var i = 0; i < CALLERS; i++)
        crowd.ask.begin (slow.function);
    equal (crowd.n_waiting, CALLERS, "the number of those who wait");
    yield crowd.disperse ();
    equal (crowd.sum, CALLERS, "the sum");
    equal (slow.n_computed, 1, "the number of computations");
}

async void error_is_thrown (Fixture fixture) throws Error {
    var function = fixture.cache.define (NAME, null, () => {
        throw new WordError.NO_SUCH_WORD ("no such word");
    });
    try {
        yield function.call_async (path_args ("any"));
        holds (false, "nothing was thrown");
    } catch (WordError.NO_SUCH_WORD error) {
        equal_text (error.message, "no such word", "the message");
    }
    holds ((yield function.lookup_async (path_args ("any"))) == null, "an error is stored");
}

async void one_leaves_and_others_stay (Fixture fixture) throws Error {
    var slow = new Slow (fixture);
    var crowd = new Crowd ();
    var cancellable = new Cancellable ();

    slow.is_held = true;
    crowd.ask.begin (slow.function);
    Timeout.add (10, () => {
        if (slow.n_computed > 0)
            cancellable.cancel ();
        return slow.n_computed == 0;
    });
    try {
        yield slow.function.call_async (path_args ("any"), cancellable);
        holds (false, "nothing was thrown");
    } catch (IOError.CANCELLED error) {
        holds (cancellable.is_cancelled (), "nobody has cancelled");
    }
    slow.is_held = false;
    yield crowd.disperse ();
    equal (crowd.sum, 1, "the sum");
    holds (!slow.is_cancelled, "the computation was cancelled");
}

async void last_one_cancels (Fixture fixture) throws Error {
    var slow = new Slow (fixture);
    var cancellable = new Cancellable ();

    slow.is_patient = true;
    Timeout.add (10, () => {
        if (slow.n_computed > 0)
            cancellable.cancel ();
        return slow.n_computed == 0;
    });
    try {
        yield slow.function.call_async (path_args ("any"), cancellable);
        holds (false, "nothing was thrown");
    } catch (IOError.CANCELLED error) {
        while (!slow.is_cancelled)
            yield sleep_a_while (10);
    }
}

// What a computation awaits, it hands its own cancellable to.
async void read_file (AnyCache.Request request, File file) {
    try {
        uint8[] bytes;
        yield file.load_contents_async (request.cancellable, out bytes, null);
        request.return_bytes (new Bytes.take ((owned) bytes));
    } catch (Error error) {
        request.return_error (error);
    }
}

async void computation_awaits (Fixture fixture) throws Error {
    var path = fixture.write ("text", "one two");
    var function = fixture.cache.define (NAME, null, (request) => {
        var file = File.new_for_path ((string) request.args.get_child_value (0));
        request.add_dependency (file.get_path ());
        read_file.begin (request, file);
        return true;
    });

    fixture.settle (path);
    var bytes = (yield function.call_async (path_args (path))).get_data_as_bytes ();
    holds (bytes.compare (new Bytes ("one two".data)) == 0, "it is another text");
    try {
        yield function.call_async (path_args (path + ".missing"));
        holds (false, "nothing was thrown");
    } catch (IOError.NOT_FOUND error) {
        holds (error.message.contains ("missing"), error.message);
    }
}

// Whoever has a loop of his own computes there.
void test_computes_in_the_loop_of_who_asks (Fixture fixture) throws Error {
    unowned Thread<string>? ran_in = null;
    var function = fixture.cache.define (NAME, null, (request) => {
        ran_in = Thread.self<string> ();
        request.return_value (number (1));
        return true;
    });

    var thread = new Thread<string> ("loop", () => {
        var context = new MainContext ();
        var loop = new MainLoop (context);
        var said = "nothing";
        context.push_thread_default ();
        function.call_async.begin (path_args ("any"), null, (_function, result) => {
            try {
                said = function.call_async.end (result).print (false);
            } catch (Error error) {
                said = error.message;
            }
            loop.quit ();
        });
        loop.run ();
        context.pop_thread_default ();
        return ran_in == Thread.self<string> () ? said : "computed elsewhere";
    });
    equal_text (thread.join (), "1", "the result");
}

int main (string[] args) {
    var program = new Program ();

    program.test ("fifty_share_one_computation", (fixture) => {
        var ending = new Ending ();
        fifty_share_one_computation.begin (fixture, (_, result) => ending.tell (() => fifty_share_one_computation.end (result)));
        ending.await_it ();
    });
    program.test ("error_is_thrown", (fixture) => {
        var ending = new Ending ();
        error_is_thrown.begin (fixture, (_, result) => ending.tell (() => error_is_thrown.end (result)));
        ending.await_it ();
    });
    program.test ("one_leaves_and_others_stay", (fixture) => {
        var ending = new Ending ();
        one_leaves_and_others_stay.begin (fixture, (_, result) => ending.tell (() => one_leaves_and_others_stay.end (result)));
        ending.await_it ();
    });
    program.test ("last_one_cancels", (fixture) => {
        var ending = new Ending ();
        last_one_cancels.begin (fixture, (_, result) => ending.tell (() => last_one_cancels.end (result)));
        ending.await_it ();
    });
    program.test ("computation_awaits", (fixture) => {
        var ending = new Ending ();
        computation_awaits.begin (fixture, (_, result) => ending.tell (() => computation_awaits.end (result)));
        ending.await_it ();
    });
    program.test ("computes_in_the_loop_of_who_asks", test_computes_in_the_loop_of_who_asks);

    return program.run (args);
}
