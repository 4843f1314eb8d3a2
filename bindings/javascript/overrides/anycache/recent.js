// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// What was used lately, by its key, within a bound.

/* exported Recent */

// In two generations: when the young ones have become too many, they are the old ones, and the old ones are forgotten unless
// they were used meanwhile. So a use costs no reordering.
var Recent = class Recent {
    #young = new Map();
    #old = new Map();
    #weight = 0;
    #maxWeight;

    // There is up to twice as much in it.
    constructor(maxWeight) {
        this.#maxWeight = maxWeight;
    }

    // Null for what is not in it.
    get(key) {
        return this.#young.get(key) ?? this.#rejuvenate(key);
    }

    #rejuvenate(key) {
        const item = this.#old.get(key) ?? null;
        if (item !== null)
            this.set(key, item);
        return item;
    }

    // An item has a weight.
    set(key, item) {
        this.#old.delete(key);
        this.#weight += item.weight - (this.#young.get(key)?.weight ?? 0);
        this.#young.set(key, item);
        if (this.#weight > this.#maxWeight) {
            this.#old = this.#young;
            this.#young = new Map();
            this.#weight = 0;
        }
    }

    delete(key) {
        this.#old.delete(key);
        this.#weight -= this.#young.get(key)?.weight ?? 0;
        this.#young.delete(key);
    }

    clear() {
        this.#old.clear();
        this.#young.clear();
        this.#weight = 0;
    }
};
