# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later

# The library in Ruby, by gobject-introspection alone: smoke.rb DIRECTORY, which has the folders cache and files.

require 'gobject-introspection'

module AnyCache
  class Loader < GObjectIntrospection::Loader
  end
end
AnyCache::Loader.new(AnyCache).load('AnyCache')

def check(holds, complaint)
  raise complaint unless holds
end

# What a block raises.
def raised
  yield
rescue StandardError => e
  e
end

directory = ARGV[0]
computed = 0
cache = AnyCache::Cache.new("#{directory}/cache", -1)
# The binding makes no tuples.
args = GLib::Variant.new(12, 'x')

square = cache.define('org.example.Square', nil) do |request|
  number = request.args
  computed += 1
  request.add_dependency("#{directory}/files/file")
  request.return_value(GLib::Variant.new(number * number, 'x'))
  true
end

# The second is a hit, until the file appears.
2.times { check(square.call(args) == 144, 'the first result is another one') }
check(computed == 1, 'it was not computed once')
check(cache.stats.get_hits(:memory) == 1, 'there was no hit')
File.write("#{directory}/files/file", '')
check(square.outdated?(args), 'the file does not count')
check(square.call(args) == 144, 'the last result is another one')
check(computed == 2, 'it was not computed anew')

failing = cache.define('org.example.Failing', nil) do |request|
  request.return_error_literal(AnyCache.cache_error_quark, AnyCache::CacheError::TIMEOUT, 'no such word')
  true
end
failure = raised { failing.call(args) }
check(failure.is_a?(AnyCache::CacheError::Timeout) && failure.message == 'no such word', "raised was #{failure.inspect}")

silent = cache.define('org.example.Silent', nil) { false }
failure = raised { silent.call(args) }
check(failure.is_a?(AnyCache::CacheError::NoResult), "raised was #{failure.inspect}")

# Asynchronously, and by the signal.
value = nil
main_loop = GLib::MainLoop.new
signalled = AnyCache::Function.new(cache, 'org.example.Signalled', nil)
signalled.signal_connect('compute') do |_, request|
  request.return_value(GLib::Variant.new('signalled'))
  true
end
signalled.call_async(args) do |_, result|
  value = signalled.call_finish(result)
  main_loop.quit
end
main_loop.run
check(value == 'signalled', "the value is #{value}")
