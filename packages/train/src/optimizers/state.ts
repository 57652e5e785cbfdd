import { type Backend, OstinatoError, sameShape } from '@ostinato/kernel';
import { keep, tensor } from '@ostinato/tensor';
import type { NamedArray, NamedArrays } from '../named-arrays.js';
import type { Entry } from './entry.js';
import type { Counters, UpdateRule } from './rule.js';

/** All that an optimizer remembers. Everything but the moments is plain JSON. */
export interface OptimizerState {
  /** The kind of optimizer: `Adam`. */
  readonly name: string;
  /** How many updates were made. */
  readonly steps: number;
  /** For each parameter the number of its own updates, and what the rule counts besides. */
  readonly counters: Readonly<Record<string, { readonly updates: number; readonly rule: Counters }>>;
  /** Arrays by parameter and name: `rnn.weight/mean`. Parameters that were never updated have none. */
  readonly moments: NamedArrays;
}

/** The state of all entries. */
export async function saveEntries(
  entries: readonly Entry[],
  rule: UpdateRule,
): Promise<Pick<OptimizerState, 'counters' | 'moments'>> {
  const counters: Record<string, { updates: number; rule: Counters }> = {};
  const moments = new Map<string, NamedArray>();
  for (const { name, parameter, ...entry } of entries) {
    counters[name] = { updates: entry.updates, rule: { ...entry.counters } };
    for (const [index, moment] of entry.moments.entries()) {
      const data = (await moment.data()) as Float32Array;
      moments.set(`${name}/${rule.moments[index]}`, { shape: parameter.shape, data });
    }
  }
  return { counters, moments };
}

/**
 * Puts a state into entries.
 * @param backend where the moments go; by default to the parameters
 * @throws OstinatoError that names what does not fit; nothing is changed then
 */
export function restoreEntries(
  entries: readonly Entry[],
  rule: UpdateRule,
  state: OptimizerState,
  backend?: Backend,
): void {
  const problems = problemsOf(entries, rule, state);
  if (problems.length > 0) {
    throw new OstinatoError(
      `${rule.name}: the saved state belongs to other training: ${problems.join('; ')}`,
    );
  }
  for (const entry of entries) {
    const saved = state.counters[entry.name]!;
    entry.updates = saved.updates;
    entry.counters = { ...saved.rule };
    for (const moment of entry.moments.splice(0)) moment.dispose();
    if (saved.updates === 0) continue;
    const { parameter } = entry;
    entry.moments = rule.moments.map((moment) => {
      const { data } = state.moments.get(`${entry.name}/${moment}`)!;
      return keep(tensor(data, parameter.shape, { backend: backend ?? parameter.backend }));
    });
  }
}

function problemsOf(entries: readonly Entry[], rule: UpdateRule, state: OptimizerState): string[] {
  if (state.name !== rule.name) return [`it was saved by ${state.name}`];
  const own = new Set(entries.map(({ name }) => name));
  const problems = Object.keys(state.counters)
    .filter((name) => !own.has(name))
    .map((name) => `${name} is not among the parameters`);
  for (const { name, parameter } of entries) {
    const counters = state.counters[name];
    if (!counters) problems.push(`${name} is missing`);
    if (!counters || counters.updates === 0) continue;
    for (const moment of rule.moments) {
      const saved = state.moments.get(`${name}/${moment}`);
      if (!saved) problems.push(`${moment} of ${name} is missing`);
      else if (!sameShape(saved.shape, parameter.shape) || saved.data.length !== parameter.size) {
        problems.push(
          `${moment} of ${name} has shape [${saved.shape.join(', ')}], the parameter [${parameter.shape.join(', ')}]`,
        );
      }
    }
  }
  return problems;
}
