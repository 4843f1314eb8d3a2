# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A call of a decorated function, from its arguments to its result."""

from gi.repository import Gio, GLib

from . import _awaiting, _failures, _flights, _memo, _values

_current_request = _flights.current_request

# Where there is no result, which may be None.
_MISSING = object()


class Calling:
    """The calls of one function."""

    def __init__(self, definition):
        self._definition = definition
        self._reader = definition.new_reader()
        self.memo = _memo.Memo()
        # Of a result that is kept the library watches nothing more, once it has told.
        definition.function.connect("invalidated", lambda *_: self.memo.clear())
        definition.function.connect("notify::flags", lambda *_: self.memo.clear())

    def _take(self, token):
        """The result that is kept, where it may be used."""
        use, value, thaw = self.memo.records.get(token, _memo.NOTHING)
        if not use():
            return _MISSING
        return value if thaw is None else thaw()

    def _keep(self, token, variant, value, result):
        """Keeps a result beside the entry that it was decoded from, if memory holds that."""
        entry = self._reader.peek(variant)
        if entry is None or not entry.get_value().equal(value):
            return
        thaw = _memo.thaw_of(result, _values.pickled(value))
        self.memo.put(token, (entry.use, result if thaw is None else None, thaw), value.get_size())

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
            return self._definition.function.refresh(variant, None)
        if request is not None:
            return request.call(self._definition.function, variant, None)
        return self._definition.function.call(variant, None)

    def _find(self, args, kwargs, refresh):
        """The result that is kept, what stands for the call here, and its key once that was needed."""
        looks = not refresh and _current_request.get() is None
        variant = None
        # A function of the user's own may go by more than the arguments.
        token = None if self._definition.options.key is not None else _memo.token_of(args, kwargs)
        if token is None:
            variant = self._definition.parameters.to_variant(args, kwargs)
            token = (variant.get_type_string(), variant.get_data_as_bytes().get_data())

        result = self._take(token) if looks else _MISSING
        if result is _MISSING and variant is None:
            variant = self._definition.parameters.to_variant(args, kwargs)
        return result, token, variant

    def _conclude(self, token, variant, call, value):
        if call.exception is not None:
            raise call.take_exception()

        result = self._result_of(call, value)
        if _current_request.get() is None:
            self._keep(token, variant, value, result)
        return result

    def _forget(self, args, kwargs):
        """Removes what was stored and cannot be read, by a class that is gone, say."""
        self._definition.function.remove(self._definition.parameters.to_variant(args, kwargs), None)

    def call(self, args, kwargs, refresh=False):
        """Gives the result, from the memo or by the library."""
        try:
            return self._call(args, kwargs, refresh)
        except _values.Unreadable:
            self._forget(args, kwargs)
        return self._call(args, kwargs, refresh)

    def _call(self, args, kwargs, refresh):
        result, token, variant = self._find(args, kwargs, refresh)
        if result is not _MISSING:
            return result

        call = _flights.Call(args, kwargs)
        value = None
        with _flights.joined(self._definition.flight_key(variant), call) as flight:
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
                    tell(self._definition.function.refresh_finish(result), None)
                else:
                    tell(self._definition.function.call_finish(result), None)
            except GLib.Error as error:
                tell(None, error)

        if refresh:
            self._definition.function.refresh_async(variant, cancellable, finished)
        elif request is not None:
            request.call_async(self._definition.function, variant, cancellable, finished)
        else:
            self._definition.function.call_async(variant, cancellable, finished)

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
            self._forget(args, kwargs)
        return await self._call_async(args, kwargs, refresh)

    async def _call_async(self, args, kwargs, refresh):
        result, token, variant = self._find(args, kwargs, refresh)
        if result is not _MISSING:
            return result

        call = _flights.Call(args, kwargs, _awaiting.home())
        with _flights.joined(self._definition.flight_key(variant), call) as flight:
            value, error = await self._await(variant, refresh, call)
            if error is not None:
                call.exception = self._exception_of(error, flight)
            del error

        return self._conclude(token, variant, call, value)
