// Orientation and referencing of basis signals, told from the data: known singlets must stand at their shifts.
// Shifts: Govindaraju, Young, Maudsley, NMR Biomed 2000;13:129, doi:10.1002/1099-1492(200005)13:3<129::AID-NBM619>3.0.CO;2-V.
import { ppmAxis, WATER_PPM } from '../../domain/axes.ts';
import type { ComplexSignal } from '../../domain/complexArray.ts';
import type { Warning } from '../../domain/provenance.ts';
import { wordTable } from '../../domain/wordTable.ts';
import { fidToSpectrum } from '../../math/fft.ts';
import { mirroredByGroups } from './groupDirection.ts';

/** Metabolite → shift of its largest singlet. [ppm] */
export const SINGLETS_PPM: Readonly<Record<string, number>> = wordTable({
  NAA: 2.008,
  NAAG: 2.042,
  Cr: 3.027,
  PCr: 3.029,
  GPC: 3.212,
  PCho: 3.208,
  Cho: 3.185,
  Scyllo: 3.34,
  Ace: 1.904,
  Gly: 3.548,
});

/** A line counts as one of a signal's main lines from this fraction of its largest one on. */
const MAIN_LINE_FRACTION = 0.3;
/** A referenced set's singlets stand within this of their shifts (temperature, pH, and differing conventions). [ppm] */
const REFERENCED_WITHIN_PPM = 0.05;
/** How well an unreferenced set's singlets must agree on one offset. [ppm] */
const AGREEMENT_PPM = 0.03;
/** Offsets up to this are left alone: they are within what published shifts differ by. [ppm] */
const IGNORED_OFFSET_PPM = 0.025;
/** Two singlets count as independent evidence of an offset if they are this far apart. [ppm] */
const INDEPENDENT_PPM = 0.5;

interface Lines {
  readonly expectedPpm: number;
  readonly linesPpm: readonly number[];
}

export interface ReferenceSignal {
  readonly name: string;
  readonly fid: ComplexSignal;
}

function mainLines(fid: ComplexSignal, axis: Float64Array): number[] {
  const spectrum = fidToSpectrum(fid);
  const size = spectrum.re.map((re, i) => Math.hypot(re, spectrum.im[i] as number));
  const limit = MAIN_LINE_FRACTION * size.reduce((m, v) => Math.max(m, v), 0);
  const lines: number[] = [];
  for (let i = 1; i + 1 < size.length; i++) {
    const here = size[i] as number;
    if (here >= limit && here > (size[i - 1] as number) && here >= (size[i + 1] as number)) {
      lines.push(axis[i] as number);
    }
  }
  return lines;
}

/** Deviation (line − expected − offset) of the nearest main line, mirrored about the carrier if asked. */
function deviation(lines: Lines, mirrored: boolean, offset: number): number {
  let best = Infinity;
  for (const ppm of lines.linesPpm) {
    const seen = mirrored ? 2 * WATER_PPM - ppm : ppm;
    const d = seen - lines.expectedPpm - offset;
    if (Math.abs(d) < Math.abs(best)) best = d;
  }
  return best;
}

interface Hypothesis {
  readonly mirrored: boolean;
  readonly offsetPpm: number;
  readonly matched: readonly Lines[];
}

function test(all: readonly Lines[], mirrored: boolean, offsetPpm: number, within: number): Hypothesis {
  return {
    mirrored,
    offsetPpm,
    matched: all.filter((l) => Math.abs(deviation(l, mirrored, offsetPpm)) <= within),
  };
}

const independent = (matched: readonly Lines[]): boolean =>
  matched.length > 1 &&
  Math.max(...matched.map((l) => l.expectedPpm)) - Math.min(...matched.map((l) => l.expectedPpm)) > INDEPENDENT_PPM;

/** The hypothesis that most singlets support: first as stored, then mirrored, then with a common offset. */
function bestHypothesis(all: readonly Lines[]): Hypothesis | null {
  let best: Hypothesis | null = null;
  for (const mirrored of [false, true]) {
    const h = test(all, mirrored, 0, REFERENCED_WITHIN_PPM);
    if (h.matched.length > (best?.matched.length ?? 0)) best = h;
  }
  if (best !== null && 2 * best.matched.length > all.length) return best;
  for (const mirrored of [false, true]) {
    for (const anchor of all) {
      for (const ppm of anchor.linesPpm) {
        const h = test(all, mirrored, (mirrored ? 2 * WATER_PPM - ppm : ppm) - anchor.expectedPpm, AGREEMENT_PPM);
        if (independent(h.matched) && h.matched.length > (best?.matched.length ?? 0)) best = h;
      }
    }
  }
  return best !== null && 2 * best.matched.length > all.length ? best : null;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const high = sorted[middle] as number;
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] as number) + high) / 2;
}

/** FID mirrored (conjugated) and shifted by `shiftHz`: s(t)·exp(2πi·shift·t). */
function transformed(fid: ComplexSignal, mirrored: boolean, shiftHz: number, dwellTimeS: number): ComplexSignal {
  const sign = mirrored ? -1 : 1;
  const re = new Float64Array(fid.re.length);
  const im = new Float64Array(fid.re.length);
  for (let t = 0; t < re.length; t++) {
    const angle = 2 * Math.PI * shiftHz * t * dwellTimeS;
    const c = Math.cos(angle);
    const s = Math.sin(angle);
    const a = fid.re[t] as number;
    const b = sign * (fid.im[t] as number);
    re[t] = a * c - b * s;
    im[t] = a * s + b * c;
  }
  return { re, im };
}

/** The signal with every line moved by `hz`: s(t)·exp(2πi·hz·t). */
export function shifted(fid: ComplexSignal, hz: number, dwellTimeS: number): ComplexSignal {
  return transformed(fid, false, hz, dwellTimeS);
}

export interface Referenced<S> {
  readonly signals: readonly S[];
  readonly warnings: readonly Warning[];
}

/** Code of the warning that nothing in the set tells direction and reference. */
export const UNVERIFIED_CODE = 'basis-reference-unverified';

const CONJUGATED: Warning = {
  code: 'basis-conjugated',
  message: 'The basis set was stored with its ppm axis reversed; it is conjugated.',
};

/** The signals with their ppm axis reversed, and the warning that says so. */
export function conjugated<S extends ReferenceSignal>(signals: readonly S[]): Referenced<S> {
  return {
    signals: signals.map((s) => ({ ...s, fid: transformed(s.fid, true, 0, 1) })),
    warnings: [CONJUGATED],
  };
}

/** Direction from groups of lines; they are too broad to measure a small shift of the reference by. */
function referenceByGroups<S extends ReferenceSignal>(
  signals: readonly S[],
  dwellTimeS: number,
  spectrometerFrequencyMHz: number,
): Referenced<S> {
  const mirrored = mirroredByGroups(signals, dwellTimeS, spectrometerFrequencyMHz);
  if (mirrored !== null) return mirrored ? conjugated(signals) : { signals, warnings: [] };
  const message =
    'The basis set has no signal with a known singlet, so the direction and reference of its ppm axis are unverified.';
  return { signals, warnings: [{ code: UNVERIFIED_CODE, message }] };
}

/**
 * Brings 1H basis signals to the NIfTI-MRS sign and to zero frequency at 4.65 ppm, as their singlets tell; without a
 * singlet only the direction is told, from where the groups of each metabolite resonate.
 * @param signals canonical names and FIDs as stored
 * @returns the signals, changed only where the data demand it, and a warning for every change and every doubt
 */
export function referenceSignals<S extends ReferenceSignal>(
  signals: readonly S[],
  dwellTimeS: number,
  spectrometerFrequencyMHz: number,
): Referenced<S> {
  const lines: Lines[] = [];
  for (const { name, fid } of signals) {
    const expectedPpm = SINGLETS_PPM[name];
    if (expectedPpm === undefined) continue;
    const axis = ppmAxis(fid.re.length, dwellTimeS, spectrometerFrequencyMHz);
    lines.push({ expectedPpm, linesPpm: mainLines(fid, axis) });
  }
  if (lines.length === 0) return referenceByGroups(signals, dwellTimeS, spectrometerFrequencyMHz);
  const found = bestHypothesis(lines);
  if (found === null) {
    const message =
      'The known singlets of the basis set are not where they should be, so the direction and reference of its ppm axis are unverified.';
    return { signals, warnings: [{ code: UNVERIFIED_CODE, message }] };
  }
  const offsetPpm = found.offsetPpm + median(found.matched.map((l) => deviation(l, found.mirrored, found.offsetPpm)));
  const warnings: Warning[] = found.mirrored ? [CONJUGATED] : [];
  const shift = Math.abs(offsetPpm) > IGNORED_OFFSET_PPM;
  if (shift) {
    warnings.push({
      code: 'basis-shifted',
      message: `The basis set's zero frequency stands at ${(WATER_PPM - offsetPpm).toFixed(3)} ppm; it is shifted to ${WATER_PPM} ppm.`,
    });
  }
  if (!found.mirrored && !shift) return { signals, warnings };
  // A line seen `offsetPpm` too high must fall in ppm, so rise in frequency.
  const shiftHz = shift ? offsetPpm * spectrometerFrequencyMHz : 0;
  return {
    signals: signals.map((s) => ({ ...s, fid: transformed(s.fid, found.mirrored, shiftHz, dwellTimeS) })),
    warnings,
  };
}
