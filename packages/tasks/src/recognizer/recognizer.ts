import { type AudioClip, DataError, type Utterance } from '@ostinato/data';
import { OstinatoError } from '@ostinato/kernel';
import { ctcAlign, ctcBestPath } from '@ostinato/losses';
import { dispose, logSoftmax, noGrad, tidy } from '@ostinato/tensor';
import type { FitEvent } from '@ostinato/train';
import { type Checkpoint, decodeCheckpoint } from '@ostinato/train/inference';
import { drawnFrom } from '../drawn-from.js';
import { readingCheckpoint } from '../shared/description.js';
import type { FitRun } from '../shared/fit-run.js';
import { type FitOptions, Task } from '../shared/task.js';
import { decoderOf, type SpeechDecoding } from './decoding.js';
import { type RecognizerDescription, readDescription } from './description.js';
import { SpeechInput } from './input.js';
import { RecognizerNetwork } from './network.js';
import {
  completeOptions,
  epochsFor,
  type RecognizerOptions,
  type RecognizerSettings,
  recognizerKind,
} from './options.js';
import { type Recognition, recognitionOf, silence } from './recognition.js';
import type { RecognizerReport } from './report.js';
import { SpeechStream } from './stream.js';
import { assertFits, BLANK, SymbolTable } from './symbols.js';
import { checkClips, checkUtterances, secondsOf } from './utterances.js';

/** How `fit` is run. Word and character error rates are what it measures on `dev`. */
export type RecognizerFitOptions = FitOptions<Utterance, CtcRecognizer>;

/** What `CtcRecognizer.create` takes. */
export interface RecognizerCreateOptions extends RecognizerOptions {
  /** The symbols that it writes, each once; those that occur in the transcripts by default. */
  readonly symbols?: readonly string[] | undefined;
}

/** How likely each symbol is at each step of a recording. */
export interface SymbolLattice {
  /** [steps, classes], natural logarithms; class 0 is the blank, class i + 1 symbol i. */
  readonly logProbabilities: Float32Array;
  readonly steps: number;
  readonly classes: number;
  readonly secondsPerStep: number;
}

/** Recordings that are read at a time. */
const EVALUATION_BATCH = 32;

/**
 * Writes what is said in recordings (L26): recurrent layers over frames of features, trained with connectionist temporal
 * classification (Graves et al. 2006), which needs no other answer than the text of a whole recording.
 *
 * @example
 * const recognizer = CtcRecognizer.create(utterances, { units: 'word' });   // [{ clip, transcript: 'three one four' }, ...]
 * for await (const event of recognizer.fit(utterances)) if (event.kind === 'epoch') console.log(event.loss);
 * await recognizer.predict([clip]);   // [{ text: 'one five', words: [{ text: 'one', start: 0.12, end: 0.4, confidence }, ...] }]
 */
export class CtcRecognizer extends Task<Utterance, RecognizerSettings, RecognizerNetwork> {
  readonly #description: RecognizerDescription;
  readonly #input: SpeechInput;

  /** @param clips what it learns from, where the description has no statistics of them */
  private constructor(description: RecognizerDescription, clips: readonly AudioClip[] = []) {
    const { settings, symbols, statistics } = description;
    const input = new SpeechInput(settings, statistics ?? clips);
    const network = new RecognizerNetwork(settings, input.size, symbols.classes);
    super({ kind: recognizerKind, settings, network });
    this.#description = description;
    this.#input = input;
  }

  /**
   * A recogniser for the symbols that occur in transcripts, with weights drawn from `options.seed`.
   * @throws OstinatoError when a setting lies outside its range; DataError when there is nothing to learn from, or, naming the
   * utterance, where one is no recording with a transcript
   */
  static create(utterances: readonly Utterance[], options: RecognizerCreateOptions = {}): CtcRecognizer {
    const { symbols: given, ...rest } = options;
    const settings = completeOptions(rest);
    const where = 'CtcRecognizer.create';
    checkUtterances(where, utterances);
    const { units } = settings;
    const symbols = given
      ? SymbolTable.given(where, units, given)
      : SymbolTable.of(
          units,
          utterances.map(({ transcript }) => transcript),
        );
    if (symbols.classes === 1) {
      const found = utterances.length === 0 ? 'no utterances' : 'only empty transcripts';
      throw new DataError(
        `${where}: there are ${found} to learn from; give recordings in which something is said`,
      );
    }
    const sampleRate = settings.sampleRate || utterances[0]?.clip.sampleRate;
    if (sampleRate === undefined) {
      throw new DataError(
        `${where}: without utterances the sample rate is unknown; give the option sampleRate`,
      );
    }
    const epochs = epochsFor(settings, secondsOf(utterances));
    const clips = utterances.map(({ clip }) => clip);
    const description = { settings: { ...settings, sampleRate, epochs }, symbols, statistics: undefined };
    return drawnFrom(settings.seed, () => new CtcRecognizer(description, clips));
  }

  /** The symbols that it writes, without the blank. */
  get symbols(): readonly string[] {
    return this.#description.symbols.symbols;
  }
  /** The symbols of a text that it never writes, each once: a transcript that has some cannot be recognised without errors. */
  unknownIn(text: string): string[] {
    return this.#description.symbols.unknownIn(text);
  }
  /** Samples per second that it hears; recordings of other rates are resampled. */
  get sampleRate(): number {
    return this.settings.sampleRate;
  }
  /** What it hears of a recording. */
  get input(): SpeechInput {
    return this.#input;
  }

  protected async *train(
    utterances: readonly Utterance[],
    run: FitRun<Utterance>,
  ): AsyncGenerator<FitEvent, void, undefined> {
    const { fitRecognizer } = await import('../later.js');
    yield* fitRecognizer(utterances, {
      ...run,
      description: this.#description,
      network: this.network,
      input: this.#input,
      evaluate: (utterances) => this.evaluate(utterances),
    });
  }

  protected describe(epoch: number, fingerprint: number | undefined): object {
    const { settings, symbols } = this.#description;
    const { statistics } = this.#input;
    return { task: recognizerKind.task, settings, symbols: symbols.symbols, statistics, epoch, fingerprint };
  }

  protected probe(): unknown {
    const size = this.#input.features.size;
    const frames = { data: new Float32Array(2 * size), count: 2, size };
    return this.network.forward(this.#input.batch([frames], this.network.backend));
  }

  /**
   * Writes what is said in recordings. One that is shorter than a frame has an empty text.
   * @param decoding a beam, a language model, a lexicon and so on; the likeliest path by default
   * @throws DataError, naming the recording, for one without samples
   */
  async predict(clips: readonly AudioClip[], decoding: SpeechDecoding = {}): Promise<Recognition[]> {
    checkClips('CtcRecognizer.predict', clips);
    const decoder = decoderOf(this.#description.symbols, decoding);
    return this.#readAll(clips, (lattice) => this.#recognise(lattice, decoder), silence);
  }

  /** How likely each symbol is at each step of a recording. */
  async lattice(clip: AudioClip): Promise<SymbolLattice> {
    checkClips('CtcRecognizer.lattice', [clip]);
    const { classes } = this.#description.symbols;
    const { secondsPerStep } = this.#input;
    const nothing = { logProbabilities: new Float32Array(0), steps: 0, classes, secondsPerStep };
    return (await this.#readAll([clip], (lattice) => lattice, nothing))[0]!;
  }

  /**
   * Finds where in a recording each symbol of a known text is said (forced alignment).
   * @throws DataError for symbols that it does not know, and a text that is longer than the recording can hold
   */
  async align(clip: AudioClip, transcript: string): Promise<Recognition> {
    const { symbols } = this.#description;
    const where = 'CtcRecognizer.align';
    const target = symbols.encode(where, 'the recording', transcript);
    const lattice = await this.lattice(clip);
    assertFits(where, { clip, transcript, name: 'the recording' }, 0, target, lattice.steps);
    return this.#aligned(lattice, target, undefined);
  }

  /**
   * Recognises while samples come in. For networks of one direction only.
   * @throws OstinatoError for one that reads in both directions
   */
  stream(decoding: SpeechDecoding = {}): SpeechStream {
    if (this.settings.bidirectional) {
      throw new OstinatoError(
        'CtcRecognizer.stream: this recognizer reads recordings in both directions, so it must have all of one; ' +
          'train one with { bidirectional: false }, or collect the samples and call predict',
      );
    }
    return new SpeechStream({
      network: this.network,
      input: this.#input,
      symbols: this.#description.symbols,
      decoder: decoderOf(this.#description.symbols, decoding),
    });
  }

  /**
   * Recognises recordings and compares with what is said in them.
   * @throws DataError, naming the utterance, where one is no recording with a transcript
   */
  async evaluate(utterances: readonly Utterance[], decoding: SpeechDecoding = {}): Promise<RecognizerReport> {
    checkUtterances('CtcRecognizer.evaluate', utterances);
    const { recognizerReportOf } = await import('../later.js');
    const found = await this.predict(
      utterances.map(({ clip }) => clip),
      decoding,
    );
    return recognizerReportOf(
      utterances.map(({ transcript }) => transcript),
      found.map(({ text }) => text),
      secondsOf(utterances),
    );
  }

  /**
   * The recogniser that `toCheckpoint` described. An unfinished one predicts with the weights that it has so far.
   * @throws CheckpointError when it is not the checkpoint of a recogniser, or its parts do not fit each other
   */
  static fromCheckpoint(checkpoint: Checkpoint): CtcRecognizer {
    return readingCheckpoint(recognizerKind, () => {
      const [description, common] = readDescription(checkpoint);
      const recognizer = drawnFrom(description.settings.seed, () => new CtcRecognizer(description));
      return recognizer.resume(checkpoint, common);
    });
  }

  /**
   * The recogniser that `toBytes` or `saveRecognizer` wrote.
   * @throws CheckpointError when the bytes are damaged, of a newer version, or not a recogniser
   */
  static async fromBytes(bytes: Uint8Array): Promise<CtcRecognizer> {
    return CtcRecognizer.fromCheckpoint(await decodeCheckpoint(bytes));
  }

  /** Something of each recording, of those too short for a frame `nothing`. */
  async #readAll<Result>(
    clips: readonly AudioClip[],
    read: (lattice: SymbolLattice) => Result,
    nothing: Result,
  ): Promise<Result[]> {
    const lengths = clips.map(({ samples, sampleRate }) => samples.length / sampleRate);
    const results = await this.inBatchesOf(EVALUATION_BATCH, lengths, async (indices) =>
      (await this.#lattices(indices.map((index) => clips[index]!))).map((lattice) =>
        lattice.steps === 0 ? nothing : read(lattice),
      ),
    );
    return results.map((result) => result ?? nothing);
  }

  async #lattices(clips: readonly AudioClip[]): Promise<SymbolLattice[]> {
    const { classes } = this.#description.symbols;
    const input = this.#input;
    const { secondsPerStep } = input;
    const recordings = clips.map((clip) => input.framesOf(clip));
    const steps = recordings.map(({ count }) => input.stepsOf(count));
    const time = Math.max(...steps);
    if (time === 0)
      return clips.map(() => ({ logProbabilities: new Float32Array(0), steps: 0, classes, secondsPerStep }));
    const scores = tidy(() =>
      noGrad(() => logSoftmax(this.network.forward(input.batch(recordings, this.network.backend)).logits)),
    );
    const numbers = (await scores.data().finally(() => dispose(scores))) as Float32Array;
    return steps.map((count, row) => {
      const begin = row * time * classes;
      const logProbabilities = numbers.subarray(begin, begin + count * classes);
      return { logProbabilities, steps: count, classes, secondsPerStep };
    });
  }

  #recognise(lattice: SymbolLattice, decoder: ReturnType<typeof decoderOf>): Recognition {
    const { logProbabilities, steps, classes, secondsPerStep } = lattice;
    if (decoder) {
      const found = decoder.decode(logProbabilities, steps);
      return this.#aligned(
        lattice,
        found[0]?.symbols ?? [],
        found.map(({ text, score }) => ({ text, score })),
      );
    }
    const { symbols, logProbability } = ctcBestPath(logProbabilities, steps, classes, { blank: BLANK });
    const table = this.#description.symbols;
    const text = table.textOf(symbols.map(({ symbol }) => symbol));
    return recognitionOf(symbols, table, secondsPerStep, [{ text, score: logProbability }]);
  }

  #aligned(
    { logProbabilities, steps, classes, secondsPerStep }: SymbolLattice,
    target: readonly number[],
    alternatives: Recognition['alternatives'] | undefined,
  ): Recognition {
    const table = this.#description.symbols;
    const { symbols, logProbability } = ctcAlign(logProbabilities, steps, classes, target, { blank: BLANK });
    const texts = alternatives ?? [{ text: table.textOf(target), score: logProbability }];
    return recognitionOf(symbols, table, secondsPerStep, texts);
  }
}
