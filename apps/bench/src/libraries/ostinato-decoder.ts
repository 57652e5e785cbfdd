import type { DecodeProblem } from '../cases/problem.js';
import { alphabetOf } from '../cases/speech.js';
import { runOf } from '../measure/timing.js';
import type { Workload } from './library.js';

/** Prefix beam search over one recording, in JavaScript on any backend; with words, a language model of them. */
export function decoderWorkload(
  { CtcDecoder, parseArpa }: typeof import('ostinato'),
  { task, speech }: DecodeProblem,
): Workload {
  const decoder = new CtcDecoder({
    symbols: alphabetOf(task),
    beamWidth: task.beamWidth,
    languageModel: speech.arpa === '' ? undefined : parseArpa(speech.arpa),
    wordBonus: 1,
  });
  let decoded = decoder.decode(speech.logProbabilities, task.frames);
  return {
    run: runOf(() => {
      decoded = decoder.decode(speech.logProbabilities, task.frames);
    }),
    async results() {
      const { score, symbols } = decoded[0]!;
      return { score: Float32Array.of(score), symbols: Float32Array.from(symbols) };
    },
    dispose() {},
  };
}
