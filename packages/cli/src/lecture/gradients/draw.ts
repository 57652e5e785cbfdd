import type { Chart } from '../../picture/chart.js';
import { curvesChart } from '../../picture/curves.js';
import type { GradientsResult } from './compute.js';

/** Norm by distance, a curve for each cell, on a logarithmic axis. */
export function drawGradients({ cells, steps, seeds, sequences }: GradientsResult): Chart {
  const head = {
    title: 'How far back in time a gradient reaches',
    caption:
      'Norm of the gradient of a loss at the last step with respect to the state that many steps before, in networks as they start ' +
      `(mean over ${seeds} seeds of ${sequences} sequences). An open forget gate and the identity of the IRNN keep it; elsewhere it vanishes at a rate of its own.`,
  };
  return curvesChart(head, {
    x: { title: 'distance in time (steps)', domain: [0, steps - 1] },
    y: {
      title: 'gradient norm (no unit, logarithmic)',
      domain: [1e-6, 10],
      isLogarithmic: true,
      ticks: [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 10],
    },
    curves: cells.map(({ cell, norms }) => ({
      name: cell,
      points: norms.map((norm, distance) => ({ x: distance, y: norm })),
    })),
  });
}
