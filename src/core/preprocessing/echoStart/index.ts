// Points sampled before the echo's top (NIfTI-MRS: a negative AcquisitionStartTime, as raw data of Siemens have it): a fit takes
// time 0 as the top of the echo, so they would turn the phase of every line by its frequency.
import { samplesAt, zerosLike } from '../../domain/complexArray.ts';
import type { ComplexArray } from '../../domain/complexArray.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { MrsDataset } from '../../domain/mrsDataset.ts';
import { pointCount } from '../../domain/mrsDataset.ts';
import type { ProvenanceStamp } from '../../domain/provenance.ts';
import { OptionReader } from '../options.ts';
import type { PreprocessingStep } from '../step.ts';
import { processedDataset, skippedOutcome } from '../step.ts';

/** Not among the standard's names. */
export const METHOD_NAME = 'Removal of points before the echo';
/** Time from the echo's top to the first sample. [s] */
const START_KEY = 'AcquisitionStartTime';

/** The step has no options. @throws UsageError for any */
export function readOptions(json: JsonObject): Record<string, never> {
  new OptionReader('echoStart', json).finish();
  return {};
}

/** @returns samples before the echo's top; 0 where the header doesn't say, or says what can't be */
export function pointsBeforeEcho(dataset: MrsDataset): number {
  const start = dataset.header[START_KEY];
  if (typeof start !== 'number' || !(start < 0)) return 0;
  const points = Math.round(-start / dataset.dwellTimeS);
  return points < pointCount(dataset) / 2 ? points : 0;
}

function withoutFirst(data: ComplexArray, points: number): ComplexArray {
  const length = data.shape[data.shape.length - 1] as number;
  const out = zerosLike(data, [...data.shape.slice(0, -1), length - points]);
  for (let i = 0; i < data.re.length / length; i++) {
    const from = samplesAt(data, i);
    const to = samplesAt(out, i);
    to.re.set(from.re.subarray(points));
    to.im.set(from.im.subarray(points));
  }
  return out;
}

function cut(dataset: MrsDataset, points: number, stamp: ProvenanceStamp, details: JsonObject): MrsDataset {
  const whole = { ...dataset, header: { ...dataset.header, [START_KEY]: 0 } };
  return processedDataset(whole, { data: withoutFirst(dataset.data, points) }, stamp, METHOD_NAME, details);
}

/** Drops the points before the echo of the scan and of its water reference, each by its own header. */
export const dropPointsBeforeEcho: PreprocessingStep<Record<string, never>> = (dataset, _options, context) => {
  context.cancellation.throwIfCancelled();
  const { stamp } = context;
  const ofWater = context.water === null ? 0 : pointsBeforeEcho(context.water);
  const water =
    context.water === null || ofWater === 0 ? context.water : cut(context.water, ofWater, stamp, { points: ofWater });
  const points = pointsBeforeEcho(dataset);
  if (points === 0) {
    return { ...skippedOutcome(dataset, context, 'The data begin at the top of the echo.'), water };
  }
  const details: JsonObject = { points, waterPoints: ofWater };
  return { dataset: cut(dataset, points, stamp, details), water, warnings: [], details };
};
