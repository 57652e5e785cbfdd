import { DataError } from '../../errors.js';

/** Pitch in mel of a frequency in Hz, by the formula of HTK: 2595 log10(1 + f / 700) (O'Shaughnessy 1987). */
export function hertzToMel(frequency: number): number {
  return 2595 * Math.log10(1 + frequency / 700);
}

/** The frequency in Hz of a pitch in mel, the inverse of {@link hertzToMel}. */
export function melToHertz(mel: number): number {
  return 700 * (10 ** (mel / 2595) - 1);
}

/** Which bins of a spectrum each band sums, and how much each counts: band b takes `counts[b]` bins from `first[b]` on. */
export interface MelFilters {
  /** [bands] */
  readonly first: Int32Array;
  /** [bands] */
  readonly counts: Int32Array;
  /** The weights of all bands behind one another. */
  readonly weights: Float64Array;
}

/**
 * Triangular filters, equally wide in mel, each rising from the middle of the one before to its own and falling to that of the next. The
 * triangles are straight over Hz and 1 at their middle: what torchaudio's `melscale_fbanks` makes with `mel_scale='htk'` and
 * `norm=None`, and librosa's `filters.mel` with `htk=True` and `norm=None`.
 *
 * @param options.fftSize length of the transform, whose bins are sampleRate / fftSize Hz apart
 * @throws DataError where a band is too narrow to hold a bin
 */
export function melFilters({
  bands,
  minimumFrequency,
  maximumFrequency,
  sampleRate,
  fftSize,
}: {
  readonly bands: number;
  readonly minimumFrequency: number;
  readonly maximumFrequency: number;
  readonly sampleRate: number;
  readonly fftSize: number;
}): MelFilters {
  const edges = melEdges(bands, minimumFrequency, maximumFrequency);
  const width = sampleRate / fftSize;
  const first = new Int32Array(bands);
  const counts = new Int32Array(bands);
  const weights: number[] = [];
  for (let band = 0; band < bands; band++) {
    const [low, middle, high] = edges.slice(band, band + 3) as [number, number, number];
    first[band] = Math.floor(low / width) + 1;
    for (let bin = first[band] as number; bin <= fftSize / 2 && bin * width < high; bin++) {
      const frequency = bin * width;
      weights.push(
        frequency <= middle ? (frequency - low) / (middle - low) : (high - frequency) / (high - middle),
      );
      counts[band] = (counts[band] as number) + 1;
    }
    if (counts[band] === 0) {
      throw new DataError(
        `features: band ${band} of ${bands}, ${low.toFixed(1)} to ${high.toFixed(1)} Hz, lies between two bins of the spectrum, which are ` +
          `${width.toFixed(1)} Hz apart; take fewer bands, or a larger fftSize than ${fftSize}`,
      );
    }
  }
  return { first, counts, weights: Float64Array.from(weights) };
}

/** [bands + 2]: frequencies in Hz, equally far apart in mel, from the lowest to the highest. */
export function melEdges(bands: number, minimumFrequency: number, maximumFrequency: number): number[] {
  const lowest = hertzToMel(minimumFrequency);
  const step = (hertzToMel(maximumFrequency) - lowest) / (bands + 1);
  return Array.from({ length: bands + 2 }, (_, edge) => melToHertz(lowest + edge * step));
}
