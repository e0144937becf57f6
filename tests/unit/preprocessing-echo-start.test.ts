// Points before the echo's top: dropped by the header, from the scan and its water reference each by its own.
import { describe, expect, it } from 'vitest';
import { dropPointsBeforeEcho } from '../../src/core/preprocessing/echoStart/index.ts';
import { BRAIN, contextWith, datasetOf, fidOf, synthesise } from './preprocessingSynthesis.ts';

const DWELL_POINTS = 3;

/** A scan that begins three points before its echo. */
function early(points = DWELL_POINTS) {
  const fid = synthesise(BRAIN);
  const length = fid.re.length + points;
  const [re, im] = [new Float64Array(length).fill(7), new Float64Array(length).fill(-7)];
  re.set(fid.re, points);
  im.set(fid.im, points);
  const dataset = datasetOf([{ re, im }]);
  return { ...dataset, header: { AcquisitionStartTime: -points * dataset.dwellTimeS } };
}

describe('dropPointsBeforeEcho', () => {
  it('leaves the signal from the top of the echo on, and says so', () => {
    const outcome = dropPointsBeforeEcho(early(), {}, contextWith(early(5)));
    expect(fidOf(outcome.dataset)).toEqual(synthesise(BRAIN));
    expect(fidOf(outcome.water!)).toEqual(synthesise(BRAIN));
    expect(outcome.details).toEqual({ points: 3, waterPoints: 5 });
    expect(outcome.dataset.header['AcquisitionStartTime']).toBe(0);
    expect(outcome.dataset.provenance).toHaveLength(1);
  });

  it.each([[0], [1e-3], [undefined], ['-0.001'], [-1e3]])('does nothing where the header says %s', (start) => {
    const dataset = {
      ...datasetOf([synthesise(BRAIN)]),
      header: start === undefined ? {} : { AcquisitionStartTime: start },
    };
    const outcome = dropPointsBeforeEcho(dataset, {}, contextWith());
    expect(outcome.dataset).toBe(dataset);
    expect(outcome.details['skipped']).toMatch(/top of the echo/);
  });
});
