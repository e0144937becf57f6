// Truth for the density-matrix engine: closed forms (singlet, AX, AB, heteronuclear doublet) and an independent
// brute-force simulation in the full product space with matrix exponentials.
import { describe, expect, it } from 'vitest';
import { ppmToHz } from '../../src/core/domain/axes.ts';
import type { ComplexSignal } from '../../src/core/domain/complexArray.ts';
import { composeSu2, spinRepresentation, su2 } from '../../src/core/basis/densityMatrix/rotation.ts';
import { transitionsToFid } from '../../src/core/basis/densityMatrix/transitions.ts';
import type { Transitions } from '../../src/core/basis/densityMatrix/transitions.ts';
import { press } from '../../src/core/basis/sequences/press.ts';
import { pulseAcquire } from '../../src/core/basis/sequences/pulseAcquire.ts';
import { spinEcho } from '../../src/core/basis/sequences/spinEcho.ts';
import { steam } from '../../src/core/basis/sequences/steam.ts';
import { simulateMetabolite } from '../../src/core/basis/simulateMetabolite.ts';
import { SPIN_SYSTEMS, spinSystem } from '../../src/core/basis/spinSystems/index.ts';
import { protonCount } from '../../src/core/basis/spinSystems/spinSystem.ts';
import type { Heteronucleus, SpinSystem } from '../../src/core/basis/spinSystems/spinSystem.ts';
import { pressByMatrixExponentials, spinEchoByMatrixExponentials } from './bruteForceSpins.ts';

const F0 = 123.25;
const source = 'govindaraju2000';

interface Group {
  readonly label: string;
  readonly shiftPpm: number;
  readonly protons?: number;
}

/** Not parsed: limits such as 2000 ppm between two groups are no molecule's. */
function system(
  groups: readonly Group[],
  couplings: readonly (readonly [string, string, number])[],
  heteronuclei: readonly Heteronucleus[] = [],
): SpinSystem {
  const moiety = {
    name: 'all',
    population: 1,
    groups: groups.map((g) => ({ protons: 1, source, ...g })),
    couplings: couplings.map(([a, b, jHz]) => ({ between: [a, b] as const, jHz, source })),
    heteronuclei,
  };
  return {
    name: 'Test',
    variant: null,
    fullName: 'Test',
    sign: 1,
    concentration: null,
    moieties: [moiety],
    notes: [],
  };
}

const sum = (x: Float64Array): number => x.reduce((a, b) => a + b, 0);

/** Sum of the lines within a window about a shift. */
function amplitudeNear(lines: Transitions, ppm: number, halfWidthHz: number): { re: number; im: number } {
  const centre = ppmToHz(ppm, F0);
  let re = 0;
  let im = 0;
  lines.frequencyHz.forEach((hz, k) => {
    if (Math.abs(hz - centre) > halfWidthHz) return;
    re += lines.re[k]!;
    im += lines.im[k]!;
  });
  return { re, im };
}

function largestDifference(a: ComplexSignal, b: ComplexSignal): number {
  let largest = 0;
  a.re.forEach((v, n) => (largest = Math.max(largest, Math.hypot(v - b.re[n]!, a.im[n]! - b.im[n]!))));
  return largest;
}

describe('uncoupled protons', () => {
  it.each([
    ['pulse-acquire', pulseAcquire(), 1],
    ['spin echo', spinEcho(0.03), 1],
    ['PRESS', press(0.011, 0.019), 1],
    ['STEAM', steam(0.02, 0.01), 0.5],
  ] as const)('%s: a singlet of 3 protons is one positive line at its shift', (_name, sequence, factor) => {
    const lines = simulateMetabolite(spinSystem('Ace'), sequence, F0);
    expect(lines.frequencyHz).toHaveLength(1);
    expect(lines.frequencyHz[0]).toBeCloseTo((4.65 - 1.904) * F0, 9);
    // rounding of a handful of products
    expect(lines.re[0]).toBeCloseTo(3 * factor, 12);
    expect(lines.im[0]).toBeCloseTo(0, 12);
  });

  it('samples as A·exp(2πift − π·width·t), with NAA at a positive frequency', () => {
    const lines = simulateMetabolite(spinSystem('Ace'), pulseAcquire(), F0);
    const fid = transitionsToFid(lines, { points: 1000, dwellTimeS: 0.0005, linewidthHz: 4 });
    const f = (4.65 - 1.904) * F0;
    for (const n of [0, 1, 255, 256, 999]) {
      const t = n * 0.0005;
      // rounding of up to 256 recurrence steps
      expect(fid.re[n]).toBeCloseTo(3 * Math.exp(-Math.PI * 4 * t) * Math.cos(2 * Math.PI * f * t), 10);
      expect(fid.im[n]).toBeCloseTo(3 * Math.exp(-Math.PI * 4 * t) * Math.sin(2 * Math.PI * f * t), 10);
    }
  });
});

describe('weak coupling', () => {
  const J = 7;
  const near = system(
    [
      { label: 'A', shiftPpm: 1 },
      { label: 'X', shiftPpm: 11 },
    ],
    [['A', 'X', J]],
  );
  // 2000 ppm apart at 123 MHz: J/Δν = 3e-5, so the weak-coupling formulas hold to about that
  const ax = {
    ...near,
    moieties: near.moieties.map((m) => ({
      ...m,
      groups: m.groups.map((g) => (g.label === 'X' ? { ...g, shiftPpm: 2001 } : g)),
    })),
  };

  it.each([0, 0.03, 1 / 28, 0.1, 1 / 7])('spin echo of TE %f s modulates an AX doublet by cos(πJ·TE)', (te) => {
    const lines = simulateMetabolite(ax, spinEcho(te), F0);
    expect(amplitudeNear(lines, 1, 20).re).toBeCloseTo(Math.cos(Math.PI * J * te), 3);
    const high = amplitudeNear(lines, 1 - J / 2 / F0, 1);
    const low = amplitudeNear(lines, 1 + J / 2 / F0, 1);
    // the two lines turn against each other by ±πJ·TE and keep ½ each
    expect(Math.hypot(high.re, high.im)).toBeCloseTo(0.5, 3);
    expect(high.im).toBeCloseTo(-low.im, 3);
    expect(Math.abs(high.im)).toBeCloseTo(0.5 * Math.abs(Math.sin(Math.PI * J * te)), 3);
  });

  it('splits an AX2 proton into 1:2:1', () => {
    const ax2 = system(
      [
        { label: 'A', shiftPpm: 1 },
        { label: 'X', shiftPpm: 2001, protons: 2 },
      ],
      [['A', 'X', J]],
    );
    const lines = simulateMetabolite(ax2, pulseAcquire(), F0);
    const heights = [-1, 0, 1].map((k) => amplitudeNear(lines, 1 + (k * J) / F0, 1).re);
    expect(heights[0]).toBeCloseTo(0.25, 3);
    expect(heights[1]).toBeCloseTo(0.5, 3);
    expect(heights[2]).toBeCloseTo(0.25, 3);
  });

  it('inverts the lactate doublet at TE 144 ms and turns it upright at 288 ms', () => {
    // at 123 MHz lactate is weakly coupled (J/Δν = 0.02); 1/J = 144.2 ms
    const at = (te: number) =>
      amplitudeNear(simulateMetabolite(spinSystem('Lac'), press(te / 2, te / 2), F0), 1.3142, 20);
    expect(at(0.144).re).toBeLessThan(-2.9);
    expect(at(0.288).re).toBeGreaterThan(2.9);
    expect(at(0.072).re).toBeCloseTo(0, 0);
  });

  it('does not refocus the coupling to phosphorus, which no proton pulse touches', () => {
    const ap = system([{ label: 'A', shiftPpm: 4 }], [['A', 'P', 6]], [{ label: 'P', nucleus: '31P' }]);
    const lines = simulateMetabolite(ap, spinEcho(0.05), F0);
    expect(Array.from(lines.frequencyHz, (f) => f - ppmToHz(4, F0)).map((f) => Number(f.toFixed(9)))).toEqual([-3, 3]);
    // refocused: both in phase and real
    expect(Array.from(lines.re, (v) => Number(v.toFixed(9)))).toEqual([0.5, 0.5]);
    expect(Math.max(...lines.im.map(Math.abs))).toBeLessThan(1e-12);
  });

  it('splits by nitrogen-14 into three equal lines', () => {
    const an = system([{ label: 'A', shiftPpm: 4, protons: 3 }], [['A', 'N', 2.5]], [{ label: 'N', nucleus: '14N' }]);
    const lines = simulateMetabolite(an, pulseAcquire(), F0);
    expect(Array.from(lines.frequencyHz, (f) => f - ppmToHz(4, F0)).map((f) => Number(f.toFixed(9)))).toEqual([
      -2.5, 0, 2.5,
    ]);
    lines.re.forEach((v) => expect(v).toBeCloseTo(1, 12));
  });
});

describe('strong coupling', () => {
  it('gives the AB quartet of its closed form', () => {
    const J = 15;
    const separationHz = 10;
    const ab = system(
      [
        { label: 'A', shiftPpm: 2.5 },
        { label: 'B', shiftPpm: 2.5 + separationHz / F0 },
      ],
      [['A', 'B', J]],
    );
    const lines = simulateMetabolite(ab, pulseAcquire(), F0);
    // Abragam 1961, ch. XI: D = ½√(J² + Δν²); lines at ±D ± J/2 with intensities (1 ∓ J/2D)/2
    const D = 0.5 * Math.hypot(J, separationHz);
    const centre = ppmToHz(2.5 + separationHz / 2 / F0, F0);
    const expected = [-D - J / 2, -D + J / 2, D - J / 2, D + J / 2].sort((a, b) => a - b);
    const intensity = (offset: number) => 0.5 * (1 + (Math.abs(offset) < D ? 1 : -1) * (J / (2 * D)));
    expect(lines.frequencyHz).toHaveLength(4);
    expected.forEach((offset, k) => {
      expect(lines.frequencyHz[k]! - centre).toBeCloseTo(offset, 9);
      expect(lines.re[k]).toBeCloseTo(intensity(offset), 9);
    });
  });

  it.each([
    ['AB', [2.5, 2.6], [[0, 1, -15]]],
    [
      'glutamate-like chain of five',
      [3.74, 2.04, 2.12, 2.34, 2.35],
      [
        [0, 1, 7.3],
        [0, 2, 4.7],
        [1, 2, -14.8],
        [1, 3, 6.4],
        [1, 4, 8.4],
        [2, 3, 8.5],
        [2, 4, 6.9],
        [3, 4, -15.9],
      ],
    ],
  ] as const)('PRESS of %s equals matrix exponentials in the product space', (_name, shifts, js) => {
    const labels = shifts.map((_, i) => `s${i}`);
    const spins = system(
      shifts.map((shiftPpm, i) => ({ label: labels[i]!, shiftPpm })),
      js.map(([a, b, j]) => [labels[a]!, labels[b]!, j] as const),
    );
    const sampling = { points: 40, dwellTimeS: 0.001 };
    const fid = transitionsToFid(simulateMetabolite(spins, press(0.012, 0.021), F0), { ...sampling, linewidthHz: 0 });
    const truth = pressByMatrixExponentials(
      shifts.map((s) => ppmToHz(s, F0)),
      js,
      [0.012, 0.021],
      sampling,
    );
    // lines merged within 5e-4 Hz differ in phase by at most 1e-4 at 40 ms
    expect(largestDifference(fid, truth)).toBeLessThan(1e-4);
    expect(Math.abs(truth.re[0]! - shifts.length)).toBeGreaterThan(0.1);
  });

  it('folds a methyl group into composite spins without loss (A3B, strongly coupled)', () => {
    const folded = system(
      [
        { label: 'A', shiftPpm: 1.3, protons: 3 },
        { label: 'B', shiftPpm: 1.45 },
      ],
      [['A', 'B', 7]],
    );
    const sampling = { points: 40, dwellTimeS: 0.001 };
    const fid = transitionsToFid(simulateMetabolite(folded, press(0.02, 0.03), F0), { ...sampling, linewidthHz: 0 });
    const offsets = [1.3, 1.3, 1.3, 1.45].map((s) => ppmToHz(s, F0));
    const truth = pressByMatrixExponentials(
      offsets,
      [
        [0, 3, 7],
        [1, 3, 7],
        [2, 3, 7],
      ],
      [0.02, 0.03],
      sampling,
    );
    expect(largestDifference(fid, truth)).toBeLessThan(1e-4);
  });
});

describe('many coupled spins', () => {
  it('eight inequivalent ones, all coupled strongly, equal matrix exponentials', () => {
    const shifts = [1.2, 1.35, 1.6, 1.72, 2.1, 2.14, 2.5, 3.1];
    const js = shifts.flatMap((_, i) =>
      shifts.flatMap((__, j) => (j > i && j <= i + 2 ? [[i, j, j === i + 1 ? 8 + i : 3 - i] as const] : [])),
    );
    const spins = system(
      shifts.map((shiftPpm, i) => ({ label: `s${i}`, shiftPpm })),
      js.map(([a, b, j]) => [`s${a}`, `s${b}`, j] as const),
    );
    const sampling = { points: 3, dwellTimeS: 0.005 };
    const fid = transitionsToFid(simulateMetabolite(spins, spinEcho(0.02), F0), { ...sampling, linewidthHz: 0 });
    const truth = spinEchoByMatrixExponentials(
      shifts.map((s) => ppmToHz(s, F0)),
      js,
      0.02,
      sampling,
    );
    // lines merged within 5e-4 Hz: 1e-4 rad of eight protons at 10 ms
    expect(largestDifference(fid, truth)).toBeLessThan(5e-4);
    expect(Math.abs(truth.re[0]!)).toBeGreaterThan(0.1);
  }, 120_000);
});

describe('every spin system', () => {
  it.each([...SPIN_SYSTEMS.keys()])('%s has its protons as amplitude at t = 0, and at TE → 0', (name) => {
    const metabolite = spinSystem(name);
    const protons = metabolite.sign * protonCount(metabolite);
    for (const sequence of [pulseAcquire(), press(0, 0), spinEcho(0)]) {
      const lines = simulateMetabolite(metabolite, sequence, F0);
      // dropped lines of < 1e-9 each, some thousand at most
      expect(sum(lines.re)).toBeCloseTo(protons, 5);
      expect(sum(lines.im)).toBeCloseTo(0, 5);
    }
  });
});

describe('input that is wrong', () => {
  it('a negative echo time is refused', () => {
    expect(() => press(-0.01, 0.02)).toThrow(/TE1 of 0 ms or more/);
    expect(() => steam(0.02, Number.NaN)).toThrow(/TM/);
  });
});

describe('spinRepresentation', () => {
  it.each([1, 2, 3, 6, 9])('is unitary, follows composition, and turns +m into −m at 180°, 2I = %i', (twiceSpin) => {
    const size = twiceSpin + 1;
    const [first, second] = [su2(0.7, -0.2, 0.4), su2(-1.1, 0.3, 2)];
    const [a, b] = [spinRepresentation(twiceSpin, first), spinRepresentation(twiceSpin, second)];
    const both = spinRepresentation(twiceSpin, composeSu2(second, first));
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        let [dotRe, dotIm, productRe, productIm] = [0, 0, 0, 0];
        for (let k = 0; k < size; k++) {
          const [xr, xi] = [a.re[i * size + k]!, a.im[i * size + k]!];
          const [yr, yi] = [a.re[j * size + k]!, a.im[j * size + k]!];
          dotRe += xr * yr + xi * yi;
          dotIm += xi * yr - xr * yi;
          productRe += b.re[i * size + k]! * a.re[k * size + j]! - b.im[i * size + k]! * a.im[k * size + j]!;
          productIm += b.re[i * size + k]! * a.im[k * size + j]! + b.im[i * size + k]! * a.re[k * size + j]!;
        }
        expect(dotRe).toBeCloseTo(i === j ? 1 : 0, 12);
        expect(dotIm).toBeCloseTo(0, 12);
        expect(productRe).toBeCloseTo(both.re[i * size + j]!, 12);
        expect(productIm).toBeCloseTo(both.im[i * size + j]!, 12);
      }
    }
    const flip = spinRepresentation(twiceSpin, su2(0, Math.PI, 0));
    for (let k = 0; k < size; k++) expect(Math.abs(flip.re[k * size + (size - 1 - k)]!)).toBeCloseTo(1, 12);
  });
});
