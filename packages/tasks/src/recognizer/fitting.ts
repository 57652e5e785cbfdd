import { DataError, fnv1a, Random, type Utterance } from '@ostinato/data';
import { ctcLoss } from '@ostinato/losses';
import type { Tensor } from '@ostinato/tensor';
import type { FitEvent } from '@ostinato/train';
import type { FitRun } from '../shared/fit-run.js';
import { trainNetwork } from '../shared/training.js';
import { heardAnew } from './augmentation.js';
import type { RecognizerDescription } from './description.js';
import type { SpeechInput } from './input.js';
import type { RecognizerNetwork } from './network.js';
import { recognizerKind } from './options.js';
import type { RecognizerReport } from './report.js';
import { assertFits, BLANK } from './symbols.js';
import { checkUtterances, nameOf } from './utterances.js';

/** What `CtcRecognizer.fit` hands over. */
export interface RecognizerFit extends FitRun<Utterance> {
  readonly description: RecognizerDescription;
  readonly network: RecognizerNetwork;
  readonly input: SpeechInput;
  readonly evaluate: (utterances: readonly Utterance[]) => Promise<RecognizerReport>;
}

/** A recording that is resampled already. */
interface Example {
  /** Its number among all. */
  readonly index: number;
  readonly samples: Float32Array;
  readonly target: readonly number[];
  /** Steps when it is played as it is. */
  readonly steps: number;
}

/**
 * Trains a recogniser from where its progress says; see `CtcRecognizer.fit`.
 * @throws DataError, naming the utterance, for utterances that it cannot learn from; OstinatoError where training would go on with
 * others than it began with
 */
export async function* fitRecognizer(
  utterances: readonly Utterance[],
  { description, network, input, evaluate, dev, ...run }: RecognizerFit,
): AsyncGenerator<FitEvent, void, undefined> {
  const { settings, symbols } = description;
  const where = 'CtcRecognizer.fit';
  checkUtterances(where, utterances);
  if (dev) checkUtterances(`${where}: dev`, dev);
  if (utterances.length === 0)
    throw new DataError(`${where}: there are no utterances to learn from; give some`);
  const examples = utterances.map((utterance, index): Example => {
    const target = symbols.encode(where, nameOf(utterance, index), utterance.transcript);
    const samples = input.samplesOf(utterance.clip);
    const steps = input.stepsOf(input.features.frameCount(samples.length));
    assertFits(where, utterance, index, target, steps);
    return { index, samples, target, steps };
  });
  const loss = (part: readonly Example[], epoch: number, batch: number): Tensor => {
    const random = new Random(settings.seed, epoch, batch);
    const heard = part.map(({ samples }) => heardAnew(samples, input, settings, random));
    const { steps, lengths } = input.batch(heard, network.backend);
    const { logits } = network.forward({ steps, lengths });
    return ctcLoss(
      logits,
      part.map(({ target }) => target),
      {
        inputLengths: heard.map(({ count }) => input.stepsOf(count)),
        blank: BLANK,
        reduction: 'mean',
        // One that is played faster may have become too short.
        zeroInfinity: true,
      },
    );
  };
  yield* trainNetwork(network, {
    ...run,
    kind: recognizerKind,
    noun: 'utterances',
    settings,
    examples,
    lengthOf: ({ steps }) => steps,
    fingerprint: fingerprintOf(utterances),
    // Over the last twentieth: of what CTC learns at first nothing is worth to be kept.
    averageDecay: (steps) => Math.max(0.5, 1 - 20 / steps),
    loss,
    evaluate: dev && (async () => metricsOf(await evaluate(dev))),
  });
}

/** A number by which the same recordings in the same order are recognised. */
function fingerprintOf(utterances: readonly Utterance[]): number {
  return fnv1a(
    JSON.stringify(
      utterances.map(({ clip: { samples, sampleRate }, transcript }) => [
        transcript,
        sampleRate,
        samples.length,
        samples.reduce((sum, sample) => sum + Math.abs(sample), 0),
      ]),
    ),
  );
}

/** The numbers of a report that progress shows. */
function metricsOf({ wer, cer }: RecognizerReport): Record<string, number> {
  return { wer, cer };
}
