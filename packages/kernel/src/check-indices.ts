import type { NumberArray } from './backend.js';
import { placesOf } from './check-views.js';
import { formatShape, IndexError } from './errors.js';
import { ELEMENT_BYTES, type Storage, type View } from './view.js';

/** What is known of a storage: its numbers where `known` is 1. */
interface Shadow {
  readonly numbers: Int32Array;
  readonly known: Uint8Array;
}

/**
 * Whole numbers that were written from JavaScript, remembered because reading them back from a backend would take
 * waiting. Numbers that a kernel computed are not known, and so not checked.
 */
export class CheckedIndices {
  readonly #shadows = new WeakMap<Storage, Shadow>();

  /** Remembers what is written, from element `offset` on; floats make the storage unknown. */
  write(storage: Storage, data: NumberArray, offset: number): void {
    if (!(data instanceof Int32Array)) {
      this.forget(storage);
      return;
    }
    let shadow = this.#shadows.get(storage);
    if (!shadow) {
      const elements = Math.floor(storage.bytes / ELEMENT_BYTES);
      shadow = { numbers: new Int32Array(elements), known: new Uint8Array(elements) };
      this.#shadows.set(storage, shadow);
    }
    shadow.numbers.set(data, offset);
    shadow.known.fill(1, offset, offset + data.length);
  }

  /** Drops what is known of a storage, because a kernel writes it or it is freed. */
  forget(storage: Storage): void {
    this.#shadows.delete(storage);
  }

  /**
   * Makes sure that all known numbers of a view lie in [0, end).
   * @param what names the range in the error: `the table of 10 rows`
   * @throws IndexError with the number and its position
   */
  check(kernel: string, view: View, end: number, what: string): void {
    const shadow = this.#shadows.get(view.storage);
    if (!shadow) return;
    let count = 0;
    for (const place of placesOf(view)) {
      const index = shadow.numbers[place]!;
      if (shadow.known[place] && (index < 0 || index >= end)) {
        const position = formatShape(positionOf(count, view.shape));
        const valid = end > 0 ? `valid are 0 to ${end - 1}` : 'nothing is valid there';
        throw new IndexError(
          `${kernel}: index ${index} at position ${position} is outside ${what}; ${valid}`,
        );
      }
      count++;
    }
  }
}

/** The coordinates of the element that comes at `count` in row-major order. */
function positionOf(count: number, shape: readonly number[]): number[] {
  const position: number[] = [];
  let rest = count;
  for (const length of shape.toReversed()) {
    position.unshift(rest % length);
    rest = Math.floor(rest / length);
  }
  return position;
}
