// Basis sets: those that come with the program, each checked against its card, and the user's own files and folders.
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { parseBasisCard } from '../../core/basis/basisCard.ts';
import type { BasisCard } from '../../core/basis/basisCard.ts';
import { datasetToBasisSet } from '../../core/basis/basisDataset.ts';
import { readBasisFiles } from '../../core/basis/files/index.ts';
import type { BasisReadOptions, FileBasisSet } from '../../core/basis/files/index.ts';
import { ModelError, ReaderError } from '../../core/domain/errors.ts';
import { readNiftiMrs } from '../../core/formats/niftiMrs.ts';
import { sha256Hex, sha256OfFiles } from './hashing.ts';
import { readInputFile, readInputFiles } from './readInputFiles.ts';
import type { InputFile } from './readInputFiles.ts';

const NIFTI = /\.nii(\.gz)?$/i;

/**
 * The cards of the basis sets that come with the program, by id.
 * @param resources folder `resources` (see resourcesDir)
 * @throws ModelError MODEL_INVALID where a card is not valid
 */
export async function listBundledBases(resources: string): Promise<BasisCard[]> {
  const folder = join(resources, 'basis');
  const names = await readdir(folder).catch(() => [] as string[]);
  const cards: BasisCard[] = [];
  for (const name of names.filter((n) => n.endsWith('.json')).sort()) cards.push(await readCard(join(folder, name)));
  return cards.sort((a, b) => (a.id < b.id ? -1 : 1));
}

/**
 * Loads a basis set that comes with the program.
 * @param id of its card
 * @throws ModelError BASIS_MISSING (no such id, or its file is gone), MODEL_INVALID (file and card disagree)
 */
export async function loadBundledBasis(resources: string, id: string): Promise<FileBasisSet> {
  const cards = await listBundledBases(resources);
  const card = cards.find((candidate) => candidate.id === id);
  if (card === undefined) throw missing(id, cards);
  return loadWithCard(join(resources, 'basis', card.file), card);
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
  const cards = await listBundledBases(resources);
  if (cards.some((card) => card.id === idOrPath)) return loadBundledBasis(resources, idOrPath);
  const path = resolve(idOrPath);
  if (!existsSync(path)) throw missing(basename(idOrPath), cards);
  if (NIFTI.test(path)) return loadNifti(path);
  const files = await readFiles(path);
  const basis = readBasisFiles(files, options);
  return { ...basis, id: nameOf(path), sha256: sha256OfFiles(files) };
}

/** A basis set in this program's own format; where its card lies beside it, it is checked against that. */
async function loadNifti(path: string): Promise<FileBasisSet> {
  const cardPath = path.replace(NIFTI, '.json');
  if (existsSync(cardPath)) {
    const card = await readCard(cardPath);
    if (card.file === basename(path)) return loadWithCard(path, card);
  }
  const [file] = await readFiles(path);
  if (file === undefined) throw missing(basename(path), []);
  return { ...parseNifti(file), warnings: [] };
}

async function loadWithCard(path: string, card: BasisCard): Promise<FileBasisSet> {
  if (!existsSync(path)) {
    throw new ModelError('BASIS_MISSING', `The file ${card.file} of the basis set ${card.id} is missing.`, {
      id: card.id,
    });
  }
  const [file] = await readFiles(path);
  const found = file === undefined ? '' : sha256Hex(file.bytes);
  if (file === undefined || found !== card.sha256) {
    throw new ModelError(
      'MODEL_INVALID',
      `The basis file ${card.file} is not the one its card describes: its SHA-256 begins ${found.slice(0, 12)}, and ` +
        `${card.sha256.slice(0, 12)} is expected.`,
      { id: card.id, expected: card.sha256, found },
    );
  }
  return { ...parseNifti(file), id: card.id, title: card.title, warnings: [] };
}

function parseNifti(file: InputFile): ReturnType<typeof datasetToBasisSet> {
  const basis = datasetToBasisSet(readNiftiMrs(file.bytes, file.name), file.name, sha256Hex(file.bytes));
  return basis.id === file.name ? { ...basis, id: nameOf(file.path) } : basis;
}

/** @throws ModelError BASIS_MISSING where reading fails: to a fit, an unreadable basis is a missing one */
async function readFiles(path: string): Promise<InputFile[]> {
  try {
    return await readInputFiles([path]);
  } catch (error) {
    if (!(error instanceof ReaderError)) throw error;
    throw new ModelError('BASIS_MISSING', `The basis set can't be read: ${error.message}`, error.details, error);
  }
}

async function readCard(path: string): Promise<BasisCard> {
  const { name, bytes } = await readInputFile(path);
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new ModelError('MODEL_INVALID', `The basis card ${name} is not JSON.`, { file: name }, error);
  }
  const card = parseBasisCard(json, name);
  if (basename(card.file) !== card.file || dirname(card.file) !== '.') {
    throw new ModelError('MODEL_INVALID', `The basis card ${name} names a file outside its folder.`, { file: name });
  }
  return card;
}

/** @returns base name without the extensions of basis files */
function nameOf(path: string): string {
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
