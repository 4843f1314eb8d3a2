// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// What a caller may change without changing the original.

/* exported copy */

// What cannot change is shared.
function copy(value) {
    if (typeof value !== 'object' || value === null)
        return value;
    if (Array.isArray(value))
        return value.map(item => copy(item));
    if (value instanceof Uint8Array)
        return value.slice();
    if (value instanceof Map)
        return new Map([...value].map(copy));
    return Object.fromEntries(Object.entries(value).map(copy));
}
