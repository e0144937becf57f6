// The recurrent networks: ReLSTM and the plain LSTM (Chen D et al. 2023, arXiv:2101.11442), run on the canonical
// FID. Only what they change within their band goes back into the scan; everything else stays as it was measured.
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { ModelError } from '../../domain/errors.ts';
import { protocolWarnings, requireProtocol } from '../../domain/modelProtocol.ts';
import type { Warning } from '../../domain/provenance.ts';
import { fidToSpectrum, spectrumToFid } from '../../math/fft.ts';
import type { OpenModel } from '../../ports/modelLibrary.ts';
import type { CanonicalSampling } from '../canonicalFid.ts';
import { CANONICAL_BANDWIDTH_PPM, CANONICAL_CENTRE_PPM, CANONICAL_POINTS } from '../../domain/canonicalBand.ts';
import { canonicalSampling } from '../canonicalFid.ts';
import { ppmWindow, spectrumWindow } from '../signal.ts';
import type { DenoisedScan, DenoisingContext, DenoisingMethod } from './method.ts';
import { pause } from './method.ts';

/** Signals that go to the network together. */
const BATCH = 64;
/** The phase of the input is that of the sum of so many leading points. */
const PHASE_POINTS = 8;
/** After the network's window, samples are judged against the noise in blocks of so many. */
const TAIL_BLOCK = 32;
/** Names of the tensors in the ONNX files. */
const INPUT = 'fid';
const OUTPUT = 'denoised';

/** The complex number that a network's input is divided by: its largest magnitude, and the phase of its beginning. */
function unitOf({ re, im }: ComplexSignal): { readonly re: number; readonly im: number } {
  let largest = 0;
  let sumRe = 0;
  let sumIm = 0;
  for (let n = 0; n < re.length; n++) {
    largest = Math.max(largest, Math.hypot(re[n] as number, im[n] as number));
    if (n < PHASE_POINTS) {
      sumRe += re[n] as number;
      sumIm += im[n] as number;
    }
  }
  // A scan without anything in the band goes to the network as it is.
  if (largest === 0) return { re: 1, im: 0 };
  const phase = Math.atan2(sumIm, sumRe);
  return { re: largest * Math.cos(phase), im: largest * Math.sin(phase) };
}

/** Writes fid/unit into a batch [signals, 2, 512]. */
function writeInput(batch: Float32Array, k: number, fid: ComplexSignal, unit: { re: number; im: number }): void {
  const square = unit.re ** 2 + unit.im ** 2;
  const at = 2 * CANONICAL_POINTS * k;
  for (let n = 0; n < CANONICAL_POINTS; n++) {
    const re = fid.re[n] as number;
    const im = fid.im[n] as number;
    batch[at + n] = (re * unit.re + im * unit.im) / square;
    batch[at + CANONICAL_POINTS + n] = (im * unit.re - re * unit.im) / square;
  }
}

/** What the network changed, in the scan's units: output·unit − input, zero beyond what the scan covers. */
function changeOf(
  output: Float32Array,
  k: number,
  fid: ComplexSignal,
  unit: { re: number; im: number },
  covered: number,
) {
  const change = { re: new Float64Array(CANONICAL_POINTS), im: new Float64Array(CANONICAL_POINTS) };
  const at = 2 * CANONICAL_POINTS * k;
  for (let n = 0; n < covered; n++) {
    const re = output[at + n] as number;
    const im = output[at + CANONICAL_POINTS + n] as number;
    change.re[n] = re * unit.re - im * unit.im - (fid.re[n] as number);
    change.im[n] = re * unit.im + im * unit.re - (fid.im[n] as number);
  }
  return change;
}

/**
 * What follows the network's window: within the band, each block keeps the part of it that rises above the noise
 * (1 − noise power/power, not below 0), so that a narrow line's end stays and noise goes. In place.
 */
function shrinkTail(fid: ComplexSignal, used: number, noiseSd: number, scan: DenoisedScan): void {
  const points = fid.re.length - used;
  if (points < TAIL_BLOCK) return;
  const half = CANONICAL_BANDWIDTH_PPM / 2;
  const range = [CANONICAL_CENTRE_PPM - half, CANONICAL_CENTRE_PPM + half] as const;
  const window = ppmWindow(points, scan.dwellTimeS, scan.spectrometerFrequencyMHz, range);
  const spectrum = fidToSpectrum({ re: fid.re.subarray(used), im: fid.im.subarray(used) });
  for (const part of [spectrum.re, spectrum.im]) {
    part.fill(0, 0, window.start);
    part.fill(0, window.end);
  }
  const band = spectrumToFid(spectrum);
  const noisePower = (2 * noiseSd ** 2 * (window.end - window.start)) / points;
  for (let start = 0; start < points; start += TAIL_BLOCK) {
    const end = Math.min(points, start + TAIL_BLOCK);
    let power = 0;
    for (let n = start; n < end; n++) power += (band.re[n] as number) ** 2 + (band.im[n] as number) ** 2;
    power /= end - start;
    const lost = power > 0 ? Math.min(1, noisePower / power) : 0;
    for (let n = start; n < end; n++) {
      fid.re[used + n] = (fid.re[used + n] as number) - lost * (band.re[n] as number);
      fid.im[used + n] = (fid.im[used + n] as number) - lost * (band.im[n] as number);
    }
  }
}

/** Where the tallest metabolite is looked for. [ppm] */
const SINGLETS_PPM = [1.8, 3.4] as const;

/** Tallest metabolite line over the SD of the spectrum, within the network's window, as training defines it. */
function peakOverNoiseSd(signal: ComplexSignal, used: number, noiseSd: number, scan: DenoisedScan): number {
  const window = ppmWindow(used, scan.dwellTimeS, scan.spectrometerFrequencyMHz, SINGLETS_PPM);
  const { re, im } = spectrumWindow({ re: signal.re.subarray(0, used), im: signal.im.subarray(0, used) }, window);
  const peak = re.reduce((most, v, i) => Math.max(most, Math.hypot(v, im[i] as number)), 0);
  return peak / (noiseSd * Math.sqrt(used));
}

/** What the network has not learnt it may get wrong without a sign of it. */
function noiseWarnings(
  signals: readonly ComplexSignal[],
  used: number,
  { card }: OpenModel,
  { scan, noiseSd }: DenoisingContext,
): Warning[] {
  const limits = card.protocol.limits['peakOverNoiseSd'];
  if (limits === undefined) return [];
  const [low, high] = limits;
  const outside = signals.filter((signal, k) => {
    const ratio = peakOverNoiseSd(signal, used, noiseSd[k] as number, scan);
    return ratio < low || ratio > high;
  });
  if (outside.length === 0) return [];
  const message =
    `${outside.length} of ${signals.length} spectra have a signal-to-noise ratio outside the ${low} to ${high} that the ` +
    `network "${card.title}" was trained for.`;
  return [{ code: 'denoising-outside-training', message }];
}

function withChange(signal: ComplexSignal, change: ComplexSignal, used: number): ComplexSignal {
  const out = { re: signal.re.slice(), im: signal.im.slice() };
  for (let n = 0; n < used; n++) {
    out.re[n] = (out.re[n] as number) + (change.re[n] as number);
    out.im[n] = (out.im[n] as number) + (change.im[n] as number);
  }
  return out;
}

async function denoiseBatch(
  signals: readonly ComplexSignal[],
  sampling: CanonicalSampling,
  model: OpenModel,
  context: DenoisingContext,
): Promise<ComplexSignal[]> {
  const canonical = signals.map((signal) => sampling.toCanonical(signal));
  const units = canonical.map(unitOf);
  const data = new Float32Array(signals.length * 2 * CANONICAL_POINTS);
  canonical.forEach((fid, k) => writeInput(data, k, fid, units[k] as { re: number; im: number }));
  const shape = [signals.length, 2, CANONICAL_POINTS];
  const { [OUTPUT]: output } = await model.run({ [INPUT]: { data, shape } }, context.cancellation);
  if (output === undefined || output.data.length !== data.length) {
    throw new ModelError(
      'MODEL_INVALID',
      `The network "${model.card.title}" should answer with one FID for each it was given, but did not.`,
      { id: model.card.id },
    );
  }
  return signals.map((signal, k) => {
    const unit = units[k] as { re: number; im: number };
    const change = changeOf(output.data, k, canonical[k] as ComplexSignal, unit, sampling.covered);
    return withChange(signal, sampling.toScan(change), sampling.used);
  });
}

async function openFor(id: string, context: DenoisingContext): Promise<OpenModel> {
  if (context.models === null) {
    throw new ModelError('MODEL_MISSING', `Denoising with "${id}" needs the networks, which are not at hand here.`, {
      id,
    });
  }
  const model = await context.models.open(id);
  requireProtocol(model.card, context.scan);
  return model;
}

function recurrentNetwork(id: 'relstm' | 'lstm', title: string): DenoisingMethod {
  return {
    id,
    title,
    citation: 'Chen D et al., Magnetic resonance spectroscopy deep learning denoising using few in vivo data, 2023, arXiv:2101.11442', // prettier-ignore
    denoise: async (signals, _options, context) => {
      const model = await openFor(id, context);
      const { scan, noiseSd } = context;
      const { dwellTimeS, spectrometerFrequencyMHz } = scan;
      const points = scan.data.shape.at(-1) ?? 0;
      const sampling = canonicalSampling({ points, dwellTimeS, spectrometerFrequencyMHz });
      const out: ComplexSignal[] = [];
      for (let start = 0; start < signals.length; start += BATCH) {
        await pause(context, start, signals.length);
        out.push(...(await denoiseBatch(signals.slice(start, start + BATCH), sampling, model, context)));
      }
      out.forEach((signal, k) => shrinkTail(signal, sampling.used, noiseSd[k] as number, scan));
      const { card, executionProvider } = model;
      const details = { model: card.id, modelVersion: card.version, modelSha256: card.sha256, executionProvider };
      const warnings = [...protocolWarnings(card, scan), ...noiseWarnings(signals, sampling.used, model, context)];
      return { signals: out, details, warnings };
    },
  };
}

export const relstm = recurrentNetwork('relstm', 'ReLSTM network');
export const lstm = recurrentNetwork('lstm', 'LSTM network (ablation of ReLSTM)');
