import { Linear, Module } from '@ostinato/layers';
import {
  dropout,
  mean,
  type NestedNumbers,
  seed,
  square,
  sub,
  type Tensor,
  tanh,
  tensor,
} from '@ostinato/tensor';
import { Adam, type FitEvent, type FitOptions } from '../index.js';

/** A small network with dropout. */
export class Network extends Module {
  hidden = new Linear(2, 6);
  out = new Linear(6, 1);
  forward(x: Tensor): Tensor {
    const h = tanh(this.hidden.forward(x));
    return this.out.forward(this.training ? dropout(h, 0.25) : h);
  }
}

/** Three rows of inputs and what should come out. */
export interface Batch {
  readonly x: NestedNumbers;
  readonly y: NestedNumbers;
}
/** Four batches, in another order in each epoch. */
export const batches = (epoch: number): Batch[] =>
  [0, 1, 2, 3].map((index) => {
    const at = (index * 3 + epoch) % 4;
    const x = [0, 1, 2].map((row) => [Math.sin(at * 3 + row), Math.cos(at * 5 + row)]);
    return { x, y: x.map(([a, b]) => [a! * b!]) };
  });
const lossWith =
  (model: Network) =>
  ({ x, y }: Batch): Tensor =>
    mean(square(sub(model.forward(tensor(x)), tensor(y))));

/** All weights of a model in one list. */
export const numbers = async (model: Module): Promise<number[]> =>
  [...(await model.state()).values()].flatMap(({ data }) => [...data]);

/** All events of a training. */
export async function collect(events: AsyncIterable<FitEvent>): Promise<FitEvent[]> {
  const all: FitEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

/** A model with everything that can be saved about its training. */
export function setUp(changes: Partial<FitOptions<Batch>> = {}) {
  seed(3);
  const model = new Network();
  const optimizer = new Adam(model, { rate: 0.02, clipNorm: 1 });
  const evaluate = async (epoch: number) => ({ score: [3, 5, 4, 4, 2][epoch] ?? 0 });
  const options: FitOptions<Batch> = {
    model,
    optimizer,
    epochs: 3,
    batches,
    loss: lossWith(model),
    evaluate,
    ...changes,
  };
  return { model, optimizer, options };
}
