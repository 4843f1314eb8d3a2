# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A Python function whose results are remembered."""

import asyncio
import datetime
import functools
import inspect
import os
import weakref

from gi.repository import AnyCache, Gio, GLib, GObject

from . import _awaiting, _digest, _failures, _flights, _memo, _values
from ._parameters import REQUEST, Parameters

_current_request = _flights.current_request

# Where there is no result, which may be None.
_MISSING = object()


class _Code:
    """The version that follows what a function does."""

    def __repr__(self):
        return "anycache_glib.CODE"


CODE = _Code()


def microseconds(duration):
    """The library's form of a duration in seconds, or a timedelta; None is no limit."""
    if duration is None:
        return -1
    if isinstance(duration, datetime.timedelta):
        duration = duration.total_seconds()
    if not duration >= 0:
        raise ValueError(f"A duration cannot be {duration!r}")
    return min(int(duration * 1_000_000), 2**63 - 1)


def _version_of(func, name, version):
    if version is not CODE:
        return None if version is None else str(version)
    if name is not None:
        # Other languages would have to know it.
        return None
    try:
        return "code-" + _digest.digest(func).hex()
    except _digest.NoDigest as error:
        raise TypeError(f"{func.__qualname__}() captures what cannot be part of its version: {error}; give it a “version”") from error


class Remembered:
    """What stands behind one decorated function."""

    def __init__(self, cache, func, options):
        self.func = func
        self.is_async = inspect.iscoroutinefunction(func)
        self.parameters = Parameters(func, options.ignore, options.key, options.signature, options.request)
        self._options = options
        self._memo = _memo.Memo()
        # What a depfilefunc has named, until the library asks for it.
        self._files = {}
        self._directory = cache.get_cachedir()
        self.function = self._define(cache)
        self._reader = self._define_reader()

    def _define(self, cache):
        func, options = self.func, self._options
        function = AnyCache.Function(
            cache=cache,
            name=options.name or f"{func.__module__}.{func.__qualname__}",
            version=_version_of(func, options.name, options.version),
            args_type=options.signature,
        )
        function.set_maxage(microseconds(options.maxage))
        function.set_error_maxage(microseconds(options.error_maxage))
        function.set_stale_while_revalidate(microseconds(options.stale_while_revalidate))
        function.set_flags(options.flags)

        function.connect("compute", self._compute_later if self.is_async else self._compute)
        if options.depfilefunc is not None:
            # The library would keep a strong one, and this its function, for ever.
            list_files = weakref.WeakMethod(self._list_files)
            function.set_depfiles_func(lambda _result, args: list_files()(args))
        if options.invalidated is not None:
            function.set_flags(options.flags | AnyCache.FunctionFlags.WATCH)
        # Of a result that is kept the library watches nothing more, once it has told.
        function.connect("invalidated", self._tell_invalidated)
        function.connect("notify::flags", lambda *_: self._memo.clear())
        return function

    def _define_reader(self):
        """Another function of the same results, which has no handlers.

        Entries hold their function. If it were the one that asks this object for results, that would hold itself.
        """
        function = self.function
        reader = AnyCache.Function(
            cache=function.get_cache(),
            name=function.get_name(),
            version=function.get_version(),
            args_type=function.get_args_type(),
        )
        for name in ("maxage", "error-maxage", "stale-while-revalidate"):
            function.bind_property(name, reader, name, GObject.BindingFlags.SYNC_CREATE)
        return reader

    # Computing

    def _flight_key(self, variant):
        return self._directory, self.function.dup_ident(variant)

    def _find_arguments(self, request):
        """Those who wait, and one of them for whom it is computed; where nobody does, the arguments as the key tells them."""
        key = self._flight_key(request.get_args())
        flight, call = _flights.find(key)
        if call is not None:
            return flight, call
        arguments = self.parameters.from_variant(request.get_args())
        if arguments is None:
            raise LookupError("The arguments cannot be told from the key")
        return flight or _flights.Flight(key), _flights.Call(*arguments)

    def _arguments_for(self, request, call):
        """Names the files that are known before, and gives what the function is called with."""
        if self._options.depfiles is not None:
            depfiles = self._options.depfiles
            for path in depfiles(*call.args, **call.kwargs) if callable(depfiles) else depfiles:
                request.add_dependency(os.fspath(path))
        if not self._options.request:
            return call.kwargs
        return {**call.kwargs, REQUEST: request}

    def _answer(self, request, flight, call, result):
        variant = _values.encode(result)
        depfilefunc = self._options.depfilefunc
        if depfilefunc is not None:
            self._files[flight.key] = [os.fspath(path) for path in depfilefunc(result, *call.args, **call.kwargs)]
        call.result = result
        call.variant = variant
        request.return_value(variant)

    def _fail(self, request, flight, exception):
        if flight is not None:
            flight.exception = exception
        request.return_error(_failures.to_error(exception))

    def _compute(self, _function, request):
        flight = None
        token = _current_request.set(request)
        try:
            flight, call = self._find_arguments(request)
            result = self.func(*call.args, **self._arguments_for(request, call))
            self._answer(request, flight, call, result)
        except BaseException as exception:  # it is the caller's, to whom it is brought
            self._fail(request, flight, exception)
        finally:
            _current_request.reset(token)
        return True

    def _compute_later(self, _function, request):
        flight = None
        try:
            flight, call = self._find_arguments(request)
        except Exception as exception:
            self._fail(request, flight, exception)
            return True

        home = call.home or _awaiting.home()
        try:
            home.post(self._start, home, request, flight, call)
        except RuntimeError:
            # The caller's loop was closed, which says nothing to others who wait.
            call.is_gone = True
            request.return_error(_failures.cancelled())
        return True

    def _start(self, home, request, flight, call):
        task = home.start(self._run(request, flight, call))
        cancellable = request.get_cancellable()
        # Gio.Cancellable has methods of these names, which wait for each other.
        handler = GObject.Object.connect(cancellable, "cancelled", lambda _cancellable: home.post(task.cancel))
        task.add_done_callback(lambda _task: GObject.Object.disconnect(cancellable, handler))
        if cancellable.is_cancelled():
            task.cancel()

    async def _run(self, request, flight, call):
        token = _current_request.set(request)
        try:
            result = await self.func(*call.args, **self._arguments_for(request, call))
            self._answer(request, flight, call, result)
        except asyncio.CancelledError:
            request.return_error(_failures.cancelled())
            raise
        except BaseException as exception:
            self._fail(request, flight, exception)
        finally:
            _current_request.reset(token)

    def _list_files(self, args):
        return self._files.pop(self._flight_key(args), None)

    def _tell_invalidated(self, _function, args):
        self._memo.clear()
        arguments = self.parameters.from_variant(args) if self._options.invalidated is not None else None
        if arguments is not None:
            self._options.invalidated(*arguments[0], **arguments[1])

    # Calling

    def _take(self, token):
        """The result that is kept, where it may be used."""
        use, value, thaw = self._memo.records.get(token, _memo.NOTHING)
        if not use():
            return _MISSING
        return value if thaw is None else thaw()

    def _keep(self, token, variant, value, result):
        """Keeps a result beside the entry that it was decoded from, if memory holds that."""
        entry = self._reader.peek(variant)
        if entry is None or not entry.get_value().equal(value):
            return
        thaw = _memo.thaw_of(result, _values.pickled(value))
        self._memo.put(token, (entry.use, result if thaw is None else None, thaw), value.get_size())

    def _result_of(self, call, value):
        """The very object that was computed for this call, or what is stored: it may have been answered by another computation.

        What becomes something else in the table is that at once.
        """
        if call.variant is not None and call.variant.equal(value) and not isinstance(call.result, (GLib.Variant, GLib.Bytes, Gio.File)):
            return call.result
        return _values.decode(value)

    def _exception_of(self, error, flight):
        exception = flight.exception
        if exception is not None and _failures.stands_for(error, exception):
            return exception
        return _failures.from_error(error)

    def _ask(self, variant, refresh):
        request = _current_request.get()
        if refresh:
            return self.function.refresh(variant, None)
        if request is not None:
            return request.call(self.function, variant, None)
        return self.function.call(variant, None)

    def _find(self, args, kwargs, refresh):
        """The result that is kept, what stands for the call here, and its key once that was needed."""
        looks = not refresh and _current_request.get() is None
        variant = None
        # A function of the user's own may go by more than the arguments.
        token = None if self._options.key is not None else _memo.token_of(args, kwargs)
        if token is None:
            variant = self.parameters.to_variant(args, kwargs)
            token = (variant.get_type_string(), variant.get_data_as_bytes().get_data())

        result = self._take(token) if looks else _MISSING
        if result is _MISSING and variant is None:
            variant = self.parameters.to_variant(args, kwargs)
        return result, token, variant

    def _conclude(self, token, variant, call, value):
        if call.exception is not None:
            raise call.take_exception()

        result = self._result_of(call, value)
        if _current_request.get() is None:
            self._keep(token, variant, value, result)
        return result

    def call(self, args, kwargs, refresh=False):
        """Gives the result, from the memo or by the library."""
        try:
            return self._call(args, kwargs, refresh)
        except _values.Unreadable:
            self.remove(*args, **kwargs)
        return self._call(args, kwargs, refresh)

    def _call(self, args, kwargs, refresh):
        result, token, variant = self._find(args, kwargs, refresh)
        if result is not _MISSING:
            return result

        call = _flights.Call(args, kwargs)
        value = None
        with _flights.joined(self._flight_key(variant), call) as flight:
            try:
                value = self._ask(variant, refresh)
            except GLib.Error as error:
                call.exception = self._exception_of(error, flight)

        return self._conclude(token, variant, call, value)

    def _begin(self, variant, refresh, request, cancellable, tell):
        """In the thread of the portal."""

        def finished(source, result):
            try:
                if source is request:
                    tell(request.call_finish(result), None)
                elif refresh:
                    tell(self.function.refresh_finish(result), None)
                else:
                    tell(self.function.call_finish(result), None)
            except GLib.Error as error:
                tell(None, error)

        if refresh:
            self.function.refresh_async(variant, cancellable, finished)
        elif request is not None:
            request.call_async(self.function, variant, cancellable, finished)
        else:
            self.function.call_async(variant, cancellable, finished)

    async def _await(self, variant, refresh, call):
        home = call.home
        completion = home.new_completion()
        cancellable = Gio.Cancellable()

        def tell(value, error):
            try:
                home.post(home.complete, completion, (value, error))
            except RuntimeError:
                # The caller's loop was closed, and so he has gone.
                pass

        _awaiting.post(self._begin, variant, refresh, _current_request.get(), cancellable, tell)
        try:
            return await completion
        except BaseException:
            call.is_gone = True
            # Behind the calls of others that were made before, who would else come to find the computation cancelled.
            _awaiting.post(cancellable.cancel)
            raise

    async def call_async(self, args, kwargs, refresh=False):
        """As call, for a coroutine function."""
        try:
            return await self._call_async(args, kwargs, refresh)
        except _values.Unreadable:
            self.remove(*args, **kwargs)
        return await self._call_async(args, kwargs, refresh)

    async def _call_async(self, args, kwargs, refresh):
        result, token, variant = self._find(args, kwargs, refresh)
        if result is not _MISSING:
            return result

        call = _flights.Call(args, kwargs, _awaiting.home())
        with _flights.joined(self._flight_key(variant), call) as flight:
            value, error = await self._await(variant, refresh, call)
            if error is not None:
                call.exception = self._exception_of(error, flight)
            del error

        return self._conclude(token, variant, call, value)

    # What else can be asked of a decorated function

    def is_outdated(self, *args, **kwargs):
        """Whether a call with these arguments would compute."""
        return self.function.is_outdated(self.parameters.to_variant(args, kwargs), None)

    def remove(self, *args, **kwargs):
        """Removes the result for these arguments, if there is one."""
        self.function.remove(self.parameters.to_variant(args, kwargs), None)

    def get_ident(self, *args, **kwargs):
        """The name of the key that these arguments make: 32 hexadecimal digits, the same in every process and language."""
        return self.function.dup_ident(self.parameters.to_variant(args, kwargs))

    def lookup(self, *args, **kwargs):
        """The stored result for these arguments, never computed; raises KeyError where there is none."""
        value = self.function.lookup(self.parameters.to_variant(args, kwargs), None)
        missing = f"{self.func.__qualname__}() has no result for these arguments"
        if value is None:
            raise KeyError(missing)
        try:
            return _values.decode(value)
        except _values.Unreadable as error:
            raise KeyError(missing) from error

    def refresh(self, *args, **kwargs):
        """Computes the result for these arguments anew and stores it."""
        return self.call_async(args, kwargs, True) if self.is_async else self.call(args, kwargs, True)

    def clear(self):
        """Removes all results of this function, whatever its version."""
        self.function.clear(None)


def remember(cache, func, options):
    """Decorates a function."""
    self = Remembered(cache, func, options)
    records, call, get_request = self._memo.records, self.call, _current_request.get

    def wrapper(*args, **kwargs):
        # A hit, in as few steps as there can be: as call does, for arguments that can be hashed.
        if not kwargs and get_request() is None:
            try:
                use, value, thaw = records[(*args, *map(type, args))]
            except (KeyError, TypeError):
                pass
            else:
                if use():
                    return value if thaw is None else thaw()
        return call(args, kwargs)

    async def async_wrapper(*args, **kwargs):
        return await self.call_async(args, kwargs)

    wrapper = functools.wraps(func)(async_wrapper if self.is_async else wrapper)
    wrapper.__signature__ = self.parameters.signature
    wrapper.function = self.function
    for method in (self.is_outdated, self.remove, self.get_ident, self.lookup, self.refresh, self.clear):
        setattr(wrapper, method.__name__, method)
    wrapper.__remembered__ = self
    return wrapper
