import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** A graphics card, as its own tool describes it. */
export interface Card {
  readonly name: string;
  readonly driver: string;
  /** MHz */
  readonly mostClock: number;
  /** Watts */
  readonly powerLimit: number;
}

/** The first card that `nvidia-smi` finds; undefined where there is none. */
export async function nvidiaCard(): Promise<Card | undefined> {
  const fields = 'name,driver_version,clocks.max.sm,power.limit';
  try {
    const { stdout } = await execute('nvidia-smi', [
      `--query-gpu=${fields}`,
      '--format=csv,noheader,nounits',
    ]);
    return cardOf(stdout);
  } catch {
    return undefined;
  }
}

/** The card of the first line: `name, driver, MHz, Watts`. */
export function cardOf(lines: string): Card | undefined {
  const [name, driver, clock, power] = lines.split('\n')[0]!.split(', ');
  if (!name || !driver) return undefined;
  return { name, driver, mostClock: Number(clock), powerLimit: Number(power) };
}

/** The commit of the workspace, with a `+` where files differ from it; undefined outside of a repository. */
export async function commit(folder: string): Promise<string | undefined> {
  try {
    const { stdout } = await execute('git', ['describe', '--always', '--dirty=+', '--exclude=*'], {
      cwd: folder,
    });
    return stdout.trim();
  } catch {
    return undefined;
  }
}
