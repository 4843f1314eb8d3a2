# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the library asks a decorated function for: its results, and the files that they depend on."""

import asyncio
import os
import weakref

from gi.repository import GObject

from . import _awaiting, _failures, _flights, _values
from ._parameters import REQUEST

_current_request = _flights.current_request


class Computing:
    """Answers the requests of one function."""

    def __init__(self, definition):
        self._definition = definition
        self._options = definition.options
        # What a depfilefunc has named, until the library asks for it.
        self._files = {}

    def serve(self):
        """Has the library ask, which keeps this object for as long as the function lives."""
        function = self._definition.function
        function.connect("compute", self._compute_later if self._definition.is_async else self._compute)
        if self._options.depfilefunc is not None:
            # The library would keep a strong one, and this its function, for ever.
            list_files = weakref.WeakMethod(self._list_files)
            function.set_depfiles_func(lambda _result, args: list_files()(args))

    def _find_arguments(self, request):
        """Those who wait, and one of them for whom it is computed; where nobody does, the arguments as the key tells them."""
        key = self._definition.flight_key(request.get_args())
        flight, call = _flights.find(key)
        if call is not None:
            return flight, call
        arguments = self._definition.parameters.from_variant(request.get_args())
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
            result = self._definition.func(*call.args, **self._arguments_for(request, call))
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
            result = await self._definition.func(*call.args, **self._arguments_for(request, call))
            self._answer(request, flight, call, result)
        except asyncio.CancelledError:
            request.return_error(_failures.cancelled())
            raise
        except BaseException as exception:
            self._fail(request, flight, exception)
        finally:
            _current_request.reset(token)

    def _list_files(self, args):
        return self._files.pop(self._definition.flight_key(args), None)
