/**
 * The program that `kill.test.ts` starts, kills and starts again: trains a small network with dropout on shuffled batches,
 * saving every third step to the path that it is given, and writes the final weights beside it. Its second argument is the
 * line after which it will be killed.
 */
import { existsSync, writeFileSync, writeSync } from 'node:fs';
import { cpu } from '@ostinato/backend-cpu';
import { init } from '@ostinato/kernel';
import { Linear, Module } from '@ostinato/layers';
import { dropout, mean, seed, square, sub, type Tensor, tanh, tensor } from '@ostinato/tensor';
import { Adam, encodeCheckpoint, fit, WeightAverage } from './index.js';
import { loadCheckpoint, saveCheckpoint } from './node.js';

class Network extends Module {
  hidden = new Linear(4, 16);
  out = new Linear(16, 2);
  forward(x: Tensor): Tensor {
    const h = tanh(this.hidden.forward(x));
    return this.out.forward(this.training ? dropout(h, 0.3) : h);
  }
}

const examples = Array.from({ length: 44 }, (_, index) => ({
  x: [1, 2, 3, 4].map((k) => Math.sin(index * k)),
  y: [Math.cos(index), Math.sin(index * 0.3)],
}));
type Example = (typeof examples)[number];

/** The examples in an order that depends on the epoch alone, four at a time. */
function batches(epoch: number): Example[][] {
  const keys = examples.map((_, index) => ((index + 1) * 7919 * (epoch + 3)) % 104_729);
  const order = examples.map((_, index) => index).sort((a, b) => keys[a]! - keys[b]!);
  return Array.from({ length: 11 }, (_, at) =>
    order.slice(at * 4, at * 4 + 4).map((index) => examples[index]!),
  );
}

const [path, diesAfter] = process.argv.slice(2) as [string, string | undefined];
let isDying = false;
/** Written at once: a killed program loses what it has buffered. */
function say(line: string): void {
  writeSync(1, `${line}\n`);
  isDying ||= line === diesAfter;
}

await init(cpu());
seed(11);
const model = new Network();
const optimizer = new Adam(model, { rate: 0.01, clipNorm: 1 });
const lossOf = (batch: Example[]): Tensor =>
  mean(square(sub(model.forward(tensor(batch.map(({ x }) => x))), tensor(batch.map(({ y }) => y)))));
const start = existsSync(path) ? await loadCheckpoint(path) : undefined;
say(`begins at step ${start?.training?.position.step ?? 0}`);

const events = fit({
  model,
  optimizer,
  epochs: 4,
  batches,
  loss: lossOf,
  average: new WeightAverage(model, { decay: 0.95 }),
  start,
  checkpoint: {
    everySteps: 3,
    save: async (checkpoint) => {
      say(`writing at step ${checkpoint.training!.position.step}`);
      await saveCheckpoint(path, checkpoint);
    },
  },
});
for await (const event of events) {
  if (isDying && event.kind === 'step') await new Promise((resolve) => setTimeout(resolve, 30_000));
  if (event.kind === 'step') say(`step ${event.step}`);
  if (event.kind === 'epoch') say(`epoch ${event.epoch}`);
}
writeFileSync(`${path}.result`, await encodeCheckpoint({ weights: await model.state() }));
