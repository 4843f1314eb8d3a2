// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// What a program in TypeScript may write, and what it may not. It is compiled, not run.

import '@girs/gjs';
import '@girs/gio-2.0/ambient';
import '@girs/glib-2.0/ambient';
import '@girs/gobject-2.0/ambient';

import AnyCache from 'gi://AnyCache?version=1.0';
import Gio from 'gi://Gio?version=2.0';
import GLib from 'gi://GLib?version=2.0';

const cache = AnyCache.Cache.new(null, -1);
const cancellable = new Gio.Cancellable();

const add = cache.memoize('org.example.Add', (a: number, b: number) => a + b);
const sum: number = add(1, 2);
const found: number | undefined = add.with({cancellable}).lookup(1, 2);
const outdated: boolean = add.isOutdated(1, 2);
add.clear();
// @ts-expect-error: an argument is missing
add(1);
// @ts-expect-error: the result is a number
const text: string = add(1, 2);
// @ts-expect-error: it may not be there
const surely: number = add.lookup(1, 2);
// @ts-expect-error: there is no such option
cache.memoize('org.example.Typo', () => 1, {maxAge: 1});
declare const signal: AnyCache.AbortSignalLike;
add.with({signal}).refresh(1, 2);
// @ts-expect-error: a cancellable is no signal
add.with({signal: cancellable});
// @ts-expect-error: there is no such way
add.with({timeout: 1});

const read = cache.memoize('org.example.Read', async (path: string, request: AnyCache.Request) => {
    request.add_dependency(path);
    return new GLib.Bytes(new Uint8Array());
}, {request: true, maxage: 60, watch: 'refresh', ignore: ['path', 0], version: '1'});
const bytes: Promise<Uint8Array> = read('/any');
const none: Promise<Uint8Array | undefined> = read.lookup('/any');
const removed: Promise<void> = read.remove('/any');
// @ts-expect-error: the request comes from the library
read('/any', null);

const nothing: null = AnyCache.memoize('org.example.Nothing', () => {})();
const uri: string = cache.memoize('org.example.Uri', () => Gio.File.new_for_path('/any'))();
cache.memoize('org.example.Files', (path: string) => [path], {depfiles: (result: string[], path: string) => [...result, path]});

const args = new GLib.Variant('(s)', ['any']);
const result: GLib.Variant = add.function.call(args);
const promised: Promise<GLib.Variant> = add.function.call_async(args, cancellable);
add.function.call_async(args, null, (_func, _result) => {});
const flushed: Promise<boolean> = cache.flush_async();
const code: number = AnyCache.CacheError.NO_RESULT;
add.function.connect('progress', (_func, _args, fraction) => fraction.toFixed(2));
const func = new AnyCache.Function({cache, name: 'org.example.Raw', argsType: '(s)'});
func.staleWhileRevalidate = 3600000000;

export {sum, found, outdated, text, surely, bytes, none, removed, nothing, uri, result, promised, flushed, code};
