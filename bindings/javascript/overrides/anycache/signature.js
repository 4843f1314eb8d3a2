// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Makes a GVariant of native values by a declared type, so that calls mean the same in every language.

/* exported Signature */

const {Gio, GLib} = imports.gi;
const {pack, packBytes, packText, isPlainObject} = imports.overrides.anycache.packing;
const {describe, refuse} = imports.overrides.anycache.refusal;

const INTEGERS = {
    y: {make: GLib.Variant.new_byte, min: 0n, max: 2n ** 8n - 1n},
    n: {make: GLib.Variant.new_int16, min: -(2n ** 15n), max: 2n ** 15n - 1n},
    q: {make: GLib.Variant.new_uint16, min: 0n, max: 2n ** 16n - 1n},
    i: {make: GLib.Variant.new_int32, min: -(2n ** 31n), max: 2n ** 31n - 1n},
    u: {make: GLib.Variant.new_uint32, min: 0n, max: 2n ** 32n - 1n},
    x: {make: GLib.Variant.new_int64, min: -(2n ** 63n), max: 2n ** 63n - 1n},
    t: {make: GLib.Variant.new_uint64, min: 0n, max: 2n ** 64n - 1n},
};

const TEXTS = {
    o: {make: GLib.Variant.new_object_path, suits: GLib.Variant.is_object_path},
    g: {make: GLib.Variant.new_signature, suits: GLib.Variant.is_signature},
};

const refuseAs = (value, type, place) => refuse(place, `${describe(value)}, where the signature has “${type}”`);

// The length of the first complete type in a string that begins with one.
function lengthOfFirst(types) {
    if (types[0] === 'a' || types[0] === 'm')
        return 1 + lengthOfFirst(types.slice(1));
    let depth = 0, end = 0;
    do
        depth += {'(': 1, '{': 1, ')': -1, '}': -1}[types[end++]] ?? 0;
    while (depth > 0);
    return end;
}

// The types in a tuple or a dictionary entry.
function itemsOf(type) {
    const items = [];
    for (let rest = type.slice(1, -1); rest !== ''; rest = rest.slice(items.at(-1).length))
        items.push(rest.slice(0, lengthOfFirst(rest)));
    return items;
}

function packInteger(value, type, place) {
    const {make, min, max} = INTEGERS[type];

    if (typeof value !== 'bigint' && !Number.isInteger(value))
        refuseAs(value, type, place);
    if (typeof value === 'number' && !Number.isSafeInteger(value))
        refuse(place, 'a number beyond 2^53, which only a bigint tells exactly', RangeError);
    if (value < min || value > max)
        refuse(place, `${value}, which is out of the range of “${type}”`, RangeError);
    return make(type === 'x' || type === 't' ? value : Number(value));
}

function packSpecialText(value, type, place) {
    const {make, suits} = TEXTS[type];

    if (typeof value !== 'string' || !suits(value))
        refuseAs(value, type, place);
    return make(value);
}

function packItems(array, type, place) {
    const item = type.slice(1);

    if (!Array.isArray(array))
        refuseAs(array, type, place);
    return GLib.Variant.new_array(new GLib.VariantType(item),
        Array.from(array, (value, index) => packAs(value, item, `item ${index} of ${place}`)));
}

// Of a plain object, or of a Map where the keys are no strings.
function packEntries(object, type, place) {
    const entry = type.slice(1);
    const [keyType, valueType] = itemsOf(entry);

    if (!(object instanceof Map) && (typeof object !== 'object' || object === null || !isPlainObject(object)))
        refuseAs(object, type, place);
    const entries = object instanceof Map ? [...object] : Object.entries(object);
    return GLib.Variant.new_array(new GLib.VariantType(entry), entries.map(([key, value]) => GLib.Variant.new_dict_entry(
        packAs(key, keyType, `a key of ${place}`),
        packAs(value, valueType, `“${key}” of ${place}`))));
}

function packFixed(array, type, place) {
    const items = itemsOf(type);

    if (!Array.isArray(array) || array.length !== items.length)
        refuseAs(array, type, place);
    return GLib.Variant.new_tuple(items.map((item, index) => packAs(array[index], item, `item ${index} of ${place}`)));
}

function packMaybe(value, type, place) {
    const item = type.slice(1);
    const isNothing = value === null || value === undefined;

    return GLib.Variant.new_maybe(new GLib.VariantType(item), isNothing ? null : packAs(value, item, place));
}

function packContainer(value, type, place) {
    if (type === 'ay' && (value instanceof Uint8Array || value instanceof GLib.Bytes))
        return packBytes(value);
    if (type.startsWith('a{'))
        return packEntries(value, type, place);
    if (type.startsWith('a'))
        return packItems(value, type, place);
    if (type.startsWith('('))
        return packFixed(value, type, place);
    return packMaybe(value, type, place);
}

function checkType(variant, type, place) {
    const own = variant.get_type_string();
    return own === type ? variant : refuse(place, `a “${own}”, where the signature has “${type}”`);
}

function packAs(value, type, place) {
    if (type !== 'v' && value instanceof GLib.Variant)
        return checkType(value, type, place);
    if (type in INTEGERS)
        return packInteger(value, type, place);
    if (type in TEXTS)
        return packSpecialText(value, type, place);

    switch (type) {
    case 'b':
        return typeof value === 'boolean' ? GLib.Variant.new_boolean(value) : refuseAs(value, type, place);
    case 'd':
        return typeof value === 'number' ? GLib.Variant.new_double(value) : refuseAs(value, type, place);
    case 's':
        if (value instanceof Gio.File)
            return packText(value.get_uri(), place);
        return typeof value === 'string' ? packText(value, place) : refuseAs(value, type, place);
    case 'v':
        return GLib.Variant.new_variant(pack(value, place));
    default:
        return packContainer(value, type, place);
    }
}

// The type of a function's arguments: a tuple.
var Signature = class Signature {
    constructor(type) {
        if (typeof type !== 'string' || !GLib.VariantType.string_is_valid(type) || !type.startsWith('(') || /[h*?r]/.test(type))
            throw new TypeError(`The signature ${JSON.stringify(type)} is not the type of a tuple, such as '(si)'`);
        this.type = type;
        this.items = itemsOf(type);
    }

    // What is left out at the end is undefined, which suits a maybe.
    pack(values, name, placeOf) {
        if (values.length > this.items.length)
            throw new TypeError(`${name} takes ${this.items.length} arguments, not ${values.length}`);
        return GLib.Variant.new_tuple(this.items.map((item, index) => packAs(values[index], item, placeOf(index))));
    }
};
