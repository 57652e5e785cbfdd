import { tokenize } from '@ostinato/data';
import type { SequenceTagger, TaggedPrediction } from '@ostinato/tasks';
import type { Command } from 'commander';
import { backendOption, startBackend } from '../backend.js';
import { standardInput } from '../lines.js';
import { taggers } from '../model-kind.js';
import { openModel } from '../open-model.js';
import { print } from '../print.js';
import { renderPrediction } from '../tagged-text.js';
import { colorsFor, textWidthOf } from '../terminal.js';

interface PredictOptions {
  readonly backend: string;
  readonly json?: boolean;
}

/** `ostinato tag predict MODEL [TEXT...]`: the slots of sentences. */
export function addTagPredict(parent: Command): void {
  parent
    .command('predict')
    .description('find the slots of sentences, given as arguments or as lines of standard input')
    .argument('<model>', 'file that "tag train" wrote')
    .argument('[text...]', 'sentences, each in quotes; standard input is read where there are none')
    .addOption(backendOption())
    .option('--json', 'print one JSON object per sentence, on a line of its own')
    .action(predict);
}

async function predict(model: string, texts: readonly string[], options: PredictOptions): Promise<void> {
  await startBackend(options.backend);
  const tagger = await openModel(taggers, model);
  const { stdout } = process;
  const look = { colors: colorsFor(stdout), width: textWidthOf(stdout), tags: tagger.tags };
  const textOf = (prediction: TaggedPrediction): string => `${renderPrediction(prediction, look)}\n`;
  for await (const batch of texts.length > 0 ? [texts] : standardInput('a sentence')) {
    for (const prediction of await predictTexts(tagger, batch)) {
      await print(options.json ? jsonOf(prediction) : textOf(prediction));
    }
  }
}

/** A prediction for each text; one without words for a text without words. */
async function predictTexts(tagger: SequenceTagger, texts: readonly string[]): Promise<TaggedPrediction[]> {
  const sentences = texts.map((text) => cut(text, tagger));
  const predictions = await tagger.predict(sentences.filter((words) => words.length > 0));
  let next = 0;
  return sentences.map((words) => {
    return words.length > 0 ? predictions[next++]! : { tokens: [], slots: [], spans: [], intent: null };
  });
}

/** Words as the training data had them stay whole; the rest is cut like any English text. */
function cut(text: string, tagger: SequenceTagger): string[] {
  const pieces = text.split(/\s+/u).filter((piece) => piece !== '');
  return pieces.flatMap((piece) => (tagger.knows(piece) ? [piece] : tokenize(piece)));
}

function jsonOf({ tokens, slots, spans, intent }: TaggedPrediction): string {
  return JSON.stringify({ tokens, slots, spans, intent });
}
