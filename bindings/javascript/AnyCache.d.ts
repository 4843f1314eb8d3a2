// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Types for TypeScript, beside those of @girs/gio-2.0: the introspected API as the layer of GJS has it, and memoize().
// In a project, name this file in the "include" of tsconfig.json.

declare module 'gi://AnyCache?version=1.0' {
    import Gio from 'gi://Gio?version=2.0';
    import GLib from 'gi://GLib?version=2.0';
    import GObject from 'gi://GObject?version=2.0';

    namespace AnyCache {
        const MAJOR_VERSION: number;
        const MINOR_VERSION: number;
        const MICRO_VERSION: number;

        /** What a computation returns that has found the old result to hold still. */
        const NOT_MODIFIED: unique symbol;

        /** As a native value comes back: what has no counterpart in JavaScript is a value that has. */
        type Native<T> =
            T extends GLib.Variant ? any :
            T extends GLib.Bytes ? Uint8Array :
            T extends Gio.File ? string :
            T extends undefined | void ? null :
            T extends typeof NOT_MODIFIED ? never :
            T;

        /** What a function that returns R gives of itself: a promise where that is one. */
        type Given<R, T> = R extends PromiseLike<unknown> ? Promise<T> : T;

        /** An AbortSignal, or what is like one. */
        interface AbortSignalLike {
            readonly aborted: boolean;
            readonly reason?: any;
            addEventListener(type: 'abort', listener: () => void): void;
            removeEventListener(type: 'abort', listener: () => void): void;
        }

        interface Ways {
            /** Of this call alone. */
            cancellable?: Gio.Cancellable | null;
            /** The computation that the result goes into, which is outdated when that is. */
            request?: Request | null;
            /** Aborts this call alone; in place of a cancellable. */
            signal?: AbortSignalLike | null;
        }

        interface Memoized<A extends any[], R> {
            (...args: A): Given<R, Native<Awaited<R>>>;
            /** The library's own function. */
            readonly function: Function;
            /** The result if it is there and holds, undefined otherwise; computes nothing. */
            lookup(...args: A): Given<R, Native<Awaited<R>> | undefined>;
            /** Computes in any case, and stores. */
            refresh(...args: A): Given<R, Native<Awaited<R>>>;
            /** Whether a call would compute. */
            isOutdated(...args: A): Given<R, boolean>;
            /** Forgets the result of one call. */
            remove(...args: A): Given<R, void>;
            /** Forgets all results. */
            clear(): Given<R, void>;
            /** The name of a call: 32 hexadecimal digits. */
            getIdent(...args: A): string;
            /** The same function, called in a certain way. */
            with(ways: Ways): Memoized<A, R>;
        }

        interface MemoizeOptions<A extends any[], R> {
            /** Whether the function gives promises, where it is not written as an async function. */
            async?: boolean;
            /** Names the files that a result was made from. */
            depfiles?: (result: Native<Awaited<R>>, ...args: A) => Iterable<string | Gio.File>;
            /** Seconds for which failures are remembered. */
            errorMaxage?: number;
            /** Indices or names of parameters that do not count. */
            ignore?: Iterable<number | string>;
            /** Seconds after which a result is too old. */
            maxage?: number;
            /** Whether the function gets the request behind its other arguments. */
            request?: boolean;
            /** The exact GVariant type of the arguments that count, a tuple. */
            signature?: string;
            /** Seconds for which a result that is too old is returned while it is computed anew. */
            staleWhileRevalidate?: number;
            /** A text that changes when the function gives other results than before. */
            version?: string | null;
            /** Whether changes of files are told, or even followed. */
            watch?: boolean | 'refresh';
        }

        interface Memoize {
            <A extends any[], R>(name: string, compute: (...args: [...A, Request]) => R, options: MemoizeOptions<A, R> & {request: true}): Memoized<A, R>;
            <A extends any[], R>(name: string, compute: (...args: A) => R, options?: MemoizeOptions<A, R> & {request?: false}): Memoized<A, R>;
        }

        /** Remembers a function in the default cache. */
        const memoize: Memoize;

        type ComputeFunc = (request: Request) => boolean | void | Promise<void>;
        type DepfilesFunc = (result: GLib.Variant, args: GLib.Variant) => string[];

        enum DependencyFlags { NONE = 0, CONTENT = 1, RECURSIVE = 2 }
        enum FunctionFlags { NONE = 0, WATCH = 1, REFRESH = 2 }
        enum Miss { NONE, ABSENT, EXPIRED, OUTDATED, CORRUPT, FOREIGN, OTHER_KEY, IO }
        enum Skip { NONE, TRANSIENT, RACY, UNTRACKABLE, REFUSED, SUPERSEDED, FAILED }
        enum Tier { MEMORY, DISK }

        class CacheError extends GLib.Error {
            static readonly NO_RESULT: number;
            static readonly ABANDONED: number;
            static readonly RECURSION: number;
            static readonly TIMEOUT: number;
            static readonly CLOSED: number;
            static readonly UNSAFE_DIRECTORY: number;
            static quark(): GLib.Quark;
        }

        class Cache extends GObject.Object {
            constructor(properties?: {cachedir?: string | null, maxsize?: number});
            static "new"(cachedir: string | null, maxsize: number): Cache;
            static new_for_app(appId: string, maxsize: number): Cache;
            static get_default(): Cache;

            readonly cachedir: string;
            check_interval: number;
            checkInterval: number;
            compression_threshold: number;
            compressionThreshold: number;
            maxage: number;
            maxentries: number;
            maxmemory: number;
            maxsize: number;
            wait_timeout: number;
            waitTimeout: number;
            readonly size: number;

            /** Remembers a function of native values. */
            memoize: Memoize;
            define(name: string, version: string | null, compute: ComputeFunc | null): Function;

            get_cachedir(): string;
            get_check_interval(): number;
            set_check_interval(value: number): void;
            get_compression_threshold(): number;
            set_compression_threshold(value: number): void;
            get_maxage(): number;
            set_maxage(value: number): void;
            get_maxentries(): number;
            set_maxentries(value: number): void;
            get_maxmemory(): number;
            set_maxmemory(value: number): void;
            get_maxsize(): number;
            set_maxsize(value: number): void;
            get_wait_timeout(): number;
            set_wait_timeout(value: number): void;
            get_size(): number;
            get_stats(): Stats;
            read_total_stats(cancellable?: Gio.Cancellable | null): Stats;

            clear(cancellable?: Gio.Cancellable | null): boolean;
            clear_async(cancellable?: Gio.Cancellable | null): Promise<boolean>;
            clear_async(cancellable: Gio.Cancellable | null, callback: Gio.AsyncReadyCallback<this> | null): void;
            clear_finish(result: Gio.AsyncResult): boolean;
            flush(cancellable?: Gio.Cancellable | null): boolean;
            flush_async(cancellable?: Gio.Cancellable | null): Promise<boolean>;
            flush_async(cancellable: Gio.Cancellable | null, callback: Gio.AsyncReadyCallback<this> | null): void;
            flush_finish(result: Gio.AsyncResult): boolean;
            invalidate(dependency: string, cancellable?: Gio.Cancellable | null): boolean;
            invalidate_async(dependency: string, cancellable?: Gio.Cancellable | null): Promise<boolean>;
            invalidate_async(dependency: string, cancellable: Gio.Cancellable | null, callback: Gio.AsyncReadyCallback<this> | null): void;
            invalidate_finish(result: Gio.AsyncResult): boolean;

            connect(signal: 'invalidated', callback: (cache: this, name: string, args: GLib.Variant) => void): number;
            connect(signal: 'store-failed', callback: (cache: this, error: GLib.Error) => void): number;
            connect(signal: string, callback: (...args: any[]) => any): number;
        }

        class Entry extends GObject.Object {
            dup_dependencies(): string[];
            get_cost(): number;
            get_created(): number;
            get_expires(): number;
            get_value(): GLib.Variant;
            is_current(): boolean;
            use(): boolean;
        }

        interface FunctionProperties {
            cache: Cache;
            name: string;
            version?: string | null;
            args_type?: string | null;
            argsType?: string | null;
        }

        class Function extends GObject.Object {
            constructor(properties: FunctionProperties);
            static "new"(cache: Cache, name: string, version: string | null): Function;

            readonly args_type: string;
            readonly argsType: string;
            readonly cache: Cache;
            error_maxage: number;
            errorMaxage: number;
            flags: FunctionFlags;
            maxage: number;
            readonly name: string;
            stale_while_revalidate: number;
            staleWhileRevalidate: number;
            readonly version: string;

            get_args_type(): string | null;
            get_cache(): Cache;
            get_error_maxage(): number;
            get_flags(): FunctionFlags;
            get_maxage(): number;
            get_name(): string;
            get_stale_while_revalidate(): number;
            get_version(): string | null;
            set_depfiles_func(func: DepfilesFunc | null): void;
            set_error_maxage(value: number): void;
            set_flags(flags: FunctionFlags): void;
            set_maxage(value: number): void;
            set_stale_while_revalidate(value: number): void;
            close(): void;
            dup_ident(args: GLib.Variant): string;
            peek(args: GLib.Variant): Entry | null;

            call(args: GLib.Variant, cancellable?: Gio.Cancellable | null): GLib.Variant;
            call_async(args: GLib.Variant, cancellable?: Gio.Cancellable | null): Promise<GLib.Variant>;
            call_async(args: GLib.Variant, cancellable: Gio.Cancellable | null, callback: Gio.AsyncReadyCallback<this> | null): void;
            call_finish(result: Gio.AsyncResult): GLib.Variant;
            clear(cancellable?: Gio.Cancellable | null): boolean;
            clear_async(cancellable?: Gio.Cancellable | null): Promise<boolean>;
            clear_async(cancellable: Gio.Cancellable | null, callback: Gio.AsyncReadyCallback<this> | null): void;
            clear_finish(result: Gio.AsyncResult): boolean;
            is_outdated(args: GLib.Variant, cancellable?: Gio.Cancellable | null): boolean;
            is_outdated_async(args: GLib.Variant, cancellable?: Gio.Cancellable | null): Promise<boolean>;
            is_outdated_async(args: GLib.Variant, cancellable: Gio.Cancellable | null, callback: Gio.AsyncReadyCallback<this> | null): void;
            is_outdated_finish(result: Gio.AsyncResult): boolean;
            lookup(args: GLib.Variant, cancellable?: Gio.Cancellable | null): GLib.Variant | null;
            lookup_async(args: GLib.Variant, cancellable?: Gio.Cancellable | null): Promise<GLib.Variant | null>;
            lookup_async(args: GLib.Variant, cancellable: Gio.Cancellable | null, callback: Gio.AsyncReadyCallback<this> | null): void;
            lookup_finish(result: Gio.AsyncResult): GLib.Variant | null;
            refresh(args: GLib.Variant, cancellable?: Gio.Cancellable | null): GLib.Variant;
            refresh_async(args: GLib.Variant, cancellable?: Gio.Cancellable | null): Promise<GLib.Variant>;
            refresh_async(args: GLib.Variant, cancellable: Gio.Cancellable | null, callback: Gio.AsyncReadyCallback<this> | null): void;
            refresh_finish(result: Gio.AsyncResult): GLib.Variant;
            remove(args: GLib.Variant, cancellable?: Gio.Cancellable | null): boolean;
            remove_async(args: GLib.Variant, cancellable?: Gio.Cancellable | null): Promise<boolean>;
            remove_async(args: GLib.Variant, cancellable: Gio.Cancellable | null, callback: Gio.AsyncReadyCallback<this> | null): void;
            remove_finish(result: Gio.AsyncResult): boolean;
            store(args: GLib.Variant, value: GLib.Variant, maxage: number, dependencies: string[] | null, cancellable?: Gio.Cancellable | null): boolean;
            store_async(args: GLib.Variant, value: GLib.Variant, maxage: number, dependencies: string[] | null, cancellable?: Gio.Cancellable | null): Promise<boolean>;
            store_async(args: GLib.Variant, value: GLib.Variant, maxage: number, dependencies: string[] | null, cancellable: Gio.Cancellable | null, callback: Gio.AsyncReadyCallback<this> | null): void;
            store_finish(result: Gio.AsyncResult): boolean;

            connect(signal: 'compute', callback: (func: this, request: Request) => boolean): number;
            connect(signal: 'invalidated', callback: (func: this, args: GLib.Variant) => void): number;
            connect(signal: 'progress', callback: (func: this, args: GLib.Variant, fraction: number) => void): number;
            connect(signal: 'updated', callback: (func: this, args: GLib.Variant, result: GLib.Variant) => void): number;
            connect(signal: string, callback: (...args: any[]) => any): number;
        }

        class Request extends GObject.Object {
            readonly args: GLib.Variant;
            readonly cancellable: Gio.Cancellable;
            readonly name: string;

            get_args(): GLib.Variant;
            get_cancellable(): Gio.Cancellable;
            get_name(): string;
            get_validator(): string | null;
            add_dependency(path: string): void;
            add_dependency_full(path: string, flags: DependencyFlags): void;
            return_bytes(bytes: GLib.Bytes | Uint8Array): void;
            return_error(error: GLib.Error): void;
            return_error_literal(domain: GLib.Quark, code: number, message: string): void;
            return_not_modified(): void;
            return_value(value: GLib.Variant): void;
            set_maxage(microseconds: number): void;
            set_no_store(): void;
            set_progress(fraction: number): void;
            set_validator(validator: string | null): void;

            call(func: Function, args: GLib.Variant, cancellable?: Gio.Cancellable | null): GLib.Variant;
            call_async(func: Function, args: GLib.Variant, cancellable?: Gio.Cancellable | null): Promise<GLib.Variant>;
            call_async(func: Function, args: GLib.Variant, cancellable: Gio.Cancellable | null, callback: Gio.AsyncReadyCallback<this> | null): void;
            call_finish(result: Gio.AsyncResult): GLib.Variant;
        }

        class Stats {
            copy(): Stats;
            free(): void;
            get_evictions(): number;
            get_hits(tier: Tier): number;
            get_lookups(outcome: Miss): number;
            get_polled(): number;
            get_stored_bytes(): number;
            get_stores(outcome: Skip): number;
            get_time_saved(): number;
        }
    }

    export default AnyCache;
}

declare module 'gi://AnyCache' {
    import AnyCache from 'gi://AnyCache?version=1.0';
    export default AnyCache;
}
