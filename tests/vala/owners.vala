// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Objects that own a function which asks them: what frees them, and what does not.

using Stories;

const string NAME = "org.example.Owners";

class Owner : Object {
    public AnyCache.Function function;
    protected int64 answer = 6;
}

class OwnerByHandler : Owner {
    public OwnerByHandler (AnyCache.Cache cache) {
        function = cache.define (NAME);
        function.compute.connect (compute);
    }

    private bool compute (AnyCache.Request request) {
        request.return_value (answer);
        return true;
    }
}

class OwnerByLambdaHandler : Owner {
    public OwnerByLambdaHandler (AnyCache.Cache cache) {
        function = cache.define (NAME);
        function.compute.connect ((request) => {
            request.return_value (answer);
            return true;
        });
    }
}

class OwnerByStaticMethod : Owner {
    public OwnerByStaticMethod (AnyCache.Cache cache) {
        function = cache.define (NAME, null, compute);
    }

    private static bool compute (AnyCache.Request request) throws Error {
        request.return_value ((int64) 6);
        return true;
    }
}

// Holds itself by its callback, as does every lambda of an instance.
class OwnerByMethod : Owner {
    public OwnerByMethod (AnyCache.Cache cache) {
        function = cache.define (NAME, null, compute);
    }

    private bool compute (AnyCache.Request request) throws Error {
        request.return_value (answer);
        return true;
    }
}

delegate Owner Make (AnyCache.Cache cache);

void check_freed (Fixture fixture, Make make, bool is_closed) throws Error {
    var n_freed = 0;
    fixture.cache.clear ();
    Owner? owner = make (fixture.cache);
    owner.weak_ref (() => n_freed++);
    equal ((int64) owner.function.call (path_args ("any")), 6);

    if (is_closed)
        owner.function.close ();
    owner = null;
    wait_until (() => n_freed == 1, "the owner leaks");
}

int main (string[] args) {
    var program = new Program ();

    program.test ("by_handler", (fixture) => check_freed (fixture, (cache) => new OwnerByHandler (cache), false));
    program.test ("by_lambda_handler", (fixture) => check_freed (fixture, (cache) => new OwnerByLambdaHandler (cache), false));
    program.test ("by_static_method", (fixture) => check_freed (fixture, (cache) => new OwnerByStaticMethod (cache), false));
    program.test ("by_method", (fixture) => check_freed (fixture, (cache) => new OwnerByMethod (cache), true));

    return program.run (args);
}
