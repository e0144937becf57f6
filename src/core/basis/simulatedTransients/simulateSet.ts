// A drawn set as FIDs. With x the set's metabolites at its own linewidth, transient k is
//   s(t) = [a_k x(t) + a_k |x(0)| Σ nuisance lines(t)] e^{−πd_k t} · e^{i(2πf_k t + φ_k + φ_eddy(t))} + noise of SD |x(0)|/SNR_k.
import type { BasisSet } from '../../domain/basisSet.ts';
import type { ComplexSignal } from '../../domain/complexArray.ts';
import type { SeededRandom } from '../../math/seededRandom.ts';
import { rotateSignal } from '../../math/rotation.ts';
import { resampleBasis } from '../resampleBasis.ts';
import { eddyCurrentPhase, extraLineFid, syntheticFid, withNoise } from '../syntheticScan.ts';
import type { DrawnSet, DrawnTransient } from './drawSet.ts';

const MACROMOLECULES = 'Mac';

export interface SimulatedTransients {
  readonly drawn: DrawnSet;
  /** With noise, as measured. */
  readonly signals: readonly ComplexSignal[];
  /** What the metabolites of each are without noise, nuisance lines, eddy currents and offsets: what the bound is of. */
  readonly shapes: readonly ComplexSignal[];
  /** SD of the real and of the imaginary part, each, of every transient. */
  readonly noiseSd: readonly number[];
  /** The set's metabolites at amplitude 1, offsets 0: the frame of the truth. */
  readonly template: ComplexSignal;
  readonly dwellTimeS: number;
  readonly spectrometerFrequencyMHz: number;
}

function multiply(fid: ComplexSignal, dwellTimeS: number, amplitude: number, dampingHz: number): ComplexSignal {
  const factor = fid.re.map((_, n) => amplitude * Math.exp(-Math.PI * dampingHz * n * dwellTimeS));
  const scaled = (x: Float64Array): Float64Array => x.map((v, n) => v * (factor[n] as number));
  return { re: scaled(fid.re), im: scaled(fid.im) };
}

function templateOf(drawn: DrawnSet, basis: BasisSet): ComplexSignal {
  const { lorentzianHz, gaussianHz, macromolecules } = drawn;
  const wanted = { ...drawn.concentrations, [MACROMOLECULES]: macromolecules };
  const names = new Set(basis.signals.map((s) => s.name));
  const concentrations = Object.fromEntries(Object.entries(wanted).filter(([name]) => names.has(name)));
  const broadening = { lorentzianHz, gaussianHz };
  return syntheticFid(basis, { concentrations, broadening, shiftHz: 0, phaseRad: 0, extraLines: [] });
}

function withNuisances(
  template: ComplexSignal,
  transient: DrawnTransient,
  size: number,
  basis: BasisSet,
): ComplexSignal {
  const sum = { re: template.re.slice(), im: template.im.slice() };
  for (const line of transient.nuisances) {
    const fid = extraLineFid({ ...line, amplitude: line.amplitude * size }, basis);
    for (let n = 0; n < sum.re.length; n++) {
      sum.re[n] = (sum.re[n] as number) + (fid.re[n] as number);
      sum.im[n] = (sum.im[n] as number) + (fid.im[n] as number);
    }
  }
  return sum;
}

/** Turns every point by a phase of its own. */
function turned(fid: ComplexSignal, phaseRad: Float64Array): ComplexSignal {
  const cos = phaseRad.map(Math.cos);
  const sin = phaseRad.map(Math.sin);
  return {
    re: fid.re.map((v, n) => v * (cos[n] as number) - (fid.im[n] as number) * (sin[n] as number)),
    im: fid.re.map((v, n) => v * (sin[n] as number) + (fid.im[n] as number) * (cos[n] as number)),
  };
}

/**
 * The FIDs of a drawn set.
 * @param basis the shipped set named by `drawn.basis.id`, at its own sampling
 * @param random source of the noise
 * @throws ModelError where the basis can't be brought to the drawn sampling
 */
export function simulateTransientSet(drawn: DrawnSet, basis: BasisSet, random: SeededRandom): SimulatedTransients {
  const { dwellTimeS, points, spectrometerFrequencyMHz } = drawn;
  const sampled = resampleBasis(basis, { dwellTimeS, points, spectrometerFrequencyMHz });
  const template = templateOf(drawn, sampled);
  const size = Math.hypot(template.re[0] as number, template.im[0] as number);
  const eddy = eddyCurrentPhase(points, dwellTimeS, drawn.eddyTerms);
  const noiseSd = drawn.transients.map((t) => size / t.snr);
  const signals = drawn.transients.map((t, k) => {
    const disturbed = t.nuisances.length === 0 ? template : withNuisances(template, t, size, sampled);
    const damped = multiply(disturbed, dwellTimeS, t.amplitude, t.dampingHz);
    const moved = rotateSignal(damped, t.shiftHz * dwellTimeS, t.phaseRad);
    return withNoise(drawn.eddyTerms.length === 0 ? moved : turned(moved, eddy), noiseSd[k] as number, random);
  });
  const shapes = drawn.transients.map((t) => multiply(template, dwellTimeS, t.amplitude, t.dampingHz));
  return { drawn, signals, shapes, noiseSd, template, dwellTimeS, spectrometerFrequencyMHz };
}
