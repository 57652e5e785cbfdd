import type { RecurrenceGradArgs } from '@ostinato/kernel';
import type { KernelContext } from '../context.js';
import { float32Format } from '../factor-format.js';
import type { Operands } from '../operands.js';
import { run } from '../run.js';
import { indented } from '../text.js';
import { gradientForm } from './backward.js';
import { addOutputGradient, backwardStep, storeGradients } from './backward-sequence.js';
import { backwardText, cellKey, each, lengthOf, loadParameters } from './cell.js';
import { chunksOf, sizesOf, slotsOf } from './sequence.js';
import { rowsTogether, type Tile, tileFor, tileGroups, tileText } from './tile.js';

/**
 * The sweep back with a dispatch for each step, in which workgroups share rows and units: what flows back from the step behind, then
 * the cell. A last dispatch adds what flows back from the first step.
 */
export function backwardSteps(context: KernelContext, args: RecurrenceGradArgs, operands: Operands): void {
  const { cell, reverse } = args;
  const { T, B, G, H } = sizesOf(args);
  const form = gradientForm(args);
  const tile = tileFor(context.limits.maxComputeWorkgroupStorageSize, B, 1)!;
  const steps = chunksOf(T, !reverse, 1).map(({ first }) => first);
  for (const [index, time] of [...steps, -1].entries()) {
    const behind = steps[index - 1] ?? 0;
    run(
      context,
      {
        label: 'recurrenceGrad',
        key: `steps ${form} ${tile.key} ${cellKey(cell)}`,
        operands,
        numbers: {
          now: time,
          behind,
          ...slotsOf(reverse),
          length: T,
          rows: B,
          units: H,
          terms: index === 0 ? 0 : G * H,
          together: rowsTogether,
        },
        code: (all) => stepText(args, all, tile),
      },
      tileGroups(tile, B, H),
    );
  }
}

function stepText(args: RecurrenceGradArgs, operands: Operands, tile: Tile): string {
  const { cell } = args;
  const { states: S, parameters: P } = cell;
  const form = gradientForm(args);
  const carried = (index: number): string => operands.element('carried', index, 'row', 'unit');
  const sums = (index: number): string => operands.element('sums', index, 'row', 'unit');
  const gradient = operands.has('dr') ? 'dr' : 'dx';
  return tileText(
    tile,
    {
      left: (row, term) =>
        operands.element(gradient, 'u.behind', row, `(${term} / u.units)`, `(${term} % u.units)`),
      right: () => operands.element('weights', 'term', 'unit'),
    },
    float32Format,
    backwardText(cell, true, form === 'separate').helpers,
    [
      'let time = u.now;',
      // What flows back from the step behind, before it is overwritten.
      ...each(S, (index) => `var d${index} = ${carried(index)};`),
      'd0 += r0;',
      'if (time >= 0) {',
      indented(
        [
          ...addOutputGradient(cell, operands),
          `if (time < ${lengthOf(operands)}) {`,
          indented(
            [
              ...loadParameters(cell, operands),
              ...backwardStep(cell, operands, form),
              ...each(S, (index) => `d${index} = gs${index};`),
              ...each(P, (index) => `${sums(index)} += gp${index};`),
            ],
            '  ',
          ),
          '} else {',
          indented(
            storeGradients(cell, operands, () => '0f'),
            '  ',
          ),
          '}',
        ],
        '  ',
      ),
      '}',
      ...each(S, (index) => `${carried(index)} = d${index};`),
    ],
  );
}
