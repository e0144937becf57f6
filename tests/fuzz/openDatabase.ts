// Opens a study database as the program does, reads all of it and verifies it. A process of its own, as the driver may end it;
// says in one line of JSON what came of it.
import { AppError } from '../../src/core/domain/errors.ts';
import { verifyStudyDb } from '../../src/node/study-db/openStudyDb.ts';
import { findKey, openProtected } from '../../src/node/study-db/openProtected.ts';

const now = (): string => '2026-01-01T00:00:00.000Z';
const ACCESS = { keychain: null, givenPassphrase: null, passphrase: () => null, now };

/** What the worklist, a study's page and the settings read. */
async function readThrough(database: string): Promise<void> {
  const found = await findKey(database, ACCESS, false);
  const store = openProtected(database, found, { now });
  try {
    for (const { id } of store.listStudies()) {
      for (const dataset of store.listDatasets(id)) store.readRawFile(dataset.id);
      for (const analysis of store.listAnalyses(id)) store.getAnalysis(analysis.id);
    }
    store.getSetting('language');
    store.listJobs();
    store.listReferenceRanges();
  } finally {
    store.close();
  }
  verifyStudyDb(database, { now, key: found.key });
}

const say = (outcome: object): void => void process.stdout.write(`${JSON.stringify(outcome)}\n`);

try {
  await readThrough(process.argv[2] ?? '');
  say({ opened: true });
} catch (error) {
  const { name, message } = error as Error;
  const { code = '', details = null } = error instanceof AppError ? error : {};
  say({ opened: false, name, message, code, details, stack: (error as Error).stack });
}
