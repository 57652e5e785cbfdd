"""Writes speech-features.fixture.ts: the features of a made-up sound, with NumPy and SciPy, in float64 and a frame at a time.

Written from the definitions, apart from the library's code: windows, transforms and the cosine transform are those of NumPy and
SciPy; a mel filter is interpolated between its three corners; the running mean and variance are weighted sums over all rows so
far; slopes are weighted sums over a padded array.

    python3 speech-features.py > speech-features.fixture.ts && npx pnpm format
"""

import json

import numpy
import scipy.fft
import scipy.signal


def sound(count):
    """A rough sweep of whole numbers, with a silence in it; the test makes the same."""
    n = numpy.arange(count, dtype=numpy.int64)
    samples = ((7 * n * n + 31 * n) % 20011 - 10005) / 32768
    samples[300:640] = 0
    return samples


def mel(frequency):
    return 1127.010480 * numpy.log(1 + frequency / 700)  # 2595 / ln 10 = 1127.0105


def hertz(pitch):
    return 700 * (numpy.exp(pitch / 1127.010480) - 1)


def mel_filters(o):
    """[bands, bins]"""
    corners = hertz(numpy.linspace(mel(o["minimumFrequency"]), mel(o["maximumFrequency"]), o["bands"] + 2))
    bins = numpy.fft.rfftfreq(o["fftSize"], 1 / o["sampleRate"])
    return numpy.array([numpy.interp(bins, corners[b : b + 3], [0, 1, 0], left=0, right=0) for b in range(o["bands"])])


def static(samples, o):
    length = round(o["frameLength"] * o["sampleRate"])
    step = round(o["frameStep"] * o["sampleRate"])
    emphasized = scipy.signal.lfilter([1, -o["preEmphasis"]], [1], samples)
    window = scipy.signal.get_window("boxcar" if o["window"] == "rectangular" else o["window"], length, fftbins=False)
    filters = mel_filters(o)
    rows = []
    for begin in range(0, len(samples) - length + 1, step):
        spectrum = numpy.fft.rfft(emphasized[begin : begin + length] * window, o["fftSize"])
        bands = numpy.log(numpy.maximum(filters @ (spectrum.real**2 + spectrum.imag**2), o["floor"]))
        if o["kind"] == "mfcc":
            cepstrum = scipy.fft.dct(bands, type=2, norm="ortho")[: o["coefficients"]]
            if o["lifter"]:
                cepstrum *= 1 + o["lifter"] / 2 * numpy.sin(numpy.pi * numpy.arange(o["coefficients"]) / o["lifter"])
            bands = cepstrum
        rows.append(bands)
    return numpy.array(rows)


def slopes(rows, window):
    padded = numpy.pad(rows, ((window, window), (0, 0)), mode="edge")
    weights = numpy.arange(-window, window + 1)
    weights = weights / (weights**2).sum()
    return numpy.array([weights @ padded[t : t + 2 * window + 1] for t in range(len(rows))])


def running(rows, reach):
    result = []
    for t in range(len(rows)):
        weights = numpy.zeros(t + 1)
        for s in range(t + 1):
            share = 1 / min(s + 1, reach)
            weights[:s] *= 1 - share
            weights[s] = share
        mean = weights @ rows[: t + 1]
        variance = weights @ (rows[: t + 1] - mean) ** 2
        result.append((rows[t] - mean) / numpy.maximum(1e-3, numpy.sqrt(variance)))
    return numpy.array(result)


def features(samples, o):
    parts = [static(samples, o)]
    for _ in range(o["deltas"]):
        parts.append(slopes(parts[-1], o["deltaWindow"]))
    rows = numpy.hstack(parts)
    if o["normalization"] == "utterance":
        rows = (rows - rows.mean(axis=0)) / numpy.maximum(1e-3, rows.std(axis=0))
    if o["normalization"] == "running":
        rows = running(rows, round(o["normalizationTime"] / o["frameStep"]))
    return rows


base = dict(
    sampleRate=8000, kind="logMel", frameLength=0.025, frameStep=0.01, bands=40, coefficients=13, deltas=0, deltaWindow=2,
    minimumFrequency=20, maximumFrequency=4000, preEmphasis=0.97, window="hamming", fftSize=256, floor=1e-10, lifter=0,
    normalization="none", normalizationTime=3,
)
cases = [
    (900, base),
    (1100, base | dict(kind="mfcc", bands=26)),
    (2400, base | dict(
        sampleRate=16000, kind="mfcc", frameLength=0.032, frameStep=0.016, bands=30, coefficients=12, deltas=2, deltaWindow=3,
        minimumFrequency=100, maximumFrequency=7000, preEmphasis=0.95, window="hann", fftSize=1024, lifter=22,
        normalization="utterance")),
    (1100, base | dict(bands=8, deltas=1, window="rectangular", preEmphasis=0, normalization="running", normalizationTime=0.05)),
]

print("// Made by speech-features.py; do not edit.")
print("import type { SpeechFeaturesDescription } from './options.js';")
print()
print("/** Options, how many samples of the sound, and the frames that they give, [count, size]. */")
print("export const speechFeatures: readonly {")
print("  options: SpeechFeaturesDescription;")
print("  samples: number;")
print("  frames: readonly (readonly number[])[];")
print("}[] = [")
for count, options in cases:
    rows = [[float("%.8g" % value) for value in row] for row in features(sound(count), options)]
    print("  { options: %s, samples: %d, frames: %s }," % (json.dumps(options), count, json.dumps(rows)))
print("];")
