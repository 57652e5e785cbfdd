/**
 * [coefficients, bands]: the orthonormal cosine transform (DCT-II), its rows weighted by a lifter,
 * c_k = (1 + L/2 sin(πk / L)) · sqrt(2/N) Σ x_n cos(πk (n + 1/2) / N), c_0 divided by sqrt(2) (Davis & Mermelstein 1980; the HTK
 * Book, 5.6).
 *
 * @param lifter L, 0 for none
 */
export function cosineTransform(coefficients: number, bands: number, lifter: number): Float64Array {
  const matrix = new Float64Array(coefficients * bands);
  for (let k = 0; k < coefficients; k++) {
    const lift = lifter > 0 ? 1 + (lifter / 2) * Math.sin((Math.PI * k) / lifter) : 1;
    const scale = lift * Math.sqrt((k === 0 ? 1 : 2) / bands);
    for (let n = 0; n < bands; n++)
      matrix[k * bands + n] = scale * Math.cos((Math.PI * k * (n + 0.5)) / bands);
  }
  return matrix;
}
