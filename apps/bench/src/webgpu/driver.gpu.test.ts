import { expect, test } from 'vitest';
import { driverNamed, driverNames } from './driver.js';

/** A word that describes the adapter that these tests are meant for. */
const expected = process.env.EXPECTED_ADAPTER!;

test('finds the driver that these tests run on, and does not take a software driver for a GPU', () => {
  const software = { llvmpipe: 'lavapipe', swiftshader: 'swiftshader' }[expected];
  const driver = driverNamed(software ?? 'gpu');
  expect(driver.adapter.toLowerCase()).toContain(expected);
  if (!software) return;
  expect(driver.environment.VK_ICD_FILENAMES).toContain(software);
  expect(() => driverNamed('gpu')).toThrow(RangeError);
  expect(driverNames).toContain(driverNamed(undefined).name);
});
