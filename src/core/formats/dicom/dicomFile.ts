// One DICOM file (PS3.10): told by its content, parsed once, with its functional groups. dicom-parser walks the elements
// (32 kB, no dictionary, offsets only), because dcmjs 0.52 decodes every value at once and needs Node's zip modules.
import { ReaderError, UnsupportedDataError } from '../../domain/errors.ts';
import { latin1Text } from '../../math/fortranText.ts';
import type { DicomElements, DicomSource } from './dicomDataset.ts';
import { DicomDataset } from './dicomDataset.ts';
import { readElements } from './dicomStream.ts';
import type { DicomTag } from './dicomTags.ts';
import { TAG } from './dicomTags.ts';

export { DicomDataset } from './dicomDataset.ts';
export { dicomTag, TAG } from './dicomTags.ts';
export type { DicomTag, Vr } from './dicomTags.ts';

const IMPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2';
const EXPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2.1';
const EXPLICIT_BIG_ENDIAN = '1.2.840.10008.1.2.2';
const DEFLATED = '1.2.840.10008.1.2.1.99';
const UNCOMPRESSED: readonly string[] = [IMPLICIT_LITTLE_ENDIAN, EXPLICIT_LITTLE_ENDIAN, EXPLICIT_BIG_ENDIAN];

/** Preamble and "DICM". [bytes] */
const PREFIX_BYTES = 132;

export interface DicomFile {
  /** Base name, for messages. */
  readonly fileName: string;
  readonly dataset: DicomDataset;
  readonly transferSyntaxUid: string;
  /** Whether pixel data are stored compressed (JPEG and the like). */
  readonly compressed: boolean;
  /** Byte order of 16- and 32-bit values. */
  readonly littleEndian: boolean;
  /** false where the file ends early or is damaged: what came before is there. */
  readonly complete: boolean;
}

const isPart10 = (bytes: Uint8Array): boolean => latin1Text(bytes.subarray(128, PREFIX_BYTES)) === 'DICM';

/**
 * Data sets written without preamble: a short first element of group 0008, then another element of that group (UIDs and
 * dates come early in every data set).
 */
function bareEncoding(bytes: Uint8Array): { explicit: boolean } | null {
  if (bytes.length < 24) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint16(0, true) !== 0x0008 || view.getUint16(2, true) > 0x0018) return null;
  const explicit = /^(UL|CS|UI)$/.test(latin1Text(bytes.subarray(4, 6)));
  const length = explicit ? view.getUint16(6, true) : view.getUint32(4, true);
  if (length > 64 || 12 + length > bytes.length) return null;
  return view.getUint16(8 + length, true) === 0x0008 ? { explicit } : null;
}

/** @returns whether the bytes are a DICOM file, with or without preamble; never throws */
export function isDicom(bytes: Uint8Array): boolean {
  return isPart10(bytes) || bareEncoding(bytes) !== null;
}

interface Layout {
  readonly start: number;
  readonly transferSyntaxUid: string;
  readonly meta: DicomElements;
}

/** File meta information (group 0002) is always explicit, little endian. */
function readLayout(bytes: Uint8Array, fileName: string): Layout {
  if (!isPart10(bytes)) {
    const bare = bareEncoding(bytes);
    if (bare === null) throw new ReaderError('FORMAT_INVALID', `${fileName} is not a DICOM file.`);
    const transferSyntaxUid = bare.explicit ? EXPLICIT_LITTLE_ENDIAN : IMPLICIT_LITTLE_ENDIAN;
    return { start: 0, transferSyntaxUid, meta: {} };
  }
  const encoding = { explicit: true, littleEndian: true };
  const meta = readElements(bytes, PREFIX_BYTES, encoding, (key) => key.startsWith('x0002'));
  const source: DicomSource = { bytes, fileName, littleEndian: true, characterSets: [] };
  const transferSyntaxUid = new DicomDataset(source, meta.elements).string(TAG.transferSyntaxUid);
  return { start: meta.end, transferSyntaxUid: transferSyntaxUid ?? EXPLICIT_LITTLE_ENDIAN, meta: meta.elements };
}

/**
 * Parses a DICOM file. A damaged or cut file gives what could be read, with `complete` false.
 * @param fileName base name, for messages
 * @throws ReaderError FILE_EMPTY, FILE_TRUNCATED, FORMAT_INVALID; UnsupportedDataError for deflated files
 */
export function parseDicom(bytes: Uint8Array, fileName: string): DicomFile {
  if (bytes.length === 0) throw new ReaderError('FILE_EMPTY', `${fileName} is empty.`);
  const { start, transferSyntaxUid, meta } = readLayout(bytes, fileName);
  if (transferSyntaxUid === DEFLATED) {
    const message = `${fileName} is a deflated (compressed) DICOM file, which this program doesn't unpack.`;
    throw new UnsupportedDataError('UNSUPPORTED', message);
  }
  const littleEndian = transferSyntaxUid !== EXPLICIT_BIG_ENDIAN;
  const explicit = transferSyntaxUid !== IMPLICIT_LITTLE_ENDIAN;
  const { elements, complete } = readElements(bytes, start, { explicit, littleEndian });
  if (Object.keys(elements).length === 0) {
    const code = start >= bytes.length ? 'FILE_TRUNCATED' : 'FORMAT_INVALID';
    throw new ReaderError(code, `${fileName} begins like a DICOM file, but no attribute can be read from it.`);
  }
  const source: DicomSource = { bytes, fileName, littleEndian, characterSets: [] };
  const dataset = new DicomDataset(source, { ...meta, ...elements });
  source.characterSets = readCharacterSets(dataset);
  const compressed = !UNCOMPRESSED.includes(transferSyntaxUid);
  return { fileName, dataset, transferSyntaxUid, compressed, littleEndian, complete };
}

function readCharacterSets(dataset: DicomDataset): string[] {
  try {
    return dataset.strings(TAG.specificCharacterSet);
  } catch {
    return []; // cut inside it: the readers name the truncation when they miss something
  }
}

/**
 * The item of a functional group that holds for one frame: the frame's own, else the shared one (PS3.3, C.7.6.16).
 * @param group the group's sequence, e.g. TAG.planePositionSequence
 * @param frame index from 0
 */
export function functionalGroup(file: DicomFile, group: DicomTag, frame = 0): DicomDataset | null {
  const own = file.dataset.sequence(TAG.perFrameFunctionalGroupsSequence)[frame];
  return own?.item(group) ?? file.dataset.item(TAG.sharedFunctionalGroupsSequence, group);
}

/** UIDs and numbers by which scans and images of one examination find each other. */
export interface DicomIdentity {
  readonly sopClassUid: string | null;
  readonly sopInstanceUid: string | null;
  readonly studyInstanceUid: string | null;
  readonly seriesInstanceUid: string | null;
  readonly frameOfReferenceUid: string | null;
  readonly accessionNumber: string | null;
  readonly patientId: string | null;
  readonly seriesNumber: number | null;
  readonly acquisitionNumber: number | null;
  readonly instanceNumber: number | null;
  readonly seriesDescription: string | null;
}

/** @returns the identity of a file; null for what it lacks */
export function dicomIdentity(file: DicomFile): DicomIdentity {
  const { dataset } = file;
  return {
    sopClassUid: dataset.string(TAG.sopClassUid) ?? dataset.string(TAG.mediaStorageSopClassUid),
    sopInstanceUid: dataset.string(TAG.sopInstanceUid),
    studyInstanceUid: dataset.string(TAG.studyInstanceUid),
    seriesInstanceUid: dataset.string(TAG.seriesInstanceUid),
    frameOfReferenceUid: dataset.string(TAG.frameOfReferenceUid),
    accessionNumber: dataset.string(TAG.accessionNumber),
    patientId: dataset.string(TAG.patientId),
    seriesNumber: dataset.number(TAG.seriesNumber),
    acquisitionNumber: dataset.number(TAG.acquisitionNumber),
    instanceNumber: dataset.number(TAG.instanceNumber),
    seriesDescription: dataset.string(TAG.seriesDescription) ?? dataset.string(TAG.protocolName),
  };
}
