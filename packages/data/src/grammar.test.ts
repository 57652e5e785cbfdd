import { describe, expect, it } from 'vitest';
import { DataError } from './errors.js';
import { expand, type Grammar, parseTemplate } from './grammar.js';
import { Random } from './random.js';

const grammar: Grammar = {
  phrases: { go: ['fly to {destination}'] },
  slots: { destination: { tag: 'to', values: 'city' }, departure: { tag: 'from', values: 'city' } },
  values: [{ city: ['new {york}', 'rome'], york: ['york'] }],
};

/** All sentences of a template, as `word/tag`. */
function sentences(template: string, using = grammar): Set<string> {
  const random = new Random(1);
  const draw = () =>
    expand(template, using, random).map(({ word, tag }) => (tag === 'O' ? word : `${word}/${tag}`));
  return new Set(Array.from({ length: 200 }, () => draw().join(' ')));
}

describe('the notation', () => {
  it('has words, optional words and alternatives, nested', () => {
    expect(sentences('a [b] (c | d [e])')).toEqual(
      new Set(['a c', 'a d', 'a d e', 'a b c', 'a b d', 'a b d e']),
    );
    expect(sentences('[a | b]')).toEqual(new Set(['a', 'b', '']));
    expect(sentences('(a|b)')).toEqual(new Set(['a', 'b']));
  });

  it('tags the words of a slot, also inside a phrase', () => {
    expect(sentences('i {go}')).toEqual(new Set(['i fly to new/B-to york/I-to', 'i fly to rome/B-to']));
  });

  it('does not use a value twice in a sentence', () => {
    expect(sentences('{departure} {destination}')).toEqual(
      new Set(['rome/B-from new/B-to york/I-to', 'new/B-from york/I-from rome/B-to']),
    );
  });

  it('lets later value tables win', () => {
    const held = { ...grammar, values: [...grammar.values, { city: ['oslo'] }] };
    expect(sentences('{destination}', held)).toEqual(new Set(['oslo/B-to']));
  });

  it.each(['a (b', 'a b)', '[a', 'a ]', '(a]', 'a | b', 'a {b', 'a b}'])('refuses %j', (template) => {
    expect(() => parseTemplate(template)).toThrow(DataError);
    expect(() => parseTemplate(template)).toThrow(/has no partner in/);
  });

  it('names what is not defined', () => {
    expect(() => sentences('to {nowhere}')).toThrow(/nothing is called \{nowhere\} in "to \{nowhere\}"/);
  });
});
