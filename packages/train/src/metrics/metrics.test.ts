import { IndexError, OstinatoError, ShapeError } from '@ostinato/kernel';
import { describe, expect, it } from 'vitest';
import { ConfusionMatrix, MeanMetric, perplexity } from './index.js';

describe('perplexity', () => {
  it('is the number of equally likely words', () => {
    expect(perplexity(100 * Math.log(50), 100)).toBeCloseTo(50, 10);
    expect(perplexity(0, 3)).toBe(1);
  });
  it('needs a token', () => {
    expect(() => perplexity(0, 0)).toThrow(OstinatoError);
    expect(() => perplexity(1, Number.NaN)).toThrow(/count of NaN/);
  });
});

describe('MeanMetric', () => {
  it('weighs what it takes in', () => {
    const loss = new MeanMetric().add(2, 3).add(6);
    expect([loss.value, loss.weight]).toEqual([3, 4]);
    loss.add(Number.NaN, 0);
    expect(loss.value).toBe(3);
    loss.reset();
    expect(loss.value).toBeNaN();
    expect(loss.add(7).value).toBe(7);
  });
  it('refuses weights below 0', () => {
    expect(() => new MeanMetric().add(1, -1)).toThrow(OstinatoError);
  });
});

describe('ConfusionMatrix', () => {
  const matrix = new ConfusionMatrix(['fare', 'flight', 'ground'])
    .add([0, 0, 1, 1, 1], [0, 1, 1, 1, 0])
    .add(2, 2);
  it('counts', () => {
    expect(matrix.toArray()).toEqual([
      [1, 1, 0],
      [1, 2, 0],
      [0, 0, 1],
    ]);
    expect([matrix.count(1, 0), matrix.total, matrix.accuracy]).toEqual([1, 6, 4 / 6]);
    expect(matrix.scores(1)).toMatchObject({
      gold: 3,
      predicted: 3,
      correct: 2,
      precision: 2 / 3,
      recall: 2 / 3,
    });
    expect(new ConfusionMatrix(2).accuracy).toBe(0);
  });
  it('prints a table', () => {
    expect(`${matrix}`).toBe(
      [
        '        fare  flight  ground',
        'fare       1       1       0',
        'flight     1       2       0',
        'ground     0       0       1',
      ].join('\n'),
    );
  });
  it('names a class that does not exist', () => {
    expect(() => matrix.add(0, 3)).toThrow(IndexError);
    expect(() => matrix.add([0], [1, 2])).toThrow(ShapeError);
  });
});
