import { type StreamWindow, TokenStream } from '@ostinato/data';
import { OstinatoError } from '@ostinato/kernel';
import { crossEntropy } from '@ostinato/losses';
import { seed, type Tensor, tensor } from '@ostinato/tensor';
import {
  byEpoch,
  type Carry,
  type Checkpoint,
  type FitEvent,
  type FitOptions,
  fit,
  type Metrics,
  ReduceOnPlateau,
  SGD,
} from '@ostinato/train';
import { carriedIn, withoutState, withState } from './carried-state.js';
import type { LanguageNetwork, LanguageState } from './network.js';
import type { LanguageSettings } from './options.js';

/** Windows between two checkpoints within an epoch. */
const WINDOWS_BETWEEN = 1000;

/** What a language model is trained with. */
export interface LanguageRun {
  readonly settings: LanguageSettings;
  /** `[N]` */
  readonly tokens: Int32Array;
  /** The token before the first one. */
  readonly first: number;
  /** Where training goes on; at its beginning by default. */
  readonly start: Checkpoint | undefined;
  readonly signal: AbortSignal | undefined;
  readonly evaluate: (() => Promise<Metrics>) | undefined;
  readonly save: (checkpoint: Checkpoint) => Promise<void>;
}

/** A window, and whether the text begins with it. */
interface Chunk {
  readonly window: StreamWindow;
  readonly begins: boolean;
}

/**
 * Trains by gradient descent on windows of the text, each beginning with the state after the one before: truncated backpropagation
 * through time.
 */
export async function* trainLanguage(
  network: LanguageNetwork,
  run: LanguageRun,
): AsyncGenerator<FitEvent, void, undefined> {
  const { settings, start, signal, evaluate, save } = run;
  const { batch, steps, epochs, clip } = settings;
  const stream = new TokenStream(run.tokens, { start: run.first, batch, steps });
  if (!start) seed(settings.seed);
  const optimizer = new SGD(network, { clipNorm: clip });
  const carry = carriedIn(start?.weights, network.backend);
  try {
    const events = fit<Chunk>({
      model: network,
      optimizer,
      epochs,
      ...scheduleOf(settings, stream.length, evaluate !== undefined),
      stepsPerEpoch: stream.length,
      batches: () => chunksOf(stream),
      loss: ({ window, begins }) => {
        if (begins) carry.clear();
        return lossOf(network, window, carry);
      },
      evaluate,
      checkpoint: {
        everySteps: WINDOWS_BETWEEN,
        save: async (checkpoint) => {
          const { position } = checkpoint.training!;
          return save(position.batch === 0 ? checkpoint : await withState(checkpoint, carry));
        },
      },
      start: start && { ...start, weights: withoutState(start.weights) },
      signal,
    });
    for await (const event of events) yield perToken(event, stream);
  } finally {
    optimizer.dispose();
    carry.clear();
  }
}

/** Tells losses as means over the tokens. */
function perToken(event: FitEvent, stream: TokenStream): FitEvent {
  if (event.kind === 'step') return { ...event, loss: event.loss / stream.stepsOf(event.epochStep - 1) };
  if (event.kind === 'epoch') return { ...event, loss: (event.loss * stream.length) / stream.rowLength };
  return event;
}

function* chunksOf(stream: TokenStream): Generator<Chunk> {
  for (let index = 0; index < stream.length; index++)
    yield { window: stream.window(index), begins: index === 0 };
}

/** The sum of the cross entropies of the steps, the mean over rows, as the rates of the papers are meant. */
function lossOf(network: LanguageNetwork, window: StreamWindow, carry: Carry<LanguageState>): Tensor {
  const { backend } = network;
  const { logits, state } = network.forward(tensor(window.inputs, window.shape, { backend }), carry.value);
  carry.set(state);
  const targets = tensor(window.targets, window.shape, { backend });
  return crossEntropy(logits, targets, { reduction: 'batchMean' });
}

/** How the rate falls. Throws OstinatoError where a plateau cannot be seen. */
function scheduleOf(
  { schedule, rate, decay, fullRate }: LanguageSettings,
  stepsPerEpoch: number,
  evaluates: boolean,
): Pick<FitOptions<Chunk>, 'schedule' | 'monitor'> {
  if (schedule === 'epochs') {
    return { schedule: byEpoch(stepsPerEpoch, (epoch) => rate * decay ** Math.max(0, epoch + 1 - fullRate)) };
  }
  if (!evaluates) {
    throw new OstinatoError(
      "language model: the schedule 'plateau' needs a development part to look at; give dev, or the schedule 'epochs'",
    );
  }
  return {
    schedule: new ReduceOnPlateau({ rate, factor: decay, patience: 0 }),
    monitor: { metric: 'perplexity', mode: 'min' },
  };
}
