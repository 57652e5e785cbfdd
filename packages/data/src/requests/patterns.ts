/**
 * Sentence patterns in the notation of `grammar.ts`. `{wanted}` is what shall be done, and the sentence's label; `{unwanted}` is
 * something else. Where nothing is wanted, the label is `nothing`. `{doing_unwanted}` is the same as an activity.
 */
export const patterns: readonly string[] = [
  // Nothing else is spoken of
  '[{politely}] {wanted}',
  '[{politely}] {wanted}',
  '{wanted} [{today}] [please]',
  'i need you to {wanted} [{today}]',
  // The same words in either order: what follows the negation is not wanted
  '[{politely}] {wanted} (and | but) {no} {unwanted}',
  '{wanted} {no} {unwanted} [{today}]',
  '{no} {unwanted} [but] {wanted}',
  '{no} {unwanted} {wanted} [{today}]',
  '{wanted} instead of {doing_unwanted}',
  'instead of {doing_unwanted} {wanted}',
  '[{politely}] {wanted} rather than {unwanted}',
  'rather than {unwanted} {wanted}',
  'i asked you to {wanted} not to {unwanted}',
  'i did not ask you to {unwanted} i asked you to {wanted}',
  'i asked you to {wanted} i did not ask you to {unwanted}',
  'yesterday you had to {unwanted} but {today} {wanted}',
  '{today} {wanted} yesterday you had to {unwanted}',
  'there is no need to {unwanted} just {wanted}',
  'just {wanted} there is no need to {unwanted}',
  'forget about {doing_unwanted} and {wanted}',
  '{wanted} and forget about {doing_unwanted}',
];

/** Patterns in which nothing is wanted. */
export const idlePatterns: readonly string[] = [
  '{no} {unwanted} [{today}]',
  '(stop | no more) {doing_unwanted} [please]',
  'there is no need to {unwanted} [{today}]',
  'i did not ask you to {unwanted}',
  'forget about {doing_unwanted} [{today}]',
  'forget about {doing_unwanted} and {no} {also_unwanted}',
  '{no} {unwanted} and {no} {also_unwanted}',
];

/** Patterns that only the test part has. */
export const heldOutPatterns: readonly string[] = [
  'i want you to {wanted} and not to {unwanted}',
  'i do not want you to {unwanted} i want you to {wanted}',
  'stop {doing_unwanted} and {wanted}',
  '{wanted} and stop {doing_unwanted}',
  'no need to {unwanted} {today} {wanted}',
  '{today} i need you to {wanted} and never {unwanted}',
];
