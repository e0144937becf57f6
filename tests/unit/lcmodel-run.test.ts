// The runner of the user's LCModel, with small real executables in its place: what matters here is how it starts, feeds,
// limits, ends and cleans up a process, and what it says of one that fails. A real LCModel is run in
// tests/golden/lcmodel-run.test.ts, where there is one.
import { chmodSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BasisSet } from '../../src/core/domain/basisSet.ts';
import { CancelledError } from '../../src/core/domain/errors.ts';
import type { MrsDataset } from '../../src/core/domain/mrsDataset.ts';
import { UNKNOWN_ACQUISITION, UNKNOWN_PATIENT } from '../../src/core/domain/mrsDataset.ts';
import type { Cancellation } from '../../src/core/ports/cancellation.ts';
import { DEFAULT_LCMODEL_SETTINGS } from '../../src/core/quantification/lcmodel/index.ts';
import type { LcmodelRequest, LcmodelRun } from '../../src/node/lcmodel/runLcmodel.ts';
import { runLcmodel } from '../../src/node/lcmodel/runLcmodel.ts';
import { NEVER_CANCELLED, cancellationSource } from '../../src/node/workers/cancellation.ts';
import { MADE_RUN, coordText, printText } from '../fixtures/lcmodelResults.ts';

const POINTS = 128;
const decay = (n: number): Float64Array => Float64Array.from({ length: n }, (_, i) => Math.exp(-(i % POINTS) / 20));
const scan = (grid: [number, number, number] = [1, 1, 1]): MrsDataset => {
  const count = grid[0] * grid[1] * grid[2] * POINTS;
  return {
    data: { re: decay(count), im: decay(count), shape: [...grid, POINTS] },
    dimensions: [],
    dwellTimeS: 5e-4,
    spectrometerFrequencyMHz: 127.75,
    nucleus: '1H',
    acquisition: UNKNOWN_ACQUISITION,
    patient: { ...UNKNOWN_PATIENT, name: 'Doe^Jane' },
    affine: null,
    format: 'test',
    header: {},
    provenance: [],
    warnings: [],
  };
};
const BASIS: BasisSet = {
  id: 'b', title: 'b', nucleus: '1H', spectrometerFrequencyMHz: 127.75, dwellTimeS: 5e-4, points: POINTS, echoTimeS: 0.03,
  sequence: null, editing: null, referencePpm: 4.65, linewidthHz: null, format: 'lineshape', sha256: '',
  signals: [{ name: 'NAA', fileName: 'NAA', kind: 'metabolite', fid: { re: decay(POINTS), im: decay(POINTS) } }],
}; // prettier-ignore

/** Where the scripts and their evidence lie, apart from the runner's own folders. */
const folder = mkdtempSync(join(tmpdir(), 'lcmodel-test-'));
const systemTemp = process.env['TMPDIR'];
const runnerTemp = join(folder, 'tmp');

beforeAll(() => {
  writeFileSync(join(folder, 'coord'), coordText());
  writeFileSync(join(folder, 'print'), printText());
  writeFileSync(join(folder, 'fatal'), '     FATAL ERROR  MYBASI  9.   (Check LCModel Manual).  ****\n');
  chmodSync(folder, 0o755);
  process.env['TMPDIR'] = mkdtempSync(runnerTemp);
});

afterAll(() => {
  if (systemTemp === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = systemTemp;
  rmSync(folder, { recursive: true });
});

/** An executable of the test's own. */
function script(name: string, body: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
  return path;
}

/** Leaves what LCModel would leave. */
const RESULTS = `cp "${folder}/coord" spectrum.coord; cp "${folder}/print" spectrum.print`;

const run = (
  executable: string,
  more: Partial<LcmodelRequest> = {},
  cancellation: Cancellation = NEVER_CANCELLED,
): Promise<LcmodelRun[]> =>
  runLcmodel(
    {
      executable,
      scan: scan(),
      water: null,
      basis: BASIS,
      settings: DEFAULT_LCMODEL_SETTINGS,
      timeLimitS: 20,
      ...more,
    },
    cancellation,
  );

const leftovers = (): string[] => readdirSync(process.env['TMPDIR'] as string);
const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    // A zombie that nobody has waited for yet is no longer running.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};
const pidIn = (name: string): number => Number(readFileSync(join(folder, name), 'utf8'));
const waitFor = async (condition: () => boolean, limitMs = 5000): Promise<void> => {
  const begun = performance.now();
  while (!condition() && performance.now() - begun < limitMs) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(condition()).toBe(true);
};

describe.skipIf(process.platform === 'win32')('a run of LCModel', () => {
  it('gets control, data and basis, and gives back result, curves, messages and files', async () => {
    const executable = script(
      'good',
      `cat > "${folder}/control"; ls .. . > "${folder}/listing"; echo said; echo warned >&2; ${RESULTS}`,
    );
    const [found, ...others] = await run(executable, { keepFiles: true, water: scan() });
    expect(others).toEqual([]);
    expect(found?.voxel).toBe(0);
    expect(found?.result).toMatchObject({ method: 'lcmodel', version: '6.3-1N', status: 'converged' });
    expect(found?.result.metabolites).toHaveLength(7);
    expect(found?.result.correlation).toHaveLength(49);
    expect(found?.result.elapsedMs).toBeGreaterThan(0);
    expect(found?.curves?.ppm).toHaveLength(MADE_RUN.points);
    expect(found?.output).toBe('said\nwarned\n');
    expect(found?.files.map((f) => f.path)).toEqual(
      ['RAW', 'H2O', 'CONTROL', 'coord', 'print'].map((suffix) => `spectrum.${suffix}`),
    );
    const control = readFileSync(join(folder, 'control'), 'utf8');
    expect(control).toMatch(/^ \$LCMODL\n/);
    expect(control).toMatch(/filbas='\.\.\/basis\.BASIS'\n/);
    expect(control).not.toMatch(/Doe/);
    expect(readFileSync(join(folder, 'listing'), 'utf8')).toMatch(/spectrum\.H2O\nspectrum\.RAW\n[\s\S]*basis\.BASIS/);
    expect(leftovers()).toEqual([]);
  });

  it('keeps its scratch files in its own folder', async () => {
    await run(script('scratch', `cat > /dev/null; touch "$TMPDIR/scratch"; ${RESULTS}`));
    expect(leftovers()).toEqual([]);
  });

  it('that writes without end neither fills the memory nor waits', async () => {
    const [found] = await run(script('loud', `cat > /dev/null; yes 0123456789 | head -c 20000000; ${RESULTS}`));
    expect(found?.output).toHaveLength(64 * 1024);
  });

  it('that doesn’t read its input still counts', async () => {
    const [found] = await run(script('deaf', RESULTS));
    expect(found?.result.status).toBe('converged');
    expect(found?.result.warnings.map((w) => w.code)).not.toContain('lcmodel-print-missing');
  });

  it('that leaves its .print out or unfinished says what is therefore not known', async () => {
    for (const print of ['', `; head -c 2000 "${folder}/print" > spectrum.print`]) {
      const [found] = await run(script('printless', `cp "${folder}/coord" spectrum.coord${print}`));
      expect(found?.result.correlation).toBeNull();
      expect(found?.result.warnings.map((w) => w.code)).toContain('lcmodel-print-missing');
    }
  });

  it('of many voxels runs no more at once than told, each in its own folder; a voxel refused takes none with it', async () => {
    writeFileSync(join(folder, 'log'), '');
    const body = `cat > /dev/null; echo + >> "${folder}/log"; sleep 0.15; echo - >> "${folder}/log"
      case "$PWD" in */2) cat "${folder}/fatal" > spectrum.print; exit 0;; esac; ${RESULTS}`;
    const reports: number[] = [];
    const request = {
      scan: scan([3, 2, 1]),
      parallel: 2,
      settings: DEFAULT_LCMODEL_SETTINGS,
      water: null,
      basis: BASIS,
    };
    const runs = await runLcmodel({ ...request, executable: script('grid', body) }, NEVER_CANCELLED, (r) =>
      reports.push(r.fraction),
    );
    expect(runs.map((r) => r.voxel)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(runs.map((r) => r.result.status === 'refused')).toEqual([false, false, true, false, false, false]);
    expect(runs[2]?.result.reason).toMatch(
      /^LCModel gave no result: LCModel's fatal error MYBASI 9: the basis set was made for/,
    );
    let now = 0;
    let most = 0;
    for (const mark of readFileSync(join(folder, 'log'), 'utf8').trim().split('\n')) {
      now += mark === '+' ? 1 : -1;
      most = Math.max(most, now);
    }
    expect(most).toBe(2);
    expect(reports.at(-1)).toBe(1);
    expect(leftovers()).toEqual([]);
  });

  it('over its time limit is killed with all it started', async () => {
    const executable = script(
      'slow',
      `cat > /dev/null; sleep 60 & echo $! > "${folder}/slow-child"; echo $$ > "${folder}/slow-pid"; sleep 60`,
    );
    const begun = performance.now();
    await expect(run(executable, { timeLimitS: 0.5 })).rejects.toThrow(
      'LCModel did not finish within 0.5 s and was stopped.',
    );
    expect(performance.now() - begun).toBeLessThan(3000);
    await waitFor(() => !alive(pidIn('slow-pid')) && !alive(pidIn('slow-child')));
    expect(leftovers()).toEqual([]);
  });

  it('that leaves a child behind loses it', async () => {
    await run(script('parent', `cat > /dev/null; sleep 60 & echo $! > "${folder}/orphan"; ${RESULTS}`));
    await waitFor(() => !alive(pidIn('orphan')));
  });

  it('is cancelled within 200 ms, and leaves nothing', async () => {
    const executable = script('patient', `echo $$ > "${folder}/patient-pid"; cat > /dev/null; sleep 60`);
    const { cancellation, cancel } = cancellationSource();
    const pending = run(executable, { scan: scan([4, 1, 1]), parallel: 2 }, cancellation);
    const outcome = pending.then(
      () => null,
      (error: unknown) => error,
    );
    await waitFor(() => existsSync(join(folder, 'patient-pid')));
    const begun = performance.now();
    cancel();
    expect(await outcome).toBeInstanceOf(CancelledError);
    // 200 ms is the aim; the machine of the tests may be busy.
    expect(performance.now() - begun).toBeLessThan(1000);
    await waitFor(() => !alive(pidIn('patient-pid')));
    expect(leftovers()).toEqual([]);
  });
});

describe.skipIf(process.platform === 'win32')('what goes wrong is said in one sentence', () => {
  const cases: [string, () => string, RegExp][] = [
    ['no such file', () => join(folder, 'nowhere'), /^LCModel was not found at .*nowhere; set the path of your own installed LCModel\.$/],
    ['a folder', () => folder, /is a folder, not the LCModel executable\.$/],
    ['a missing interpreter', () => {
      const path = script('odd', 'true');
      writeFileSync(path, '#!/no/such/interpreter\n');
      return path;
    }, /^LCModel can't be started: the interpreter or loader it needs is missing\.$/],
    ['nothing written, nothing said', () => script('mute', 'cat > /dev/null'), /^LCModel ended without a result \(code 0\); it printed nothing\.$/],
    ['a run-time error', () => script('crash', 'cat > /dev/null; echo "At line 12 of file LCModel.f" >&2; exit 2'),
      /^LCModel ended without a result \(code 2\); it printed "At line 12 of file LCModel\.f"\.$/],
    ['a signal', () => script('signal', 'kill -SEGV $$'), /^LCModel ended without a result \(SIGSEGV\); it printed nothing\.$/],
    ['a fatal message on the console', () => script('console', `cat > /dev/null; echo "***      FATAL ERROR  MYCONT  2,"`),
      /^LCModel gave no result: LCModel's fatal error MYCONT 2: the control file holds a key or a value that this LCModel does not know\.$/],
    ['a fatal message in .print, with its explanation', () => script('told', `cat > /dev/null
      { echo " Missing slash in the ratio in CHRATO: x"; echo "     FATAL ERROR  CONCPR  2.   (Check LCModel Manual). **"; } > spectrum.print`),
      /CONCPR 2: see the list of diagnostics in LCModel's manual \(Missing slash in the ratio in CHRATO: x\)\.$/],
    ['a .coord without concentrations', () => script('gaveup', `cat > /dev/null; cp "${folder}/fatal" spectrum.print
      printf ' LCModel (Version 6.3-1N)\\n t\\n   1 lines in following diagnostic table:\\n   1 FATAL     MYBASI  9\\n   0 lines in following table of input changes:\\n' > spectrum.coord`),
      /fatal error MYBASI 9/],
    ['half a .coord', () => script('half', `cat > /dev/null; head -c 3000 "${folder}/coord" > spectrum.coord`), /^spectrum\.coord is cut short: it ends inside its .*\.$/],
  ]; // prettier-ignore

  it.each(cases)('%s', async (_, executable, message) => {
    await expect(run(executable())).rejects.toThrow(message);
    expect(leftovers()).toEqual([]);
  });

  it('a file of mode 644 is not executable, even for root', async () => {
    const path = join(folder, 'plain.txt');
    writeFileSync(path, 'no program');
    chmodSync(path, 0o644);
    await expect(run(path)).rejects.toThrow(/may not be executed/);
  });

  it('coils that are not combined, and water of other voxels', async () => {
    const executable = script('unused', RESULTS);
    const coils: MrsDataset = {
      ...scan([2, 1, 1]),
      data: { ...scan([2, 1, 1]).data, shape: [1, 1, 1, 2, POINTS] },
      dimensions: [{ tag: 'DIM_COIL', info: null, header: null }],
    };
    await expect(run(executable, { scan: coils })).rejects.toThrow(
      /the scan still has DIM_COIL: combine or average it first/,
    );
    await expect(run(executable, { scan: scan([2, 1, 1]), water: scan() })).rejects.toThrow(
      /this one has 1, the scan 2/,
    );
  });

  it('an executable that can’t be started stops a grid at once', async () => {
    const path = script('odd2', 'true');
    writeFileSync(path, '#!/no/such/interpreter\n');
    await expect(run(path, { scan: scan([3, 1, 1]) })).rejects.toThrow(/can't be started/);
  });
});
