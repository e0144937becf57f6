// The background of the "subtract" strategy: what the metabolites, fitted without the first samples, leave of the whole
// FID is decomposed into damped exponentials (HLSVD, as in Ratiney, MAGMA 2004;16:284, and 2005), of
// which the broad ones are background; so is what lies outside the metabolites' range (residual water, lipids).
// Narrow ones inside it are noise or a metabolite's misfit and stay in the data: a deviation from the paper, which
// subtracts them all, and with them parts of weak metabolites.
import { hzToPpm } from '../../domain/axes.ts';
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { decomposeExponentials, exponentialSamples } from '../../math/hlsvd.ts';
import type { ExponentialComponent } from '../../math/hlsvd.ts';

/** Metabolites resonate here, relative to water as everything proton. [ppm] */
const METABOLITE_RANGE_PPM: readonly [number, number] = [0.5, 4.3];
/** The background has decayed after so many truncation times; the decomposition looks no further. */
const SPAN_IN_TRUNCATIONS = 8;

export interface Background {
  /** Those that are background. */
  readonly components: readonly ExponentialComponent[];
  /** Samples that were decomposed. */
  readonly span: number;
  readonly signal: ComplexSignal;
}

export interface BackgroundSetting {
  readonly dwellTimeS: number;
  readonly spectrometerFrequencyMHz: number;
  readonly nucleus: string;
  readonly truncationS: number;
  readonly rank: number;
}

/** Lorentzian FWHM whose line falls to 1/e within the truncation: broader is background. [Hz] */
export const leastBackgroundWidthHz = (truncationS: number): number => 1 / (Math.PI * truncationS);

function isBackground(component: ExponentialComponent, setting: BackgroundSetting): boolean {
  const widthHz = component.damping / (Math.PI * setting.dwellTimeS);
  if (widthHz >= leastBackgroundWidthHz(setting.truncationS)) return true;
  if (setting.nucleus !== '1H') return false;
  const ppm = hzToPpm(component.frequency / setting.dwellTimeS, setting.spectrometerFrequencyMHz);
  return ppm < METABOLITE_RANGE_PPM[0] || ppm > METABOLITE_RANGE_PPM[1];
}

/**
 * Models the background.
 * @param residual the whole FID less the metabolites
 * @returns null where the decomposition failed
 */
export function modelBackground(residual: ComplexSignal, setting: BackgroundSetting): Background | null {
  const points = residual.re.length;
  const span = Math.min(points, Math.ceil((SPAN_IN_TRUNCATIONS * setting.truncationS) / setting.dwellTimeS));
  const first = { re: residual.re.slice(0, span), im: residual.im.slice(0, span) };
  const rank = Math.min(setting.rank, Math.floor(span / 4));
  const all = decomposeExponentials(first, rank);
  if (all === null) return null;
  const components = all.filter((c) => isBackground(c, setting));
  const signal = { re: new Float64Array(points), im: new Float64Array(points) };
  for (const { frequency, damping, amplitudeRe, amplitudeIm } of components) {
    const { re, im } = exponentialSamples(frequency, damping, points);
    for (let i = 0; i < points; i++) {
      const r = re[i] as number;
      const q = im[i] as number;
      signal.re[i] = (signal.re[i] as number) + amplitudeRe * r - amplitudeIm * q;
      signal.im[i] = (signal.im[i] as number) + amplitudeRe * q + amplitudeIm * r;
    }
  }
  return { components, span, signal };
}

/**
 * Derivatives of the background by real and imaginary amplitude, frequency and damping of each component, for the Fisher
 * matrix.
 * @param points rows are twice as many
 */
export function backgroundDerivatives({ components }: Background, points: number): Float64Array[] {
  return components.flatMap(({ frequency, damping, amplitudeRe, amplitudeIm }) => {
    const { re, im } = exponentialSamples(frequency, damping, points);
    const row = (pick: (r: number, q: number, n: number) => readonly [number, number]): Float64Array => {
      const out = new Float64Array(2 * points);
      for (let n = 0; n < points; n++) {
        const [a, b] = pick(re[n] as number, im[n] as number, n);
        out[n] = a;
        out[points + n] = b;
      }
      return out;
    };
    const scaled = (r: number, q: number, n: number): readonly [number, number] => [
      n * (amplitudeRe * r - amplitudeIm * q),
      n * (amplitudeRe * q + amplitudeIm * r),
    ];
    return [
      row((r, q) => [r, q]),
      row((r, q) => [-q, r]),
      row(scaled),
      row((r, q, n) => {
        const [a, b] = scaled(r, q, n);
        return [-b, a];
      }),
    ];
  });
}
