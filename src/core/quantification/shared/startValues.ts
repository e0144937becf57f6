// Start of the fit from the data themselves, so that an offset of 0.17 ppm or a phase of 180° never gives a wrong
// answer: cross-correlation of the data with the dominant basis signals over all shifts of the search range at once
// (an FFT of data · conj(template)), phase from the argument of the correlation.
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { ppmAxis } from '../../domain/axes.ts';
import { fft, fidToSpectrum, nextPowerOfTwo, spectrumToFid } from '../../math/fft.ts';
import type { ModelSignal } from './modelSignal.ts';

/** The strong singlets, each with the signals that make it. */
const LANDMARKS: readonly (readonly string[])[] = [
  ['NAA', 'NAAG'],
  ['Cr', 'PCr'],
  ['GPC', 'PCho', 'Cho'],
];
/** Lines narrower than about 1/(π·this) pass; macromolecules and baseline, which decay sooner, are held back. [s] */
const BROAD_LINE_TIME_S = 0.012;
/** Lorentzian broadening of the templates: a usual in vivo line. [Hz] */
const TEMPLATE_LINEWIDTH_HZ = 4;

export interface StartCandidate {
  readonly shiftHz: number;
  readonly phase0: number;
  readonly score: number;
}

/** Keeps the part of a signal within the ppm window and takes its broad lines away. */
function conditioned(
  fid: ComplexSignal,
  dwellTimeS: number,
  spectrometerFrequencyMHz: number,
  range: readonly [number, number],
): ComplexSignal {
  const spectrum = fidToSpectrum(fid);
  const ppm = ppmAxis(fid.re.length, dwellTimeS, spectrometerFrequencyMHz);
  for (let i = 0; i < ppm.length; i++) {
    const p = ppm[i] as number;
    if (p < range[0] || p > range[1]) {
      spectrum.re[i] = 0;
      spectrum.im[i] = 0;
    }
  }
  const windowed = spectrumToFid(spectrum);
  for (let i = 0; i < windowed.re.length; i++) {
    const w = 1 - Math.exp(-(((i * dwellTimeS) / BROAD_LINE_TIME_S) ** 2));
    windowed.re[i] = w * (windowed.re[i] as number);
    windowed.im[i] = w * (windowed.im[i] as number);
  }
  return windowed;
}

function sumOf(signals: readonly ModelSignal[], names: readonly string[]): ComplexSignal | null {
  const members = signals.filter((s) => names.includes(s.name));
  const first = members[0];
  if (first === undefined) return null;
  const n = first.fid.re.length;
  const sum = { re: new Float64Array(n), im: new Float64Array(n) };
  for (const member of members) {
    for (let i = 0; i < n; i++) {
      sum.re[i] = (sum.re[i] as number) + (member.fid.re[i] as number) / members.length;
      sum.im[i] = (sum.im[i] as number) + (member.fid.im[i] as number) / members.length;
    }
  }
  return sum;
}

function templatesFor(signals: readonly ModelSignal[]): ComplexSignal[] {
  const landmarks = LANDMARKS.map((names) => sumOf(signals, names)).filter((t) => t !== null);
  if (landmarks.length > 0) return landmarks;
  return signals.filter((s) => s.kind === 'metabolite').map((s) => s.fid);
}

/** The fit's window for landmarks. [ppm] */
const LANDMARK_PPM = [1.7, 3.45] as const;

/** Templates as wide as a usual line, of unit energy; the voxels of a scan share theirs. */
const preparedTemplates = new WeakMap<
  readonly ModelSignal[],
  { readonly key: string; readonly list: ComplexSignal[] }
>();

function templatesOf(
  signals: readonly ModelSignal[],
  dwellTimeS: number,
  spectrometerFrequencyMHz: number,
): readonly ComplexSignal[] {
  const key = `${dwellTimeS}/${spectrometerFrequencyMHz}`;
  const known = preparedTemplates.get(signals);
  if (known?.key === key) return known.list;
  const list = templatesFor(signals).map((fid) => {
    const template = conditioned(fid, dwellTimeS, spectrometerFrequencyMHz, LANDMARK_PPM);
    const damping = template.re.map((_, i) => Math.exp(-Math.PI * TEMPLATE_LINEWIDTH_HZ * i * dwellTimeS));
    const re = template.re.map((v, i) => v * (damping[i] as number));
    const im = template.im.map((v, i) => v * (damping[i] as number));
    const energy = re.reduce((sum, v, i) => sum + v * v + (im[i] as number) ** 2, 0);
    const scale = 1 / Math.sqrt(Math.max(energy, 1e-300));
    return { re: re.map((v) => scale * v), im: im.map((v) => scale * v) };
  });
  preparedTemplates.set(signals, { key, list });
  return list;
}

/** Correlation of data and template at every shift. */
function correlation(data: ComplexSignal, template: ComplexSignal, size: number): ComplexSignal {
  const product = { re: new Float64Array(size), im: new Float64Array(size) };
  for (let i = 0; i < data.re.length; i++) {
    const tr = template.re[i] as number;
    const ti = template.im[i] as number;
    const dr = data.re[i] as number;
    const di = data.im[i] as number;
    product.re[i] = dr * tr + di * ti;
    product.im[i] = di * tr - dr * ti;
  }
  return fft(product);
}

/**
 * The likeliest shifts and phases, best first.
 * @param fid data, scaled as it comes
 * @param searchHz half width of the search
 * @param count how many candidates at most
 */
export function startCandidates(
  fid: ComplexSignal,
  signals: readonly ModelSignal[],
  dwellTimeS: number,
  spectrometerFrequencyMHz: number,
  searchHz: number,
  count: number,
): StartCandidate[] {
  const searchPpm = searchHz / spectrometerFrequencyMHz;
  const [low, high] = LANDMARK_PPM;
  const data = conditioned(fid, dwellTimeS, spectrometerFrequencyMHz, [low - searchPpm, high + searchPpm]);
  const size = 4 * nextPowerOfTwo(fid.re.length);
  const templates = templatesOf(signals, dwellTimeS, spectrometerFrequencyMHz);
  const correlations = templates.map((t) => correlation(data, t, size));
  const steps = Math.max(1, Math.round(searchHz * size * dwellTimeS));
  const at = (k: number): number => (k + size) % size;
  const power = (k: number): number =>
    correlations.reduce((sum, c) => sum + (c.re[at(k)] as number) ** 2 + (c.im[at(k)] as number) ** 2, 0);
  const candidates: StartCandidate[] = [];
  for (let k = -steps; k <= steps; k++) {
    const p = power(k);
    if (p < power(k - 1) || p < power(k + 1)) continue;
    const re = correlations.reduce((sum, c) => sum + (c.re[at(k)] as number), 0);
    const im = correlations.reduce((sum, c) => sum + (c.im[at(k)] as number), 0);
    candidates.push({ shiftHz: k / (size * dwellTimeS), phase0: Math.atan2(im, re), score: p });
  }
  if (candidates.length === 0) candidates.push({ shiftHz: 0, phase0: 0, score: 0 });
  return candidates.sort((a, b) => b.score - a.score).slice(0, count);
}
