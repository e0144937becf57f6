// The pulse of one role from its options: a shape by name or a waveform file, with duration, bandwidth and flip angle.
import { existsSync } from 'node:fs';
import { readWaveformFile } from '../../../core/basis/pulses/waveformFiles.ts';
import { PULSE_SHAPES } from '../../../core/domain/basisRequest.ts';
import type { PulseRequest, PulseShape } from '../../../core/domain/basisRequest.ts';
import { UsageError } from '../../../core/domain/errors.ts';
import { readInputFile } from '../../../node/files/readInputFiles.ts';
import { positiveNumber } from '../../options.ts';

/** What was given for one role; the option's name is for messages. */
export interface PulseOptions {
  /** "--refocusing" */
  readonly option: string;
  /** "--edit": what the other options begin with. */
  readonly prefix: string;
  readonly shape: string | undefined;
  readonly ms: string | undefined;
  readonly bandwidthHz: string | undefined;
  readonly flip: string | undefined;
}

/** Shapes that have a name; a waveform is named by its file. */
export const SHAPE_NAMES = PULSE_SHAPES.filter((shape) => shape !== 'waveform');

interface Given {
  readonly durationS?: number;
  readonly bandwidthHz?: number;
  readonly flipDeg?: number;
}

function givenFigures({ prefix, ms, bandwidthHz, flip }: PulseOptions): Given {
  return {
    ...(ms === undefined ? {} : { durationS: positiveNumber(`${prefix}-ms`, ms) / 1000 }),
    ...(bandwidthHz === undefined ? {} : { bandwidthHz: positiveNumber(`${prefix}-bandwidth-hz`, bandwidthHz) }),
    ...(flip === undefined ? {} : { flipDeg: positiveNumber(`${prefix}-flip`, flip) }),
  };
}

async function fromFile(path: string, given: Given, { option, prefix }: PulseOptions): Promise<PulseRequest> {
  if (given.bandwidthHz !== undefined) {
    throw new UsageError(`The bandwidth of a waveform file follows from its shape; leave out ${prefix}-bandwidth-hz.`);
  }
  if (!existsSync(path) && !/[./\\]/.test(path)) {
    throw new UsageError(`${option} takes ${SHAPE_NAMES.join(', ')} or a waveform file, not "${path}".`);
  }
  const { name, bytes } = await readInputFile(path);
  const { waveform, durationS, flipDeg } = readWaveformFile(name, bytes);
  const duration = given.durationS ?? durationS;
  if (duration === null) throw new UsageError(`The waveform ${name} doesn't say how long it is; give ${prefix}-ms.`);
  const flip = given.flipDeg ?? flipDeg;
  return { shape: 'waveform', waveform, durationS: duration, ...(flip === null ? {} : { flipDeg: flip }) };
}

/**
 * @param options what the user gave
 * @param standard the pulse of this role where no other is named
 * @param shaped gives a named shape the figures that were not given
 * @throws UsageError; ReaderError where the waveform can't be read
 */
export async function pulseRequestOf(
  options: PulseOptions,
  standard: PulseRequest,
  shaped: PulseRequest,
): Promise<PulseRequest> {
  const given = givenFigures(options);
  const { shape, option, prefix } = options;
  if (shape === undefined) {
    if (standard.shape === 'ideal' && (given.durationS ?? given.flipDeg) !== undefined) {
      throw new UsageError(
        `An ideal pulse has neither duration nor flip angle; give ${option} or --pulses shaped too.`,
      );
    }
    return { ...standard, ...given };
  }
  const named: PulseShape | undefined = SHAPE_NAMES.find((known) => known === shape.toLowerCase());
  if (named === undefined) return fromFile(shape, given, options);
  if (named === 'ideal') {
    const { bandwidthHz } = { ...standard, ...given };
    return { shape: 'ideal', ...(bandwidthHz === undefined || prefix !== '--edit' ? {} : { bandwidthHz }) };
  }
  return { ...shaped, ...given, shape: named };
}
