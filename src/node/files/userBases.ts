// The user's own basis sets: imported from files or simulated, kept in the program's format with a card beside each.
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BASIS_CARD_SCHEMA } from '../../core/basis/basisCard.ts';
import type { BasisCard } from '../../core/basis/basisCard.ts';
import { basisSetToDataset } from '../../core/basis/basisDataset.ts';
import type { FileBasisSet } from '../../core/basis/files/index.ts';
import { simulationCard } from '../../core/basis/simulationCard.ts';
import type { BasisRequest } from '../../core/domain/basisRequest.ts';
import type { BasisSet } from '../../core/domain/basisSet.ts';
import { fieldStrengthT } from '../../core/domain/axes.ts';
import { ModelError, ProcessingError } from '../../core/domain/errors.ts';
import type { Warning } from '../../core/domain/provenance.ts';
import { writeNiftiMrs } from '../../core/formats/niftiMrs.ts';
import { placedCards } from './basisCards.ts';
import { loadBasisFiles, nameOf } from './basisLibrary.ts';
import { sha256Hex } from './hashing.ts';
import { writeOutputs } from './outputFolder.ts';

/** A set and the card it is to be kept with; the file's name and hash are known once its bytes are. */
interface NewBasis {
  readonly basis: BasisSet;
  readonly name: string;
  readonly card: (id: string, file: string, sha256: string) => BasisCard;
}

/** Keeps sets, all or none, data before cards. A set that is there already is left as it is. */
async function keep(folder: string, sets: readonly NewBasis[]): Promise<BasisCard[]> {
  const known = (await placedCards([folder])).map(({ card }) => card);
  const files = new Map<string, Uint8Array | string>();
  const cards = sets.map(({ basis, name, card }) => {
    // By its title and not by the id it had elsewhere: so the same set gives the same file, wherever it comes from.
    const bytes = writeNiftiMrs(basisSetToDataset({ ...basis, id: basis.title }));
    const sha256 = sha256Hex(bytes);
    const there = known.find((k) => k.sha256 === sha256);
    if (there !== undefined) return there;
    const id = `user-${name.replace(/[^A-Za-z0-9]+/g, '-').slice(0, 80)}-${sha256.slice(0, 8)}`;
    const made = card(id, `${id}.nii.gz`, sha256);
    files.set(made.file, bytes);
    return made;
  });
  for (const card of cards) {
    if (files.has(card.file)) files.set(`${card.id}.json`, JSON.stringify(card, null, 1));
  }
  await writeOutputs(folder, files);
  return cards;
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
  const first = paths[0] ?? '';
  const name = nameOf(paths.length === 1 ? first : dirname(first));
  const { basis, card: own } = await loadBasisFiles(paths, name);
  const card = (id: string, file: string, sha256: string): BasisCard =>
    own === null ? importCard(basis, name, id, file, sha256) : { ...own, id, file, sha256 };
  const [kept] = await keep(folder, [{ basis, name: own?.title ?? name, card }]);
  return { card: kept as BasisCard, warnings: basis.warnings };
}

/**
 * Keeps what a simulation gave.
 * @param folder the user's basis folder; made where it is not there
 * @param request what was simulated; it is kept in the cards
 * @param sets one, or the three of an edited sequence
 * @returns their cards
 * @throws ProcessingError where the folder can't be written; then nothing is
 */
export async function addSimulatedBases(
  folder: string,
  request: BasisRequest,
  sets: readonly BasisSet[],
): Promise<BasisCard[]> {
  return keep(
    folder,
    sets.map((basis) => ({
      basis,
      name: basis.title,
      card: (id, file, sha256) => simulationCard(request, { ...basis, id }, file, sha256),
    })),
  );
}

/**
 * Removes a set of the user's own; the card goes first, so that none is ever listed without its file.
 * @throws ModelError BASIS_MISSING where the user has no set of that id; ProcessingError where the folder can't be written
 */
export async function removeUserBasis(folder: string, id: string): Promise<void> {
  const found = (await placedCards([folder])).find(({ card }) => card.id === id);
  if (found === undefined) {
    throw new ModelError('BASIS_MISSING', `The basis set ${id} can't be removed: it is not one of your own.`, { id });
  }
  try {
    await rm(found.path, { force: true });
    await rm(join(folder, found.card.file), { force: true });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    throw new ProcessingError('WRITE_FAILED', `The basis set ${id} can't be removed (${code}).`, { id, code }, error);
  }
}

/**
 * The card of a set read from a file, which says less than one that was simulated here.
 * @param name of the file or folder it came from
 * @param id,file,sha256 under which it is kept
 */
export function importCard(basis: FileBasisSet, name: string, id: string, file: string, sha256: string): BasisCard {
  const named = (broad: boolean): string[] =>
    basis.signals
      .filter(({ kind }) => (kind === 'macromolecule' || kind === 'lipid') === broad)
      .map((signal) => signal.name);
  return {
    schema: BASIS_CARD_SCHEMA,
    id,
    version: 1,
    title: basis.title === '' ? name : basis.title,
    file,
    sha256,
    nucleus: basis.nucleus,
    fieldT: fieldStrengthT(basis.spectrometerFrequencyMHz, basis.nucleus),
    spectrometerFrequencyMHz: basis.spectrometerFrequencyMHz,
    sequence: basis.sequence,
    echoTimeS: basis.echoTimeS,
    editing: basis.editing,
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
    request: null,
  };
}
