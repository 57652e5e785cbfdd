import { expect, it } from 'vitest';
import { hertzToMel, melEdges, melFilters, melToHertz } from './mel-filters.js';

it('turns Hz into mel and back as HTK does: 1000 Hz are 1000 mel but for a hundredth', () => {
  expect(hertzToMel(1000)).toBeCloseTo(999.9855, 4);
  for (const frequency of [0, 60, 440, 8000])
    expect(melToHertz(hertzToMel(frequency))).toBeCloseTo(frequency, 9);
});

it('gives the published edges of ten bands from 300 to 8000 Hz', () => {
  // The example of "Mel Frequency Cepstral Coefficient (MFCC) tutorial", practicalcryptography.com.
  const published = [
    300, 517.33, 781.9, 1103.97, 1496.04, 1973.32, 2554.33, 3261.62, 4122.63, 5170.76, 6446.7, 8000,
  ];
  melEdges(10, 300, 8000).forEach((edge, index) => {
    expect(edge).toBeCloseTo(published[index] as number, 1);
  });
});

it('lets neighbours add up to 1 between the middle of the first band and that of the last', () => {
  const { first, counts, weights } = melFilters({
    bands: 12,
    minimumFrequency: 100,
    maximumFrequency: 3800,
    sampleRate: 8000,
    fftSize: 1024,
  });
  const sums = new Float64Array(513);
  let at = 0;
  first.forEach((bin, band) => {
    for (let index = 0; index < (counts[band] as number); index++)
      sums[bin + index]! += weights[at++] as number;
  });
  expect(at).toBe(weights.length);
  const edges = melEdges(12, 100, 3800);
  sums.forEach((sum, bin) => {
    const frequency = (bin * 8000) / 1024;
    if (frequency >= (edges[1] as number) && frequency <= (edges[12] as number))
      expect(sum).toBeCloseTo(1, 12);
    if (frequency <= 100 || frequency >= 3800) expect(sum).toBe(0);
  });
});
