import { expect, it } from 'vitest';
import { LabelledTree } from './labelled-tree.js';
import { seeded } from './testing.js';

it('finds the same children as a map, while it grows and after some are forgotten', () => {
  const random = seeded(15);
  const tree = new LabelledTree(2);
  const known = new Map<string, number>();
  const add = () => {
    const [parent, label] = [Math.floor(tree.count * random()), Math.floor(5 * random())];
    const node = tree.childOrAdd(parent, label);
    expect(known.get(`${parent} ${label}`) ?? tree.count - 1).toBe(node);
    known.set(`${parent} ${label}`, node);
    expect([tree.parents[node], tree.labels[node]]).toEqual([parent, label]);
  };
  for (let round = 0; round < 3000; round++) add();
  expect(tree.count).toBe(known.size + 1);
  expect(tree.child(0, 5)).toBe(-1);

  const paths = (node: number): string =>
    node === 0 ? '' : `${paths(tree.parents[node]!)}/${tree.labels[node]}`;
  const kept = new Uint8Array(tree.count);
  for (let node = tree.count - 1; node >= 0; node--) {
    if (node === 0 || kept[node] === 1 || random() < 0.1) {
      kept[node] = 1;
      if (node > 0) kept[tree.parents[node]!] = 1;
    }
  }
  const before = Array.from(kept, (_, node) => paths(node));
  const renamed = tree.retain(kept);
  expect(tree.count).toBe(kept.reduce((sum, one) => sum + one, 0));
  known.clear();
  for (const [node, path] of before.entries()) {
    if (kept[node] === 0) continue;
    const name = renamed[node]!;
    expect(paths(name)).toBe(path);
    if (name > 0) known.set(`${tree.parents[name]} ${tree.labels[name]}`, name);
  }
  for (const [key, node] of known) {
    const [parent, label] = key.split(' ').map(Number) as [number, number];
    expect(tree.child(parent, label)).toBe(node);
  }
  for (let round = 0; round < 500; round++) add();

  tree.clear();
  expect(tree.child(0, 1)).toBe(-1);
  expect(tree.childOrAdd(0, 1)).toBe(1);
});
