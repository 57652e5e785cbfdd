import { ELEMENT_BYTES, type RecurrenceArgs } from '@ostinato/kernel';
import type { KernelContext } from '../context.js';
import { type FactorFormat, formatFor } from '../factor-format.js';
import type { Operand, Operands } from '../operands.js';
import { run } from '../run.js';
import { withScratch } from '../scratch.js';
import { indented } from '../text.js';
import { cellKey, each, forwardText, lengthOf, loadParameters } from './cell.js';
import { forwardOperands } from './forward-sequence.js';
import { chunksOf, sizesOf, slotsOf } from './sequence.js';
import { rowsTogether, type Tile, tileFor, tileGroups, tileText } from './tile.js';
import { roundedWeights } from './weights.js';

/** Steps below which it does not pay to round the weights first. */
const fewSteps = 4;

/** The forward sweep with a dispatch for each step, in which workgroups share rows and units. */
export function forwardSteps(context: KernelContext, args: RecurrenceArgs): void {
  const format = formatFor(args.cell.wideRange ? 'float32' : context.precision);
  const isLighter = format.bytes < ELEMENT_BYTES && sizesOf(args).T >= fewSteps;
  withScratch(context, (scratch) => {
    const weights: Operand = isLighter
      ? roundedWeights(context, scratch, args.R!, format)
      : { view: args.R!, axes: ['term', 'gate', 'unit'] };
    sweep(context, args, weights, format);
  });
}

function sweep(context: KernelContext, args: RecurrenceArgs, weights: Operand, format: FactorFormat): void {
  const { cell, reverse } = args;
  const { T, B, G, H } = sizesOf(args);
  const operands = forwardOperands(args, weights);
  const tile = tileFor(context.limits.maxComputeWorkgroupStorageSize, B, G, format)!;
  const isRounded = weights.elements === format.type;
  const key = `steps ${tile.key} ${cellKey(cell)}`;
  for (const { first: time } of chunksOf(T, reverse, 1)) {
    run(
      context,
      {
        label: 'recurrence',
        key,
        operands,
        directives: format.directives,
        numbers: {
          time,
          ...slotsOf(reverse),
          length: T,
          rows: B,
          units: H,
          terms: H,
          together: rowsTogether,
        },
        code: (all) => stepText(args, all, tile, format, isRounded),
      },
      tileGroups(tile, B, H),
    );
  }
}

/** @param isRounded whether the weights are in the format already */
function stepText(
  { cell }: RecurrenceArgs,
  operands: Operands,
  tile: Tile,
  format: FactorFormat,
  isRounded: boolean,
): string {
  const { gates: G, states: S } = cell;
  const { helpers, statements } = forwardText(cell, true);
  const state = (index: number, slot: 'before' | 'after'): string =>
    operands.element('states', index, `(u.time + u.${slot})`, 'row', 'unit');
  const storeProducts = (spell: (gate: number) => string): string[] =>
    operands.has('products')
      ? each(G, (gate) => `${operands.element('products', 'u.time', 'row', gate, 'unit')} = ${spell(gate)};`)
      : [];
  return tileText(
    tile,
    {
      left: (row, term) => operands.element('states', 0, '(u.time + u.before)', row, term),
      right(column) {
        const weight = operands.element('weights', 'term', column, 'unit');
        return isRounded ? weight : format.rounded(weight);
      },
    },
    format,
    helpers,
    [
      ...each(S, (index) => `let s${index} = ${state(index, 'before')};`),
      `if (u.time < ${lengthOf(operands)}) {`,
      indented(
        [
          ...each(G, (gate) => `let x${gate} = ${operands.element('x', 'u.time', 'row', gate, 'unit')};`),
          ...loadParameters(cell, operands),
          ...statements,
          ...each(S, (index) => `${state(index, 'after')} = n${index};`),
          ...storeProducts((gate) => `r${gate}`),
        ],
        '  ',
      ),
      '} else {',
      indented(
        [...each(S, (index) => `${state(index, 'after')} = s${index};`), ...storeProducts(() => '0f')],
        '  ',
      ),
      '}',
    ],
  );
}
