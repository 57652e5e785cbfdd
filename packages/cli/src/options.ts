import { InvalidArgumentError } from 'commander';

/** What a number on the command line may be. */
export interface NumberRange {
  readonly whole?: boolean;
  readonly from?: number;
  /** Greater than this. */
  readonly above?: number;
  readonly to?: number;
  /** Less than this. */
  readonly below?: number;
}

/**
 * Reads a number on the command line. Throws InvalidArgumentError, which commander shows with the option's name.
 *
 * @example new Option('--hidden <n>').argParser(numberIn({ whole: true, from: 1 }))
 */
export function numberIn(range: NumberRange): (text: string) => number {
  const { whole = false, from = -Infinity, above = -Infinity, to = Infinity, below = Infinity } = range;
  return (text) => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    const isNumber = whole ? Number.isInteger(value) : Number.isFinite(value);
    if (isNumber && value >= from && value > above && value <= to && value < below) return value;
    throw new InvalidArgumentError(`Give ${describe(range)}.`);
  };
}

function describe({ whole, from, above, to, below }: NumberRange): string {
  const limits = [
    from === undefined ? '' : `from ${from}`,
    above === undefined ? '' : `above ${above}`,
    to === undefined ? '' : `to ${to}`,
    below === undefined ? '' : `below ${below}`,
  ].filter((limit) => limit !== '');
  return [whole ? 'a whole number' : 'a number', ...limits].join(' ');
}
