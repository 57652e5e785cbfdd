/** The factor of an amplitude that so many dB are: 20 dB are ten times. */
export function amplitudeOf(decibels: number): number {
  return 10 ** (decibels / 20);
}
