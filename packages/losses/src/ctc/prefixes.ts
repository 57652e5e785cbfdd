import { LabelledTree } from './labelled-tree.js';

/**
 * What beam search has read so far, each prefix a node of a tree whose labels are symbols, with all that follows from its symbols alone.
 * Typed arrays that grow and are used again; nothing is allocated for a prefix but the language model's state.
 */
export class Prefixes {
  readonly tree: LabelledTree;
  /** Its place in the present beam; -1 where it has none. */
  slots: Int32Array;
  /** What is added to the acoustic score: `settled`, and what an unfinished word has in advance. -Infinity: not allowed. */
  scores: Float64Array;
  /** Weighted language model, bonuses and hot words of the words that have ended. */
  settled: Float64Array;
  /** Natural logarithm of the language model's probability of the words that have ended. */
  modelScores: Float64Array;
  /** Number of symbols of the unfinished word. */
  unfinished: Int32Array;
  /** Node of the unfinished word in the lexicon, and among the hot words. */
  lexiconNodes: Int32Array;
  hotNodes: Int32Array;
  /** State of the language model after the words that have ended. */
  readonly modelStates: unknown[] = [];

  constructor(room = 4096) {
    this.tree = new LabelledTree(room);
    this.slots = new Int32Array(room).fill(-1);
    this.scores = new Float64Array(room);
    this.settled = new Float64Array(room);
    this.modelScores = new Float64Array(room);
    this.unfinished = new Int32Array(room);
    this.lexiconNodes = new Int32Array(room);
    this.hotNodes = new Int32Array(room);
  }

  get count(): number {
    return this.tree.count;
  }

  /** Begins anew with nothing but the empty prefix. */
  clear(modelStart: unknown): void {
    this.slots.fill(-1, 0, this.count);
    this.tree.clear();
    this.scores[0] = 0;
    this.settled[0] = 0;
    this.modelScores[0] = 0;
    this.unfinished[0] = 0;
    this.lexiconNodes[0] = 0;
    this.hotNodes[0] = 0;
    this.modelStates.length = 0;
    this.modelStates.push(modelStart);
  }

  /** A prefix and one more symbol; where that is new, it has all of the prefix but a place in the beam. */
  extend(prefix: number, symbol: number): number {
    const node = this.tree.childOrAdd(prefix, symbol);
    if (node < this.modelStates.length) return node;
    if (this.slots.length < this.tree.room) this.#grow();
    this.slots[node] = -1;
    this.#copy(prefix, node);
    this.modelStates.push(this.modelStates[prefix]);
    return node;
  }

  /** The symbols of a prefix. */
  symbolsOf(prefix: number): number[] {
    const symbols: number[] = [];
    for (let node = prefix; node > 0; node = this.tree.parents[node]!) {
      symbols.push(this.tree.labels[node]!);
    }
    return symbols.reverse();
  }

  /** Forgets all prefixes but some and what these begin with, and writes their new numbers in place of the old ones. */
  retain(prefixes: Int32Array): void {
    const before = this.count;
    const kept = new Uint8Array(before);
    kept[0] = 1;
    for (const prefix of prefixes) {
      for (let node = prefix; kept[node] === 0; node = this.tree.parents[node]!) kept[node] = 1;
    }
    const renamed = this.tree.retain(kept);
    for (let node = 0; node < before; node++) {
      if (kept[node] === 0) continue;
      const name = renamed[node]!;
      this.slots[name] = this.slots[node]!;
      this.#copy(node, name);
      this.modelStates[name] = this.modelStates[node];
    }
    this.slots.fill(-1, this.count, before);
    this.modelStates.length = this.count;
    for (let index = 0; index < prefixes.length; index++) prefixes[index] = renamed[prefixes[index]!]!;
  }

  #copy(from: number, to: number): void {
    this.scores[to] = this.scores[from]!;
    this.settled[to] = this.settled[from]!;
    this.modelScores[to] = this.modelScores[from]!;
    this.unfinished[to] = this.unfinished[from]!;
    this.lexiconNodes[to] = this.lexiconNodes[from]!;
    this.hotNodes[to] = this.hotNodes[from]!;
  }

  #grow(): void {
    const { room } = this.tree;
    const larger = <T extends Float64Array | Int32Array>(grown: T, old: T): T => {
      grown.set(old);
      return grown;
    };
    this.slots = larger(new Int32Array(room).fill(-1), this.slots);
    this.scores = larger(new Float64Array(room), this.scores);
    this.settled = larger(new Float64Array(room), this.settled);
    this.modelScores = larger(new Float64Array(room), this.modelScores);
    this.unfinished = larger(new Int32Array(room), this.unfinished);
    this.lexiconNodes = larger(new Int32Array(room), this.lexiconNodes);
    this.hotNodes = larger(new Int32Array(room), this.hotNodes);
  }
}
