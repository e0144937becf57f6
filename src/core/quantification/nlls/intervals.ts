// 95 % intervals on request, by profile likelihood or by Monte Carlo, put beside the estimates of a fit.
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { UsageError } from '../../domain/errors.ts';
import { COMBINED_METABOLITES } from '../../domain/metaboliteNames.ts';
import type { AmplitudeInterval95, MetaboliteEstimate, QuantificationResult } from '../../domain/quantification.ts';
import { seededRandom } from '../../math/seededRandom.ts';
import type { Cancellation } from '../../ports/cancellation.ts';
import type { FitInput } from '../../ports/fitRunner.ts';
import type { ModelSignal } from '../shared/modelSignal.ts';
import { estimatesOf } from '../shared/estimates.ts';
import { fitSpectrum } from './fit.ts';
import type { FitState } from './fit.ts';
import type { NllsOptions } from './options.ts';
import { profileInterval } from './profileLikelihood.ts';
import { fittedAmplitudes } from './result.ts';

/** Draws are the same for the same data: the k-th has this seed plus k. */
const FIRST_SEED = 95_000;

/** What an interval request needs of the fit it belongs to. */
export interface FittedSpectrum {
  readonly input: FitInput;
  readonly signals: readonly ModelSignal[];
  readonly options: NllsOptions;
  readonly state: FitState;
}

function membersOf(name: string, names: readonly string[]): number[] {
  const members = COMBINED_METABOLITES.find((c) => c.name === name)?.members ?? [name];
  return members.map((member) => names.indexOf(member)).filter((i) => i >= 0);
}

function profileIntervals(
  { state, options, signals }: FittedSpectrum,
  estimates: readonly MetaboliteEstimate[],
  cancellation: Cancellation,
): Map<string, AmplitudeInterval95> {
  const names = signals.map((s) => s.name);
  return new Map(
    options.profileLikelihood.map((name) => {
      const members = membersOf(name, names);
      const estimate = estimates.find((e) => e.name === name);
      if (members.length === 0 || estimate === undefined) {
        throw new UsageError(`A profile likelihood of "${name}" was asked for, but the fit has no such metabolite.`);
      }
      const scale = state.amplitudeScale;
      // Without a bound (a singular matrix), the noise-free order of magnitude is the amplitude itself.
      const sd = (estimate.crlbAbsolute ?? Math.abs(estimate.amplitude)) / scale;
      const { solution, fitted } = state;
      const { low, high } = profileInterval(fitted, solution, members, sd, options.maxIterations, cancellation);
      return [name, { low: low * scale, high: high * scale, method: 'profileLikelihood' }];
    }),
  );
}

function noisy(fid: ComplexSignal, sd: number, seed: number): ComplexSignal {
  const random = seededRandom(seed);
  return { re: fid.re.map((v) => v + sd * random.normal()), im: fid.im.map((v) => v + sd * random.normal()) };
}

const quantile = (sorted: readonly number[], q: number): number => {
  const at = q * (sorted.length - 1);
  const below = sorted[Math.floor(at)] as number;
  return below + (at - Math.floor(at)) * ((sorted[Math.ceil(at)] as number) - below);
};

/** Noise of the data's own level is added to the data, and the scatter of the new estimates is that of the fit. */
function monteCarloIntervals(
  { input, signals, options, state }: FittedSpectrum,
  estimates: readonly MetaboliteEstimate[],
  cancellation: Cancellation,
): Map<string, AmplitudeInterval95> {
  const noiseSd = (state.noiseSdRows * state.dataScale) / Math.sqrt(input.fid.re.length);
  const draws = Array.from({ length: options.monteCarloDraws }, (_, k) => {
    const fid = noisy(input.fid, noiseSd, FIRST_SEED + k);
    const again = estimatesOf(fittedAmplitudes(fitSpectrum({ ...input, fid }, signals, options, cancellation)));
    return new Map([...again.metabolites, ...again.combined].map((e) => [e.name, e.amplitude]));
  });
  return new Map(
    estimates.map(({ name, amplitude }) => {
      const errors = draws.map((draw) => (draw.get(name) as number) - amplitude).sort((a, b) => a - b);
      // The data's own noise has done to the estimate what the added noise does to the draws.
      const low = Math.max(0, amplitude - quantile(errors, 0.975));
      return [name, { low, high: amplitude - quantile(errors, 0.025), method: 'monteCarlo' }];
    }),
  );
}

/**
 * The result with the intervals that its options ask for; the profile's where both are there.
 * @throws UsageError where a profile is asked for of what was not fitted; CancelledError
 */
export function withIntervals(
  result: QuantificationResult,
  fit: FittedSpectrum,
  cancellation: Cancellation,
): QuantificationResult {
  const { profileLikelihood, monteCarloDraws } = fit.options;
  if (profileLikelihood.length === 0 && monteCarloDraws === 0) return result;
  const estimates = [...result.metabolites, ...result.combined];
  // Profiles first: the model's buffers stand at this fit's solution only until the next fit.
  const profiles = profileIntervals(fit, estimates, cancellation);
  const draws = monteCarloDraws > 0 ? monteCarloIntervals(fit, estimates, cancellation) : new Map();
  const add = (estimate: MetaboliteEstimate): MetaboliteEstimate => {
    const interval95 = profiles.get(estimate.name) ?? draws.get(estimate.name);
    return interval95 === undefined ? estimate : { ...estimate, interval95 };
  };
  return { ...result, metabolites: result.metabolites.map(add), combined: result.combined.map(add) };
}
