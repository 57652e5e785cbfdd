import { describe, expect, it } from 'vitest';
import { Random } from '../random.js';
import { embeddedReber, reberAlphabet, reberBaseline } from './embedded-reber.js';
import type { SymbolPrediction } from './symbol-prediction.js';

/** Reber's grammar as an expression. */
const reber = /^B(TS*X(XT*VP)*(S|XT*VV)|PT*V(V|P(XT*VP)*(S|XT*VV)))E$/;

function stringsOf({ data, shape: [batch, time], lengths }: SymbolPrediction): string[] {
  return Array.from({ length: batch }, (_, row) =>
    [...data.subarray(row * time, row * time + lengths[row]!)]
      .map((symbol) => reberAlphabet[symbol])
      .join(''),
  );
}

describe('embeddedReber', () => {
  it('draws strings of the grammar, in a frame of two equal symbols', () => {
    for (const text of stringsOf(embeddedReber(new Random(1), { count: 500 }))) {
      const [begin, outer, inner, again] = [text[0], text[1], text.slice(2, -1), text.at(-1)];
      expect([begin, outer]).toEqual(['B', again]);
      expect(inner).toMatch(reber);
    }
  });

  it('says at each step what may follow: what does follow is among it, and it is seen in other strings', () => {
    const strings = embeddedReber(new Random(2), { count: 2000 });
    const { data, lengths, next } = strings;
    const [batch, time] = strings.shape;
    // What followed where the same symbols stood before: with the outer symbol, that says all there is to know.
    const followers = new Map<string, Set<number>>();
    const said = new Map<string, string>();
    for (let row = 0; row < batch; row++) {
      let before = '';
      for (let step = 0; step < lengths[row]!; step++) {
        const at = row * time + step;
        before += reberAlphabet[data[at]!];
        const follows = step + 1 < lengths[row]! ? data[at + 1]! : reberAlphabet.indexOf('E');
        expect(next[at * 7 + follows]).toBe(1);
        followers.set(before, (followers.get(before) ?? new Set()).add(follows));
        const allowed = [...next.subarray(at * 7, at * 7 + 7)].join('');
        expect(said.get(before) ?? allowed).toBe(allowed);
        said.set(before, allowed);
      }
    }
    for (const before of ['B', 'BT', 'BTB', 'BPB', 'BTBT', 'BTBTX', 'BPBP', 'BPBPV', 'BPBPVV']) {
      const seen = Array.from({ length: 7 }, (_, symbol) =>
        followers.get(before)!.has(symbol) ? 1 : 0,
      ).join('');
      expect(said.get(before)).toBe(seen);
    }
    expect(said.get('BTBTXSE')).toBe('0100000');
    expect(said.get('BPBTXSE')).toBe('0010000');
  });

  it('has the baseline that it says: the outer symbols are equally likely', () => {
    const strings = stringsOf(embeddedReber(new Random(3), { count: 4000 }));
    const part = strings.filter((text) => text[1] === 'T').length / strings.length;
    expect(Math.abs(Math.min(part, 1 - part) - reberBaseline)).toBeLessThan(0.03);
  });

  it('draws long strings as often as they are among all', () => {
    const lengthsOf = (length: number, count: number, seed: number): number[] =>
      stringsOf(embeddedReber(new Random(seed), { count, length })).map((text) => text.length);
    const least = 16;
    const chosen = lengthsOf(9, 20000, 7).filter((length) => length >= least - 1);
    const drawn = lengthsOf(least, 5000, 8);
    for (const length of [15, 16, 17, 18]) {
      const share = (all: readonly number[]) => all.filter((each) => each === length).length / all.length;
      expect(Math.abs(share(drawn) - share(chosen))).toBeLessThan(0.03);
    }
  });

  it('draws strings that are long enough, from the seed alone', () => {
    const of = (seed: number) => embeddedReber(new Random(seed), { count: 20, length: 30 });
    expect(of(4)).toEqual(of(4));
    expect(of(4).data).not.toEqual(of(5).data);
    // The last symbol, E, is only predicted.
    expect(Math.min(...of(4).lengths)).toBeGreaterThanOrEqual(29);
    expect(Math.min(...embeddedReber(new Random(6), { count: 200, length: 300 }).lengths)).toBeGreaterThan(
      298,
    );
    expect(() => embeddedReber(new Random(), { count: 1, length: 1001 })).toThrow(/from 9 to 1000, got 1001/);
    expect(() => embeddedReber(new Random(), { count: 1, length: 8 })).toThrow(
      'length must be a whole number from 9',
    );
  });
});
