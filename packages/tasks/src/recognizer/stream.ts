import type { Frames, SpeechFeatures } from '@ostinato/data';
import { OstinatoError } from '@ostinato/kernel';
import { type CtcDecoder, ctcBestPath } from '@ostinato/losses';
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

/** A text that grows with the steps of a recording. */
interface GrowingText {
  push(logProbabilities: Float32Array, steps: number): string;
  end(): string;
}

/**
 * Recognition while somebody speaks: samples in, the text so far out. The text in the end is that which `predict` gives for the
 * whole recording. Samples have the rate that the recogniser hears; `Resampler` of `@ostinato/data` makes others so, piece by piece.
 *
 * @example
 * const stream = recognizer.stream();
 * const resampler = new Resampler(microphone.sampleRate, recognizer.sampleRate);
 * for await (const samples of microphone) show(await stream.push(resampler.push(samples)));
 * await stream.push(resampler.end());
 * show(await stream.end());
 */
export class SpeechStream {
  readonly #parts: SpeechStreamParts;
  readonly #features: ReturnType<SpeechFeatures['stream']>;
  readonly #text: GrowingText;
  /** Numbers of frames that do not make a step yet. */
  #rest = new Float32Array(0);
  #state: RecognizerState | undefined;
  #work: Promise<unknown> = Promise.resolve();
  #ended = false;

  constructor(parts: SpeechStreamParts) {
    this.#parts = parts;
    this.#features = parts.input.features.stream();
    this.#text = parts.decoder ? searched(parts.decoder) : likeliest(parts.symbols);
  }

  /**
   * Takes in more samples. The array may be used again as soon as the call has returned.
   * @returns the text so far; its end may still change where a beam is searched
   * @throws OstinatoError after `end`, and for samples that are not finite: the stream has ended then
   */
  push(samples: Float32Array): Promise<string> {
    this.#assertOpen('push');
    const frames = this.#features.push(samples);
    return this.#next(() => this.#read(frames, false));
  }

  /**
   * Ends the recording and gives the memory of the stream back.
   * @returns the whole text
   */
  end(): Promise<string> {
    this.#assertOpen('end');
    this.#ended = true;
    const frames = this.#features.end();
    return this.#next(async () => {
      try {
        await this.#read(frames, true);
        return this.#text.end();
      } finally {
        this.#release();
      }
    });
  }

  /** Gives the memory of the stream back where nobody wants to know its end. */
  dispose(): void {
    this.#ended = true;
    this.#work = this.#work.then(() => this.#release());
  }

  #release(): void {
    if (this.#state) dispose(this.#state);
    this.#state = undefined;
  }

  #assertOpen(what: string): void {
    if (!this.#ended) return;
    throw new OstinatoError(`SpeechStream.${what}: the stream has ended; begin another with stream()`);
  }

  /** Runs after what has been asked for before. Where that fails the stream is over: what came later would not follow from it. */
  #next(run: () => Promise<string>): Promise<string> {
    const result = this.#work.then(run).catch((error: unknown) => {
      this.#ended = true;
      this.#release();
      throw error;
    });
    this.#work = result.catch(() => undefined);
    return result;
  }

  /** Reads frames, as many as make whole steps, in the end all. */
  async #read(frames: Frames, last: boolean): Promise<string> {
    const { input, symbols } = this.#parts;
    const { data } = input.normalized(frames);
    const all = new Float32Array(this.#rest.length + data.length);
    all.set(this.#rest);
    all.set(data, this.#rest.length);
    const steps = last ? Math.ceil(all.length / input.size) : Math.floor(all.length / input.size);
    const taken = Math.min(all.length, steps * input.size);
    this.#rest = all.slice(taken);
    if (steps === 0) return this.#text.push(new Float32Array(0), 0);
    const { size } = input.features;
    const scores = this.#step({ data: all.subarray(0, taken), count: taken / size, size });
    try {
      const numbers = (await scores.data()) as Float32Array;
      return this.#text.push(numbers, numbers.length / symbols.classes);
    } finally {
      dispose(scores);
    }
  }

  /** Log probabilities [1, steps, classes] after the steps before, in evaluation, also where the network is being trained. */
  #step(frames: Frames) {
    const { network, input } = this.#parts;
    const before = this.#state;
    const wasTraining = network.training;
    network.evaluate();
    try {
      const { scores, state } = tidy(() =>
        noGrad(() => {
          const { logits, state } = network.forward(input.batch([frames], network.backend), before);
          return { scores: logSoftmax(logits), state };
        }),
      );
      if (before) dispose(before);
      this.#state = state;
      return scores;
    } finally {
      network.train(wasTraining);
    }
  }
}

/** What a beam finds. */
function searched(decoder: CtcDecoder): GrowingText {
  const stream = decoder.stream();
  return {
    push: (numbers, steps) => stream.push(numbers, steps)?.text ?? '',
    end: () => stream.end()[0]?.text ?? '',
  };
}

/** The likeliest class of each step, repeats merged, blanks removed, over pieces. */
function likeliest(table: SymbolTable): GrowingText {
  const found: number[] = [];
  let last = BLANK;
  const end = (): string => table.textOf(found);
  return {
    push: (numbers, steps) => {
      for (const symbol of ctcBestPath(numbers, steps, table.classes, { blank: BLANK }).path) {
        if (symbol !== BLANK && symbol !== last) found.push(symbol);
        last = symbol;
      }
      return end();
    },
    end,
  };
}
