// The cards in basis folders: the program's own and the user's.
import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { parseBasisCard } from '../../core/basis/basisCard.ts';
import type { BasisCard } from '../../core/basis/basisCard.ts';
import { ModelError } from '../../core/domain/errors.ts';
import { readInputFile } from './readInputFiles.ts';
import { requireReleasedBytes } from './releasedFiles.ts';

export interface PlacedCard {
  readonly card: BasisCard;
  readonly folder: string;
  /** The card's own file. */
  readonly path: string;
}

/**
 * The cards of some folders with where they lie, by id; a folder that is not there counts as empty.
 * @throws ModelError MODEL_INVALID where a card is not valid
 */
export async function placedCards(folders: readonly string[]): Promise<PlacedCard[]> {
  const placed: PlacedCard[] = [];
  for (const folder of folders) {
    const names = await readdir(folder).catch(() => [] as string[]);
    for (const name of names.filter((n) => n.endsWith('.json')).sort()) {
      const path = join(folder, name);
      placed.push({ card: await readCard(path), folder, path });
    }
  }
  return placed.sort((a, b) => (a.card.id < b.card.id ? -1 : 1));
}

/** @throws ModelError MODEL_INVALID, also where it is the program's own and was changed; ReaderError where the file can't be read */
export async function readCard(path: string): Promise<BasisCard> {
  const { name, bytes } = await readInputFile(path);
  requireReleasedBytes(path, bytes);
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
