import { table } from '../../table.js';
import { defineExperiment } from '../experiment.js';
import { computeGradients, type GradientsResult } from './compute.js';
import { drawGradients } from './draw.js';

/** Norms at some distances, as a table. */
export function printGradients({ hiddenSize, steps, sequences, seeds, cells }: GradientsResult): string {
  const distances = [1, 5, 10, 20, 50, 100].filter((distance) => distance < steps);
  return [
    'Norm of the gradient of a loss at the last step with respect to the state some steps before (1 at distance 0).',
    `Networks of ${hiddenSize} units as they start, inputs of the adding problem; mean over ${seeds} seeds of ${sequences} sequences.`,
    '',
    ...table([
      ['distance (steps)', ...distances.map(String)],
      ...cells.map(({ cell, norms }) => [cell, ...distances.map((distance) => short(norms[distance]!))]),
    ]),
    '',
    'The plain network forgets at a constant rate. The LSTM adds input and memory: the influence stays while the forget gate is',
    'open, and nothing keeps it from growing. The GRU starts with its gate half open, and so forgets. In the IRNN some units are',
    'at rest; for the others the identity keeps gradients as they are. Slow groups of the Clockwork network and the context units of the',
    'SCRN carry gradients further than the plain network does.',
  ].join('\n');
}

function short(value: number): string {
  return value >= 0.001 ? value.toFixed(3) : value.toExponential(1);
}

/** `ostinato lecture gradients` */
export const gradients = defineExperiment({
  name: 'gradients',
  item: 'L21',
  title: 'how far back in time a gradient reaches, for each cell',
  compute: () => computeGradients(),
  print: printGradients,
  draw: drawGradients,
});
