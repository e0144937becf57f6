// Whole imports: folders and zips of several files become a plan, whatever they hold; and files that are de-identified.
import { zipSync } from 'fflate';
import { Secrets } from '../../../src/core/formats/deidentify/secrets.ts';
import { deidentifyBytes } from '../../../src/core/formats/deidentify/deidentifyBytes.ts';
import { readMrs } from '../../../src/core/formats/index.ts';
import type { ImportPlan } from '../../../src/core/pipeline/index.ts';
import { planImport } from '../../../src/core/pipeline/index.ts';
import { BY } from '../../fixtures/identities.ts';
import { sliceFile } from '../../fixtures/dicomSlices.ts';
import { SCANS } from '../../fixtures/scanFiles.ts';
import { messageFault } from '../engine/findings.ts';
import type { FuzzCase, FuzzFile, FuzzTarget } from '../engine/fuzzCase.ts';
import { PATIENT_TEXTS } from './scans.ts';

const nameOf = (path: string): string => path.split('/').at(-1) ?? path;

/** Three scans in folders, an image series, a truth file and a text, and the same in one zip. */
function seeds(): FuzzCase[] {
  const text = new TextEncoder();
  const slices = [0, 1, 2].map((slice) => sliceFile({ slice })).map(({ path, bytes }) => ({ name: path, bytes }));
  const others = [
    { name: 'x/truth.json', bytes: text.encode('{"schema":"lineshape.demo-truth/1","metabolites":{"NAA":1}}') },
    { name: 'x/a.json', bytes: text.encode('{"EchoTime":0.03,"RepetitionTime":2}') },
    { name: 'x/notes.txt', bytes: text.encode('no scan') },
  ];
  const folders = Object.entries(SCANS).map(([, files], i) =>
    files.map(({ name, bytes }) => ({ name: `scan${i}/${name}`, bytes })),
  );
  const some = [...(folders[0] ?? []), ...(folders[4] ?? []), ...slices, ...others];
  const zip = { name: 'all.zip', bytes: zipSync(Object.fromEntries(some.map(({ name, bytes }) => [name, bytes])), { level: 1 }) }; // prettier-ignore
  return [...folders.map((files) => ({ files })), { files: [...slices, ...others] }, { files: some }, { files: [zip] }];
}

/** Numbers that JSON can't hold would be lost in the database. */
function requireStorable(value: unknown, place: string): void {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Error(`${place} is ${value}`);
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return;
  for (const [key, held] of Object.entries(value))
    requireStorable(held, Array.isArray(value) ? place : `${place}.${key}`);
}

function requireSoundPlan({ studies, failures, preview }: ImportPlan): void {
  for (const { error } of failures) {
    if (error.code === 'BUG') throw new Error(`a failure without words: ${error.message}`);
    const fault = messageFault(error.message, PATIENT_TEXTS);
    if (fault !== null) throw new Error(`a failure with ${fault}`);
  }
  for (const { study, datasets } of studies) {
    requireStorable(study, 'study');
    for (const { description } of datasets) requireStorable(description, 'description');
  }
  structuredClone(preview);
}

const importing: FuzzTarget = {
  name: 'import',
  refusals: [],
  secrets: PATIENT_TEXTS,
  seeds,
  longestMs: 4000,
  run: async (files) => {
    const given = files.map(({ name, bytes }) => ({ name: nameOf(name), path: name, bytes }));
    const parse = async (scan: Parameters<typeof readMrs>[0], options: Parameters<typeof readMrs>[1]) =>
      readMrs(scan, options);
    requireSoundPlan(await planImport(given, { parse }));
  },
};

function deidentified(files: readonly FuzzFile[]): void {
  const { files: cleaned, warnings } = deidentifyBytes(files, BY, new Secrets());
  for (const { message } of warnings) {
    const fault = messageFault(message, PATIENT_TEXTS);
    if (fault !== null) throw new Error(`a warning with ${fault}`);
  }
  // What was cleaned is cleaned again without a change of length: the form is kept.
  deidentifyBytes(cleaned, BY, new Secrets());
}

const deidentifying: FuzzTarget = {
  name: 'deidentify',
  refusals: [],
  secrets: PATIENT_TEXTS,
  seeds: () => Object.values(SCANS).map((files) => ({ files })),
  run: deidentified,
};

export const IMPORT_TARGETS: readonly FuzzTarget[] = [importing, deidentifying];
