// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Makes a GVariant of a native value, by the table that all languages share.

/* exported isPlainObject, pack, packBytes, packText, packTuple */

const {Gio, GLib} = imports.gi;
const {describe, refuse} = imports.overrides.anycache.refusal;

const ANY = new GLib.VariantType('v');
const BYTES = new GLib.VariantType('ay');

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;
const UINT64_MAX = 2n ** 64n - 1n;

// -0 is no integer: it would come back without its sign.
const isInt64 = value => typeof value === 'bigint'
    ? value >= INT64_MIN && value <= INT64_MAX
    : Number.isSafeInteger(value) && !Object.is(value, -0);
const isFloat = value => typeof value === 'number' && !isInt64(value);

function isPlainObject(value) {
    const prototype = Object.getPrototypeOf(value);
    return (prototype === Object.prototype || prototype === null) && Object.getOwnPropertySymbols(value).length === 0;
}

// The binding cuts a text at a NUL, and writes half a surrogate pair as another character: two texts would become one.
function checkText(text, place) {
    if (text.includes('\0'))
        refuse(place, 'a string with a NUL in it, which cannot be remembered');
    if (/\p{Surrogate}/u.test(text))
        refuse(place, 'a string with half a surrogate pair in it, which cannot be remembered');
    return text;
}

function packText(text, place) {
    return GLib.Variant.new_string(checkText(text, place));
}

function packBytes(value) {
    const bytes = value instanceof GLib.Bytes ? value : new GLib.Bytes(value);
    return GLib.Variant.new_from_bytes(BYTES, bytes, true);
}

// Of numbers with 64 bits, in the byte order of this machine.
function packNumbers(type, numbers) {
    return GLib.Variant.new_from_bytes(new GLib.VariantType(type), new GLib.Bytes(new Uint8Array(numbers.buffer)), true);
}

function packBigInt(value, place) {
    if (isInt64(value))
        return GLib.Variant.new_int64(value);
    if (value < 0 || value > UINT64_MAX)
        refuse(place, 'a bigint of more than 64 bits, which cannot be remembered', RangeError);
    return GLib.Variant.new_uint64(value);
}

function packArray(array, place, holders) {
    const placeOf = index => `item ${index} of ${place}`;
    // What is missing is undefined; every() and map() would pass over it.
    const items = Array.from(array);

    if (items.length > 0 && items.every(item => typeof item === 'string'))
        return GLib.Variant.new_strv(items.map((item, index) => checkText(item, placeOf(index))));
    if (items.length > 0 && items.every(isInt64))
        return packNumbers('ax', BigInt64Array.from(items, BigInt));
    if (items.length > 0 && items.every(isFloat))
        return packNumbers('ad', Float64Array.from(items));
    return GLib.Variant.new_array(ANY, items.map((item, index) => GLib.Variant.new_variant(pack(item, placeOf(index), holders))));
}

function packDictionary(object, place, holders) {
    const entries = Object.entries(object).map(([key, value]) => GLib.Variant.new_dict_entry(
        packText(key, `a key of ${place}`),
        GLib.Variant.new_variant(pack(value, `“${key}” of ${place}`, holders))));
    return GLib.Variant.new_array(new GLib.VariantType('{sv}'), entries);
}

function packObject(value, place, holders) {
    if (value instanceof GLib.Variant)
        return value;
    if (value instanceof Uint8Array || value instanceof GLib.Bytes)
        return packBytes(value);
    if (value instanceof Gio.File)
        return packText(value.get_uri(), place);
    if (holders.includes(value))
        refuse(place, 'an object that contains itself, which cannot be remembered');

    if (Array.isArray(value))
        return packArray(value, place, [...holders, value]);
    if (isPlainObject(value))
        return packDictionary(value, place, [...holders, value]);
    return refuse(place, `${describe(value)}, which cannot be remembered`);
}

// The place is what is said of where the value stands; the holders are what it stands in.
function pack(value, place, holders = []) {
    switch (typeof value) {
    case 'boolean':
        return GLib.Variant.new_boolean(value);
    case 'number':
        return isInt64(value) ? GLib.Variant.new_int64(value) : GLib.Variant.new_double(value);
    case 'bigint':
        return packBigInt(value, place);
    case 'string':
        return packText(value, place);
    case 'undefined':
        return GLib.Variant.new_maybe(ANY, null);
    case 'object':
        return value === null ? GLib.Variant.new_maybe(ANY, null) : packObject(value, place, holders);
    default:
        return refuse(place, `${describe(value)}, which cannot be remembered`);
    }
}

function packTuple(values, placeOf) {
    return GLib.Variant.new_tuple(values.map((value, index) => pack(value, placeOf(index))));
}
