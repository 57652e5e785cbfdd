import type { ReduceOp } from '@ostinato/kernel';
import { neutral, ofBoth, ofSubgroup } from './combine.js';

/**
 * How the invocations of workgroups are dealt out to rows, or whatever each of them is to make one value of: a team for each.
 *
 * `alone`: an invocation is a team. `tree`: teams of one size, which put their values together through workgroup memory. On devices with
 * subgroups also `subgroup`: each is a team, of whatever size it is, and `workgroup`: its subgroups, and then what they have found.
 */
export interface Team {
  readonly kind: 'alone' | 'tree' | 'subgroup' | 'workgroup';
  /** Invocations of a workgroup. */
  readonly size: number;
  /** Teams of a workgroup; of subgroups, how many there are at least. */
  readonly width: number;
  /** Whether neighbours are of one team, where it is a tree. */
  readonly along: boolean;
}

/** Sizes that subgroups may have at most, where the device does not tell. */
const largestSubgroup = 128;

/** Each subgroup a team. */
export function teamOfSubgroup({ adapterInfo }: GPUDevice): Team {
  const size = 128;
  const largest = Math.min(size, adapterInfo?.subgroupMaxSize || largestSubgroup);
  return { kind: 'subgroup', size, width: size / largest, along: true };
}

/** Numbers of the call that texts use. */
export function teamNumbers({ kind, size, width, along }: Team): Record<string, number> {
  if (kind !== 'tree') return {};
  const depth = size / width;
  return { width, depth, acrossStep: along ? depth : 1, alongStep: along ? 1 : width };
}

/** What shaders begin with, see `Kernel`. */
export function teamDirectives({ kind }: Team): string {
  return kind === 'subgroup' || kind === 'workgroup' ? 'enable subgroups;\n' : '';
}

/**
 * WGSL of functions for module scope, each of which makes one value of those of a team and hands it to all of its invocations:
 * `fn NAME(local: i32, lane: i32, value: f32) -> f32`. All invocations of the workgroup have to call it.
 * @param functions what each of them does; they call `combineHelpers`
 */
export function declareTeam({ kind, size }: Team, functions: Readonly<Record<string, ReduceOp>>): string {
  const memory = {
    alone: [],
    tree: [`var<workgroup> shares: array<f32, ${size}>;`],
    subgroup: [`var<workgroup> firsts: array<i32, ${size}>;`],
    workgroup: [`var<workgroup> shares: array<f32, ${size}>;`],
  };
  const texts = Object.entries(functions).map(
    ([name, op]) => `fn ${name}(local: i32, lane: i32, value: f32) -> f32 {
${body(kind, op, size)}
}`,
  );
  return [...memory[kind], ...texts].join('\n\n');
}

function body(kind: Team['kind'], op: ReduceOp, size: number): string {
  switch (kind) {
    case 'alone':
      return '  return value;';
    case 'tree':
      return `  shares[local] = value;
  for (var half = u.depth / 2; half > 0; half /= 2) {
    workgroupBarrier();
    if (lane < half) { shares[local] = ${ofBoth[op]('shares[local]', 'shares[local + half * u.alongStep]')}; }
  }
  workgroupBarrier();
  let result = shares[local - lane * u.alongStep];
  workgroupBarrier();
  return result;`;
    case 'subgroup':
      return `  return ${ofSubgroup[op]('value')};`;
    case 'workgroup':
      // What a subgroup finds lies at the number of its first invocation.
      return `  let own = ${ofSubgroup[op]('value')};
  shares[local] = select(${neutral[op]}, own, local == subgroupMin(local));
  workgroupBarrier();
  var all = ${neutral[op]};
  let members = subgroupAdd(1);
  for (var at = subgroupExclusiveAdd(1); at < ${size}; at += members) { all = ${ofBoth[op]('all', 'shares[at]')}; }
  workgroupBarrier();
  return ${ofSubgroup[op]('all')};`;
  }
}

/**
 * Statements at the beginning of `main` that find the invocation: `team`, its number among all, of which there may be more than are
 * needed; `lane`, the number of the invocation in it; `lanes`, how many they are; and `local`, its number in the workgroup.
 *
 * Which invocations of a workgroup are a subgroup, and whether all subgroups are complete, WGSL leaves open. So they are counted, and
 * subgroups are numbered by their first ones.
 * @param local the number in the workgroup
 * @param group the number of the workgroup
 */
export function findTeam({ kind, size }: Team, local: string, group: string): string[] {
  const begin = [`let local = i32(${local});`, `let group = ${group};`];
  switch (kind) {
    case 'alone':
      return [...begin, `let team = group * ${size} + local;`, 'let lane = 0;', 'let lanes = 1;'];
    case 'tree':
      return [
        ...begin,
        'let team = group * u.width + (local / u.acrossStep) % u.width;',
        'let lane = (local / u.alongStep) % u.depth;',
        'let lanes = u.depth;',
      ];
    case 'workgroup':
      return [...begin, 'let team = group;', 'let lane = local;', `let lanes = ${size};`];
    case 'subgroup':
      return [
        ...begin,
        'let lanes = subgroupAdd(1);',
        'let lane = subgroupExclusiveAdd(1);',
        'let first = subgroupMin(local);',
        'firsts[local] = select(0, 1, local == first);',
        'workgroupBarrier();',
        'var before = 0;',
        'var all = 0;',
        `for (var at = lane; at < ${size}; at += lanes) {`,
        '  before += select(0, firsts[at], at < first);',
        '  all += firsts[at];',
        '}',
        'let team = group * subgroupAdd(all) + subgroupAdd(before);',
      ];
  }
}
