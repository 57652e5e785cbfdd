import type { Chart } from '../../picture/chart.js';
import { curvesChart } from '../../picture/curves.js';
import type { PowerResult } from './compute.js';

/** The output after each step, a curve for each weight, on a logarithmic axis. */
export function drawPower({ weights }: PowerResult): Chart {
  const head = {
    title: 'One weight on the memory, used again at each step',
    caption:
      'A linear neuron gets the input 1 and then zeros, so its output is w to the number of steps. Only w = 1 keeps it: ' +
      '1.01 makes it about 20,000 times larger after 1000 steps, 0.99 and 0.01 let it vanish.',
  };
  return curvesChart(head, {
    x: { title: 'time (steps)', domain: [0, 1000] },
    y: {
      title: 'output (no unit, logarithmic)',
      domain: [1e-6, 1e6],
      isLogarithmic: true,
      ticks: [1e-6, 1e-4, 1e-2, 1, 1e2, 1e4, 1e6],
    },
    curves: weights.map(({ weight, outputs }) => ({
      name: `w = ${weight}`,
      points: outputs.map((output, step) => ({ x: step + 1, y: output })).filter(({ y }) => y > 0),
    })),
  });
}
