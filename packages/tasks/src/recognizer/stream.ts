import type { SpeechFeatures } from '@ostinato/data';
import { OstinatoError } from '@ostinato/kernel';
import type { CtcDecoder } from '@ostinato/losses';
import { dispose, logSoftmax, noGrad, tidy } from '@ostinato/tensor';
import type { SpeechInput } from './input.js';
import type { RecognizerNetwork, RecognizerState } from './network.js';
import { BLANK, type SymbolTable } from './symbols.js';

/** What a stream needs of a recogniser. */
export interface SpeechStreamParts {
  readonly network: RecognizerNetwork;
  readonly input: SpeechInput;
  readonly symbols: SymbolTable;
  readonly decoder: CtcDecoder | undefined;
}

/**
 * Recognition while somebody speaks: samples in, the text so far out. The text in the end is that which `predict` gives for the
 * whole recording.
 *
 * @example
 * const stream = recognizer.stream();
 * for await (const samples of microphone) show(await stream.push(samples));
 * show(await stream.end());
 */
export class SpeechStream {
  readonly #parts: SpeechStreamParts;
  readonly #features: ReturnType<SpeechFeatures['stream']>;
  readonly #decode: (logProbabilities: Float32Array, steps: number) => string;
  readonly #finish: () => string;
  /** Frames that do not make a step yet. */
  #rest = new Float32Array(0);
  #state: RecognizerState | undefined;
  #work: Promise<unknown> = Promise.resolve();
  #ended = false;

  constructor(parts: SpeechStreamParts) {
    this.#parts = parts;
    this.#features = parts.input.features.stream();
    const { decoder, symbols } = parts;
    if (decoder) {
      const stream = decoder.stream();
      this.#decode = (numbers, steps) => stream.push(numbers, steps)?.text ?? '';
      this.#finish = () => stream.end()[0]?.text ?? '';
    } else {
      const path = new LikeliestPath(symbols);
      this.#decode = (numbers, steps) => path.push(numbers, steps);
      this.#finish = () => path.text;
    }
  }

  /**
   * Takes in more samples, at the rate that the recogniser hears.
   * @returns the text so far; its end may still change where a beam is searched
   * @throws OstinatoError after `end`
   */
  push(samples: Float32Array): Promise<string> {
    this.#assertOpen('push');
    return this.#next(() =>
      this.#read(this.#parts.input.normalized(this.#features.push(samples)).data, false),
    );
  }

  /**
   * Ends the recording and gives the memory of the stream back.
   * @returns the whole text
   */
  end(): Promise<string> {
    this.#assertOpen('end');
    this.#ended = true;
    return this.#next(async () => {
      try {
        await this.#read(this.#parts.input.normalized(this.#features.end()).data, true);
        return this.#finish();
      } finally {
        if (this.#state) dispose(this.#state);
        this.#state = undefined;
      }
    });
  }

  #assertOpen(what: string): void {
    if (this.#ended)
      throw new OstinatoError(`SpeechStream.${what}: the stream has ended; begin another with stream()`);
  }

  /** Runs after what has been asked for before. */
  #next(run: () => Promise<string>): Promise<string> {
    const result = this.#work.then(run);
    this.#work = result.catch(() => undefined);
    return result;
  }

  /** Reads frames, as many as make whole steps, in the end all. */
  async #read(frames: Float32Array, last: boolean): Promise<string> {
    const { network, input, symbols } = this.#parts;
    const all = new Float32Array(this.#rest.length + frames.length);
    all.set(this.#rest);
    all.set(frames, this.#rest.length);
    const steps = last ? Math.ceil(all.length / input.size) : Math.floor(all.length / input.size);
    const { size } = input.features;
    const taken = Math.min(all.length, steps * input.size);
    this.#rest = all.slice(taken);
    if (steps === 0) return this.#decode(new Float32Array(0), 0);
    const recording = { data: all.subarray(0, taken), count: taken / size, size };
    const before = this.#state;
    const { scores, state } = tidy(() =>
      noGrad(() => {
        const { logits, state } = network.forward(input.batch([recording], network.backend), before);
        return { scores: logSoftmax(logits), state };
      }),
    );
    if (before) dispose(before);
    this.#state = state;
    const numbers = (await scores.data()) as Float32Array;
    dispose(scores);
    return this.#decode(numbers, numbers.length / symbols.classes);
  }
}

/** The likeliest class of each step, repeats merged, blanks removed, over chunks. */
class LikeliestPath {
  readonly #table: SymbolTable;
  readonly #found: number[] = [];
  #last = BLANK;

  constructor(table: SymbolTable) {
    this.#table = table;
  }

  get text(): string {
    return this.#table.textOf(this.#found);
  }

  push(logProbabilities: Float32Array, steps: number): string {
    const { classes } = this.#table;
    for (let step = 0; step < steps; step++) {
      let best = 0;
      const begin = step * classes;
      for (let index = 1; index < classes; index++) {
        if (logProbabilities[begin + index]! > logProbabilities[begin + best]!) best = index;
      }
      if (best !== BLANK && best !== this.#last) this.#found.push(best);
      this.#last = best;
    }
    return this.text;
  }
}
