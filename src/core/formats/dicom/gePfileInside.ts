// GE P-files inside DICOM Raw Data Storage, as SIVIC stores them for the archive (svkDICOMRawDataWriter.cc, svkDcmtkAdapter.cc;
// github.com/SIVICLab/sivic): group 7777, a sequence of files, each whole, or in parts that zlib may have compressed.
// GE's own raw-data objects are not publicly described and are refused.
import { Unzlib } from 'fflate';
import { ReaderError, UnsupportedDataError } from '../../domain/errors.ts';
import type { PfileScan } from '../ge/index.ts';
import { isPfile, readPfile } from '../ge/index.ts';
import type { ReadOptions } from '../readOptions.ts';
import type { DicomDataset, DicomFile, DicomTag, Vr } from './dicomFile.ts';
import { dicomTag } from './dicomFile.ts';
import { putIdentity, putUser } from './dicomFields.ts';

export const RAW_DATA_STORAGE = '1.2.840.10008.5.1.4.1.1.66';
/** Largest P-file put together of parts. */
const MAX_UNPACKED_BYTES = 2 ** 29;
/** Deflate shrinks no further (RFC 1951); nothing of the size below that was measured shrinks so far. */
const MAX_RATIO = 1032;
const BOMB = { bytes: 1e8, ratio: 200 } as const;
/** Compressed bytes handed over at once. */
const CHUNK_BYTES = 1 << 16;

const svkTag = (dataset: DicomDataset, low: number, vr: Vr): DicomTag =>
  dataset.privateTag(0x7777, 'SVK_PRIVATE_CREATOR', low, vr) ?? dicomTag(0x7777, 0x1000 + low, vr);

const storedFiles = (dataset: DicomDataset): readonly DicomDataset[] => dataset.sequence(svkTag(dataset, 0x18, 'SQ'));

/** @returns whether the data set has SIVIC's sequence of files */
export const holdsFiles = ({ dataset }: DicomFile): boolean => dataset.has(svkTag(dataset, 0x18, 'SQ'));

/** Contents are written as 32-bit words, whose bytes big-endian files have the other way round. */
function inFileOrder(bytes: Uint8Array, littleEndian: boolean): Uint8Array {
  if (littleEndian) return bytes;
  const out = bytes.slice();
  for (let at = 0; at + 4 <= out.length; at += 4) out.subarray(at, at + 4).reverse();
  return out;
}

/** One stored part: its bytes as they stand, and their number once unpacked. */
interface Part {
  readonly bytes: Uint8Array;
  readonly compressed: boolean;
  readonly size: number;
}

function partOf(part: DicomDataset, { fileName, littleEndian }: DicomFile): Part {
  const bytes = inFileOrder(part.bytes(svkTag(part, 0x23, 'OF')) ?? new Uint8Array(), littleEndian);
  const size = part.number(svkTag(part, 0x29, 'LO'));
  if (size === null) return { bytes, compressed: false, size: bytes.length };
  const most = (size > BOMB.bytes ? BOMB.ratio : MAX_RATIO) * bytes.length;
  if (Number.isInteger(size) && size >= 0 && size <= most) return { bytes, compressed: true, size };
  throw new ReaderError('DIMENSIONS_ABSURD', `${fileName} claims that ${bytes.length} bytes unpack to ${size}.`);
}

/** Unpacks a part into its place. @throws ReaderError FORMAT_INVALID where it is damaged or of another size */
function inflate({ bytes }: Part, out: Uint8Array, fileName: string): void {
  let at = 0;
  const stream = new Unzlib((chunk) => {
    if (at + chunk.length <= out.length) out.set(chunk, at);
    at += chunk.length;
  });
  try {
    for (let from = 0; from < bytes.length && at <= out.length; from += CHUNK_BYTES) {
      // A copy: fflate keeps references into what it is given.
      stream.push(bytes.slice(from, from + CHUNK_BYTES), from + CHUNK_BYTES >= bytes.length);
    }
  } catch (error) {
    const message = `${fileName} holds a damaged part that can't be unpacked.`;
    throw new ReaderError('FORMAT_INVALID', message, {}, error);
  }
  if (at === out.length) return;
  const message = `${fileName} holds a part that doesn't unpack to the ${out.length} bytes it claims.`;
  throw new ReaderError('FORMAT_INVALID', message);
}

/** The bytes of one stored file; a whole uncompressed one is a view of the DICOM file's. */
function contentsOf(item: DicomDataset, file: DicomFile): Uint8Array {
  const { fileName } = file;
  const sequence = item.sequence(svkTag(item, 0x28, 'SQ'));
  const parts = (sequence.length > 0 ? sequence : [item]).map((part) => partOf(part, file));
  const total = parts.reduce((sum, { size }) => sum + size, 0);
  const claimed = item.number(svkTag(item, 0x22, 'UL')) ?? total;
  if (!(claimed >= 0 && claimed <= total)) {
    const message = `${fileName} is cut short: it holds ${total} of the ${claimed} bytes of the file stored in it.`;
    throw new ReaderError('FILE_TRUNCATED', message, { missingBytes: claimed - total });
  }
  const [only] = parts;
  if (parts.length === 1 && only?.compressed === false) return only.bytes.subarray(0, claimed);
  if (total > MAX_UNPACKED_BYTES) {
    throw new ReaderError(
      'DIMENSIONS_ABSURD',
      `${fileName} would unpack to ${total} bytes; give the P-file (.7) itself.`,
    );
  }
  const whole = new Uint8Array(total);
  let at = 0;
  for (const part of parts) {
    const out = whole.subarray(at, at + part.size);
    if (part.compressed) inflate(part, out, fileName);
    else out.set(part.bytes);
    at += part.size;
  }
  return whole.subarray(0, claimed);
}

/**
 * Reads the P-file that a raw-data object holds; files stored beside it are left.
 * @throws ReaderError, those of readPfile among them; UnsupportedDataError where no P-file is in it
 */
export function readPfileInside(file: DicomFile, options: ReadOptions = {}): PfileScan {
  const isMain = (item: DicomDataset): boolean => /pfile/i.test(item.string(svkTag(item, 0x19, 'LO')) ?? '');
  const items = storedFiles(file.dataset);
  const item = items.find(isMain) ?? items[0];
  const bytes = item === undefined ? new Uint8Array() : contentsOf(item, file);
  if (!isPfile(bytes)) {
    const message = `${file.fileName} is DICOM raw data that hold no GE P-file this program can read; give the P-file (.7) itself.`;
    throw new UnsupportedDataError('UNSUPPORTED', message);
  }
  const scan = readPfile(bytes, file.fileName, options);
  const mark = (dataset: PfileScan['dataset']): PfileScan['dataset'] => {
    const header = { ...dataset.header };
    putIdentity(header, file);
    putUser(header, 'DicomVariant', 'ge-pfile-inside', 'Kind of DICOM file that was read');
    return { ...dataset, header };
  };
  return { dataset: mark(scan.dataset), water: scan.water === null ? null : mark(scan.water) };
}
