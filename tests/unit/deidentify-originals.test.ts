// Scanners' own files through an import without names: kept in their format where the cleaned bytes read the same, stored so
// that they can be read again, with nothing of the patient in any byte, name, description or report; NIfTI-MRS otherwise.
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bytesOf } from '../../src/core/domain/fileContent.ts';
import type { MrsDataset } from '../../src/core/domain/mrsDataset.ts';
import { Secrets } from '../../src/core/formats/deidentify/secrets.ts';
import { deidentificationText } from '../../src/core/formats/deidentify.ts';
import { readMrs } from '../../src/core/formats/index.ts';
import type { GivenFile, InputFile } from '../../src/core/formats/inputFile.ts';
import { readZip } from '../../src/core/formats/zipArchive.ts';
import { cleanOriginal } from '../../src/core/pipeline/cleanOriginal.ts';
import type { DeidentifiedPlan } from '../../src/core/pipeline/deidentifyImport.ts';
import { deidentifyImport } from '../../src/core/pipeline/deidentifyImport.ts';
import { planImport } from '../../src/core/pipeline/importFiles.ts';
import { isSameSignal } from '../../src/core/pipeline/sameSignal.ts';
import { readStored, storeImport } from '../../src/core/pipeline/studyWorkflow.ts';
import type { StudyStore } from '../../src/core/ports/studyStore.ts';
import { openStudyDb } from '../../src/node/study-db/openStudyDb.ts';
import { acqp, counting, method, wordBytes } from '../fixtures/brukerFiles.ts';
import { BY } from '../fixtures/identities.ts';
import { makeRda, makeTwixVb, makeTwixVd, rdaHeader, svsBuffers, svsProtocol } from '../fixtures/siemensFiles.ts';
import { makeTempFolder } from '../fixtures/tempFolder.ts';
import { procpar, varianFid } from '../fixtures/varianFiles.ts';
import { rawFiles, sdatBytes, sparText, textBytes } from './philipsFiles.ts';

/** Whom the made files name, by file name too. */
const SECRETS = /doe|jane|nobody|nowhere|1980.?01.?02|19700101|\.12345\.|nmrsu|musterfrau/i;

const parse = async (files: readonly GivenFile[], options = {}): Promise<MrsDataset> => readMrs(files, options);
const within = (folder: string, file: InputFile): InputFile => ({ ...file, path: `${folder}/${file.name}` });

const PROTOCOL = svsProtocol();
const SETS = [{ mask: 0, samples: 16, channels: 2 }];
const twix = { buffers: svsBuffers('vb', PROTOCOL, 'syngo MR B17'), sets: SETS };
const twixVd = { buffers: svsBuffers('vd', PROTOCOL, 'syngo MR E11'), sets: SETS };
const list = rawFiles([0, 1].map((chan) => ({ chan, values: counting(8) })));

const STUDIES: Readonly<
  Record<string, { files: readonly InputFile[]; stored: readonly string[]; members?: readonly string[] }>
> = {
  'Siemens twix VB': { files: [{ name: 'Musterfrau.dat', bytes: makeTwixVb(twix) }], stored: ['metabolite-1.dat'] },
  'Siemens twix VD': { files: [{ name: 'Musterfrau.dat', bytes: makeTwixVd([twixVd]) }], stored: ['metabolite-1.dat'] },
  'Siemens RDA': {
    files: [{ name: 'Doe_Jane.rda', bytes: makeRda(rdaHeader({ VectorSize: 8 }), counting(16)) }],
    stored: ['metabolite-1.rda'],
  },
  'Philips SPAR and SDAT': {
    files: [
      { name: 'Doe_Jane_act.SDAT', bytes: sdatBytes(1, 4) },
      { name: 'Doe_Jane_act.SPAR', bytes: textBytes(sparText()) },
      { name: 'Doe_Jane_ref.SDAT', bytes: sdatBytes(1, 4).map((byte, i) => (i === 4 ? byte ^ 1 : byte)) },
      { name: 'Doe_Jane_ref.SPAR', bytes: textBytes(sparText({ scan_id: 'PRESS_35_ref' })) },
    ],
    stored: ['metabolite-1.sdat', 'metabolite-1.spar', 'water-1.sdat', 'water-1.spar'],
  },
  'Philips data and list': {
    files: [
      { name: 'Doe_Jane.data', bytes: list.data },
      { name: 'Doe_Jane.list', bytes: textBytes(list.list) },
      { name: 'Doe_Jane.SPAR', bytes: textBytes(sparText()) },
    ],
    stored: ['metabolite-1.zip'],
    members: ['metabolite-1.data', 'metabolite-1.list', 'metabolite-1.spar'],
  },
  Bruker: {
    files: [acqp(), method(), { name: 'fid', bytes: wordBytes(counting(48), 'int32') }].map((f) =>
      within('Musterfrau/5', f),
    ),
    stored: ['metabolite-1.zip'],
    members: ['acqp', 'fid', 'method'],
  },
  Varian: {
    files: [
      { name: 'fid', bytes: varianFid() },
      { name: 'procpar', bytes: procpar({ name: 'Doe, Jane', owner: 'nmrsu' }) },
    ].map((f) => within('Musterfrau.fid', f)),
    stored: ['metabolite-1.zip'],
    members: ['fid', 'procpar'],
  },
};

let folder: string;
let store: StudyStore;
beforeEach(() => {
  folder = makeTempFolder();
  store = openStudyDb(join(folder, 'study.db'), { now: () => '2026-01-01T00:00:00.000Z' });
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

const GIVEN = { spectrometerFrequencyMHz: 127.75, dwellTimeS: 0.0005 };
const clean = async (files: readonly InputFile[]): Promise<DeidentifiedPlan> =>
  deidentifyImport(await planImport(files, { parse }, GIVEN), { parse, pseudonymOf: () => BY });

function everything({ studies, report }: DeidentifiedPlan): string {
  const datasets = studies.flatMap((study) => study.datasets);
  const bytes = datasets.map((dataset) => `${dataset.fileName} ${Buffer.from(bytesOf(dataset)).toString('latin1')}`);
  const described = JSON.stringify([studies.map(({ study }) => study), datasets.map((d) => d.description)]);
  return [...bytes, described, deidentificationText(report)].join('\n');
}

describe('an import without names', () => {
  it.each(Object.entries(STUDIES))(
    'keeps %s, cleaned, and can read it again',
    async (_, { files, stored, members }) => {
      const before = (await planImport(files, { parse }, GIVEN)).studies[0]?.datasets[0];
      const plan = await clean(files);
      expect(plan.failures).toEqual([]);
      const datasets = plan.studies.flatMap((study) => study.datasets);
      expect(datasets.map(({ fileName }) => fileName)).toEqual(stored);
      expect(datasets[0]?.description.format).toBe(before?.description.format);
      if (members !== undefined) {
        const names = readZip(bytesOf(datasets[0]!), 'a.zip').map(({ path }) => path);
        expect(names).toEqual(members);
      }
      expect(everything(plan)).not.toMatch(SECRETS);
      expect(plan.report.files.map(({ name }) => name)).toEqual(stored.filter((name) => !name.endsWith('.spar')));
      storeImport(plan, store);
      const database = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'latin1'));
      expect(database.join('\n')).not.toMatch(SECRETS);
      const [study] = store.listStudies();
      const scans = store.listDatasets(study?.id as string).filter(({ description }) => description.points !== null);
      const given = readMrs(files.slice(0, /spar/.test(stored[1] ?? '') ? 2 : undefined), GIVEN);
      const again = await readStored(store, scans[0]!, { parse });
      expect(isSameSignal(again.dataset, given)).toBe(true);
    },
  );
});

describe('a cleaned original', () => {
  const rda = STUDIES['Siemens RDA']?.files[0] as InputFile;

  it('is not taken where a name of the study still stands in its samples', () => {
    const secrets = new Secrets();
    expect(cleanOriginal(rda, [], 'metabolite-1', BY, secrets)).not.toBeNull();
    const bytes = rda.bytes.slice();
    bytes.set(textBytes('Musterfrau'), bytes.length - 16);
    secrets.addName('Musterfrau^Erika');
    expect(cleanOriginal({ ...rda, bytes }, [], 'metabolite-1', BY, secrets)).toBeNull();
  });

  it('is not taken where an instance UID still stands in its samples', () => {
    const bytes = makeRda(rdaHeader({ VectorSize: 16 }), counting(32));
    bytes.set(textBytes('1.3.12.2.1107.5.2.43.99999'), bytes.length - 64);
    expect(cleanOriginal({ name: 'a.rda', bytes }, [], 'metabolite-1', BY, new Secrets())).toBeNull();
  });

  it('gives way to NIfTI-MRS, in words, where it doesn’t read the same', async () => {
    let calls = 0;
    const changing = async (files: readonly GivenFile[], options = {}): Promise<MrsDataset> => {
      const scan = readMrs(files, options);
      const re = scan.data.re.slice();
      if (++calls > 2) re[0] = (re[0] as number) + 1e-9;
      return { ...scan, data: { ...scan.data, re } as MrsDataset['data'] };
    };
    const plan = await planImport([rda], { parse: changing });
    const { studies, report } = await deidentifyImport(plan, { parse: changing, pseudonymOf: () => BY });
    expect(studies[0]?.datasets.map(({ fileName }) => fileName)).toEqual(['metabolite-1.nii.gz']);
    expect(report.files[0]?.notes[0]).toMatch(/^Made into NIfTI-MRS: the original \(Siemens RDA\)/);
  });
});
