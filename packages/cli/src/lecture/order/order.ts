import { table } from '../../table.js';
import { defineExperiment } from '../experiment.js';
import { type Step, vector } from '../two-unit-network.js';
import { computeOrder, type OrderResult } from './compute.js';
import { drawOrder } from './draw.js';

/** A line for each order. */
export function printOrder({ orders }: OrderResult): string {
  const outputs = (steps: readonly Step[]) => steps.map(({ output }) => vector(output)).join(' ');
  return [
    'The network of two units (ostinato lecture memory), given the same three inputs in every order:',
    '',
    ...table([
      ['inputs', 'outputs with memory', 'outputs without memory'],
      ...orders.map(({ inputs, withMemory, withoutMemory }) => [
        inputs.map(vector).join(' '),
        outputs(withMemory),
        outputs(withoutMemory),
      ]),
    ]),
    '',
    'Without memory an input always gives the same output, wherever it stands. With memory all that came before counts,',
    'and the order of what came before.',
  ].join('\n');
}

/** `ostinato lecture order` */
export const order = defineExperiment({
  name: 'order',
  item: 'L4',
  title: 'with memory, the order of the inputs matters',
  compute: computeOrder,
  print: printOrder,
  draw: drawOrder,
});
