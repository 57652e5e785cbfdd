import { describe, expect, it } from 'vitest';
import { parseTemplate } from '../grammar.js';
import { heldOutPatterns, patterns } from './patterns.js';
import { phrases, slots } from './phrases.js';
import { heldOutValues, values } from './values.js';

describe('the grammar of flights', () => {
  /** Names in braces of a template. */
  const names = (template: string): string[] => {
    const found: string[] = [];
    const visit = (nodes: ReturnType<typeof parseTemplate>): void => {
      for (const node of nodes) {
        if (node.kind === 'reference') found.push(node.name);
        if (node.kind === 'choice') node.alternatives.forEach(visit);
      }
    };
    visit(parseTemplate(template));
    return found;
  };
  const templates = [patterns, heldOutPatterns].flatMap((source) => Object.values(source).flat());

  it('defines every name it uses, and uses every name it defines', () => {
    const inTemplates = [...templates, ...Object.values(phrases).flat()].flatMap(names);
    const inValues = [values, heldOutValues].flatMap((table) => Object.values(table).flat()).flatMap(names);
    const lists = { ...values, ...heldOutValues };
    expect(inTemplates.filter((name) => !(name in phrases) && !(name in slots))).toEqual([]);
    expect(inValues.filter((name) => !(name in lists))).toEqual([]);
    const usedLists = new Set([...inValues, ...Object.values(slots).map((slot) => slot.values)]);
    expect(Object.keys({ ...phrases, ...slots }).filter((name) => !inTemplates.includes(name))).toEqual([]);
    expect(Object.keys(lists).filter((name) => !usedLists.has(name))).toEqual([]);
    expect(Object.keys(phrases).filter((name) => name in slots)).toEqual([]);
  });

  it('holds out whole patterns, cities and dates', () => {
    const common = new Set(Object.values(patterns).flat());
    expect(
      Object.values(heldOutPatterns)
        .flat()
        .filter((template) => common.has(template)),
    ).toEqual([]);
    expect(heldOutValues.city?.filter((city) => values.city?.includes(city))).toEqual([]);
    expect(heldOutValues.held_month?.filter((month) => values.month?.includes(month))).toEqual([]);
    expect(heldOutValues.held_ordinal?.filter((day) => values.ordinal?.includes(day))).toEqual([]);
    expect(Object.keys(heldOutPatterns).filter((intent) => !(intent in patterns))).toEqual([]);
  });
});
