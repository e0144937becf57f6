// Frames of a single-voxel GE P-file: baseline frames dropped, water reference and water-suppressed frames told apart.
// In the file, per receiver and echo: one baseline (noise) frame, the reference frames, the suppressed frames.
// Facts from Gannet/FID-A GELoad (Noeske, Mikkelsen), SIVIC and TARQUIN; compared with spec2nii on real files.
import type { ComplexArray, DoubleArray } from '../../domain/complexArray.ts';
import { zeros } from '../../domain/complexArray.ts';
import { ReaderError, UnsupportedDataError } from '../../domain/errors.ts';
import { foundWord } from '../../domain/foundWord.ts';
import type { Warning } from '../../domain/provenance.ts';
import type { PfileHeader } from './pfileHeader.ts';

/** Sequences that edit J couplings (MEGA, HERMES, …), by the end of their name. */
const EDITING_SEQUENCES = ['gaba', 'jpress', 'jpress_ac', 'hbcd', 'hbcd1', 'probe-p-mega_rml', 'repress7'];
/** Sequences whose frames are laid out as PROBE's, by name or its start. */
const PLAIN_SEQUENCES =
  /^(?:mrs-press|probe-(?:p|s|sl|p_ach)|(?:o?slaser|slaser_cni)|(?:ia\/stable\/)?fidcsi|presscsi(?:_nfl)?|fidall)$/;
/** Short-TE and edited long-TE transients in one file (HBCD study), which would have to be told apart. */
const MIXED_SEQUENCES = ['hbcd2'];
/** opuser24 from this on: the receiver's phase isn't toggled (Gannet). */
const NO_TOGGLE_CV24 = 16384;
/** Samples at the start of two frames that are compared to see whether their signs alternate. */
const COMPARED_POINTS = 64;

export function isEditing(header: PfileHeader): boolean {
  const name = header.sequence.toLowerCase();
  if (name === 'oslaser') return header.imageEchoCount > 1;
  return name.endsWith('gaba') || EDITING_SEQUENCES.includes(name);
}

/** @throws UnsupportedDataError where one file mixes scans of several echo times; warns of an unknown sequence */
export function checkSequence(header: PfileHeader, fileName: string, warnings: Warning[]): void {
  const name = header.sequence.toLowerCase();
  if (MIXED_SEQUENCES.includes(name)) {
    throw new UnsupportedDataError(
      'UNSUPPORTED',
      `${fileName} mixes short- and long-TE scans (sequence ${header.sequence}), which are not taken apart here.`,
    );
  }
  if (isEditing(header) || PLAIN_SEQUENCES.test(name)) return;
  warnings.push({
    code: 'sequence-unknown',
    message: `The order of frames of the sequence "${foundWord(header.sequence)}" is not known; it is taken to be PROBE's.`,
  });
}

/** Complex numbers of one receiver's frames, read in the file's own units. */
export class FrameReader {
  readonly points: number;
  readonly frameBytes: number;
  private readonly view: DataView;
  private readonly header: PfileHeader;

  constructor(bytes: Uint8Array, header: PfileHeader) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.header = header;
    this.points = header.frameSize;
    this.frameBytes = header.frameSize * 2 * header.pointSize;
  }

  /** Copies frame `frame` of the file, times `factor`, to `target` from element `at` on. */
  copy(frame: number, factor: number, target: DoubleArray, at: number): void {
    const { pointSize, littleEndian, dataStart } = this.header;
    const { re, im } = target;
    let byte = dataStart + frame * this.frameBytes;
    if (pointSize === 2) {
      for (let t = at; t < at + this.points; t++, byte += 4) {
        re[t] = factor * this.view.getInt16(byte, littleEndian);
        im[t] = factor * this.view.getInt16(byte + 2, littleEndian);
      }
    } else {
      for (let t = at; t < at + this.points; t++, byte += 8) {
        re[t] = factor * this.view.getInt32(byte, littleEndian);
        im[t] = factor * this.view.getInt32(byte + 4, littleEndian);
      }
    }
  }
}

/** How many frames of each kind one receiver has per echo, and how they were summed. */
export interface FramePlan {
  readonly echoes: number;
  readonly rowsPerEcho: number;
  readonly baseline: number;
  readonly references: number;
  readonly suppressed: number;
  /** Whether each excitation is a frame of its own ("no add"), so that signs may alternate. */
  readonly single: boolean;
}

const isCount = (n: number): boolean => Number.isInteger(n) && n >= 0;

/** Reference frames and whether frames are single excitations, from the three counts that the header gives. */
function splitFrames(header: PfileHeader, warnings: Warning[]): { references: number; single: boolean } {
  const frames = header.frameCount;
  const excitations = header.rawUser[4] as number;
  const references = Math.trunc(header.rawUser[19] as number);
  const summed = excitations / Math.max(1, header.navs);
  if (isCount(references) && Math.trunc(summed) + references === frames) return { references, single: false };
  const rest = frames - excitations;
  if (excitations > 0 && isCount(rest)) return { references: rest, single: true };
  if (isCount(references) && references <= frames) {
    warnings.push({
      code: 'reference-frames-unverified',
      message: `The header's counts of frames disagree (${frames} frames, ${references} of them water reference, ${excitations} excitations); the count of reference frames was taken.`,
    });
    return { references, single: false };
  }
  warnings.push({
    code: 'reference-frames-unknown',
    message: `The header's counts of frames contradict each other; all ${frames} frames are taken as one series.`,
  });
  return { references: 0, single: false };
}

/** @throws ReaderError DIMENSIONS_ABSURD, FORMAT_INVALID, FILE_TRUNCATED */
export function planFrames(header: PfileHeader, byteLength: number, fileName: string, warnings: Warning[]): FramePlan {
  const echoes = Math.max(1, header.echoCount);
  const rowsPerEcho = header.acquiredRows;
  const baseline = rowsPerEcho - header.frameCount;
  if (header.frameCount < 1 || baseline < 0 || baseline > 1) {
    throw new ReaderError(
      'FORMAT_INVALID',
      `${fileName} claims ${header.frameCount} frames in ${rowsPerEcho} rows; one row more than frames was expected.`,
    );
  }
  const total = header.coilCount * echoes * rowsPerEcho;
  const expected = header.dataStart + total * header.frameSize * 2 * header.pointSize;
  if (expected > byteLength) {
    throw new ReaderError(
      'FILE_TRUNCATED',
      `${fileName} is cut short: its header promises ${expected} bytes, ${byteLength} are there.`,
      { expectedBytes: expected, foundBytes: byteLength },
    );
  }
  if (expected < byteLength) {
    warnings.push({
      code: 'bytes-left-over',
      message: `${byteLength - expected} bytes after the last frame that the header announces were not read.`,
    });
  }
  const { references, single } = splitFrames(header, warnings);
  return { echoes, rowsPerEcho, baseline, references, suppressed: header.frameCount - references, single };
}

/** Which frames of one receiver make a dataset, as [transient][condition] indices in the file, and their factors. */
export interface FrameTable {
  readonly transients: number;
  readonly conditions: number;
  readonly frameOf: (transient: number, condition: number) => number;
  readonly factorOf: (transient: number, condition: number) => number;
}

/** Whether the receiver's phase was toggled from frame to frame, so that every other frame has the opposite sign. */
function signOf(header: PfileHeader, plan: FramePlan): (frame: number) => number {
  if (!isEditing(header)) {
    const toggled = Math.ceil(header.excitations) * header.imageEchoCount <= 1;
    return (frame) => (toggled && frame % 2 === 1 ? -1 : 1);
  }
  if (plan.echoes > 1) {
    const toggled = plan.single && header.imageUser24 < NO_TOGGLE_CV24;
    return (frame) => (toggled && frame % 2 === 1 ? -1 : 1);
  }
  const unedited = header.imageUser[19] === 0;
  return (frame) => (unedited && frame % 2 === 0 ? -1 : 1);
}

/**
 * Scale of the editing sequences' frames, which sum different numbers of excitations (Gannet's GELoad, as spec2nii
 * 0.8.15 applies it). Other sequences' frames stand as they are.
 */
function scaleOf(header: PfileHeader, plan: FramePlan, water: boolean): number {
  if (!isEditing(header)) return 1;
  const nex = Math.max(1, header.navs);
  if (plan.echoes > 1) {
    if (plan.single) return water ? nex : nex / 2;
    return water ? 1 : 1 / nex;
  }
  const common = plan.single ? 1 : 1 / nex;
  return water ? common : common / 2;
}

/** The frames of the water reference or of the suppressed signal. */
export function frameTable(header: PfileHeader, plan: FramePlan, water: boolean): FrameTable {
  const count = water ? plan.references : plan.suppressed;
  const first = plan.baseline + (water ? 0 : plan.references);
  const sign = signOf(header, plan);
  const scale = scaleOf(header, plan, water);
  // Frames of PROBE-like sequences alternate from the first reference frame on, those of editing ones each for itself.
  const phase = isEditing(header) ? 0 : first - plan.baseline;
  if (plan.echoes > 1) {
    return {
      transients: count,
      conditions: plan.echoes,
      frameOf: (t, c) => c * plan.rowsPerEcho + first + t,
      factorOf: (t) => scale * sign(phase + t),
    };
  }
  // One echo: an editing sequence alternates its two conditions from frame to frame.
  const interleaved = isEditing(header) && header.imageUser[19] !== 0 && count % 2 === 0;
  const conditions = interleaved ? 2 : 1;
  return {
    transients: count / conditions,
    conditions,
    frameOf: (t, c) => first + t * conditions + c,
    factorOf: (t, c) => scale * sign(phase + t * conditions + c),
  };
}

/** @returns shape [coils, transients, conditions, points] */
export function readFrames(reader: FrameReader, header: PfileHeader, plan: FramePlan, table: FrameTable): ComplexArray {
  const { points } = reader;
  const data = zeros([header.coilCount, table.transients, table.conditions, points]);
  const perCoil = plan.echoes * plan.rowsPerEcho;
  let at = 0;
  for (let coil = 0; coil < header.coilCount; coil++) {
    for (let t = 0; t < table.transients; t++) {
      for (let c = 0; c < table.conditions; c++) {
        reader.copy(coil * perCoil + table.frameOf(t, c), table.factorOf(t, c), data, at);
        at += points;
      }
    }
  }
  return data;
}

/** Whether neighbouring transients have opposite signs: what is left of a phase toggle that was not undone. */
export function signsAlternate(data: ComplexArray): boolean {
  const [coils, transients, conditions, points] = data.shape as [number, number, number, number];
  if (transients < 2) return false;
  const compared = Math.min(points, COMPARED_POINTS);
  let sum = 0;
  for (let coil = 0; coil < coils; coil++) {
    for (let t = 0; t + 1 < transients; t++) {
      const a = (coil * transients + t) * conditions * points;
      const b = a + conditions * points;
      for (let i = 0; i < compared; i++) {
        sum += (data.re[a + i] as number) * (data.re[b + i] as number);
        sum += (data.im[a + i] as number) * (data.im[b + i] as number);
      }
    }
  }
  return sum < 0;
}
