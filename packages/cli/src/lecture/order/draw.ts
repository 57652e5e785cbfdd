import { type Chart, heading } from '../../picture/chart.js';
import { curvesPanel } from '../../picture/curves.js';
import { type Step, vector } from '../two-unit-network.js';
import type { OrderOfInputs, OrderResult } from './compute.js';

/** The outputs after each step, a curve for each order; without memory on the left, with memory on the right. */
export function drawOrder({ orders }: OrderResult): Chart {
  const panel = (title: string, stepsOf: (order: OrderOfInputs) => readonly Step[]) =>
    curvesPanel({
      title,
      width: 240,
      height: 260,
      x: { title: 'time (steps)', domain: [0.8, 3.2], ticks: [1, 2, 3] },
      y: { title: 'each of both outputs (no unit)', domain: [0, 48] },
      curves: orders.map((order) => ({
        name: order.inputs.map(vector).join(' '),
        points: stepsOf(order).map(({ output }, step) => ({ x: step + 1, y: output[0]! })),
      })),
    });
  return {
    ...heading({
      title: 'With memory, the order of the inputs matters',
      caption:
        'A network of two units gets the same three inputs in every order. Without memory an input always gives the ' +
        'same output, wherever it stands; with memory each order leads to other outputs.',
    }),
    hconcat: [
      panel('without memory', ({ withoutMemory }) => withoutMemory),
      panel('with memory', ({ withMemory }) => withMemory),
    ],
    spacing: 40,
  };
}
