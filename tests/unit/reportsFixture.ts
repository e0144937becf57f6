// A report's input with numbers known exactly: Lorentzian lines at the landmarks, and their sum as the fit.
import type { FitCurves, MetaboliteEstimate, QuantificationResult } from '../../src/core/domain/quantification.ts';
import type { ReportInput } from '../../src/core/reports/index.ts';

const LINES: Readonly<Record<string, readonly (readonly [number, number])[]>> = {
  NAA: [[2.01, 1.2]],
  NAAG: [[2.04, 0.15]],
  Cr: [
    [3.03, 0.6],
    [3.91, 0.4],
  ],
  PCr: [
    [3.03, 0.4],
    [3.92, 0.27],
  ],
  GPC: [[3.22, 0.5]],
  PCho: [[3.21, 0.3]],
  Ins: [
    [3.52, 0.4],
    [3.61, 0.35],
  ],
  Glu: [
    [2.34, 0.3],
    [3.75, 0.25],
  ],
  Gln: [[2.44, 0.12]],
  Lac: [[1.31, 0.08]],
};

/** Curves over 4.2 to 0.2 ppm with a seeded residual. */
export function exampleCurves(): FitCurves {
  const ppm = Float64Array.from({ length: 400 }, (_, i) => 4.2 - i * 0.01);
  const lorentz = (p: number, at: number, h: number): number => h / (1 + ((p - at) / 0.025) ** 2);
  const components = Object.entries(LINES).map(([name, lines]) => ({
    name,
    curve: ppm.map((p) => lines.reduce((s, [at, h]) => s + lorentz(p, at, h), 0)),
  }));
  const baseline = ppm.map((p) => 0.15 + 0.06 * Math.sin(2 * p));
  const fit = ppm.map((_, i) => (baseline[i] as number) + components.reduce((s, c) => s + (c.curve[i] as number), 0));
  let state = 7;
  const noise = (): number => {
    state = (state * 16807) % 2147483647;
    return (state / 2147483647 - 0.5) * 0.06;
  };
  const residual = ppm.map(() => noise());
  return { ppm, fit, baseline, components, residual, data: fit.map((v, i) => v + (residual[i] as number)) };
}

export function estimate(name: string, amplitude: number, crlbPercent: number | null): MetaboliteEstimate {
  return {
    name,
    amplitude,
    crlbPercent,
    crlbAbsolute: crlbPercent === null ? null : (amplitude * crlbPercent) / 100,
    ratioToTCr: amplitude / 8,
    concentrationMM: null,
  };
}

export function exampleResult(): QuantificationResult {
  return {
    method: 'nlls',
    version: '1.0.0',
    status: 'converged',
    reason: null,
    metabolites: [
      ['Ala', 0.3, 41],
      ['Asp', 1.9, 22.4],
      ['Cr', 4.6, 4.1],
      ['PCr', 3.4, 5.6],
      ['GABA', 1.5, 17],
      ['Glc', 0.9, 35],
      ['Gln', 2.4, 11.2],
      ['Glu', 9.1, 3.4],
      ['GPC', 1.1, 6.3],
      ['PCho', 0.55, 12],
      ['GSH', 1.2, 9.3],
      ['Ins', 5.9, 3.7],
      ['Lac', 0, null],
      ['NAA', 10.123456, 1.84],
      ['NAAG', 1.3, 13.2],
      ['Scyllo', 0.28, 16],
      ['Tau', 1.4, 19],
      ['-CrCH2', 0.4, 66],
      ['MM09', 7.7, 8],
      ['MM20', 5.1, 10],
    ].map(([n, a, c]) => estimate(n as string, a as number, c as number | null)),
    combined: [
      estimate('Glx', 11.5, 3.9),
      estimate('mI', 5.9, 3.7),
      estimate('tCho', 1.65, 3.1),
      estimate('tCr', 8, 1.9),
      estimate('tNAA', 11.423456, 1.5),
    ],
    phase0Deg: -12.34,
    phase1DegPerPpm: 0.87,
    shiftHz: -1.253,
    lorentzianHz: 3.21,
    gaussianHz: 2.02,
    snr: { value: 23.456, definition: 'tallest line over 2 × residual RMS' },
    fwhmHz: 6.84,
    residualSd: 0.0173,
    elapsedMs: 41,
    inDistribution: true,
    executionProvider: 'cpu',
    warnings: [{ code: 'crlb-high', message: 'The value of Lac can not be told from zero.' }],
    correlation: null,
    diagnostics: {},
  };
}

const HASH = 'a3f1c2d4e5b60718293a4b5c6d7e8f90a3f1c2d4e5b60718293a4b5c6d7e8f90';

export function exampleReport(): ReportInput {
  return {
    patient: { name: 'Demo, Phantom', id: 'DEMO-001', sex: 'F', birthDate: '1980-01-01', ageYears: 46, weightKg: 62 },
    study: { title: 'Demo study', date: '2026-01-01', region: 'Left parietal white matter' },
    scan: {
      fileName: 'demo_svs.nii.gz',
      waterFileName: 'demo_svs_water.nii.gz',
      format: 'nifti-mrs',
      acquisition: {
        echoTimeS: 0.03,
        repetitionTimeS: 2,
        mixingTimeS: null,
        inversionTimeS: null,
        sequence: 'PRESS',
        manufacturer: 'Lineshape',
        scannerModel: 'Simulator',
        acquiredAt: '2026-01-01T09:30:00',
        region: null,
      },
      nucleus: '1H',
      spectrometerFrequencyMHz: 123.2,
      fieldT: 2.894,
      points: 2048,
      dwellTimeS: 0.00025,
      dimensions: [
        { tag: 'DIM_COIL', length: 8 },
        { tag: 'DIM_DYN', length: 64 },
      ],
      grid: [1, 1, 1],
      affine: [20, 0, 0, -22, 0, 20, 0, -14, 0, 0, 20, 31, 0, 0, 0, 1],
      header: { WaterSuppressed: true },
    },
    voxel: 0,
    result: exampleResult(),
    curves: exampleCurves(),
    recipe: {
      schema: 'lineshape.recipe/1',
      id: 'svs-default',
      title: 'Single voxel, raw',
      version: 1,
      preprocessing: [
        { step: 'coilCombination', options: {} },
        { step: 'alignment', options: {} },
      ],
      quantification: { method: 'nlls', options: { ppmRange: [0.2, 4.2] } },
    },
    basis: { id: 'press-3t-te30', title: '3 T PRESS TE 30 ms' },
    hashes: { input: HASH, water: HASH, recipe: HASH, basis: HASH },
    provenance: [
      {
        time: '2026-01-01T10:00:00Z',
        program: 'Lineshape',
        version: '0.1.0',
        method: 'RF coil combination',
        details: { method: 'wSVD', waterReferenced: true, weights: [1, 2, 3, 4, 5, 6, 7, 8] },
      },
      {
        time: '2026-01-01T10:00:01Z',
        program: 'Lineshape',
        version: '0.1.0',
        method: 'Frequency and phase correction',
        details: { target: 'median', maxShiftHz: 6.2 },
      },
    ],
    warnings: [{ code: 'transient-rejected', message: '1 of 64 transients was rejected as an outlier.' }],
    program: 'Lineshape',
    programVersion: '0.1.0',
    analysedAt: '2026-01-01T10:00:05Z',
    generatedAt: '2026-01-02T08:15:00Z',
    images: [],
  };
}
