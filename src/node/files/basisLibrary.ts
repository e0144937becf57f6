// Basis sets: those that come with the program, each checked against its card, and the user's own files and folders.
import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { BASIS_CARD_SCHEMA, parseBasisCard } from '../../core/basis/basisCard.ts';
import type { BasisCard } from '../../core/basis/basisCard.ts';
import { basisSetToDataset, datasetToBasisSet } from '../../core/basis/basisDataset.ts';
import { readBasisFiles } from '../../core/basis/files/index.ts';
import type { BasisReadOptions, FileBasisSet } from '../../core/basis/files/index.ts';
import { fieldStrengthT } from '../../core/domain/axes.ts';
import { ModelError, ReaderError } from '../../core/domain/errors.ts';
import type { Warning } from '../../core/domain/provenance.ts';
import { readNiftiMrs, writeNiftiMrs } from '../../core/formats/niftiMrs.ts';
import { atomicWrite } from './atomicWrite.ts';
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

interface PlacedCard {
  readonly card: BasisCard;
  readonly folder: string;
}

async function placedCards(folders: readonly string[]): Promise<PlacedCard[]> {
  const placed: PlacedCard[] = [];
  for (const folder of folders) {
    const names = await readdir(folder).catch(() => [] as string[]);
    for (const name of names.filter((n) => n.endsWith('.json')).sort()) {
      placed.push({ card: await readCard(join(folder, name)), folder });
    }
  }
  return placed.sort((a, b) => (a.card.id < b.card.id ? -1 : 1));
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
  return loadWithCard(join(found.folder, found.card.file), found.card);
}

/**
 * Takes a user's basis set in: reads it, whatever its format, and keeps it in the program's own with a card. The same set
 * again changes nothing.
 * @param folder the user's basis folder; made where it is not there
 * @param paths one file, one folder, or the files of a set
 * @returns its card, and what the reader had to correct
 * @throws ModelError BASIS_MISSING, BASIS_MISMATCH; ProcessingError where the folder can't be written
 */
export async function addUserBasis(
  folder: string,
  paths: readonly string[],
): Promise<{ readonly card: BasisCard; readonly warnings: readonly Warning[] }> {
  const files = await readFiles(paths);
  const basis = readBasisFiles(files);
  const bytes = writeNiftiMrs(basisSetToDataset(basis));
  const sha256 = sha256Hex(bytes);
  const known = (await listBases([folder])).find((card) => card.sha256 === sha256);
  if (known !== undefined) return { card: known, warnings: basis.warnings };
  const first = paths[0] ?? '';
  const name = nameOf(paths.length === 1 ? first : dirname(first));
  const card = userCard(basis, name, sha256);
  await mkdir(folder, { recursive: true });
  await atomicWrite(join(folder, card.file), bytes);
  await atomicWrite(join(folder, `${card.id}.json`), JSON.stringify(card, null, 1));
  return { card, warnings: basis.warnings };
}

function userCard(basis: FileBasisSet, name: string, sha256: string): BasisCard {
  const id = `user-${name.replace(/[^A-Za-z0-9]+/g, '-')}-${sha256.slice(0, 8)}`;
  const named = (broad: boolean): string[] =>
    basis.signals
      .filter(({ kind }) => (kind === 'macromolecule' || kind === 'lipid') === broad)
      .map((signal) => signal.name);
  return {
    schema: BASIS_CARD_SCHEMA,
    id,
    version: 1,
    title: basis.title === '' ? name : basis.title,
    file: `${id}.nii.gz`,
    sha256,
    nucleus: basis.nucleus,
    fieldT: fieldStrengthT(basis.spectrometerFrequencyMHz, basis.nucleus),
    spectrometerFrequencyMHz: basis.spectrometerFrequencyMHz,
    sequence: basis.sequence,
    echoTimeS: basis.echoTimeS,
    sequenceParameters: {},
    dwellTimeS: basis.dwellTimeS,
    points: basis.points,
    referencePpm: basis.referencePpm,
    linewidthHz: basis.linewidthHz,
    metabolites: named(false),
    macromolecules: named(true),
    simulation: `Imported from a file of the format ${basis.format}.`,
    amplitudeUnit: 'as in the imported file',
    limits: [],
    sources: [name],
  };
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
  const files = await readFiles([path]);
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
  const [file] = await readFiles([path]);
  if (file === undefined) throw missing(basename(path), []);
  return { ...parseNifti(file), warnings: [] };
}

async function loadWithCard(path: string, card: BasisCard): Promise<FileBasisSet> {
  if (!existsSync(path)) {
    throw new ModelError('BASIS_MISSING', `The file ${card.file} of the basis set ${card.id} is missing.`, {
      id: card.id,
    });
  }
  const [file] = await readFiles([path]);
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
async function readFiles(paths: readonly string[]): Promise<InputFile[]> {
  try {
    return await readInputFiles(paths);
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
