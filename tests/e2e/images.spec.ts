// The voxel on the image in the real app: the drawn polygons against the affine through NiiVue's own screen transform, and what
// the image pane offers.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { boxSection, voxelCorners, type Plane, type Vec3 } from '../../src/core/geometry/index.ts';
import { readMrs } from '../../src/core/formats/index.ts';
import type { Affine } from '../../src/core/domain/mrsDataset.ts';
import { importDropped } from './importing.ts';
import { DATA_FOLDER, dataAvailable } from '../fixtures/realData.ts';
import { expect, REPO_ROOT, test } from './launch.ts';

const DEMO = path.join(REPO_ROOT, 'resources', 'demo');
const SCAN = path.join(DEMO, 'svs_press_te30.nii.gz');
const IMAGE = path.join(DEMO, 't1.nii.gz');

type PlaneName = 'axial' | 'coronal' | 'sagittal';
const PLANES: readonly PlaneName[] = ['axial', 'coronal', 'sagittal'];
/** RAS axes to the right and upwards. */
const AXES: Readonly<Record<PlaneName, readonly [0 | 1 | 2, 0 | 1 | 2]>> = {
  axial: [0, 1],
  coronal: [0, 2],
  sagittal: [1, 2],
};

async function affineOf(files: readonly string[]): Promise<Affine> {
  const given = files.map(async (file) => ({ name: path.basename(file), bytes: new Uint8Array(await readFile(file)) }));
  return readMrs(await Promise.all(given)).affine!;
}

/** Corners of the chosen voxel as they are drawn on a slice, in pixels of the view. */
async function drawnCorners(page: Page, plane: PlaneName): Promise<[number, number][]> {
  const d = await page.locator(`[data-plane=${plane}] [data-outline=voxel]`).getAttribute('d');
  return [...d!.matchAll(/(-?[\d.]+) (-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);
}

/** Clicks into the view and reads where NiiVue puts the crosshair. @returns RAS mm */
async function clicked(page: Page, x: number, y: number): Promise<Vec3> {
  await page.getByTestId('image-view').locator('canvas').first().click({ position: { x, y } });
  const words = await page.getByTestId('image-place').getAttribute('data-mm');
  return words!.split(' ').map(Number) as unknown as Vec3;
}

interface ScreenMap {
  readonly toPixel: (mm: Vec3) => [number, number];
  /** The slice as it lies in space: oblique images have oblique slices. */
  readonly section: Plane;
}

const minus = (a: Vec3, b: Vec3): Vec3 => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
const cross = (a: Vec3, b: Vec3): Vec3 => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];

/** NiiVue's own way from mm to pixels on a slice, from where its crosshair goes when three far pixels are clicked. */
async function screenMap(page: Page, plane: PlaneName): Promise<ScreenMap> {
  const rect = (await page.locator(`[data-plane=${plane}]`).getAttribute('data-rect'))!.split(' ').map(Number);
  const [left, top, width, height] = rect as [number, number, number, number];
  const pixel = (x: number, y: number): [number, number] => [
    Math.round(left + x * width),
    Math.round(top + y * height),
  ];
  const [a, b, c] = [pixel(0.15, 0.2), pixel(0.85, 0.2), pixel(0.15, 0.8)];
  const [p, q, r] = [await clicked(page, ...a), await clicked(page, ...b), await clicked(page, ...c)];
  const [right, up] = AXES[plane];
  const scaleX = (b[0] - a[0]) / (q[right] - p[right]);
  const scaleY = (c[1] - a[1]) / (r[up] - p[up]);
  const normal = cross(minus(q, p), minus(r, p));
  return {
    toPixel: (mm) => [a[0] + (mm[right] - p[right]) * scaleX, a[1] + (mm[up] - p[up]) * scaleY],
    section: { normal, offset: normal[0] * p[0] + normal[1] * p[1] + normal[2] * p[2] },
  };
}

/** Each drawn corner against the affine's, on every slice; half a pixel. */
async function compareWithAffine(page: Page, affine: Affine): Promise<void> {
  for (const plane of PLANES) {
    const map = await screenMap(page, plane);
    const wanted = boxSection(voxelCorners(affine, [0, 0, 0]), map.section).map(map.toPixel);
    const drawn = await drawnCorners(page, plane);
    expect(drawn.length, plane).toBe(wanted.length);
    expect(drawn.length).toBeGreaterThan(3);
    for (const corner of wanted) {
      const nearest = Math.min(...drawn.map((p) => Math.hypot(p[0] - corner[0], p[1] - corner[1])));
      expect(nearest, `${plane} corner`).toBeLessThan(0.5);
    }
    // Back to the voxel's middle, so that the next plane shows it too.
    await page.getByTestId('image-centre').click();
  }
}

async function setWindowSize(page: Page, width: number, height: number): Promise<void> {
  await page.setViewportSize({ width, height });
}

test('the demo’s turned voxel is drawn where the affine puts it, zoomed or not, in both conventions', async ({
  app,
}) => {
  const { window: page } = app;
  await importDropped(page, [SCAN, IMAGE]);
  await expect(page.getByTestId('image-view')).not.toHaveAttribute('data-loaded', '', { timeout: 30_000 });
  const affine = await affineOf([SCAN]);
  await compareWithAffine(page, affine);

  await page.getByTestId('image-convention').click();
  await expect(page.getByTestId('image-view')).toHaveAttribute('data-convention', 'neurological');
  await compareWithAffine(page, affine);
  await page.getByTestId('image-convention').click();

  await page.getByTestId('image-options').click();
  await page.getByTestId('image-zoom-in').click();
  await page.getByTestId('image-zoom-in').click();
  await expect(page.getByTestId('image-zoom')).toHaveText('156 %');
  await page.keyboard.press('Escape');
  await compareWithAffine(page, affine);
});

const OSPREY = 'osprey/exampledata/sdat/UnEdited_with_MM_data/sub-01/ses-01';
/** Real scans with an image of the same visit; nothing of them is photographed. */
const REAL_PAIRS = [
  {
    what: 'Philips PRESS (SDAT) on a T1 in scanner space',
    scan: ['SDAT', 'SPAR'].map(
      (suffix) => `${OSPREY}/mrs/sub-01_ses-01_press/sub-01_ses-01_PRESS_raw-act_noID.${suffix}`,
    ),
    images: [`${OSPREY}/anat/sub-01_ses-01_T1w_scanner-space_FSL-skull-stripped.nii.gz`],
  },
  {
    what: 'Siemens PRESS (IMA) on two oblique T1 slices of the same frame of reference',
    scan: ['suspect/siemens/SVS_30.IMA'],
    images: ['suspect/siemens/mri/T1.0001.IMA', 'suspect/siemens/mri/T1.0015.IMA'],
  },
] as const;

for (const { what, scan, images } of REAL_PAIRS) {
  test(`the voxel of real data is drawn where the affine puts it: ${what}`, async ({ app }) => {
    test.skip(!dataAvailable, `The public real data are not at ${DATA_FOLDER}.`);
    const { window: page } = app;
    const files = scan.map((file) => path.join(DATA_FOLDER, file));
    await importDropped(page, [...files, ...images.map((file) => path.join(DATA_FOLDER, file))]);
    await expect(page.getByTestId('image-view')).not.toHaveAttribute('data-loaded', '', { timeout: 60_000 });
    await compareWithAffine(page, await affineOf(files));
  });
}

test('planes, window, shift of a line, coordinates: seen, and remembered with the study', async ({ launchApp }) => {
  const first = await launchApp();
  const { window: page } = first;
  await importDropped(page, [SCAN, IMAGE]);
  await expect(page.getByTestId('image-view')).not.toHaveAttribute('data-loaded', '', { timeout: 30_000 });
  await setWindowSize(page, 1280, 800);
  await first.screenshot('images-1-three-planes-1280');
  await expect(page.locator('[data-plane]')).toHaveCount(3);
  const leftOfAxial = page.locator('[data-plane=axial] [data-letter]').first();
  await expect(leftOfAxial).toHaveText('R');
  await page.getByTestId('image-convention').click();
  await expect(leftOfAxial).toHaveText('L');
  await page.getByTestId('image-convention').click();
  await page.getByTestId('plane-coronal').click();
  await expect(page.locator('[data-plane]')).toHaveCount(1);
  await page.getByTestId('image-view').locator('canvas').first().focus();
  const slice = await page.getByTestId('image-place').innerText();
  await page.keyboard.press('PageUp');
  await expect(page.getByTestId('image-place')).not.toHaveText(slice);

  await page.getByTestId('image-options').click();
  await page.getByTestId('coordinates-lps').click();
  const level = page.getByTestId('grey-level-number');
  const usual = await level.inputValue();
  await page.keyboard.press('Escape');
  const canvas = page.getByTestId('image-view').locator('canvas').first();
  await canvas.hover({ position: { x: 120, y: 120 } });
  await page.mouse.down({ button: 'right' });
  await canvas.hover({ position: { x: 120, y: 150 } });
  await canvas.hover({ position: { x: 120, y: 180 } });
  await page.mouse.up({ button: 'right' });
  await page.getByTestId('image-options').click();
  await expect(level).not.toHaveValue(usual);
  await page.getByTestId('grey-usual').click();
  await expect(level).toHaveValue(usual);
  await page.getByTestId('grey-hard').click();
  await page.getByTestId('show-shifted').check();
  await page.getByTestId('shift-carrier').fill('4.65');
  await page.getByTestId('shift-carrier').press('Enter');
  await expect(page.getByText('Give the bandwidth and the side of at least one axis.')).toBeVisible();
  await expect(page.locator('[data-outline=shifted]')).toHaveCount(0);
  await page.getByTestId('shift-bandwidth-0').fill('1200');
  await page.getByTestId('shift-bandwidth-0').press('Enter');
  await page.getByTestId('shift-direction-0').selectOption('1');
  await expect(page.locator('[data-outline=shifted]')).toHaveCount(1);
  await first.screenshot('images-2-options-1280');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('image-place')).toContainText('LPS');
  await first.screenshot('images-3-coronal-shifted-1280');
  await page.getByTestId('plane-all').click();
  await setWindowSize(page, 1920, 1080);
  await first.screenshot('images-4-shifted-1920');
  await page.getByTestId('plane-coronal').click();
  await page.waitForTimeout(600); // the view is written shortly after its last change
  await first.close();

  const second = await launchApp({ userData: first.userData });
  await second.window.getByTestId('study-row').first().dblclick();
  await expect(second.window.getByTestId('image-view')).not.toHaveAttribute('data-loaded', '', { timeout: 30_000 });
  await expect(second.window.locator('[data-plane]')).toHaveCount(1);
  await expect(second.window.getByTestId('image-place')).toContainText('LPS');
  await expect(second.window.locator('[data-outline=shifted]')).toHaveCount(1);
});
