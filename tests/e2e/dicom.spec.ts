// The DICOM node in the real app, with real peers on the loopback interface: dcmtk's storescu and Orthanc (Debian: dcmtk,
// orthanc, orthanc-dicomweb). Where they are absent the tests are skipped.
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { readNiftiMrs } from '../../src/core/formats/niftiMrs.ts';
import { writeDicomMrs } from '../../src/core/formats/write/dicomMrs.ts';
import { newDicomUid } from '../../src/node/files/reportDicom.ts';
import { dicomBytes } from '../fixtures/dicomBytes.ts';
import { HAS_DCMTK, runTool } from '../fixtures/dcmtk.ts';
import { instanceFile, MR_SPECTROSCOPY } from '../fixtures/dicomInstances.ts';
import { freePorts } from '../fixtures/loopback.ts';
import { HAS_ORTHANC, startOrthanc } from '../fixtures/orthanc.ts';
import type { Orthanc } from '../fixtures/orthanc.ts';
import { writeSimulatedScans } from '../fixtures/simulatedStudies.ts';
import { inBothThemes } from './axe.ts';
import { fitByKey } from './demo.ts';
import { importDropped } from './importing.ts';
import { expect as usual, test } from './launch.ts';
import type { RunningApp } from './launch.ts';

const expect = usual.configure({ timeout: 30_000 });
const STUDY_UID = '2.25.500600700';
const FRAME = `${STUDY_UID}.9`;
const PATIENT = { name: 'Simulated 01', id: 'SIM-01' };

/** Not repeated with the package, unless everything is. */
const CHECKOUT_ALONE = '@checkout-alone';
const ENCAPSULATED_PDF = '1.2.840.10008.5.1.4.1.1.104.1';
const COMPREHENSIVE_SR = '1.2.840.10008.5.1.4.1.1.88.33';
/** Debian: dicom3tools. */
const HAS_DCIODVFY = spawnSync('dciodvfy', ['--version']).error === undefined;

let folder = '';
test.beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'lineshape-dicom-'));
});
test.afterEach(() => rm(folder, { recursive: true, force: true }));

/** A simulated spectrum as DICOM MR Spectroscopy. @returns the file */
async function spectroscopyFile(more: Readonly<Record<string, string>> = {}): Promise<string> {
  const [nifti] = await writeSimulatedScans(folder, 1);
  const scan = readNiftiMrs(new Uint8Array(await readFile(nifti!)), 'scan.nii');
  const header = { ...scan.header, StudyInstanceUID: STUDY_UID, FrameOfReferenceUID: FRAME, ...more };
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
    const spec = { study: STUDY_UID, series: `${STUDY_UID}.2`, instance, number: n, edge, frameOfReference: FRAME };
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

async function addArchive(page: Page, orthanc: Orthanc, isWorklist = false): Promise<void> {
  await page.getByTestId('rail-settings').click();
  await page.getByTestId('add-node').click();
  await page.getByTestId('node-name').fill('Test archive');
  await page.getByTestId('node-ae-title').fill(orthanc.aeTitle);
  await page.getByTestId('node-host').fill('127.0.0.1');
  await page.getByTestId('node-port').fill(String(orthanc.dicomPort));
  if (isWorklist) await page.getByTestId('node-worklist').check();
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
    await expect(page.getByTestId('receiver-counts')).toContainText('connections refused: 1');

    const sent = await sendTo(port, 'SCANNER1', [spectrum]);
    expect(sent.output).toBe('');
    expect(sent.code).toBe(0);
    await expect(page.getByTestId('receiver-counts')).toContainText('instances received: 1');
    await page.getByTestId('rail-worklist').click();
    await expect(page.getByTestId('study-row')).toHaveCount(1);
    await expect(page.getByTestId('study-row')).toContainText(PATIENT.name);
    await app.screenshot('dicom-received-dark');

    // What no reader understands is kept, said, and dropped by hand alone.
    const broken = path.join(folder, 'broken.dcm');
    const spec = { sopClass: MR_SPECTROSCOPY, study: '2.25.9.9', series: '2.25.9.9.1', instance: '2.25.9.9.1.1' };
    await writeFile(broken, instanceFile(spec));
    expect((await sendTo(port, 'SCANNER1', [broken])).code).toBe(0);
    await page.getByTestId('rail-settings').click();
    await expect(page.getByTestId('stranded-one')).toContainText('SCANNER1');
    await page.getByTestId('stranded').scrollIntoViewIfNeeded();
    await app.screenshot('dicom-stranded-dark');
    await page.getByTestId('drop-stranded').click();
    await page.getByTestId('confirm').click();
    await expect(page.getByTestId('stranded')).toHaveCount(0);
  });

  test(
    'the window draws and answers while 200 instances come in from two senders',
    { tag: CHECKOUT_ALONE },
    async ({ app }) => {
      test.setTimeout(300_000);
      const { window: page } = app;
      const [port] = (await freePorts(1)) as [number];
      const spectrum = await spectroscopyFile();
      const slices = await sliceFolder(200, 512);
      const files = Array.from({ length: 200 }, (_, i) => path.join(slices, `slice-${i + 1}.dcm`));
      await receive(page, port, 'SCANNER1');
      await page.evaluate(watchFrames);
      const senders = [files.slice(0, 100), files.slice(100)].map((half) => sendTo(port, 'SCANNER1', half));
      let ended = false;
      const sending = Promise.all(senders).finally(() => (ended = true));
      // Pages are changed, and the main process asked, as long as something comes.
      let turns = 0;
      for (; !ended; turns++) {
        const [rail, shown] = turns % 2 === 0 ? ['rail-help', 'start-tour'] : ['rail-settings', 'dicom-settings'];
        await page.getByTestId(rail).click();
        await expect(page.getByTestId(shown)).toBeVisible();
      }
      for (const { code, output } of await sending) expect([code, output]).toEqual([0, '']);
      const { frames, longestMs } = await page.evaluate(framesSeen);
      test.info().annotations.push({
        type: 'frames',
        description: `${frames}, ${turns} pages, longest gap ${Math.round(longestMs)} ms`,
      });
      expect(turns).toBeGreaterThan(1);
      expect(frames).toBeGreaterThan(turns);
      await page.getByTestId('rail-settings').click();
      await expect(page.getByTestId('receiver-counts')).toContainText('instances received: 200');
      // Images alone make no study of spectroscopy; with the scan they are one.
      const sent = await sendTo(port, 'SCANNER1', [spectrum]);
      expect([sent.code, sent.output]).toEqual([0, '']);
      await page.getByTestId('rail-worklist').click();
      await expect(page.getByTestId('study-row').filter({ hasText: PATIENT.name })).toHaveCount(1, { timeout: 90_000 });
    },
  );
});

interface FrameWindow extends Window {
  seenFrames: { count: number; longestMs: number };
}

/** Runs in the page: counts frames from now on. */
function watchFrames(): void {
  const page = window as unknown as FrameWindow;
  page.seenFrames = { count: 0, longestMs: 0 };
  let last = performance.now();
  const next = (now: number): void => {
    page.seenFrames = {
      count: page.seenFrames.count + 1,
      longestMs: Math.max(page.seenFrames.longestMs, now - last),
    };
    last = now;
    requestAnimationFrame(next);
  };
  requestAnimationFrame(next);
}

/** Runs in the page. */
function framesSeen(): { frames: number; longestMs: number } {
  const { count, longestMs } = (window as unknown as FrameWindow).seenFrames;
  return { frames: count, longestMs };
}

test.describe('an archive', () => {
  test.skip(!HAS_ORTHANC, 'Orthanc with its DICOMweb plugin is not installed: no archive to search and send to');

  let orthanc: Orthanc;
  test.beforeEach(async () => {
    orthanc = await startOrthanc();
  });
  test.afterEach(() => orthanc.stop());

  test('is searched, a study fetched and read, its report sent back to the right study', async ({ app }) => {
    test.setTimeout(420_000);
    const { window: page } = app;
    await orthanc.store(new Uint8Array(await readFile(await spectroscopyFile())));
    const slices = await sliceFolder(3, 64);
    for (let n = 1; n <= 3; n++) {
      await orthanc.store(new Uint8Array(await readFile(path.join(slices, `slice-${n}.dcm`))));
    }
    await page.getByTestId('rail-settings').click();
    await page.getByTestId('add-node').click();
    await page.getByTestId('node-tls').check();
    await page.getByTestId('node-has-web').check();
    await inBothThemes(page, 'the dialog of a node');
    await app.screenshot('dicom-node-light');
    await page.keyboard.press('Escape');
    await addArchive(page, orthanc);
    await page.getByTestId('dicom-settings').scrollIntoViewIfNeeded();
    await app.screenshot('dicom-nodes-dark');

    await fetchStudy(page, app);
    await page.getByTestId('fetch-open').click();
    await expect(page.getByTestId('study-view')).toBeVisible();
    await fitByKey(page);
    await sendReport(page, app);

    // It is there, under the same study and patient; the sign on the worklist says so.
    const found = await instancesOf(orthanc, STUDY_UID);
    expect(found.patients).toEqual([PATIENT.id]);
    expect(found.sopClasses).toEqual(expect.arrayContaining([ENCAPSULATED_PDF, COMPREHENSIVE_SR]));
    await expectSoundReport(orthanc, found.ids);
    await page.getByTestId('rail-worklist').click();
    await expect(page.getByTestId('sending-sign')).toContainText('Sent');
    await expect(page.getByTestId('sending-sign')).toHaveAttribute('title', /Test archive: Sent/);
    await app.screenshot('dicom-sent-dark');
    await page.getByTestId('rail-settings').click();
    await page.getByTestId('show-transfers').click();
    await expect(page.getByTestId('transfer')).toHaveAttribute('data-state', 'sent');
    await inBothThemes(page, 'transfers');
    await app.screenshot('dicom-transfers-light');
  });
});

test.describe('a large study at an archive', { tag: CHECKOUT_ALONE }, () => {
  test.skip(!HAS_ORTHANC, 'Orthanc with its DICOMweb plugin is not installed: no archive to fetch from');

  test('is fetched until it is cancelled, and fetched again to its end; what is here is marked so', async ({ app }) => {
    test.setTimeout(300_000);
    const { window: page } = app;
    const orthanc = await startOrthanc();
    try {
      await orthanc.store(new Uint8Array(await readFile(await spectroscopyFile())));
      const slices = await sliceFolder(200, 512);
      for (let n = 1; n <= 200; n++) {
        await orthanc.store(new Uint8Array(await readFile(path.join(slices, `slice-${n}.dcm`))));
      }
      await addArchive(page, orthanc);
      await page.keyboard.press('Control+Shift+F');
      await page.getByTestId('fetch-patientId').fill(PATIENT.id);
      await page.getByTestId('fetch-search').click();
      await page.getByTestId('fetch-matches').getByRole('checkbox').check();
      await expect(page.getByTestId('fetch-series')).toHaveCount(2);
      await page.getByTestId('fetch-start').click();
      await page.getByTestId('fetch-cancel').click();
      await expect(page.getByTestId('notice-note')).toContainText('cancelled');
      await expect(page.getByTestId('fetch-start')).toBeEnabled();
      await page.getByTestId('fetch-search').click();
      await expect(page.getByTestId('fetch-match')).toHaveCount(1);
      await page.getByTestId('fetch-match').getByRole('checkbox').check();
      await expect(page.getByTestId('fetch-series')).toHaveCount(2);
      for (const box of await page.getByTestId('fetch-series').getByRole('checkbox').all()) await box.check();
      await page.getByTestId('fetch-start').click();
      await expect(page.getByTestId('fetch-open')).toBeVisible({ timeout: 90_000 });
      await page.getByTestId('fetch-search').click();
      await page.getByTestId('fetch-match').getByRole('checkbox').check();
      await expect(page.getByTestId('series-here')).toHaveCount(2);
      await page.getByTestId('fetch-close').click();
      await page.getByTestId('rail-worklist').click();
      await expect(page.getByTestId('study-row')).toHaveCount(1);
    } finally {
      await orthanc.stop();
    }
  });
});

test.describe('the modality worklist', { tag: CHECKOUT_ALONE }, () => {
  test.skip(!HAS_ORTHANC, 'Orthanc is not installed: no worklist server to ask');

  test('gives a study its patient and request; a contradiction must be confirmed', async ({ app }) => {
    test.setTimeout(240_000);
    const { window: page } = app;
    const orthanc = await startOrthanc({ worklist: { 'step.wl': scheduledStep() } });
    try {
      await addArchive(page, orthanc, true);
      await page.getByTestId('rail-worklist').click();
      await importDropped(page, [(await writeSimulatedScans(folder, 1))[0]!]);
      await expect(page.getByTestId('study-view')).toBeVisible();
      await page.getByTestId('rail-worklist').click();
      await page.getByTestId('study-row').click({ button: 'right' });
      await page.getByTestId('menu-scheduled').click();
      await page.getByTestId('scheduled-patientId').fill('W-1');
      await page.getByTestId('scheduled-search').click();
      await expect(page.getByTestId('scheduled-compared')).toContainText('W-1');
      await expect(page.getByTestId('scheduled-doubt')).toBeVisible();
      await expect(page.getByTestId('scheduled-take')).toBeDisabled();
      await inBothThemes(page, 'the worklist dialog');
      await app.screenshot('dicom-scheduled-light');
      await page.evaluate(() => (document.documentElement.dataset['theme'] = 'dark'));
      await app.screenshot('dicom-scheduled-dark');
      await page.getByTestId('scheduled-confirm').check();
      await page.getByTestId('scheduled-take').click();
      await expect(page.getByTestId('study-row')).toContainText('Scheduled^Person');
    } finally {
      await orthanc.stop();
    }
  });
});

test.describe('a rule', { tag: CHECKOUT_ALONE }, () => {
  test.skip(!HAS_ORTHANC || !HAS_DCMTK, 'Orthanc or dcmtk is not installed: nobody to receive from and to send to');

  test('is confirmed, and then quantifies what is received and sends its report without a click', async ({ app }) => {
    test.setTimeout(300_000);
    const { window: page } = app;
    const orthanc = await startOrthanc();
    try {
      const [port] = (await freePorts(1)) as [number];
      await addArchive(page, orthanc);
      await page.getByTestId('add-rule').click();
      await page.getByTestId('rule-name').fill('Short TE');
      await page.getByTestId('rule-from').fill('20');
      await page.getByTestId('rule-to').fill('40');
      await page.getByTestId('rule-sequence').fill('press');
      await page.getByTestId('rule-node').getByRole('checkbox').check();
      await expect(page.getByTestId('rule-preview')).toContainText('TE 20 to 40 ms, sequence with “press”');
      await inBothThemes(page, 'the rule dialog');
      await page.evaluate(() => (document.documentElement.dataset['theme'] = 'dark'));
      await app.screenshot('dicom-rule-dark');
      await page.getByTestId('save-rule').click();
      await expect(page.getByRole('alertdialog')).toContainText('leave this computer without a click');
      await page.getByTestId('confirm').click();
      await expect(page.getByTestId('rule-sentence')).toContainText('sent to Test archive');
      await page.getByTestId('dicom-settings').scrollIntoViewIfNeeded();
      await app.screenshot('dicom-rules-dark');
      await receive(page, port, 'SCANNER1');
      const sent = await sendTo(port, 'SCANNER1', [await spectroscopyFile()]);
      expect([sent.code, sent.output]).toEqual([0, '']);
      await page.getByTestId('rail-worklist').click();
      await expect(page.getByTestId('sending-sign')).toContainText('Sent', { timeout: 120_000 });
      const found = await instancesOf(orthanc, STUDY_UID);
      expect(found.patients).toEqual([PATIENT.id]);
      expect(found.sopClasses).toContain(ENCAPSULATED_PDF);
    } finally {
      await orthanc.stop();
    }
  });
});

/** A scheduled step of somebody else than the simulated patient. */
const scheduledStep = (): Uint8Array =>
  dicomBytes([
    [8, 0x05, 'CS', 'ISO_IR 100'],
    [8, 0x16, 'UI', '1.2.276.0.7230010.3.1.0.1'],
    [8, 0x18, 'UI', '2.25.55.1'],
    [8, 0x50, 'SH', 'A-1'],
    [0x10, 0x10, 'PN', 'Scheduled^Person'],
    [0x10, 0x20, 'LO', 'W-1'],
    [0x10, 0x30, 'DA', '19650708'],
    [0x10, 0x40, 'CS', 'F'],
    [0x20, 0x0d, 'UI', '2.25.56.1'],
    [0x32, 0x1060, 'LO', 'MRS of the brain'],
    [
      0x40,
      0x100,
      'SQ',
      [
        [
          [8, 0x60, 'CS', 'MR'],
          [0x40, 1, 'AE', 'SCANNER'],
          [0x40, 2, 'DA', '20260304'],
          [0x40, 3, 'TM', '0815'],
        ],
      ],
    ],
  ]);

/** Finds the study by number, looks at its series and fetches it. */
async function fetchStudy(page: Page, app: RunningApp): Promise<void> {
  await page.keyboard.press('Control+Shift+F');
  await expect(page.getByTestId('fetch-dialog')).toBeVisible();
  await page.getByTestId('fetch-patientId').fill('NOBODY');
  await page.getByTestId('fetch-patientId').press('Enter');
  await expect(page.getByTestId('fetch-dialog')).toContainText('No study matches');
  await page.getByTestId('fetch-patientId').fill(PATIENT.id);
  await page.getByTestId('fetch-patientId').press('Enter');
  await expect(page.getByTestId('fetch-match')).toHaveCount(1);
  await page.getByTestId('fetch-matches').getByRole('checkbox').focus();
  await page.keyboard.press('Space');
  await expect(page.getByTestId('fetch-series')).toHaveCount(2);
  await inBothThemes(page, 'the fetch dialog');
  await app.screenshot('dicom-fetch-light');
  await page.evaluate(() => (document.documentElement.dataset['theme'] = 'dark'));
  await app.screenshot('dicom-fetch-dark');
  await page.getByTestId('fetch-start').click();
  await expect(page.getByTestId('fetch-open')).toBeVisible();
}

/** From the report's page: nothing goes before the draft is confirmed. */
async function sendReport(page: Page, app: RunningApp): Promise<void> {
  await page.getByTestId('preset-report').click();
  await page.getByTestId('report-send').click();
  await expect(page.getByTestId('send-study')).toContainText(PATIENT.name);
  await expect(page.getByTestId('send-is-draft')).toBeVisible();
  await expect(page.getByTestId('send-start')).toBeDisabled();
  await page.getByTestId('send-drafts').check();
  await inBothThemes(page, 'the send dialog');
  await app.screenshot('dicom-send-light');
  await page.evaluate(() => (document.documentElement.dataset['theme'] = 'dark'));
  await app.screenshot('dicom-send-dark');
  await page.getByTestId('send-start').click();
  await expect(page.getByTestId('send-dialog')).toHaveCount(0, { timeout: 60_000 });
  await expect(page.locator('.patient').getByTestId('sending-sign')).toContainText('Sent', { timeout: 60_000 });
}

/** What the archive gives out: the page opens as a PDF, and the validator of dicom3tools finds no error in page and report. */
async function expectSoundReport(orthanc: Orthanc, ids: ReadonlyMap<string, string>): Promise<void> {
  const content = async (path: string): Promise<Buffer> => Buffer.from(await (await orthanc.get(path)).arrayBuffer());
  const pdf = path.join(folder, 'archived.pdf');
  await writeFile(pdf, await content(`/instances/${ids.get(ENCAPSULATED_PDF)}/pdf`));
  const opened = await runTool('pdftotext', [pdf, '-']);
  expect(opened.code).toBe(0);
  expect(opened.output).toContain(PATIENT.name);
  if (!HAS_DCIODVFY) return;
  for (const sopClass of [ENCAPSULATED_PDF, COMPREHENSIVE_SR]) {
    const file = path.join(folder, `${sopClass}.dcm`);
    await writeFile(file, await content(`/instances/${ids.get(sopClass)}/file`));
    const { output } = await runTool('dciodvfy', [file]);
    expect(output.split('\n').filter((line) => line.includes('Error - '))).toEqual([]);
  }
}

/** What the archive holds of a study. */
async function instancesOf(orthanc: Orthanc, studyInstanceUid: string) {
  const all = (await (await orthanc.get('/instances?expand')).json()) as { readonly ID: string }[];
  const sopClasses: string[] = [];
  const patients = new Set<string>();
  const ids = new Map<string, string>();
  for (const { ID } of all) {
    const tags = (await (await orthanc.get(`/instances/${ID}/simplified-tags`)).json()) as Record<string, string>;
    if (tags['StudyInstanceUID'] !== studyInstanceUid) continue;
    sopClasses.push(tags['SOPClassUID'] ?? '');
    ids.set(tags['SOPClassUID'] ?? '', ID);
    patients.add(tags['PatientID'] ?? '');
  }
  return { sopClasses, ids, patients: [...patients] };
}
