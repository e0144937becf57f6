// The palettes under the common colour-vision deficiencies: colours that stand beside each other stay apart.
// Simulation: Machado, Oliveira & Fernandes 2009, IEEE Trans Vis Comput Graph 15(6):1291, doi:10.1109/TVCG.2009.113,
// severity 1.0, on linear RGB; distance: CIE 1976 L*a*b* under D65.
import { describe, expect, it } from 'vitest';
import { mapColour } from '../../src/renderer/charts/colourMaps.ts';
import { metaboliteColour } from '../../src/renderer/features/fit/metaboliteColours.ts';

type Triple = readonly [number, number, number];
type Matrix = readonly [Triple, Triple, Triple];

const VISIONS: Readonly<Record<string, Matrix>> = {
  usual: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
};
/** Linear sRGB to XYZ, D65. */
const TO_XYZ: Matrix = [
  [0.4124564, 0.3575761, 0.1804375],
  [0.2126729, 0.7151522, 0.072175],
  [0.0193339, 0.119192, 0.9503041],
];
const WHITE: Triple = [0.95047, 1, 1.08883];

const times = (m: Matrix, v: Triple): Triple =>
  m.map((row) => row[0] * v[0] + row[1] * v[1] + row[2] * v[2]) as unknown as Triple;

function linear(hex: string): Triple {
  const parts = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255);
  return parts.map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)) as unknown as Triple;
}

const hexOf = (rgb: readonly number[]): string => `#${rgb.map((c) => c.toString(16).padStart(2, '0')).join('')}`;

function lab(hex: string, vision: Matrix): Triple {
  const seen = times(vision, linear(hex)).map((c) => Math.max(0, Math.min(1, c))) as unknown as Triple;
  const [x, y, z] = times(TO_XYZ, seen).map((c, i) => {
    const t = c / (WHITE[i] ?? 1);
    return t > 216 / 24389 ? Math.cbrt(t) : ((24389 / 27) * t + 16) / 116;
  }) as unknown as Triple;
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

const distance = (a: Triple, b: Triple): number => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);

describe.each(Object.entries(VISIONS))('with %s', (_name, vision) => {
  it('the five metabolites that are read first are told apart', () => {
    const seen = ['tNAA', 'tCr', 'tCho', 'mI', 'Glx'].map((name) => lab(metaboliteColour(name), vision));
    const pairs = seen.flatMap((a, i) => seen.slice(i + 1).map((b) => distance(a, b)));
    // About 2.3 is a just noticeable difference side by side; thin lines apart from each other need several of them.
    expect(Math.min(...pairs)).toBeGreaterThan(12);
  });

  it.each(['viridis', 'cividis'] as const)('%s goes from dark to light without turning back', (map) => {
    const lightness = Array.from({ length: 33 }, (_, i) => lab(hexOf(mapColour(map, i / 32)), vision)[0]);
    lightness.slice(1).forEach((next, i) => expect(next).toBeGreaterThan(lightness[i] as number));
    expect((lightness.at(-1) as number) - (lightness[0] as number)).toBeGreaterThan(50);
  });
});
