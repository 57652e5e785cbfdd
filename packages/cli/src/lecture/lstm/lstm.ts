import { table } from '../../table.js';
import { defineExperiment } from '../experiment.js';
import { vector } from '../two-unit-network.js';
import { computeLstm, type LstmResult } from './compute.js';
import { drawLstm } from './draw.js';

/** The steps as a table, and where the notes differ. */
export function printLstm({ steps }: LstmResult): string {
  const different = steps
    .map((step, index) => ({ ...step, number: index + 1 }))
    .filter(({ memory, notes }) => Math.abs(memory - notes.memory) > 0.5);
  return [
    "One cell: c' = g(z) f(z_i) + c f(z_f), y = h(c') f(z_o), with linear g and h, f the sigmoid, and",
    'z = x1, z_i = 100 x2 - 10, z_f = 100 x2 + 10, z_o = 100 x3 - 10. The memory c starts at 0.',
    '',
    ...table([
      [
        'step',
        '(x1, x2, x3)',
        'z',
        'input gate',
        'forget gate',
        'output gate',
        'c after',
        'y',
        'c in the notes',
      ],
      ...steps.map((step, index) => [
        String(index + 1),
        vector(step.input),
        String(step.z),
        step.inputGate.toFixed(3),
        step.forgetGate.toFixed(3),
        step.outputGate.toFixed(3),
        step.memory.toFixed(2),
        step.output.toFixed(2),
        String(step.notes.memory),
      ]),
    ]),
    '',
    'x2 = 1 writes, x2 = 0 keeps, x2 = -1 forgets; x3 = 1 reads.',
    ...different.map(
      ({ number, notes, memory }) =>
        `Step ${number}: the notes print c = ${notes.memory} beside it, the value before the step; by the formula the forget ` +
        `gate closes and c is ${memory.toFixed(0)} after it.`,
    ),
  ].join('\n');
}

/** `ostinato lecture lstm` */
export const lstm = defineExperiment({
  name: 'lstm',
  item: 'L11',
  title: 'an LSTM worked by hand: gates write, keep, read and forget',
  compute: computeLstm,
  print: printLstm,
  draw: drawLstm,
});
