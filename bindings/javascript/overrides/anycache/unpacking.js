// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Makes a native value of a GVariant, from whatever language it comes.

/* exported unpack */

// As the layer of Python tags objects that only Python can read.
const PICKLE = 'application/x-python-pickle';

// A number where that is exact.
function natural(integer) {
    const number = Number(integer);
    return Number.isSafeInteger(number) ? number : BigInt(integer);
}

// A copy: what the binding gives is the very memory of the cache.
const bytesOf = variant => variant.get_data_as_bytes().toArray().slice();

const READERS = {
    b: variant => variant.get_boolean(),
    y: variant => variant.get_byte(),
    n: variant => variant.get_int16(),
    q: variant => variant.get_uint16(),
    i: variant => variant.get_int32(),
    u: variant => variant.get_uint32(),
    h: variant => variant.get_handle(),
    // The binding would round.
    x: variant => natural(variant.print(false)),
    t: variant => natural(variant.print(false)),
    d: variant => variant.get_double(),
    s: variant => variant.get_string()[0],
    o: variant => variant.get_string()[0],
    g: variant => variant.get_string()[0],
    v: variant => unpack(variant.get_variant()),
    ay: bytesOf,
    as: variant => variant.get_strv(),
    ax: variant => Array.from(new BigInt64Array(bytesOf(variant).buffer), natural),
    at: variant => Array.from(new BigUint64Array(bytesOf(variant).buffer), natural),
    ad: variant => Array.from(new Float64Array(bytesOf(variant).buffer)),
};

const childrenOf = variant => Array.from({length: variant.n_children()}, (_, index) => variant.get_child_value(index));
const unpackAll = variants => variants.map(variant => unpack(variant));

// An object where the keys are texts, which is what an object has.
function unpackDictionary(variant, type) {
    const entries = childrenOf(variant).map(entry => unpackAll(childrenOf(entry)));
    return 'sog'.includes(type[2]) ? Object.fromEntries(entries) : new Map(entries);
}

function unpackContainer(variant, type) {
    if (type.startsWith('a{'))
        return unpackDictionary(variant, type);
    if (type.startsWith('m'))
        return variant.n_children() > 0 ? unpack(variant.get_child_value(0)) : null;

    const items = childrenOf(variant);
    if (type === '{say}' && items[0].get_string()[0] === PICKLE)
        throw new TypeError('This is an object of Python, which only Python can read');
    return unpackAll(items);
}

function unpack(variant) {
    const type = variant.get_type_string();
    return type in READERS ? READERS[type](variant) : unpackContainer(variant, type);
}
