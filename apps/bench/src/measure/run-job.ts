import { type ChildProcess, fork } from 'node:child_process';
import { folders } from '../folders.js';
import type { Answer, Job } from './job.js';

/** Where and how long a job runs. */
export interface RunOptions {
  /** The bundled program. */
  readonly program: string;
  /** Milliseconds after which the process is ended. */
  readonly killMs: number;
  /** What the process has in its environment besides: its driver of WebGPU. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Characters of what a process wrote to its error stream that are shown. */
const SHOWN_ERROR = 300;

/** Does a job in a process of its own. Never throws for what happens there: that is an answer too. */
export function runJob(job: Job, { program, killMs, environment, signal }: RunOptions): Promise<Answer> {
  const child = fork(program, [], {
    cwd: folders.app,
    env: { ...process.env, ...environment },
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: [],
  });
  let complaint = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-5000);
  });
  return new Promise((resolve) => {
    const finish = (answer: Answer): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      resolve(answer);
      end(child);
    };
    const fail = (message: string): void => finish({ kind: 'failed', message });
    const abort = (): void => fail('interrupted');
    const timer = setTimeout(() => fail(`took longer than ${Math.round(killMs / 1000)} s`), killMs);
    signal?.addEventListener('abort', abort);
    child.once('message', (answer: Answer) => finish(answer));
    child.once('error', ({ message }) => fail(message));
    child.once('close', (code, killedBy) => {
      const end = killedBy ? `was ended by ${killedBy}` : `ended with exit code ${code}`;
      fail([`the process ${end}`, lastWords(complaint)].filter(Boolean).join(': '));
    });
    child.send(job);
  });
}

function end(child: ChildProcess): void {
  if (child.exitCode === null) child.kill('SIGKILL');
}

/** The line of an error that says what happened. */
function lastWords(text: string): string {
  const lines = text.split('\n').map((line) => line.trim());
  return (lines.find((line) => /error/i.test(line)) ?? lines.find(Boolean) ?? '').slice(0, SHOWN_ERROR);
}
