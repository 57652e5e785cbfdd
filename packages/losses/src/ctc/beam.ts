import type { DecoderSetup } from './decoder-options.js';
import { keepLargest } from './largest.js';
import { Prefixes } from './prefixes.js';
import type { WordScorer } from './word-scorer.js';

/** What stands for a symbol where a candidate is a prefix of the beam that stays as it is. */
const STAYS = -1;

/** The largest number that an Int32Array holds. */
const LAST_LOOK = 2 ** 31 - 1;

/** Prefixes in memory above which those that no beam begins with are forgotten. */
const FORGET_ABOVE = 2 ** 16;

/** The prefixes of a frame, in typed arrays: slot by slot. */
class Slots {
  count = 0;
  readonly prefixes: Int32Array;
  /** Log probability of all paths so far that end in a blank, in the prefix's last symbol, and of both. */
  readonly blanks: Float64Array;
  readonly symbols: Float64Array;
  readonly totals: Float64Array;

  constructor(width: number) {
    this.prefixes = new Int32Array(width);
    this.blanks = new Float64Array(width);
    this.symbols = new Float64Array(width);
    this.totals = new Float64Array(width);
  }

  set(slot: number, prefix: number, blank: number, symbol: number): void {
    this.prefixes[slot] = prefix;
    this.blanks[slot] = blank;
    this.symbols[slot] = symbol;
    this.totals[slot] = addLogarithms(blank, symbol);
  }
}

/**
 * Prefix beam search, frame by frame (Graves 2008, section 7.5.3; with a language model Hannun et al. 2014): each prefix has the sum of all
 * its paths, those that end in a blank apart from those that end in its last symbol. Paths that fall out of the beam and prefixes that
 * come back are all that a sum can miss.
 */
export class Beam {
  readonly prefixes = new Prefixes();
  readonly #setup: DecoderSetup;
  readonly #scorer: WordScorer;
  readonly #forgetAbove: number;
  #forgetAt: number;
  #now: Slots;
  #next: Slots;
  /** Slots whose prefix is one symbol longer than that of a slot: a list for each. */
  readonly #firstLonger: Int32Array;
  readonly #nextLonger: Int32Array;
  /** For each class the last look at it as a symbol that already has its place in the beam. */
  readonly #taken: Int32Array;
  #look = 0;
  /** Symbols of the frame that may begin longer prefixes. */
  readonly #chosen: Int32Array;
  readonly #chosenKeys: Float64Array;
  /** Candidates for the next frame; those before `#candidates` in `#order` are in use. */
  #candidates = 0;
  readonly #order: Int32Array;
  readonly #keys: Float64Array;
  readonly #origins: Int32Array;
  readonly #added: Int32Array;
  readonly #blanks: Float64Array;
  readonly #symbols: Float64Array;

  constructor(setup: DecoderSetup, scorer: WordScorer, forgetAbove = FORGET_ABOVE) {
    this.#setup = setup;
    this.#scorer = scorer;
    this.#forgetAbove = forgetAbove;
    this.#forgetAt = forgetAbove;
    const { beamWidth, symbols } = setup;
    const room = 2 * beamWidth;
    this.#now = new Slots(beamWidth);
    this.#next = new Slots(beamWidth);
    this.#firstLonger = new Int32Array(beamWidth);
    this.#nextLonger = new Int32Array(beamWidth);
    this.#taken = new Int32Array(symbols.length);
    this.#chosen = new Int32Array(symbols.length);
    this.#chosenKeys = new Float64Array(symbols.length);
    this.#order = Int32Array.from({ length: room }, (_, position) => position);
    this.#keys = new Float64Array(room);
    this.#origins = new Int32Array(room);
    this.#added = new Int32Array(room);
    this.#blanks = new Float64Array(room);
    this.#symbols = new Float64Array(room);
    this.clear();
  }

  /** Number of prefixes in the beam. */
  get count(): number {
    return this.#now.count;
  }

  /** The prefix of a slot. */
  prefixOf(slot: number): number {
    return this.#now.prefixes[slot]!;
  }

  /** Log probability of all paths of a slot's prefix. */
  acousticOf(slot: number): number {
    return this.#now.totals[slot]!;
  }

  /** Begins anew. */
  clear(): void {
    this.prefixes.clear(this.#setup.languageModel?.start);
    this.prefixes.slots[0] = 0;
    this.#now.count = 1;
    this.#now.set(0, 0, 0, Number.NEGATIVE_INFINITY);
    this.#forgetAt = this.#forgetAbove;
  }

  /** Goes on by a frame, which begins at a position of `numbers`. */
  step(numbers: Float32Array, begin: number): void {
    const { blank, blankSkip } = this.#setup;
    if (numbers[begin + blank]! > blankSkip) this.#onlyBlank(numbers[begin + blank]!);
    else {
      const threshold = this.#stay(numbers, begin);
      this.#extend(numbers, begin, threshold, this.#choose(numbers, begin, threshold));
      this.#commit();
    }
  }

  #onlyBlank(blank: number): void {
    const now = this.#now;
    for (let slot = 0; slot < now.count; slot++) {
      now.set(slot, now.prefixes[slot]!, now.totals[slot]! + blank, Number.NEGATIVE_INFINITY);
    }
  }

  /**
   * Makes candidates of the beam's own prefixes, with the paths that come to them from a prefix of the beam that is one symbol shorter.
   * @returns a score that the candidates of the next beam have at least
   */
  #stay(numbers: Float32Array, begin: number): number {
    const now = this.#now;
    const { tree, slots, scores } = this.prefixes;
    const { parents, labels } = tree;
    const blankHere = numbers[begin + this.#setup.blank]!;
    this.#candidates = 0;
    this.#firstLonger.fill(-1, 0, now.count);
    let smallest = Number.POSITIVE_INFINITY;
    for (let slot = 0; slot < now.count; slot++) {
      const prefix = now.prefixes[slot]!;
      const blank = now.totals[slot]! + blankHere;
      let symbol = Number.NEGATIVE_INFINITY;
      if (prefix > 0) {
        const label = labels[prefix]!;
        const here = numbers[begin + label]!;
        symbol = now.symbols[slot]! + here;
        const shorter = slots[parents[prefix]!]!;
        if (shorter >= 0) {
          this.#nextLonger[slot] = this.#firstLonger[shorter]!;
          this.#firstLonger[shorter] = slot;
          const repeats = labels[parents[prefix]!] === label;
          symbol = addLogarithms(symbol, (repeats ? now.blanks : now.totals)[shorter]! + here);
        }
      }
      const key = addLogarithms(blank, symbol) + scores[prefix]!;
      if (key === Number.NEGATIVE_INFINITY) continue;
      if (key < smallest) smallest = key;
      this.#propose(key, slot, STAYS, blank, symbol);
    }
    return this.#candidates === this.#setup.beamWidth ? smallest : Number.NEGATIVE_INFINITY;
  }

  /** Chooses the symbols that may begin longer prefixes, and says how many. */
  #choose(numbers: Float32Array, begin: number, threshold: number): number {
    const { symbols, blank, minLogProbability, topK } = this.#setup;
    let probable = 0;
    for (let symbol = 0; symbol < symbols.length; symbol++) {
      const here = numbers[begin + symbol]!;
      this.#chosenKeys[symbol] = here;
      if (symbol !== blank && here >= minLogProbability) this.#chosen[probable++] = symbol;
    }
    if (probable > topK) {
      keepLargest(this.#chosenKeys, this.#chosen, probable, topK);
      probable = topK;
    }
    // Those with which no prefix of the beam gets above the threshold need no further look.
    const best = this.#bestScore();
    let count = 0;
    for (let index = 0; index < probable; index++) {
      const symbol = this.#chosen[index]!;
      if (best + numbers[begin + symbol]! + this.#scorer.bounds[symbol]! > threshold)
        this.#chosen[count++] = symbol;
    }
    return count;
  }

  #bestScore(): number {
    const now = this.#now;
    let best = Number.NEGATIVE_INFINITY;
    for (let slot = 0; slot < now.count; slot++) {
      best = Math.max(best, now.totals[slot]! + this.prefixes.scores[now.prefixes[slot]!]!);
    }
    return best;
  }

  /** Makes candidates of prefixes that are one symbol longer than one of the beam, and not in it already. */
  #extend(numbers: Float32Array, begin: number, smallest: number, chosen: number): void {
    const now = this.#now;
    const { prefixes } = this;
    const { bounds } = this.#scorer;
    let threshold = smallest;
    for (let slot = 0; slot < now.count; slot++) {
      const prefix = now.prefixes[slot]!;
      const last = prefixes.tree.labels[prefix]!;
      const score = prefixes.scores[prefix]!;
      this.#markLonger(slot);
      for (let index = 0; index < chosen; index++) {
        const symbol = this.#chosen[index]!;
        if (this.#taken[symbol] === this.#look) continue;
        const before = symbol === last ? now.blanks[slot]! : now.totals[slot]!;
        const acoustic = before + numbers[begin + symbol]!;
        if (!(acoustic + score + bounds[symbol]! > threshold)) continue;
        const key = acoustic + this.#scorer.scoreAfter(prefixes, prefix, symbol);
        if (!(key > threshold)) continue;
        if (this.#candidates === this.#order.length) {
          this.#candidates = this.#setup.beamWidth;
          threshold = keepLargest(this.#keys, this.#order, this.#order.length, this.#candidates);
          if (!(key > threshold)) continue;
        }
        this.#propose(key, slot, symbol, Number.NEGATIVE_INFINITY, acoustic);
      }
    }
  }

  /** Marks the symbols after which a slot's prefix is in the beam, too: `#stay` has added their paths. */
  #markLonger(slot: number): void {
    if (this.#look === LAST_LOOK) {
      this.#taken.fill(0);
      this.#look = 0;
    }
    this.#look++;
    for (let longer = this.#firstLonger[slot]!; longer >= 0; longer = this.#nextLonger[longer]!) {
      this.#taken[this.prefixes.tree.labels[this.#now.prefixes[longer]!]!] = this.#look;
    }
  }

  #propose(key: number, origin: number, added: number, blank: number, symbol: number): void {
    const candidate = this.#order[this.#candidates++]!;
    this.#keys[candidate] = key;
    this.#origins[candidate] = origin;
    this.#added[candidate] = added;
    this.#blanks[candidate] = blank;
    this.#symbols[candidate] = symbol;
  }

  /** Makes the best candidates the beam. */
  #commit(): void {
    const { beamWidth } = this.#setup;
    const { prefixes } = this;
    const [before, after] = [this.#now, this.#next];
    if (this.#candidates > beamWidth) keepLargest(this.#keys, this.#order, this.#candidates, beamWidth);
    after.count = Math.min(this.#candidates, beamWidth);
    for (let slot = 0; slot < before.count; slot++) prefixes.slots[before.prefixes[slot]!] = -1;
    for (let slot = 0; slot < after.count; slot++) {
      const candidate = this.#order[slot]!;
      const added = this.#added[candidate]!;
      const origin = before.prefixes[this.#origins[candidate]!]!;
      const prefix = added === STAYS ? origin : this.#scorer.extend(prefixes, origin, added);
      prefixes.slots[prefix] = slot;
      after.set(slot, prefix, this.#blanks[candidate]!, this.#symbols[candidate]!);
    }
    this.#now = after;
    this.#next = before;
    if (prefixes.count > this.#forgetAt) {
      prefixes.retain(after.prefixes.subarray(0, after.count));
      this.#forgetAt = Math.max(this.#forgetAbove, 2 * prefixes.count);
    }
  }
}

/** log(exp(a) + exp(b)). */
function addLogarithms(a: number, b: number): number {
  if (a === Number.NEGATIVE_INFINITY) return b;
  if (b === Number.NEGATIVE_INFINITY) return a;
  return a > b ? a + Math.log1p(Math.exp(b - a)) : b + Math.log1p(Math.exp(a - b));
}
