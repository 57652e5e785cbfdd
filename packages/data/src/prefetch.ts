import { DataError } from './errors.js';

/**
 * Reads ahead: while one item is being worked on, up to `ahead` next ones are already being loaded. Order is kept and
 * the source is asked for one item at a time. An error of the source is thrown where its item would have come;
 * leaving the loop early stops loading and closes the source.
 *
 * @example
 * for await (const batch of prefetch(loadBatches(), 2)) await train(batch);
 */
export async function* prefetch<Item>(
  source: AsyncIterable<Item> | Iterable<Item | Promise<Item>>,
  ahead = 2,
): AsyncGenerator<Awaited<Item>, void, undefined> {
  if (!Number.isInteger(ahead) || ahead < 1) {
    throw new DataError(`prefetch: ahead must be a whole number from 1, got ${ahead}`);
  }
  const iterator = iterate(source);
  const queue: Promise<IteratorResult<Awaited<Item>>>[] = [];
  let previous: Promise<unknown> = Promise.resolve();
  let ended = false; // the source said so, or failed: never ask it again

  const pull = async (): Promise<IteratorResult<Awaited<Item>>> => {
    if (ended) return { done: true, value: undefined };
    try {
      const result = await iterator.next();
      if (result.done) ended = true;
      return result;
    } catch (error) {
      ended = true;
      throw error;
    }
  };
  const request = () => {
    const result = previous.then(pull);
    previous = result.catch(() => {}); // thrown when its turn comes, or never if the loop was left before
    queue.push(result);
  };

  try {
    for (let asked = 0; asked < ahead; asked++) request();
    for (;;) {
      const result = await (queue.shift() as Promise<IteratorResult<Awaited<Item>>>);
      if (result.done) return;
      request();
      yield result.value;
    }
  } finally {
    if (!ended) {
      ended = true;
      await iterator.return?.();
    }
  }
}

function iterate<Item>(
  source: AsyncIterable<Item> | Iterable<Item | Promise<Item>>,
): AsyncIterator<Awaited<Item>> {
  if (Symbol.asyncIterator in source) return source[Symbol.asyncIterator]() as AsyncIterator<Awaited<Item>>;
  const inner = source[Symbol.iterator]();
  return {
    async next() {
      const result = inner.next();
      return result.done ? { done: true, value: undefined } : { done: false, value: await result.value };
    },
    async return() {
      inner.return?.();
      return { done: true, value: undefined };
    },
  };
}
