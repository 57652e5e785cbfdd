import { pathToFileURL } from 'node:url';
import {
  CtcRecognizer,
  cpu,
  init,
  type TimedText,
  toneOptions,
  toneSequences,
  type Utterance,
} from 'ostinato';

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

/**
 * L26: a recogniser learns to hear symbols that are dialled in noise. It is told which, never when; that it finds by itself. All of the
 * embedded data, as `ostinato speech train` without arguments.
 */
export async function main(): Promise<Heard> {
  await init(cpu());
  const tones = toneSequences();
  const [train, test] = [spaced(tones.train), spaced(tones.test)];
  const recognizer = CtcRecognizer.create(train, { ...toneOptions, units: 'word' });
  for await (const _ of recognizer.fit(train));
  const { wer } = await recognizer.evaluate(test);
  const { clip, transcript } = test[0]!;
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
