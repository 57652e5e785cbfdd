import { pathToFileURL } from 'node:url';
import { CtcRecognizer, cpu, init, type TimedText, toneSequences, type Utterance } from 'ostinato';

/** What a recogniser makes of recordings that it has not learnt from. */
export interface Heard {
  /** Word error rate of all, from 0; each symbol that is dialled is a word. */
  readonly wer: number;
  /** What is dialled in one of them, how long it lasts in seconds, and when each symbol is heard. */
  readonly transcript: string;
  readonly seconds: number;
  readonly words: readonly TimedText[];
}

const spaced = (utterances: readonly Utterance[]): Utterance[] =>
  utterances.map(({ clip, transcript }) => ({ clip, transcript: [...transcript].join(' ') }));

/** L26: a recogniser learns to hear numbers that are dialled in noise. It is told which, never when; that it finds by itself. */
export async function main(epochs = 6): Promise<Heard> {
  await init(cpu());
  const tones = toneSequences({ train: 400, dev: 50, test: 0, symbols: '0123456789' });
  const [train, dev] = [spaced(tones.train), spaced(tones.dev)];
  const recognizer = CtcRecognizer.create(train, {
    ...{ units: 'word', hidden: 48, layers: 1, dropout: 0, epochs, batch: 8, rate: 1e-2 },
    // Pitch is all that tells tones apart: it is heard band by band, none is left out, and no recording is played faster.
    ...{ features: 'logMel', deltas: 0, subsampling: 2, masks: 0, speedChange: 0 },
  });
  for await (const _ of recognizer.fit(train));
  const { wer } = await recognizer.evaluate(dev);
  const { clip, transcript } = dev[0]!;
  const { words } = await recognizer.align(clip, transcript);
  return { wer, transcript, seconds: clip.samples.length / clip.sampleRate, words };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { wer, transcript, seconds, words } = await main();
  console.log(`word error rate: ${(100 * wer).toFixed(1)} %`);
  console.log(`\n${transcript}, in ${seconds.toFixed(2)} s:`);
  for (const { text, start, end, confidence } of words) {
    console.log(
      `  ${text}  from ${start.toFixed(2)} to ${end.toFixed(2)} s, probability ${confidence.toFixed(2)}`,
    );
  }
}
