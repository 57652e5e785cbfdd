import { table } from '../../table.js';
import { defineExperiment } from '../experiment.js';
import { computePower, type PowerResult } from './compute.js';
import { drawPower } from './draw.js';

/** The last outputs and their slopes as a table. */
export function printPower({ steps, weights }: PowerResult): string {
  return [
    `One linear neuron, weight w on its memory; input 1, then ${steps - 1} zeros. Its output is w^${steps - 1} in the end:`,
    '',
    ...table([
      ['w', `output after ${steps} steps`, 'change of the output with w'],
      ...weights.map(({ weight, last, slope }) => [String(weight), short(last), short(slope)]),
    ]),
    '',
    `The same weight is used at ${steps - 1} steps: a hundredth more or less makes the output explode or vanish, and with it`,
    'the gradient. No rate of learning fits both. (0: below the smallest number of 32 bits, 1e-45.)',
  ].join('\n');
}

function short(value: number): string {
  const rounded = Number(value.toPrecision(4));
  return Math.abs(rounded) >= 1e6 || (rounded !== 0 && Math.abs(rounded) < 1e-3)
    ? rounded.toExponential(2)
    : rounded.toLocaleString('en-US', { maximumSignificantDigits: 4 });
}

/** `ostinato lecture power` */
export const power = defineExperiment({
  name: 'power',
  item: 'L20',
  title: 'one weight, used at a thousand steps, makes gradients explode or vanish',
  compute: computePower,
  print: printPower,
  draw: drawPower,
});
