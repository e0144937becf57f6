// Everything that a user or another program writes as settings: recipes, thresholds, tables, prior knowledge, cards, key and
// place files. A case's name says by which reader it is read.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseBasisCard } from '../../../src/core/basis/basisCard.ts';
import { readTruthTable } from '../../../src/core/basis/simulatedSets/truthTable.ts';
import { parseTissueFractions } from '../../../src/core/domain/quantityOptions.ts';
import { CONSENSUS_THRESHOLDS, parseQualityThresholds } from '../../../src/core/domain/qualityThresholds.ts';
import { parseRelaxationTable } from '../../../src/core/domain/relaxationTableJson.ts';
import { rangesCsv, readRangesCsv } from '../../../src/core/reports/referenceRangesCsv.ts';
import { SHIPPED_PRIOR_KNOWLEDGE } from '../../../src/core/quantification/index.ts';
import { BRAIN_RELAXATION_TABLE } from '../../../src/core/quantification/waterScaling/index.ts';
import { loadRecipe } from '../../../src/cli/recipeChoice.ts';
import { DEFAULT_PLACE, fitToScreens, readWindowPlace } from '../../../src/main/settings.ts';
import { readModelCard, readSelfTest } from '../../../src/node/files/modelCards.ts';
import { readPriorKnowledgeFile } from '../../../src/node/files/priorKnowledgeFile.ts';
import { findResources } from '../../../src/node/files/resourcePaths.ts';
import { decodeExactJson, encodeExactJson } from '../../../src/node/study-db/exactJson.ts';
import { readKeyFile } from '../../../src/node/study-db/keys/keyFile.ts';
import { fileWrap, keyEntry, keychainWrap, newDatabaseKey } from '../../../src/node/study-db/keys/keyWraps.ts';
import { unlockDatabase } from '../../../src/node/study-db/keys/unlock.ts';
import { RECIPES } from '../../../src/core/pipeline/index.ts';
import { P31_TABLE } from '../../fixtures/phosphorusScan.ts';
import type { FuzzCase, FuzzFile, FuzzTarget } from '../engine/fuzzCase.ts';
import { scratchFile, scratchFolder } from './scratch.ts';

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const file = (name: string, content: string | object): FuzzFile => ({
  name,
  bytes: new TextEncoder().encode(typeof content === 'string' ? content : JSON.stringify(content)),
});

/** As every command reads JSON: what is none is refused before the parser sees it. */
function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(text(bytes));
  } catch {
    return null;
  }
}

const RANGE = { metabolite: 'tNAA', quantity: 'ratio', denominator: 'tCr', nucleus: '1H', fieldT: 3, echoTimeMinMs: 25, echoTimeMaxMs: 35, sequence: 'PRESS', region: 'parietal', tissue: 'WM', ageMinYears: 20, ageMaxYears: 59, mean: 1.5, sd: 0.1, n: 24, citation: 'Invented' } as const; // prettier-ignore
const KEYCHAIN = { backend: 'test', wrap: (secret: string) => Buffer.from(secret), unwrap: (wrapped: Uint8Array) => Buffer.from(wrapped).toString() }; // prettier-ignore

function modelFile(ending: string): string {
  return readFileSync(join(findResources() ?? '', 'models', `dcrr${ending}`), 'utf8');
}

function keyFileSeed(): string {
  const key = newDatabaseKey();
  const entry = keyEntry(key, '2026-01-01T00:00:00.000Z', [keychainWrap(key, KEYCHAIN), fileWrap(key)]);
  return JSON.stringify({ schema: 'lineshape.database-key/1', keys: [entry] });
}

/** Readers by the name of the file; each throws a refusal in words or returns. */
const READERS: Readonly<Record<string, (bytes: Uint8Array) => unknown>> = {
  'recipe.json': (bytes) => loadRecipe(scratchFile('recipe.json', bytes)),
  'quality.json': (bytes) => parseQualityThresholds(jsonOf(bytes), 'quality.json'),
  'relaxation.json': (bytes) => parseRelaxationTable(jsonOf(bytes), 'relaxation.json'),
  'tissue.json': (bytes) => parseTissueFractions(jsonOf(bytes), 'tissue.json'),
  'prior.json': (bytes) => readPriorKnowledgeFile(scratchFile('prior.json', bytes), 120.3),
  'prior.csv': (bytes) => readPriorKnowledgeFile(scratchFile('prior.csv', bytes), 120.3),
  'ranges.csv': (bytes) => {
    const { ranges } = readRangesCsv(text(bytes), 'ranges.csv');
    const again = readRangesCsv(rangesCsv(ranges), 'again.csv');
    if (again.ranges.length !== ranges.length) throw new Error('ranges that are written are not read again');
  },
  'truth.csv': (bytes) => readTruthTable(text(bytes), 3),
  'basis-card.json': (bytes) => parseBasisCard(jsonOf(bytes), 'basis-card.json'),
  'dcrr.json': (bytes) => {
    scratchFile('dcrr.json', bytes);
    return readModelCard(scratchFolder(), 'dcrr');
  },
  'dcrr.selftest.json': (bytes) => {
    scratchFile('dcrr.selftest.json', bytes);
    return readSelfTest(scratchFolder(), 'dcrr');
  },
  'place.json': (bytes) => {
    const place = fitToScreens(readWindowPlace(scratchFile('place.json', bytes)), [{ x: 0, y: 0, width: 1920, height: 1080 }]); // prettier-ignore
    if (![place.width, place.height].every((v) => Number.isInteger(v) && v > 0))
      throw new Error('no place for a window');
  },
  'fuzz.db.key.json': async (bytes) => {
    scratchFile('fuzz.db.key.json', bytes);
    const database = join(scratchFolder(), 'fuzz.db');
    if (readKeyFile(database) === null) return;
    await unlockDatabase(database, {
      keychain: KEYCHAIN,
      givenPassphrase: null,
      passphrase: () => null,
      now: () => '',
    });
  },
  'exact.json': (bytes) => {
    let value: unknown;
    try {
      value = decodeExactJson(text(bytes));
    } catch {
      return;
    }
    decodeExactJson(encodeExactJson(value));
  },
};

function seeds(): FuzzCase[] {
  const files = [
    ...RECIPES.map((recipe) => file('recipe.json', { ...recipe, quantities: { ratios: ['tCr'], waterScaling: { convention: 'molal' }, quality: 'consensus' } })), // prettier-ignore
    ...RECIPES.map((recipe) => file('recipe.json', recipe)),
    file('quality.json', { ...CONSENSUS_THRESHOLDS, basedOn: 'consensus' }),
    file('relaxation.json', { ...BRAIN_RELAXATION_TABLE, relaxation: BRAIN_RELAXATION_TABLE.relaxation.slice(0, 4) }),
    file('tissue.json', { gm: 0.6, wm: 0.3, csf: 0.1 }),
    ...Object.values(SHIPPED_PRIOR_KNOWLEDGE).map((knowledge) => file('prior.json', knowledge)),
    file('prior.csv', P31_TABLE),
    file('ranges.csv', rangesCsv([RANGE, { ...RANGE, metabolite: 'tCho' }])),
    file('truth.csv', 'case,NAA,Cr,snr\n1,1.5,2,10\n2,1,2,10\n3,1.5,2,\n'),
    file('basis-card.json', readFileSync(join(findResources() ?? '', 'basis', 'lineshape-3t-press-te30-123mhz.json'), 'utf8')), // prettier-ignore
    file('dcrr.json', modelFile('.json')),
    file('place.json', { ...DEFAULT_PLACE, position: { x: 10, y: 20 } }),
    file('fuzz.db.key.json', keyFileSeed()),
    file('exact.json', encodeExactJson({ a: [1, NaN, -0, { b: Infinity }] })),
  ];
  return files.map((one) => ({ files: [one] }));
}

async function readSettings(files: readonly FuzzFile[]): Promise<void> {
  for (const { name, bytes } of files) await READERS[name]?.(bytes);
}

export const SETTINGS_TARGETS: readonly FuzzTarget[] = [
  {
    name: 'settings',
    refusals: ['UsageError', 'ReaderError', 'ModelError', 'StudyDbError'],
    seeds,
    run: readSettings,
  },
];
