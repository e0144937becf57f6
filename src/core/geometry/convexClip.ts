// Volume of a convex polyhedron and its cutting by planes, exact but for rounding.
import type { Plane } from './box.ts';
import type { Vec3 } from './affine.ts';

/** Faces as polygons; their corners run round in either sense. */
export type Polyhedron = readonly (readonly Vec3[])[];

const dot = (a: Vec3, b: Vec3): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const minus = (a: Vec3, b: Vec3): Vec3 => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
const cross = (a: Vec3, b: Vec3): Vec3 => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];
const mean = (points: readonly Vec3[]): Vec3 => {
  let [x, y, z] = [0, 0, 0];
  for (const p of points) [x, y, z] = [x + p[0], y + p[1], z + p[2]];
  return [x / points.length, y / points.length, z / points.length];
};

/** Corner numbers of a box's faces: bit 0, 1, 2 of a corner is low or high along x, y, z (see boxCorners). */
const BOX_FACES = [
  [0, 2, 6, 4],
  [1, 3, 7, 5],
  [0, 1, 5, 4],
  [2, 3, 7, 6],
  [0, 1, 3, 2],
  [4, 5, 7, 6],
] as const;

/** The polyhedron of a box (any parallelepiped). @param corners eight, as boxCorners gives them */
export function boxPolyhedron(corners: readonly Vec3[]): Polyhedron {
  return BOX_FACES.map((face) => face.map((c) => corners[c] as Vec3));
}

/** Volume: cones from an inner point to each face's triangles, which for a convex body all count positively. */
export function polyhedronVolume(polyhedron: Polyhedron): number {
  const all = polyhedron.flat();
  if (all.length === 0) return 0;
  const inner = mean(all);
  let volume = 0;
  for (const face of polyhedron) {
    const a = minus(face[0] as Vec3, inner);
    for (let i = 1; i + 1 < face.length; i++) {
      volume += Math.abs(dot(a, cross(minus(face[i] as Vec3, inner), minus(face[i + 1] as Vec3, inner)))) / 6;
    }
  }
  return volume;
}

/** The cap's corners in order of their angle about its centre. */
function ordered(points: readonly Vec3[], normal: Vec3): Vec3[] {
  const centre = mean(points);
  const u = minus(points[0] as Vec3, centre);
  const v = cross(normal, u);
  const scale = Math.sqrt(dot(v, v) / Math.max(dot(u, u), Number.MIN_VALUE)) || 1;
  const angle = (p: Vec3): number => Math.atan2(dot(minus(p, centre), v) / scale, dot(minus(p, centre), u));
  return points.map((p) => ({ p, at: angle(p) })).sort((a, b) => a.at - b.at).map(({ p }) => p); // prettier-ignore
}

/**
 * The part of a convex polyhedron where normal·p ≤ offset.
 * @returns no faces where nothing is left
 */
export function clipPolyhedron(polyhedron: Polyhedron, plane: Plane): Polyhedron {
  const height = (p: Vec3): number => dot(plane.normal, p) - plane.offset;
  const faces: Vec3[][] = [];
  const cut: Vec3[] = [];
  for (const face of polyhedron) {
    const kept: Vec3[] = [];
    for (let i = 0; i < face.length; i++) {
      const p = face[i] as Vec3;
      const q = face[(i + 1) % face.length] as Vec3;
      const hp = height(p);
      const hq = height(q);
      if (hp <= 0) kept.push(p);
      if (hp < 0 !== hq < 0 && hp !== 0 && hq !== 0) {
        const t = hp / (hp - hq);
        const point: Vec3 = [p[0] + t * (q[0] - p[0]), p[1] + t * (q[1] - p[1]), p[2] + t * (q[2] - p[2])];
        kept.push(point);
        cut.push(point);
      } else if (hp === 0) {
        cut.push(p);
      }
    }
    if (kept.length >= 3) faces.push(kept);
  }
  // The cap closes the body again; its corners come once from each of two faces, which does its fan no harm.
  if (cut.length >= 3) faces.push(ordered(cut, plane.normal));
  return faces;
}
