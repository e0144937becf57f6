// The header of a GE P-file: revision, byte order and the fields that pfileLayout.ts locates.
import { ReaderError, UnsupportedDataError } from '../../domain/errors.ts';
import type { PartStart, PfileLayout, TextField } from './pfileLayout.ts';
import { KNOWN_REVISIONS, PFILE_LAYOUTS } from './pfileLayout.ts';

export interface PfileHeader {
  readonly revision: number;
  readonly littleEndian: boolean;
  /** Where the first frame begins. [bytes] */
  readonly dataStart: number;
  readonly scanDate: string;
  readonly scanTime: string;
  /** 0 where the file says it holds no grid. */
  readonly fileContents: number;
  readonly echoCount: number;
  /** Excitations summed in one frame. */
  readonly navs: number;
  /** Frames per receiver and echo, without the baseline frame. */
  readonly frameCount: number;
  readonly frameSize: number;
  /** Bytes of one real number: 2 or 4. */
  readonly pointSize: number;
  readonly acquiredPoints: number;
  readonly acquiredRows: number;
  readonly passBytes: number;
  readonly coilCount: number;
  /** rhuser0 … rhuser19. */
  readonly rawUser: readonly number[];
  readonly spectralWidthHz: number;
  readonly csiDims: number;
  readonly csiGrid: readonly [number, number, number];
  readonly roiLengthMm: readonly [number, number, number];
  readonly centreFrequencyMHz: number;
  readonly fieldStrengthT: number;
  readonly hospital: string;
  readonly patientId: string;
  readonly patientName: string;
  readonly patientSex: number;
  readonly birthDate: string;
  readonly systemId: string;
  readonly software: string;
  readonly serialNumber: string;
  readonly protocol: string;
  readonly position: number;
  readonly entry: number;
  readonly fieldOfViewMm: number;
  readonly sliceSpacingMm: number;
  /** Corners of the prescribed image in scanner coordinates. [mm, right-anterior-superior] */
  readonly corners: { readonly topLeft: Triple; readonly topRight: Triple; readonly bottomRight: Triple };
  readonly repetitionTimeUs: number;
  readonly inversionTimeUs: number;
  readonly echoTimeUs: number;
  readonly imageEchoCount: number;
  readonly excitations: number;
  readonly flipAngleDeg: number;
  readonly sequence: string;
  readonly coil: string;
  /** opuser0 … opuser22. */
  readonly imageUser: readonly number[];
  readonly imageUser24: number;
  readonly frequencyDirection: number;
}

export type Triple = readonly [number, number, number];

const SMALLEST_REVISION = 5;
const LARGEST_REVISION = 100;
/** Smallest header there is (revision 5). [bytes] */
const SMALLEST_HEADER_BYTES = 39940;

interface Revision {
  readonly revision: number;
  readonly littleEndian: boolean;
}

/** Revision and byte order from the first four bytes; null where they can't be a revision. */
export function pfileRevision(bytes: Uint8Array): Revision | null {
  if (bytes.length < 4) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const littleEndian of [true, false]) {
    const revision = view.getFloat32(0, littleEndian);
    // Revisions are written with at most three decimals.
    const rounded = Math.round(revision * 1000) / 1000;
    if (rounded >= SMALLEST_REVISION && rounded < LARGEST_REVISION && Math.abs(revision - rounded) < 1e-5) {
      return { revision: rounded, littleEndian };
    }
  }
  return null;
}

class Fields {
  private readonly view: DataView;
  private readonly bytes: Uint8Array;
  private readonly littleEndian: boolean;
  private readonly fileName: string;

  constructor(bytes: Uint8Array, littleEndian: boolean, fileName: string) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.bytes = bytes;
    this.littleEndian = littleEndian;
    this.fileName = fileName;
  }

  private checked(at: number, size: number): number {
    if (at < 0 || at + size > this.bytes.length) {
      throw new ReaderError(
        'FILE_TRUNCATED',
        `${this.fileName} is cut short: its header goes on to byte ${at + size}, but ${this.bytes.length} are there.`,
      );
    }
    return at;
  }

  int16(at: number): number {
    return this.view.getInt16(this.checked(at, 2), this.littleEndian);
  }

  uint16(at: number): number {
    return this.view.getUint16(this.checked(at, 2), this.littleEndian);
  }

  int32(at: number): number {
    return this.view.getInt32(this.checked(at, 4), this.littleEndian);
  }

  uint32(at: number): number {
    return this.view.getUint32(this.checked(at, 4), this.littleEndian);
  }

  float32(at: number): number {
    return this.view.getFloat32(this.checked(at, 4), this.littleEndian);
  }

  floats(at: number, count: number): number[] {
    return Array.from({ length: count }, (_, i) => this.float32(at + 4 * i));
  }

  triple(at: number): Triple {
    return [this.float32(at), this.float32(at + 4), this.float32(at + 8)];
  }

  /** Printable Latin-1 up to the first NUL. */
  text(start: number, [at, length]: TextField): string {
    const from = this.checked(start + at, length);
    const raw = this.bytes.subarray(from, from + length);
    const end = raw.indexOf(0);
    return String.fromCharCode(...raw.subarray(0, end < 0 ? length : end))
      .replace(/[^\x20-\x7e\xa0-\xff]/g, '')
      .trim();
  }

  start(start: PartStart, what: string): number {
    if (typeof start === 'number') return start;
    const at = this.int32(start.pointerAt);
    if (at > 0 && at < this.bytes.length) return at;
    throw new ReaderError(
      at > 0 ? 'FILE_TRUNCATED' : 'HEADER_MISSING',
      `${this.fileName} should have its ${what} at byte ${at}, which is not in the file of ${this.bytes.length} bytes.`,
    );
  }
}

/** Receivers: four ranges (first, last); a file without any has one receiver. */
function coilCount(fields: Fields, at: number): number {
  let count = 0;
  for (let i = 0; i < 4; i++) {
    const [first, last] = [fields.int16(at + 4 * i), fields.int16(at + 4 * i + 2)];
    if (first !== 0 || last !== 0) count += last - first + 1;
  }
  return count === 0 ? 1 : count;
}

function layoutOf(revision: number, fileName: string): PfileLayout {
  const layout = PFILE_LAYOUTS.find((l) => l.fits(revision));
  if (layout !== undefined) return layout;
  throw new UnsupportedDataError(
    'UNSUPPORTED',
    `${fileName} is a GE P-file of header revision ${revision}, which is not known; revisions ${KNOWN_REVISIONS} are read.`,
    { revision },
  );
}

type RawPart = Pick<
  PfileHeader,
  | 'scanDate'
  | 'scanTime'
  | 'fileContents'
  | 'echoCount'
  | 'navs'
  | 'frameCount'
  | 'frameSize'
  | 'pointSize'
  | 'acquiredPoints'
  | 'acquiredRows'
  | 'passBytes'
  | 'coilCount'
  | 'rawUser'
  | 'spectralWidthHz'
  | 'csiDims'
  | 'csiGrid'
  | 'roiLengthMm'
  | 'centreFrequencyMHz'
>;

function readRawPart(fields: Fields, { raw }: PfileLayout): RawPart {
  return {
    scanDate: fields.text(0, raw.scanDate),
    scanTime: fields.text(0, raw.scanTime),
    fileContents: fields.int16(raw.fileContents),
    echoCount: fields.int16(raw.echoCount),
    navs: fields.int16(raw.navs),
    frameCount: fields.int16(raw.frameCount),
    frameSize: fields.uint16(raw.frameSize),
    pointSize: fields.int16(raw.pointSize),
    acquiredPoints: fields.uint16(raw.acquiredPoints),
    acquiredRows: fields.int16(raw.acquiredRows),
    passBytes: fields.uint32(raw.passBytes),
    coilCount: coilCount(fields, raw.receivers),
    rawUser: fields.floats(raw.user, 20),
    spectralWidthHz: fields.float32(raw.spectralWidth),
    csiDims: fields.int16(raw.csiDims),
    csiGrid: [fields.int16(raw.csiGrid), fields.int16(raw.csiGrid + 2), fields.int16(raw.csiGrid + 4)],
    roiLengthMm: fields.triple(raw.roiLength),
    // Stored in tenths of a hertz.
    centreFrequencyMHz: fields.uint32(raw.centreFrequency) / 1e7,
  };
}

type ExamPart = Pick<
  PfileHeader,
  | 'fieldStrengthT'
  | 'hospital'
  | 'patientId'
  | 'patientName'
  | 'patientSex'
  | 'birthDate'
  | 'systemId'
  | 'software'
  | 'serialNumber'
  | 'protocol'
  | 'position'
  | 'entry'
>;

function readExamAndSeries(fields: Fields, { exam, series }: PfileLayout): ExamPart {
  const examAt = fields.start(exam.start, 'exam header');
  const seriesAt = fields.start(series.start, 'series header');
  return {
    // Stored in gauss.
    fieldStrengthT: fields.int32(examAt + exam.fieldStrength) / 1e4,
    hospital: fields.text(examAt, exam.hospital),
    patientId: fields.text(examAt, exam.patientId),
    patientName: fields.text(examAt, exam.patientName),
    patientSex: fields.int16(examAt + exam.patientSex),
    birthDate: fields.text(examAt, exam.birthDate),
    systemId: fields.text(examAt, exam.systemId),
    software: fields.text(examAt, exam.software),
    serialNumber: fields.text(examAt, exam.serialNumber),
    protocol: fields.text(seriesAt, series.description),
    position: fields.int32(seriesAt + series.position),
    entry: fields.int32(seriesAt + series.entry),
  };
}

type ImagePart = Omit<PfileHeader, keyof RawPart | keyof ExamPart | 'revision' | 'littleEndian' | 'dataStart'>;

function readImagePart(fields: Fields, { image }: PfileLayout): ImagePart {
  const at = fields.start(image.start, 'image header');
  return {
    fieldOfViewMm: fields.float32(at + image.fieldOfView),
    sliceSpacingMm: fields.float32(at + image.sliceSpacing),
    corners: {
      topLeft: fields.triple(at + image.topLeft),
      topRight: fields.triple(at + image.topRight),
      bottomRight: fields.triple(at + image.bottomRight),
    },
    repetitionTimeUs: fields.int32(at + image.repetitionTime),
    inversionTimeUs: fields.int32(at + image.inversionTime),
    echoTimeUs: fields.int32(at + image.echoTime),
    imageEchoCount: fields.int16(at + image.echoCount),
    excitations: fields.float32(at + image.excitations),
    flipAngleDeg: fields.int16(at + image.flipAngle),
    sequence: fields.text(at, image.sequence),
    coil: fields.text(at, image.coil),
    imageUser: fields.floats(at + image.user, 23),
    imageUser24: fields.float32(at + image.user24),
    frequencyDirection: fields.int16(at + image.frequencyDirection),
  };
}

/**
 * Reads the header of a P-file.
 * @throws ReaderError FILE_EMPTY, FORMAT_INVALID, FILE_TRUNCATED, HEADER_MISSING; UnsupportedDataError for an unknown
 *   revision, naming it
 */
export function readPfileHeader(bytes: Uint8Array, fileName: string): PfileHeader {
  if (bytes.length === 0) throw new ReaderError('FILE_EMPTY', `${fileName} is empty.`);
  const found = pfileRevision(bytes);
  if (found === null) {
    throw new ReaderError('FORMAT_INVALID', `${fileName} is no GE P-file: it doesn't begin with a header revision.`);
  }
  const layout = layoutOf(found.revision, fileName);
  if (bytes.length < SMALLEST_HEADER_BYTES) {
    throw new ReaderError(
      'FILE_TRUNCATED',
      `${fileName} is cut short: ${bytes.length} bytes are fewer than a P-file's header has.`,
    );
  }
  const fields = new Fields(bytes, found.littleEndian, fileName);
  return {
    ...found,
    dataStart: fields.start(layout.dataStart, 'data'),
    ...readRawPart(fields, layout),
    ...readExamAndSeries(fields, layout),
    ...readImagePart(fields, layout),
  };
}
