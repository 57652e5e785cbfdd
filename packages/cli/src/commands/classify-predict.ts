import type { ClassifiedText } from '@ostinato/tasks';
import type { Command } from 'commander';
import { backendOption, startBackend } from '../backend.js';
import { standardInput } from '../lines.js';
import { classifiers } from '../model-kind.js';
import { percent } from '../numbers.js';
import { openModel } from '../open-model.js';
import { print } from '../print.js';
import { printable } from '../printable.js';
import { type Colors, colorsFor } from '../terminal.js';

interface PredictOptions {
  readonly backend: string;
  readonly json?: boolean;
}

/** `ostinato classify predict MODEL [TEXT...]`: the labels of texts. */
export function addClassifyPredict(parent: Command): void {
  parent
    .command('predict')
    .description('label texts, given as arguments or as lines of standard input')
    .argument('<model>', 'file that "classify train" wrote')
    .argument('[text...]', 'texts, each in quotes; standard input is read where there are none')
    .addOption(backendOption())
    .option('--json', 'print one JSON object per text, on a line of its own')
    .action(predict);
}

async function predict(model: string, texts: readonly string[], options: PredictOptions): Promise<void> {
  await startBackend(options.backend);
  const classifier = await openModel(classifiers, model);
  const colors = colorsFor(process.stdout);
  const width = Math.max(...classifier.labels.map((label) => label.length));
  for await (const batch of texts.length > 0 ? [texts] : standardInput('a text')) {
    for (const prediction of await classifier.predict(batch)) {
      await print(options.json ? JSON.stringify(prediction) : lineOf(prediction, width, colors));
    }
  }
}

/** `music  97.21  play some jazz` */
function lineOf({ text, label, probability }: ClassifiedText, width: number, colors: Colors): string {
  const name = printable(label).padEnd(width);
  return `${colors.cyan(name)}  ${percent(probability).padStart(6)}  ${printable(text)}`;
}
