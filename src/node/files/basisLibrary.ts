// Basis sets: those that come with the program, each checked against its card, and the user's own files and folders.
import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { BasisCard } from '../../core/basis/basisCard.ts';
import { datasetToBasisSet } from '../../core/basis/basisDataset.ts';
import { readBasisFiles } from '../../core/basis/files/index.ts';
import type { BasisReadOptions, FileBasisSet } from '../../core/basis/files/index.ts';
import type { BasisSet } from '../../core/domain/basisSet.ts';
import { ModelError, ReaderError } from '../../core/domain/errors.ts';
import { readNiftiMrs } from '../../core/formats/niftiMrs.ts';
import { placedCards, readCard } from './basisCards.ts';
import { sha256Hex, sha256OfFiles } from './hashing.ts';
import { readInputFiles, readWhole } from './readInputFiles.ts';
import type { ReadFile } from './readInputFiles.ts';
import { requireReleased, requireReleasedBytes } from './releasedFiles.ts';

const NIFTI = /\.nii(\.gz)?$/i;

/**
 * The cards of the basis sets that come with the program, by id.
 * @param resources folder `resources` (see resourcesDir)
 * @throws ModelError MODEL_INVALID where a card is not valid
 */
export async function listBundledBases(resources: string): Promise<BasisCard[]> {
  return listBases([bundledFolder(resources)]);
}

/** Folder of the basis sets that come with the program. */
export const bundledFolder = (resources: string): string => join(resources, 'basis');

/**
 * The cards of all basis sets in some folders, by id; a folder that is not there counts as empty.
 * @throws ModelError MODEL_INVALID where a card is not valid
 */
export async function listBases(folders: readonly string[]): Promise<BasisCard[]> {
  return (await placedCards(folders)).map(({ card }) => card);
}

/**
 * Loads a basis set that comes with the program.
 * @param id of its card
 * @throws ModelError BASIS_MISSING (no such id, or its file is gone), MODEL_INVALID (file and card disagree)
 */
export async function loadBundledBasis(resources: string, id: string): Promise<FileBasisSet> {
  return loadListedBasis([bundledFolder(resources)], id);
}

/**
 * Loads a basis set of some folders by its card's id.
 * @throws ModelError BASIS_MISSING (no such id, or its file is gone), MODEL_INVALID (file and card disagree)
 */
export async function loadListedBasis(folders: readonly string[], id: string): Promise<FileBasisSet> {
  const placed = await placedCards(folders);
  const found = placed.find(({ card }) => card.id === id);
  if (found === undefined) {
    throw missing(
      id,
      placed.map(({ card }) => card),
    );
  }
  return loadPlaced(found.folder, found.card);
}

/** A basis set with its card, where it has one. */
export interface LoadedBasis {
  readonly basis: FileBasisSet;
  readonly card: BasisCard | null;
}

/**
 * Loads a basis set by the id of a bundled one, or from a file or folder; a bundled id goes before a path of that name.
 * @param idOrPath as the user gave it
 * @param options for files that are silent on frequency, dwell time …
 * @returns with `id` (a file's or folder's name without extension) and `sha256` set
 * @throws ModelError BASIS_MISSING, BASIS_MISMATCH, MODEL_INVALID; ReaderError (a NIfTI file that can't be read)
 */
export async function loadBasis(
  idOrPath: string,
  resources: string,
  options: BasisReadOptions = {},
): Promise<FileBasisSet> {
  return (await loadBasisWithCard(idOrPath, resources, options)).basis;
}

/** As `loadBasis`, with the card. */
export async function loadBasisWithCard(
  idOrPath: string,
  resources: string,
  options: BasisReadOptions = {},
): Promise<LoadedBasis> {
  const folder = bundledFolder(resources);
  const cards = await listBases([folder]);
  const card = cards.find(({ id }) => id === idOrPath);
  if (card !== undefined) return { basis: await loadPlaced(folder, card), card };
  const path = resolve(idOrPath);
  if (!existsSync(path)) throw missing(basename(idOrPath), cards);
  return loadBasisFiles([path], nameOf(path), options);
}

/**
 * Reads a basis set from files, whatever their format.
 * @param paths one file, one folder, or the files of a set
 * @param id of a set in a foreign format, which has none
 * @throws ModelError, ReaderError as `loadBasis`
 */
export async function loadBasisFiles(
  paths: readonly string[],
  id: string,
  options: BasisReadOptions = {},
): Promise<LoadedBasis> {
  const files = await readFiles(paths);
  const own = files.filter(({ name }) => NIFTI.test(name));
  if (own.length > 1) {
    const names = own.map(({ name }) => name).join(', ');
    throw new ModelError('BASIS_MISMATCH', `${own.length} basis sets are here (${names}); name one of them.`);
  }
  if (own[0] !== undefined) return loadNifti(own[0]);
  return { basis: { ...readBasisFiles(files, options), id, sha256: sha256OfFiles(files) }, card: null };
}

/** A basis set in this program's own format; where its card lies beside it, it is checked against that. */
async function loadNifti(file: ReadFile): Promise<LoadedBasis> {
  const cardPath = file.absolutePath.replace(NIFTI, '.json');
  const card = existsSync(cardPath) ? await readCard(cardPath) : null;
  if (card !== null && card.file === file.name) return { basis: await checked(file, card), card };
  requireReleasedBytes(file.absolutePath, file.bytes);
  return { basis: { ...parseNifti(file), warnings: [] }, card: null };
}

async function loadPlaced(folder: string, card: BasisCard): Promise<FileBasisSet> {
  const path = join(folder, card.file);
  const [file] = existsSync(path) ? await readFiles([path]) : [];
  if (file !== undefined) return checked(file, card);
  throw new ModelError('BASIS_MISSING', `The file ${card.file} of the basis set ${card.id} is missing.`, {
    id: card.id,
  });
}

const DIFFERENCE_FILE = /-difference(?=\.nii(\.gz)?$)/i;

/** The edit-off signals that belong to a difference basis: of the file beside it that has "-off" for "-difference". */
async function offSignalsBeside(file: ReadFile, { editing }: BasisCard): Promise<Pick<BasisSet, 'offSignals'>> {
  const path = file.absolutePath.replace(DIFFERENCE_FILE, '-off');
  const cardPath = path.replace(NIFTI, '.json');
  if (editing !== 'difference' || path === file.absolutePath || !existsSync(path) || !existsSync(cardPath)) return {};
  const card = await readCard(cardPath);
  const [off] = await readFiles([path]);
  if (card.editing !== 'off' || off === undefined) return {};
  return { offSignals: (await checked(off, card)).signals };
}

/** @throws ModelError MODEL_INVALID where file and card disagree */
async function checked(file: ReadFile, card: BasisCard): Promise<FileBasisSet> {
  const found = sha256Hex(file.bytes);
  requireReleased(file.absolutePath, () => found);
  if (found !== card.sha256) {
    throw new ModelError(
      'MODEL_INVALID',
      `The basis file ${card.file} is not the one its card describes: its SHA-256 begins ${found.slice(0, 12)}, and ` +
        `${card.sha256.slice(0, 12)} is expected.`,
      { id: card.id, expected: card.sha256, found },
    );
  }
  return { ...parseNifti(file), id: card.id, title: card.title, warnings: [], ...(await offSignalsBeside(file, card)) };
}

function parseNifti(file: ReadFile): ReturnType<typeof datasetToBasisSet> {
  const basis = datasetToBasisSet(readNiftiMrs(file.bytes, file.name), file.name, sha256Hex(file.bytes));
  return basis.id === file.name ? { ...basis, id: nameOf(file.absolutePath) } : basis;
}

/** @throws ModelError BASIS_MISSING where reading fails: to a fit, an unreadable basis is a missing one */
async function readFiles(paths: readonly string[]): Promise<ReadFile[]> {
  try {
    return (await readInputFiles(paths, { recursive: false })).map(readWhole);
  } catch (error) {
    if (!(error instanceof ReaderError)) throw error;
    throw new ModelError('BASIS_MISSING', `The basis set can't be read: ${error.message}`, error.details, error);
  }
}

/** @returns base name without the extensions of basis files */
export function nameOf(path: string): string {
  return basename(path).replace(/\.(nii\.gz|nii|basis|json|txt)$/i, '');
}

function missing(name: string, cards: readonly BasisCard[]): ModelError {
  const known = cards.map((card) => card.id).join(', ');
  return new ModelError(
    'BASIS_MISSING',
    `There is no basis set ${name}: neither a file or folder of that name, nor one that comes with the program` +
      `${known === '' ? '' : ` (${known})`}.`,
    { name },
  );
}
