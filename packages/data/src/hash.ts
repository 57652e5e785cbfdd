/**
 * 32-bit FNV-1a hash of the UTF-8 bytes of `text`, from 0 to 2^32 - 1 (Fowler, Noll, Vo; RFC 9923).
 * The same in every engine, so hashed features survive saving. A lone surrogate hashes as U+FFFD, as in `TextEncoder`.
 */
export function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  const add = (byte: number) => {
    hash = Math.imul(hash ^ byte, 0x01000193);
  };
  for (const character of text) {
    let code = character.codePointAt(0) as number;
    if (code >= 0xd800 && code <= 0xdfff) code = 0xfffd;
    if (code < 0x80) add(code);
    else if (code < 0x800) {
      add(0xc0 | (code >> 6));
      add(0x80 | (code & 63));
    } else if (code < 0x10000) {
      add(0xe0 | (code >> 12));
      add(0x80 | ((code >> 6) & 63));
      add(0x80 | (code & 63));
    } else {
      add(0xf0 | (code >> 18));
      add(0x80 | ((code >> 12) & 63));
      add(0x80 | ((code >> 6) & 63));
      add(0x80 | (code & 63));
    }
  }
  return hash >>> 0;
}
