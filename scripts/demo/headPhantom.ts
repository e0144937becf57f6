// An analytic head: tissue at any point, from ellipsoids and a gyroid that folds the cortex. Coordinates are scanner RAS
// in mm, origin in the middle of the brain. It is a drawing of anatomy, not a measurement of anyone's.

/** Tissue at a point. */
export type Tissue = 'air' | 'scalp' | 'skull' | 'muscle' | 'csf' | 'gm' | 'wm' | 'lesion';

type Point = readonly [number, number, number];

/** Normalised radius: below 1 inside the ellipsoid. */
function radius([x, y, z]: Point, [cx, cy, cz]: Point, [sx, sy, sz]: Point): number {
  return Math.hypot((x - cx) / sx, (y - cy) / sy, (z - cz) / sz);
}

/** In the right frontal white matter. */
export const LESION = { centre: [29, 33, 31] as Point, radiusMm: 14 };

const HEAD_CENTRE: Point = [0, -2, 0];
const CEREBRUM = { centre: [0, 0, 8] as Point, semiAxes: [62, 81, 66] as Point };
const CEREBELLUM = { centre: [0, -52, -42] as Point, semiAxes: [46, 29, 22] as Point };

/** Minimal-surface-like sheets: their zero set makes sulci, its neighbourhood the cortical ribbon. Nearly symmetric. */
function gyroid([x, y, z]: Point, periodMm: number): number {
  const k = (2 * Math.PI) / periodMm;
  const u = k * (Math.abs(x) + 3 * Math.sin(y / 17) + 0.02 * x);
  const v = k * (y + 3 * Math.sin(z / 15 + 1));
  const w = k * (z + 3 * Math.sin(Math.abs(x) / 19));
  return Math.sin(u) * Math.cos(v) + Math.sin(v) * Math.cos(w) + Math.sin(w) * Math.cos(u);
}

function isVentricle([x, y, z]: Point): boolean {
  const p: Point = [Math.abs(x), y, z];
  return (
    radius(p, [11, 4, 17], [5, 26, 7]) < 1 ||
    radius(p, [19, -32, 12], [5, 14, 6]) < 1 ||
    radius(p, [0, -8, 3], [2, 12, 8]) < 1
  );
}

function isDeepGrey([x, y, z]: Point): boolean {
  const p: Point = [Math.abs(x), y, z];
  return (
    radius(p, [25, 4, 4], [6, 17, 10]) < 1 ||
    radius(p, [11, -15, 5], [8, 13, 8]) < 1 ||
    radius(p, [16, 14, 12], [4, 14, 7]) < 1
  );
}

function cerebrumTissue(p: Point): Tissue | null {
  const r = radius(p, CEREBRUM.centre, CEREBRUM.semiAxes);
  const [x, y, z] = p;
  if (r >= 1 || z < -38 + 0.12 * Math.abs(y)) return null;
  if (radius(p, LESION.centre, [LESION.radiusMm, LESION.radiusMm, LESION.radiusMm]) < 1) return 'lesion';
  if (isVentricle(p)) return 'csf';
  const depthMm = (1 - r) * 68;
  const fissure = Math.abs(x) < 1.3 && z > 24;
  if (fissure) return 'csf';
  if (isDeepGrey(p)) return 'gm';
  const fold = Math.abs(gyroid(p, 30));
  const sulcusDepthMm = 19;
  if (depthMm < sulcusDepthMm && fold < 0.16) return 'csf';
  const ribbon = depthMm < 3.5 || (depthMm < sulcusDepthMm + 3 && fold < 0.78);
  return ribbon || (Math.abs(x) < 4 && z > 24) ? 'gm' : 'wm';
}

function posteriorFossaTissue(p: Point): Tissue | null {
  const [x, y, z] = p;
  if (Math.hypot(x / 12, (y + 24) / 11) < 1 && z > -78 && z < -10) return 'wm';
  const r = radius(p, CEREBELLUM.centre, CEREBELLUM.semiAxes);
  if (r >= 1) return null;
  const folia = Math.sin((2 * Math.PI * (z + 0.6 * y)) / 8);
  if (r > 0.5 && folia > 0.85) return 'csf';
  return r > 0.45 || folia > 0.2 ? 'gm' : 'wm';
}

function faceTissue(p: Point): Tissue {
  const [x, y, z] = p;
  const mirrored: Point = [Math.abs(x), y, z];
  if (radius(mirrored, [31, 72, -24], [12, 12, 12]) < 1) return 'csf';
  if (radius(p, [0, 62, -48], [13, 22, 17]) < 1 || radius(mirrored, [26, 58, -50], [10, 14, 12]) < 1) return 'air';
  return gyroid(p, 42) > 0.75 ? 'scalp' : 'muscle';
}

/**
 * The tissue at a point.
 * @param p scanner RAS coordinates, mm
 */
export function tissueAt(p: Point): Tissue {
  const [x, y, z] = p;
  const head = radius(p, HEAD_CENTRE, [76, 96, 90]);
  const neck = Math.hypot(x / 54, (y + 14) / 58);
  if (head >= 1) return z < -52 && neck < 1 ? (neck > 0.93 ? 'scalp' : 'muscle') : 'air';
  const brain = cerebrumTissue(p) ?? posteriorFossaTissue(p);
  if (brain !== null) return brain;
  const vault = z > -36 + 0.12 * y;
  if (!vault) return head > 0.93 ? 'scalp' : faceTissue(p);
  if (head > 0.935) return 'scalp';
  if (radius(p, HEAD_CENTRE, [65, 85, 79]) > 1) return 'skull';
  return 'csf';
}

/** Fractions of a voxel's volume by tissue, from a grid of sample points. */
export interface TissueFractions {
  readonly gm: number;
  readonly wm: number;
  readonly csf: number;
  readonly lesion: number;
  /** Scalp, skull, muscle and air. */
  readonly other: number;
}

/**
 * Tissue fractions of a box.
 * @param affine voxel index → RAS mm, row-major 4 × 4
 * @param voxel index of the voxel (i, j, k)
 * @param samples points per edge
 */
export function tissueFractions(affine: readonly number[], voxel: Point, samples: number): TissueFractions {
  const counts = { gm: 0, wm: 0, csf: 0, lesion: 0, other: 0 };
  for (let a = 0; a < samples; a++)
    for (let b = 0; b < samples; b++)
      for (let c = 0; c < samples; c++) {
        const index = [a, b, c].map((s, axis) => voxel[axis]! + (s + 0.5) / samples - 0.5);
        const point = [0, 1, 2].map(
          (row) =>
            affine[4 * row]! * index[0]! +
            affine[4 * row + 1]! * index[1]! +
            affine[4 * row + 2]! * index[2]! +
            affine[4 * row + 3]!,
        );
        const tissue = tissueAt([point[0]!, point[1]!, point[2]!]);
        counts[tissue in counts ? (tissue as keyof typeof counts) : 'other']++;
      }
  const total = samples ** 3;
  const part = (n: number): number => n / total;
  return {
    gm: part(counts.gm),
    wm: part(counts.wm),
    csf: part(counts.csf),
    lesion: part(counts.lesion),
    other: part(counts.other),
  };
}
