// A signal's damped exponentials and the part of them that lies in a window, extrapolated to t = 0.
import { ppmToHz } from '../../domain/axes.ts';
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { decomposeExponentials, exponentialSamples } from '../../math/hlsvd.ts';
import type { ExponentialComponent } from '../../math/hlsvd.ts';

/** A FID and what its axis needs. */
export interface SampledFid {
  readonly fid: ComplexSignal;
  readonly dwellTimeS: number;
  readonly spectrometerFrequencyMHz: number;
  /** Where zero frequency stands. [ppm] */
  readonly referencePpm: number;
}

export interface Lines {
  readonly components: readonly ExponentialComponent[];
  /** Components count from this sample. */
  readonly firstSample: number;
}

/** The first sample may be halved or filtered, so that the decomposition starts at the second. */
const FIRST_SAMPLE = 1;
/** Faster decays than this are no line; extrapolating them backwards would blow them up. [1 per sample] */
const FASTEST_DAMPING = 0.5;

/**
 * Damped exponentials of the first samples.
 * @param points samples used; fewer where the FID is shorter
 * @returns null where the decomposition failed
 */
export function decomposeLines(fid: ComplexSignal, points: number, rank: number): Lines | null {
  const end = Math.min(fid.re.length, FIRST_SAMPLE + points);
  const part = { re: fid.re.slice(FIRST_SAMPLE, end), im: fid.im.slice(FIRST_SAMPLE, end) };
  const components = decomposeExponentials(part, Math.min(rank, Math.floor(part.re.length / 3)));
  return components === null ? null : { components, firstSample: FIRST_SAMPLE };
}

/** Whether a component lies within `halfWidthPpm` of a chemical shift. */
export function liesNear(
  component: ExponentialComponent,
  axes: SampledFid,
  ppm: number,
  halfWidthPpm: number,
): boolean {
  const hz = component.frequency / axes.dwellTimeS;
  const centreHz = ppmToHz(ppm, axes.spectrometerFrequencyMHz, axes.referencePpm);
  return Math.abs(hz - centreHz) <= halfWidthPpm * axes.spectrometerFrequencyMHz;
}

/** |Σ a_k z_k^{−first}|: the joint amplitude at t = 0 of the components that pass. */
export function amplitudeAtStart(lines: Lines, passes: (c: ExponentialComponent) => boolean): number {
  let re = 0;
  let im = 0;
  for (const c of lines.components) {
    if (!passes(c) || c.damping > FASTEST_DAMPING) continue;
    const growth = Math.exp(c.damping * lines.firstSample);
    const angle = -2 * Math.PI * c.frequency * lines.firstSample;
    const cos = Math.cos(angle) * growth;
    const sin = Math.sin(angle) * growth;
    re += c.amplitudeRe * cos - c.amplitudeIm * sin;
    im += c.amplitudeRe * sin + c.amplitudeIm * cos;
  }
  return Math.hypot(re, im);
}

/** The FID without the components that pass; samples before the first stay as they are. */
export function withoutLines(
  fid: ComplexSignal,
  lines: Lines,
  passes: (c: ExponentialComponent) => boolean,
): ComplexSignal {
  const out = { re: fid.re.slice(), im: fid.im.slice() };
  for (const c of lines.components) {
    if (!passes(c) || c.damping > FASTEST_DAMPING) continue;
    const shape = exponentialSamples(c.frequency, c.damping, fid.re.length - lines.firstSample);
    for (let i = 0; i < shape.re.length; i++) {
      const at = i + lines.firstSample;
      const re = shape.re[i] as number;
      const im = shape.im[i] as number;
      out.re[at] = (out.re[at] as number) - (c.amplitudeRe * re - c.amplitudeIm * im);
      out.im[at] = (out.im[at] as number) - (c.amplitudeRe * im + c.amplitudeIm * re);
    }
  }
  return out;
}
