import { contiguousStrides, type NumberArray } from '@ostinato/kernel';

/** Positions shown at each end of an axis that is too long to show whole. */
const EDGE = 3;
const LONGEST = 2 * EDGE + 2;

/** Numbers as nested brackets, one row a line, columns aligned, long axes shortened in the middle. */
export function formatTensor(data: NumberArray, shape: readonly number[]): string {
  if (data.length === 0) return `[] (shape [${shape.join(', ')}])`;
  const strides = contiguousStrides(shape);
  const text = (value: number): string =>
    Number.isInteger(value) ? `${value}` : Number(value.toPrecision(5)).toString();
  const positions = (length: number): (number | undefined)[] =>
    length <= LONGEST
      ? Array.from({ length }, (_, index) => index)
      : [...range(0, EDGE), undefined, ...range(length - EDGE, length)];
  let width = 0;
  const visit = (axis: number, offset: number, found: (value: string) => void): void => {
    if (axis === shape.length) found(text(data[offset]!));
    else
      for (const index of positions(shape[axis]!)) {
        if (index !== undefined) visit(axis + 1, offset + index * strides[axis]!, found);
      }
  };
  visit(0, 0, (value) => {
    width = Math.max(width, value.length);
  });
  const print = (axis: number, offset: number, indent: string): string => {
    if (axis === shape.length) return text(data[offset]!).padStart(width);
    const last = axis === shape.length - 1;
    const parts = positions(shape[axis]!).map((index) =>
      index === undefined ? '...' : print(axis + 1, offset + index * strides[axis]!, `${indent} `),
    );
    return `[${parts.join(last ? ', ' : `,\n${indent} `)}]`;
  };
  return print(0, 0, '');
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}
