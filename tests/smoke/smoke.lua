-- SPDX-FileCopyrightText: 2026 The AnyCache Authors
-- SPDX-License-Identifier: LGPL-2.1-or-later

-- The library in Lua, by lgi alone: smoke.lua DIRECTORY, which has the folders cache and files.

local lgi = require 'lgi'
local AnyCache, Gio, GLib = lgi.require('AnyCache', '1.0'), lgi.Gio, lgi.GLib

local directory = arg[1]
local computed = 0
local cache = AnyCache.Cache.new(directory .. '/cache', -1)
local args = GLib.Variant('(x)', {12})

local square = cache:define('org.example.Square', nil, function(request)
  local number = request.args.value[1]
  computed = computed + 1
  request:add_dependency(directory .. '/files/file')
  request:return_value(GLib.Variant('x', number * number))
  return true
end)

-- The second is a hit, until the file appears.
assert(square:call(args).value == 144)
assert(square:call(args).value == 144)
assert(computed == 1)
assert(cache:get_stats():get_hits('MEMORY') == 1)
assert(io.open(directory .. '/files/file', 'w')):close()
assert(square:is_outdated(args))
assert(square:call(args).value == 144)
assert(computed == 2)

-- An error is given beside nothing.
local failing = cache:define('org.example.Failing', nil, function(request)
  request:return_error_literal(Gio.io_error_quark(), Gio.IOErrorEnum.NOT_FOUND, 'no such word')
  return true
end)
local value, failure = failing:call(args)
assert(value == nil and failure.message == 'no such word')
assert(failure:matches(Gio.IOErrorEnum, 'NOT_FOUND'))

local silent = cache:define('org.example.Silent', nil, function() return false end)
value, failure = silent:call(args)
assert(value == nil and failure:matches(AnyCache.CacheError, 'NO_RESULT'))

-- Asynchronously, and by the signal.
local signalled = AnyCache.Function.new(cache, 'org.example.Signalled', nil)
signalled.on_compute = function(_, request)
  request:return_value(GLib.Variant('s', 'signalled'))
  return true
end
local loop = GLib.MainLoop()
signalled:call_async(args, nil, function(_, result)
  value = signalled:call_finish(result).value
  loop:quit()
end)
loop:run()
assert(value == 'signalled')
