import { availableParallelism, cpus, platform, release } from 'node:os';

/** On what was measured. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly system: string;
  readonly node: string;
  readonly date: string;
  /** What WebGPU computes on, in its own words; null where nothing was measured on it. */
  readonly adapter: string | null;
}

/** This machine, now. */
export function machine(adapter?: string): Machine {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    system: `${platform()} ${release()}`,
    node: process.versions.node,
    date: new Date().toISOString().slice(0, 10),
    adapter: adapter ?? null,
  };
}
