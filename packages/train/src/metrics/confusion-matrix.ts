import { IndexError, ShapeError } from '@ostinato/kernel';
import { type Rates, ratesOf } from './rates.js';

/** How often each class was taken for each other. */
export class ConfusionMatrix {
  readonly labels: readonly string[];
  readonly #counts: Float64Array;

  /** @param labels the names of the classes, or how many there are */
  constructor(labels: readonly string[] | number) {
    this.labels =
      typeof labels === 'number' ? Array.from({ length: labels }, (_, index) => `${index}`) : labels;
    this.#counts = new Float64Array(this.labels.length ** 2);
  }

  /**
   * Counts answers.
   * @param gold the right class, or several `[N]`
   * @param predicted the class given, or as many
   * @throws IndexError for a class that does not exist; ShapeError where the numbers of answers differ
   */
  add(gold: number | ArrayLike<number>, predicted: number | ArrayLike<number>): this {
    const right = typeof gold === 'number' ? [gold] : gold;
    const given = typeof predicted === 'number' ? [predicted] : predicted;
    if (right.length !== given.length) {
      throw new ShapeError(
        `ConfusionMatrix: ${right.length} right answers and ${given.length} predictions; one prediction is needed for each`,
      );
    }
    for (let index = 0; index < right.length; index++)
      this.#counts[this.#cell(right[index]!, given[index]!)]! += 1;
    return this;
  }

  #cell(gold: number, predicted: number): number {
    const size = this.labels.length;
    for (const index of [gold, predicted]) {
      if (Number.isInteger(index) && index >= 0 && index < size) continue;
      throw new IndexError(`ConfusionMatrix: there is no class ${index}, expected 0 to ${size - 1}`);
    }
    return gold * size + predicted;
  }

  /** How often class `gold` was taken for `predicted`. Throws IndexError for a class that does not exist. */
  count(gold: number, predicted: number): number {
    return this.#counts[this.#cell(gold, predicted)]!;
  }

  /** The counts `[gold, predicted]`. */
  toArray(): number[][] {
    return this.labels.map((_, gold) => this.labels.map((_, predicted) => this.count(gold, predicted)));
  }

  /** All answers counted. */
  get total(): number {
    return this.#counts.reduce((sum, count) => sum + count, 0);
  }

  /** The part of the answers that are right, from 0 to 1; 0 where there are none. */
  get accuracy(): number {
    const right = this.labels.reduce((sum, _, index) => sum + this.count(index, index), 0);
    return this.total === 0 ? 0 : right / this.total;
  }

  /** Precision, recall and F1 of one class, from 0 to 1. Throws IndexError for a class that does not exist. */
  scores(label: number): Rates {
    const correct = this.count(label, label);
    const gold = this.labels.reduce((sum, _, other) => sum + this.count(label, other), 0);
    const predicted = this.labels.reduce((sum, _, other) => sum + this.count(other, label), 0);
    return ratesOf({ gold, predicted, correct });
  }

  /** A table: a row for each right class, a column for each class given. */
  toString(): string {
    const rows = [
      ['', ...this.labels],
      ...this.toArray().map((row, gold) => [this.labels[gold]!, ...row.map(String)]),
    ];
    const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
    const pad = (text: string, column: number): string =>
      column === 0 ? text.padEnd(widths[0]!) : text.padStart(widths[column]!);
    return rows.map((row) => row.map(pad).join('  ')).join('\n');
  }
}
