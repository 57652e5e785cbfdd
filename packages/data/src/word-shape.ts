/**
 * The shape of a word, a feature that says much about a word never seen: every run of digits becomes `0`, of capital
 * letters `A`, of other letters `a`; other characters stay, a repeated one once.
 *
 * @example wordShape('dl1055')   // 'a0'
 * @example wordShape('10:30')    // '0:0'
 */
export function wordShape(word: string): string {
  let shape = '';
  let last = '';
  for (const character of word) {
    const kind = kindOf(character);
    if (kind !== last) shape += kind;
    if (kind !== '') last = kind;
  }
  return shape;
}

function kindOf(character: string): string {
  if (/\p{M}/u.test(character)) return ''; // an accent belongs to the letter before it
  if (/\p{N}/u.test(character)) return '0';
  if (/\p{Lu}|\p{Lt}/u.test(character)) return 'A';
  if (/\p{L}/u.test(character)) return 'a';
  return character;
}
