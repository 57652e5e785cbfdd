import { DataError } from './errors.js';
import type { Random } from './random.js';

/*
 * The notation of the grammar:
 *
 *   words                  themselves
 *   [a b]                  a b, or nothing
 *   (a | b c | d)          one of the alternatives
 *   {destination}          a slot: one of its values, tagged B-destination, I-destination
 *   {date:arrival}         the same; a colon separates the kind of value from its role, for the reader
 *   {want}                 a phrase: one of its alternatives, in which slots keep their own tags
 *
 * Inside the values of a slot, {month} and the like are lists of values; all words of the slot share its tag.
 */

/** A piece of a parsed template. */
export type Node =
  | { kind: 'word'; word: string }
  | { kind: 'reference'; name: string }
  | { kind: 'choice'; alternatives: readonly (readonly Node[])[] };

/** A word and the slot it belongs to. */
export interface Word {
  word: string;
  /** BIO tag. */
  tag: string;
}

/** Everything that names in braces may refer to. */
export interface Grammar {
  /** Alternatives of each phrase. */
  phrases: Readonly<Record<string, readonly string[]>>;
  /** What each slot is tagged as and which list fills it. */
  slots: Readonly<Record<string, { tag: string; values: string }>>;
  /** Alternatives of each list of values; later tables win over earlier ones. */
  values: readonly Readonly<Record<string, readonly string[]>>[];
}

/** The alternatives in a text, separated by commas; one that stands there twice is drawn twice as often. */
export function list(text: string): string[] {
  return text.split(',').map((item) => item.trim().replace(/\s+/g, ' '));
}

const parsed = new Map<string, readonly Node[]>();

/** Parses a template once; throws a `DataError` on brackets that do not match. */
export function parseTemplate(template: string): readonly Node[] {
  let nodes = parsed.get(template);
  if (nodes === undefined) {
    const tokens = template.match(/\{[^{}]*\}|[[\](){}|]|[^\s[\](){}|]+/g) ?? [];
    const reader = { tokens, position: 0, template };
    nodes = readSequence(reader);
    if (reader.position < tokens.length) throw unmatched(template, tokens[reader.position] as string);
    parsed.set(template, nodes);
  }
  return nodes;
}

/** A random sentence of a template. Throws a `DataError` when a name in braces is unknown. */
export function expand(template: string, grammar: Grammar, random: Random): Word[] {
  const words: Word[] = [];
  const used = new Set<string>();
  const visit = (nodes: readonly Node[], slot: string | undefined): void => {
    for (const node of nodes) {
      if (node.kind === 'word') {
        words.push({ word: node.word, tag: slot ?? 'O' });
      } else if (node.kind === 'choice') {
        visit(random.choice(node.alternatives), slot);
      } else if (slot === undefined && grammar.slots[node.name] !== undefined) {
        const { tag, values } = grammar.slots[node.name] as { tag: string; values: string };
        const start = words.length;
        // Drawn again while the sentence has the value already: nobody flies from Rome to Rome.
        for (let tries = 0; tries < 20; tries++) {
          words.length = start;
          visit(parseTemplate(random.choice(lookUp(values, grammar.values, template))), `I-${tag}`);
          const value = words
            .slice(start)
            .map(({ word }) => word)
            .join(' ');
          if (!used.has(value)) {
            used.add(value);
            break;
          }
        }
        (words[start] as Word).tag = `B-${tag}`;
      } else {
        const tables = slot === undefined ? [grammar.phrases] : grammar.values;
        visit(parseTemplate(random.choice(lookUp(node.name, tables, template))), slot);
      }
    }
  };
  visit(parseTemplate(template), undefined);
  return words;
}

function lookUp(name: string, tables: Grammar['values'], template: string): readonly string[] {
  const found = tables.findLast((table) => Object.hasOwn(table, name))?.[name];
  if (found === undefined) {
    throw new DataError(
      `grammar: nothing is called {${name}} in "${template}"; define it as slot, phrase or values`,
    );
  }
  return found;
}

interface Reader {
  tokens: readonly string[];
  position: number;
  template: string;
}

/** Reads up to a closing bracket or bar, which it leaves. */
function readSequence(reader: Reader): Node[] {
  const nodes: Node[] = [];
  for (;;) {
    const token = reader.tokens[reader.position];
    if (token === undefined || token === ']' || token === ')' || token === '|') return nodes;
    reader.position++;
    if (token === '[') {
      nodes.push({ kind: 'choice', alternatives: [...readAlternatives(reader, ']'), []] });
    } else if (token === '(') {
      nodes.push({ kind: 'choice', alternatives: readAlternatives(reader, ')') });
    } else if (token === '{' || token === '}') {
      throw unmatched(reader.template, token);
    } else if (token.startsWith('{')) {
      nodes.push({ kind: 'reference', name: token.slice(1, -1).trim() });
    } else {
      nodes.push({ kind: 'word', word: token });
    }
  }
}

function readAlternatives(reader: Reader, end: string): Node[][] {
  const alternatives = [readSequence(reader)];
  while (reader.tokens[reader.position] === '|') {
    reader.position++;
    alternatives.push(readSequence(reader));
  }
  if (reader.tokens[reader.position] !== end) throw unmatched(reader.template, end);
  reader.position++;
  return alternatives;
}

function unmatched(template: string, bracket: string): DataError {
  return new DataError(`grammar: '${bracket}' has no partner in "${template}"`);
}
