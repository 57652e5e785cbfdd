import type { Experiment } from './experiment.js';
import { gradients } from './gradients/gradients.js';
import { lstm } from './lstm/lstm.js';
import { memory } from './memory/memory.js';
import { order } from './order/order.js';
import { parameters } from './parameters/parameters.js';
import { power } from './power/power.js';
import { surface } from './surface/surface.js';
import { taipei } from './taipei/taipei.js';

/** The experiments, in the order of the lecture. A new one is a folder beside this file, and a name here. */
export const experiments: readonly Experiment[] = [
  taipei,
  memory,
  order,
  lstm,
  parameters,
  surface,
  power,
  gradients,
];
