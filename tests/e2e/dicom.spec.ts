// The DICOM node in the real app, with real peers on the loopback interface: dcmtk's storescu and Orthanc (Debian: dcmtk,
// orthanc, orthanc-dicomweb). Where they are absent the tests are skipped.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { readNiftiMrs } from '../../src/core/formats/niftiMrs.ts';
import { writeDicomMrs } from '../../src/core/formats/write/dicomMrs.ts';
import { newDicomUid } from '../../src/node/files/reportDicom.ts';
import { HAS_DCMTK, runTool } from '../fixtures/dcmtk.ts';
import { dicomElements } from '../fixtures/dicomElements.ts';
import { instanceFile } from '../fixtures/dicomInstances.ts';
import { freePorts } from '../fixtures/loopback.ts';
import { HAS_ORTHANC, startOrthanc } from '../fixtures/orthanc.ts';
import type { Orthanc } from '../fixtures/orthanc.ts';
import { writeSimulatedScans } from '../fixtures/simulatedStudies.ts';
import { inBothThemes } from './axe.ts';
import { fitByKey } from './demo.ts';
import { expect as usual, test } from './launch.ts';

const expect = usual.configure({ timeout: 30_000 });
const STUDY_UID = '2.25.500600700';
const ACCESSION = 'A-4711';
const PATIENT = { name: 'Simulated 01', id: 'SIM-01' };

let folder = '';
test.beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'lineshape-dicom-'));
});
test.afterEach(() => rm(folder, { recursive: true, force: true }));

/** A simulated spectrum as DICOM MR Spectroscopy. @returns the file */
async function spectroscopyFile(): Promise<string> {
  const [nifti] = await writeSimulatedScans(folder, 1);
  const scan = readNiftiMrs(new Uint8Array(await readFile(nifti!)), 'scan.nii');
  const header = { ...scan.header, StudyInstanceUID: STUDY_UID, AccessionNumber: ACCESSION };
  const file = path.join(folder, 'spectrum.dcm');
  await writeFile(file, writeDicomMrs({ ...scan, header }, { uid: newDicomUid }));
  return file;
}

/** Slices of one image series of the study. @returns the folder that holds them */
async function sliceFolder(count: number, edge: number): Promise<string> {
  const slices = path.join(folder, 'slices');
  await mkdir(slices, { recursive: true });
  for (let n = 1; n <= count; n++) {
    const instance = `${STUDY_UID}.2.${n}`;
    const spec = { study: STUDY_UID, series: `${STUDY_UID}.2`, instance, number: n, edge };
    const file = instanceFile({ ...spec, patientName: PATIENT.name, patientId: PATIENT.id });
    await writeFile(path.join(slices, `slice-${n}.dcm`), file);
  }
  return slices;
}

/** Switches receiving on for one caller. */
async function receive(page: Page, port: number, caller: string): Promise<void> {
  await page.getByTestId('rail-settings').click();
  await page.getByTestId('own-receiving').check();
  await page.getByTestId('own-port').fill(String(port));
  await page.getByTestId('add-caller').click();
  await page.getByTestId('caller-title').fill(caller);
  await page.getByTestId('caller-address').fill('127.0.0.1');
  await page.getByTestId('own-save').click();
  await expect(page.getByTestId('receiver-state')).toContainText('Listening');
}

const sendTo = (port: number, caller: string, files: readonly string[]) =>
  runTool('storescu', ['-aet', caller, '-aec', 'LINESHAPE', '127.0.0.1', String(port), ...files]);

async function addArchive(page: Page, orthanc: Orthanc): Promise<void> {
  await page.getByTestId('rail-settings').click();
  await page.getByTestId('add-node').click();
  await page.getByTestId('node-name').fill('Test archive');
  await page.getByTestId('node-ae-title').fill(orthanc.aeTitle);
  await page.getByTestId('node-host').fill('127.0.0.1');
  await page.getByTestId('node-port').fill(String(orthanc.dicomPort));
  await page.getByTestId('save-node').click();
  await expect(page.getByTestId('node-dialog')).toHaveCount(0);
  await page.getByTestId('test-node').click();
  await expect(page.getByTestId('node-test')).toContainText('Answered within');
}

test.describe('receiving', () => {
  test.skip(!HAS_DCMTK, 'dcmtk is not installed: no sender to receive from');

  test('what a scanner sends becomes a study by itself; who is not allowed is refused and counted', async ({ app }) => {
    test.setTimeout(240_000);
    const { window: page } = app;
    const [port] = (await freePorts(1)) as [number];
    const spectrum = await spectroscopyFile();
    await receive(page, port, 'SCANNER1');
    await inBothThemes(page, 'the network settings');
    await app.screenshot('dicom-settings-light');
    await page.evaluate(() => (document.documentElement.dataset['theme'] = 'dark'));
    await page.getByTestId('dicom-settings').scrollIntoViewIfNeeded();
    await app.screenshot('dicom-settings-dark');

    const refused = await sendTo(port, 'STRANGER', [spectrum]);
    expect(refused.code).not.toBe(0);
    await expect(page.getByTestId('receiver-counts')).toContainText('1 connections refused');

    const sent = await sendTo(port, 'SCANNER1', [spectrum]);
    expect(sent.output).toBe('');
    expect(sent.code).toBe(0);
    await expect(page.getByTestId('receiver-counts')).toContainText('1 instances received');
    await page.getByTestId('rail-worklist').click();
    await expect(page.getByTestId('study-row')).toHaveCount(1);
    await expect(page.getByTestId('study-row')).toContainText(PATIENT.name);
    await app.screenshot('dicom-received-dark');
  });
});
