/** A buffer that is used again at each call and grows as needed. What it holds is undefined. */
export function scratch<Buffer extends { readonly length: number }>(
  make: (length: number) => Buffer,
): (length: number) => Buffer {
  let buffer: Buffer | undefined;
  return (length) => {
    if (!buffer || buffer.length < length) buffer = make(length);
    return buffer;
  };
}
