import { adding } from './adding.js';
import { copy } from './copy.js';
import { anbn, anbncn } from './counting.js';
import { mnist } from './mnist.js';
import { order6a, order6b } from './order.js';
import { reber } from './reber.js';
import type { LongLagTask } from './task.js';
import { waveform } from './waveform.js';

/** All tasks by name. */
export const longLagTasks: ReadonlyMap<string, LongLagTask> = new Map(
  [adding, copy, order6a, order6b, reber, anbn, anbncn, mnist, waveform].map((task) => [task.name, task]),
);
