const known = new Map<string, string[][]>();

/** `NAME0`, `NAME1`, ...: the same strings in each call, so that objects with these keys are made quickly. */
export function numbered(name: string, count: number): readonly string[] {
  let lists = known.get(name);
  if (!lists) {
    lists = [];
    known.set(name, lists);
  }
  lists[count] ??= Array.from({ length: count }, (_, index) => `${name}${index}`);
  return lists[count];
}

/** Numbers under the names `NAME0`, `NAME1`, ... */
export function named(name: string, numbers: readonly number[]): Record<string, number> {
  const record: Record<string, number> = {};
  for (const [index, key] of numbered(name, numbers.length).entries()) record[key] = numbers[index]!;
  return record;
}
