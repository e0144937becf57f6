// Metabolite scan or water reference: told by the spectrum itself; header and file name count only where it is unclear.
import { ppmAxis, ppmRangeIndices } from '../domain/axes.ts';
import { shapeSize, signalAt } from '../domain/complexArray.ts';
import type { MrsDataset } from '../domain/mrsDataset.ts';
import { pointCount } from '../domain/mrsDataset.ts';
import { fidToSpectrum } from '../math/fft.ts';
import type { DatasetRole } from '../ports/studyStore.ts';

/** FIDs looked at; spread over the whole scan. */
const SAMPLED_FIDS = 64;
/**
 * Where the water line is not looked for, because metabolites and lipids stand there. Elsewhere it may be anywhere: a cold
 * phantom or a bad reference shifts it, and LCModel's own test case has it at the edge of the band. [ppm]
 */
const NOT_WATER_PPM = [0, 4.0] as const;
/** Where NAA, creatine and choline stand. [ppm] */
const METABOLITE_WINDOW_PPM = [1.8, 3.4] as const;
/** Half width of the running median that takes away the foot of the water line. [ppm] */
const FOOT_PPM = 0.15;
/**
 * Height of the metabolites over the foot of the water line, as part of the water line. Unsuppressed water is about
 * 10⁴ times NAA (its sidebands reach 1 %); suppressed water is rarely more than 30 times NAA.
 */
const SURELY_WATER = 0.004;
const SURELY_METABOLITE = 0.03;

/** Root-mean-square magnitude spectrum over sampled FIDs: needs no phases, so raw coils and transients do. */
function magnitudeSpectrum(dataset: MrsDataset): Float64Array {
  const count = shapeSize(dataset.data.shape.slice(0, -1));
  const points = pointCount(dataset);
  const power = new Float64Array(points);
  const sampled = Math.min(count, SAMPLED_FIDS);
  for (let k = 0; k < sampled; k++) {
    const fid = signalAt(dataset.data, Math.floor((k * count) / sampled));
    const spectrum = fidToSpectrum(fid);
    for (let i = 0; i < points; i++)
      power[i] = (power[i] as number) + (spectrum.re[i] as number) ** 2 + (spectrum.im[i] as number) ** 2;
  }
  return power.map((p) => Math.sqrt(p / Math.max(1, sampled)));
}

function median(values: Float64Array): number {
  const sorted = values.slice().sort();
  return sorted[sorted.length >> 1] ?? 0;
}

/**
 * How far lines rise over the foot of the water line in 1.8–3.4 ppm, relative to the water line.
 * @returns about 1e-4 to 1e-2 for unsuppressed water, 0.03 and more for suppressed scans; null where it can't be told
 */
export function metaboliteProminence(dataset: MrsDataset): number | null {
  const points = pointCount(dataset);
  const axis = ppmAxis(points, dataset.dwellTimeS, dataset.spectrometerFrequencyMHz);
  const spectrum = magnitudeSpectrum(dataset);
  const notWater = ppmRangeIndices(axis, ...NOT_WATER_PPM);
  const lines = ppmRangeIndices(axis, ...METABOLITE_WINDOW_PPM);
  const peak = spectrum.reduce((m, v, i) => (i >= notWater.start && i < notWater.end ? m : Math.max(m, v)), 0);
  if (!(peak > 0) || lines.end - lines.start < 8) return null;
  const stepPpm = Math.abs((axis[1] as number) - (axis[0] as number));
  const half = Math.max(2, Math.round(FOOT_PPM / stepPpm));
  let highest = 0;
  for (let i = lines.start; i < lines.end; i++) {
    const foot = median(spectrum.subarray(Math.max(0, i - half), Math.min(points, i + half + 1)));
    highest = Math.max(highest, (spectrum[i] as number) - foot);
  }
  return highest / peak;
}

/** Endings of water references that LCModel's manual and examples use. */
const WATER_ENDING = /\.(h2o|ref)$/i;
const WATER_NAME = /(^|[^a-z])(w|wref|water|h2o|ref|unsup\w*|nows|ecc|quant|mrsref)([^a-z]|$)/i;

/**
 * @param dataset a scan
 * @param fileName only a tie-break
 */
export function guessRole(dataset: MrsDataset, fileName: string): Extract<DatasetRole, 'metabolite' | 'water'> {
  if (dataset.nucleus !== '1H') return 'metabolite';
  const prominence = metaboliteProminence(dataset);
  if (prominence !== null && prominence < SURELY_WATER) return 'water';
  if (prominence !== null && prominence > SURELY_METABOLITE) return 'metabolite';
  const suppressed = dataset.header['WaterSuppressed'];
  if (typeof suppressed === 'boolean') return suppressed ? 'metabolite' : 'water';
  const isWater = WATER_ENDING.test(fileName) || WATER_NAME.test(fileName.replace(/\.[a-z0-9.]+$/i, ''));
  return isWater ? 'water' : 'metabolite';
}
