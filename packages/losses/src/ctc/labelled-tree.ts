/**
 * A tree of numbered nodes in typed arrays: node 0 is the root, every other has a parent and a whole number as label, and no two
 * children of a node have the same. Children are found by hashing; parents have smaller numbers than their children.
 */
export class LabelledTree {
  /** Number of nodes, the root included. */
  count = 1;
  /** Parent of each node; -1 for the root. */
  parents: Int32Array;
  /** Label of each node; -1 for the root. */
  labels: Int32Array;
  /** Open addressing: nodes by parent and label, 0 where free. */
  #slots: Int32Array;

  /** @param room nodes that there is memory for at first; it grows */
  constructor(room = 1024) {
    this.parents = new Int32Array(room).fill(-1, 0, 1);
    this.labels = new Int32Array(room).fill(-1, 0, 1);
    this.#slots = new Int32Array(2 ** Math.ceil(Math.log2(2 * room)));
  }

  /** Nodes that there is memory for. */
  get room(): number {
    return this.parents.length;
  }

  /** The child of a node with a label; -1 where there is none. */
  child(node: number, label: number): number {
    return this.#slots[this.#slotOf(node, label)]! || -1;
  }

  /** The same, made where there was none: it is new where `count` has grown. */
  childOrAdd(node: number, label: number): number {
    const slot = this.#slotOf(node, label);
    const found = this.#slots[slot]!;
    if (found > 0) return found;
    if (this.count === this.room) this.#grow();
    const added = this.count++;
    this.parents[added] = node;
    this.labels[added] = label;
    this.#slots[slot] = added;
    if (2 * this.count > this.#slots.length) {
      this.#slots = new Int32Array(2 * this.#slots.length);
      this.#fillSlots();
    }
    return added;
  }

  /** Forgets all nodes but the root, and keeps the memory. */
  clear(): void {
    this.count = 1;
    this.#slots.fill(0);
  }

  /**
   * Forgets all nodes but some, which get new numbers in the same order.
   * @param kept for each node whether it stays: 1 or 0; parents of what stays have to stay, the root too
   * @returns the new number of each node that stays
   */
  retain(kept: Uint8Array): Int32Array {
    const renamed = new Int32Array(this.count);
    let next = 0;
    for (let node = 0; node < this.count; node++) {
      if (kept[node] === 0) continue;
      renamed[node] = next;
      this.parents[next] = node === 0 ? -1 : renamed[this.parents[node]!]!;
      this.labels[next] = this.labels[node]!;
      next++;
    }
    this.count = next;
    this.#slots.fill(0);
    this.#fillSlots();
    return renamed;
  }

  /** Where the child is, or would be put. */
  #slotOf(node: number, label: number): number {
    const mask = this.#slots.length - 1;
    let hash = Math.imul(node, 0x9e3779b1) ^ Math.imul(label, 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    let slot = (hash ^ (hash >>> 13)) & mask;
    for (;;) {
      const found = this.#slots[slot]!;
      if (found === 0 || (this.parents[found] === node && this.labels[found] === label)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #grow(): void {
    const larger = (old: Int32Array): Int32Array => {
      const grown = new Int32Array(2 * old.length);
      grown.set(old);
      return grown;
    };
    this.parents = larger(this.parents);
    this.labels = larger(this.labels);
  }

  #fillSlots(): void {
    for (let node = 1; node < this.count; node++) {
      this.#slots[this.#slotOf(this.parents[node]!, this.labels[node]!)] = node;
    }
  }
}
