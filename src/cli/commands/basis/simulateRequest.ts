// The options of `basis simulate` → what is to be simulated.
import type { Command } from 'commander';
import { MACROMOLECULES_GONE_S } from '../../../core/basis/macromolecules/index.ts';
import { isEditedFamily } from '../../../core/basis/matching.ts';
import { BRAIN_METABOLITES } from '../../../core/basis/spinSystems/index.ts';
import { GYROMAGNETIC_RATIO_MHZ_PER_T, fieldStrengthT } from '../../../core/domain/axes.ts';
import { LIPID_SETS, MACROMOLECULE_SETS, SEQUENCE_FAMILIES } from '../../../core/domain/basisRequest.ts';
import type { BasisRequest, PulseRequest, SequenceFamily, SequenceRequest } from '../../../core/domain/basisRequest.ts';
import { UsageError } from '../../../core/domain/errors.ts';
import {
  GABA_EDITING,
  USUAL_CARRIER_PPM,
  USUAL_MIXING_TIME_S,
  USUAL_SPATIAL,
  usualTe1S,
  vendorOf,
} from '../../../core/domain/usualProtocol.ts';
import type { Vendor } from '../../../core/domain/usualProtocol.ts';
import { positiveNumber, wholeNumber } from '../../options.ts';
import { IDEAL_PULSES, shapedPulses } from './pulseDefaults.ts';
import { SHAPE_NAMES, pulseRequestOf } from './pulseOptions.ts';

export interface RequestOptions {
  readonly field?: string;
  readonly frequencyMhz?: string;
  readonly sequence: string;
  readonly te?: string;
  readonly te1?: string;
  readonly tm?: string;
  readonly metabolites?: string;
  readonly mm?: string;
  readonly lipids: string;
  readonly points?: string;
  readonly dwellS?: string;
  readonly linewidthHz: string;
  readonly pulses: string;
  readonly vendor?: string;
  readonly excitation?: string;
  readonly excitationMs?: string;
  readonly excitationBandwidthHz?: string;
  readonly excitationFlip?: string;
  readonly refocusing?: string;
  readonly refocusingMs?: string;
  readonly refocusingBandwidthHz?: string;
  readonly refocusingFlip?: string;
  readonly editPulse?: string;
  readonly editMs?: string;
  readonly editBandwidthHz?: string;
  readonly editOn: string;
  readonly editOff: string;
  readonly spatialPoints?: string;
  readonly spatialExtent?: string;
  readonly carrierPpm: string;
  readonly title?: string;
}

const SEQUENCE_NAMES = SEQUENCE_FAMILIES.map((family) => family.toLowerCase());
const SHAPE_HELP = `${SHAPE_NAMES.join(', ')}, or a waveform file`;

/** Adds the options that say what is to be simulated. */
export function addRequestOptions(command: Command): Command {
  return command
    .option('--field <t>', 'static field in tesla: 1.5, 3, 4, 7, 9.4, 11.7 …')
    .option('--frequency-mhz <f>', "the scanner's own proton frequency instead, for example 123.25")
    .requiredOption('--sequence <s>', SEQUENCE_NAMES.join(', '))
    .option('--te <ms>', 'echo time (not for pulse-acquire)')
    .option('--te1 <ms>', 'first echo time of press and mega-press (default: the usual one)')
    .option('--tm <ms>', `mixing time of steam (default ${1e3 * USUAL_MIXING_TIME_S})`)
    .option('--metabolites <a,b,…>', 'names, with a variant after "@" (default: those of a brain fit)')
    .option('--mm <set>', `${MACROMOLECULE_SETS.join(', ')} (default chen-17-combined; none at TE 100 ms and above)`)
    .option('--lipids <set>', LIPID_SETS.join(', '), 'none')
    .option('--points <n>', 'complex points (default 2048)')
    .option('--dwell-s <s>', 'time between points (default: 1/4000 s, less above 7 T)')
    .option('--linewidth-hz <w>', 'Lorentzian width of the metabolites', '1')
    .option('--pulses <p>', 'ideal, or shaped: the usual pulses of the vendor and the sequence', 'ideal')
    .option('--vendor <v>', 'siemens, philips or ge (default: by the frequency)')
    .option('--excitation <shape>', `90° pulses: ${SHAPE_HELP}`)
    .option('--excitation-ms <d>', 'their duration')
    .option('--excitation-bandwidth-hz <b>', 'their full width at half effect')
    .option('--excitation-flip <deg>', 'their flip angle (default 90)')
    .option('--refocusing <shape>', `180° pulses: ${SHAPE_HELP}`)
    .option('--refocusing-ms <d>', 'their duration')
    .option('--refocusing-bandwidth-hz <b>', 'their full width at half effect')
    .option('--refocusing-flip <deg>', 'their flip angle (default 180)')
    .option('--edit-on <ppm>', 'editing frequency of the ON spectrum', String(GABA_EDITING.onPpm))
    .option('--edit-off <ppm>', 'editing frequency of the OFF spectrum', String(GABA_EDITING.offPpm))
    .option('--edit-pulse <shape>', `editing pulses: ${SHAPE_HELP}`)
    .option('--edit-ms <d>', 'their duration')
    .option('--edit-bandwidth-hz <b>', 'their full width at half effect')
    .option(
      '--spatial-points <n>',
      `positions along each slice axis (default ${USUAL_SPATIAL.points} with shaped pulses, else 1)`,
    )
    .option('--spatial-extent <x>', `length of each axis in slice thicknesses (default ${USUAL_SPATIAL.extent})`)
    .option('--carrier-ppm <p>', 'shift at which slices are centred', String(USUAL_CARRIER_PPM))
    .option('--title <t>', 'name of the set');
}

/** @throws UsageError where the text is no number, or below `least` */
function numberOf(option: string, text: string, least: number | null, unit: string): number {
  const value = text.trim() === '' ? NaN : Number(text);
  if (!Number.isFinite(value) || (least !== null && value < least)) {
    const expected = least === null ? `a number${unit}` : `${least}${unit} or more`;
    throw new UsageError(`${option} takes ${expected}, not "${text}".`);
  }
  return value;
}

const milliseconds = (option: string, text: string): number => numberOf(option, text, 0, ' ms') / 1000;

function oneOf<T extends string>(option: string, known: readonly T[], text: string): T {
  const found = known.find((name) => name.toLowerCase() === text.toLowerCase());
  if (found === undefined) {
    const names = known.map((name) => name.toLowerCase()).join(', ');
    throw new UsageError(`${option} takes ${names}, not "${text}".`);
  }
  return found;
}

function frequencyMHzOf({ field, frequencyMhz }: RequestOptions): number {
  if ((field === undefined) === (frequencyMhz === undefined)) {
    throw new UsageError('Give either --field (tesla) or --frequency-mhz.');
  }
  if (frequencyMhz !== undefined) return positiveNumber('--frequency-mhz', frequencyMhz);
  return positiveNumber('--field', field ?? '') * (GYROMAGNETIC_RATIO_MHZ_PER_T['1H'] as number);
}

/** 4 kHz, as scanners have it, and no less than 13 ppm. [s] */
const usualDwellTimeS = (frequencyMHz: number): number => 1 / Math.max(4000, Math.ceil(13 * frequencyMHz));

function echoTimeOf({ te }: RequestOptions, family: SequenceFamily): number {
  if (family === 'PULSE-ACQUIRE') {
    if (te !== undefined && Number(te) !== 0) throw new UsageError('pulse-acquire has no echo time; leave out --te.');
    return 0;
  }
  if (te === undefined) throw new UsageError(`${family.toLowerCase()} needs its echo time: --te MS.`);
  return milliseconds('--te', te);
}

function timingsOf(
  { te1, tm }: RequestOptions,
  family: SequenceFamily,
  echoTimeS: number,
  vendor: Vendor,
): Pick<SequenceRequest, 'te1S' | 'mixingTimeS'> {
  const twoEchoes = family === 'PRESS' || family === 'MEGA-PRESS';
  if (te1 !== undefined && !twoEchoes) throw new UsageError(`${family.toLowerCase()} has no TE1; leave out --te1.`);
  if (tm !== undefined && family !== 'STEAM')
    throw new UsageError(`${family.toLowerCase()} has no TM; leave out --tm.`);
  if (twoEchoes) {
    return {
      te1S: te1 === undefined ? usualTe1S(family, echoTimeS, vendor) : milliseconds('--te1', te1),
    };
  }
  if (family !== 'STEAM') return {};
  return { mixingTimeS: tm === undefined ? USUAL_MIXING_TIME_S : milliseconds('--tm', tm) };
}

async function sequenceOf(options: RequestOptions, frequencyMHz: number): Promise<SequenceRequest> {
  const family = oneOf('--sequence', SEQUENCE_FAMILIES, options.sequence);
  const vendor =
    options.vendor === undefined
      ? vendorOf(null, frequencyMHz)
      : oneOf<Vendor>('--vendor', ['siemens', 'philips', 'ge'], options.vendor);
  const shaped = shapedPulses(family, vendor);
  const standard = oneOf('--pulses', ['ideal', 'shaped'], options.pulses) === 'ideal' ? IDEAL_PULSES : shaped;
  const echoTimeS = echoTimeOf(options, family);
  const excitation = await pulseRequestOf(
    {
      ...{ option: '--excitation', prefix: '--excitation', shape: options.excitation, ms: options.excitationMs },
      ...{ bandwidthHz: options.excitationBandwidthHz, flip: options.excitationFlip },
    },
    standard.excitation,
    shaped.excitation,
  );
  const refocusing = await pulseRequestOf(
    {
      ...{ option: '--refocusing', prefix: '--refocusing', shape: options.refocusing, ms: options.refocusingMs },
      ...{ bandwidthHz: options.refocusingBandwidthHz, flip: options.refocusingFlip },
    },
    standard.refocusing,
    shaped.refocusing,
  );
  const { spatial } = excitation.shape === 'ideal' && refocusing.shape === 'ideal' ? IDEAL_PULSES : shaped;
  const { spatialPoints, spatialExtent } = options;
  return {
    family,
    echoTimeS,
    ...timingsOf(options, family, echoTimeS, vendor),
    excitation,
    refocusing,
    ...(isEditedFamily(family) ? { editing: await editingOf(options, standard.editing, shaped.editing) } : {}),
    carrierPpm: numberOf('--carrier-ppm', options.carrierPpm, null, ' in ppm'),
    spatial: {
      points: spatialPoints === undefined ? spatial.points : wholeNumber('--spatial-points', spatialPoints, 1),
      extent: spatialExtent === undefined ? spatial.extent : positiveNumber('--spatial-extent', spatialExtent),
    },
  };
}

async function editingOf(
  options: RequestOptions,
  standard: PulseRequest,
  shaped: PulseRequest,
): Promise<NonNullable<SequenceRequest['editing']>> {
  const { editPulse, editMs, editBandwidthHz } = options;
  const given = { option: '--edit-pulse', prefix: '--edit', shape: editPulse, ms: editMs, flip: undefined };
  return {
    onPpm: numberOf('--edit-on', options.editOn, null, ' in ppm'),
    offPpm: numberOf('--edit-off', options.editOff, null, ' in ppm'),
    pulse: await pulseRequestOf({ ...given, bandwidthHz: editBandwidthHz }, standard, shaped),
  };
}

function titleOf({ family, echoTimeS }: SequenceRequest, frequencyMHz: number): string {
  const tesla = Number((fieldStrengthT(frequencyMHz, '1H') as number).toFixed(1));
  const te = family === 'PULSE-ACQUIRE' ? '' : ` TE ${Number((echoTimeS * 1000).toFixed(2))} ms`;
  return `${tesla} T ${family}${te}, ${Number(frequencyMHz.toFixed(2))} MHz`;
}

/**
 * @throws UsageError for an option that can't be; ReaderError for a waveform file that can't be read
 */
export async function basisRequestOf(options: RequestOptions): Promise<BasisRequest> {
  const frequencyMHz = frequencyMHzOf(options);
  const sequence = await sequenceOf(options, frequencyMHz);
  const { dwellS, points, metabolites, mm } = options;
  const usualMm = sequence.echoTimeS >= MACROMOLECULES_GONE_S ? 'none' : 'chen-17-combined';
  const names = metabolites?.split(',').map((name) => name.trim());
  return {
    title: options.title ?? titleOf(sequence, frequencyMHz),
    spectrometerFrequencyMHz: frequencyMHz,
    dwellTimeS: dwellS === undefined ? usualDwellTimeS(frequencyMHz) : positiveNumber('--dwell-s', dwellS),
    points: points === undefined ? 2048 : wholeNumber('--points', points, 1),
    linewidthHz: numberOf('--linewidth-hz', options.linewidthHz, 0, ' Hz'),
    sequence,
    metabolites: names?.filter((name) => name !== '') ?? BRAIN_METABOLITES,
    macromolecules: mm === undefined ? usualMm : oneOf('--mm', MACROMOLECULE_SETS, mm),
    lipids: oneOf('--lipids', LIPID_SETS, options.lipids),
  };
}
