import { existsSync, readFileSync } from 'node:fs';
import { Command } from 'commander';
import { addClassifyEval } from './commands/classify-eval.js';
import { addClassifyPredict } from './commands/classify-predict.js';
import { addClassifyTrain } from './commands/classify-train.js';
import { addDataFsddStrings } from './commands/data-fsdd-strings.js';
import { addLecture } from './commands/lecture.js';
import { addLmEval } from './commands/lm-eval.js';
import { addLmTrain } from './commands/lm-train.js';
import { addLongLag } from './commands/longlag.js';
import { addSpeechEval } from './commands/speech-eval.js';
import { addSpeechPredict } from './commands/speech-predict.js';
import { addSpeechTrain } from './commands/speech-train.js';
import { addStart } from './commands/start.js';
import { addTagEval } from './commands/tag-eval.js';
import { addTagPredict } from './commands/tag-predict.js';
import { addTagTrain } from './commands/tag-train.js';

/** The commands of `ostinato` with their options and help. A new command is one file in `commands/` and one line here. */
export function createProgram(): Command {
  const program = new Command('ostinato')
    .description('Train and use sequence models: recurrent networks that read words and hear speech.')
    .version(version(), '--version', 'print the version')
    .helpOption('-h, --help', 'print how to use a command')
    .helpCommand(false)
    .option('--verbose', 'print the stack trace of an error')
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('(--help tells how to use it)')
    .exitOverride();
  addStart(program);

  const tag = program
    .command('tag')
    .description('find slots in sentences: train, evaluate, predict')
    .helpCommand(false);
  addTagTrain(tag);
  addTagEval(tag);
  addTagPredict(tag);
  addLecture(program);

  const classify = program
    .command('classify')
    .description('give texts one of several labels: train, evaluate, predict')
    .helpCommand(false);
  addClassifyTrain(classify);
  addClassifyEval(classify);
  addClassifyPredict(classify);

  const lm = program
    .command('lm')
    .description('predict the next word of a text: train, evaluate')
    .helpCommand(false);
  addLmTrain(lm);
  addLmEval(lm);

  const speech = program
    .command('speech')
    .description('write what is said in recordings: train, evaluate, predict')
    .helpCommand(false);
  addSpeechTrain(speech);
  addSpeechEval(speech);
  addSpeechPredict(speech);

  addLongLag(program);

  const data = program.command('data').description('make data sets').helpCommand(false);
  addDataFsddStrings(data);
  return program;
}

/** The version of this package, whose manifest stands one folder above the source, and two above what is built. */
function version(): string {
  const manifest = ['../package.json', '../../package.json']
    .map((path) => new URL(path, import.meta.url))
    .find((path) => existsSync(path))!;
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}
