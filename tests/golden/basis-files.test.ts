// Every real basis file of the shared data is read, written and read again. What the files needed of the reader:
// - Test.basis (FID-A): ID_BASI for IDBASI; zero frequency at 2.3 ppm instead of 4.65, which is shifted.
// - Osprey's noMM files (and the DW-MRS and LCModel run's copies): free 14-column numbers under FMTBAS (2E15.6); zero
//   frequency at 4.68 ppm, which is shifted.
// - gamma_press_te20_300mhz_413f: scrambled (BADELT < 0), and no $NMUSED groups.
// - gamma_press_te20_7t_v1: strings padded to their full length, a FILRAW that runs over the line, a comma before $END.
// - 3t.basis (spant): ECHOT without a value; $END on the line of the last key; not zero-filled.
// - 7T_sim_31P: phosphorus, zero frequency at 4.65 ppm all the same, a marker at 20 ppm in each signal.
// - 3t_IU_MP_te68_diff…: IDBASI broken over lines; the difference spectrum by its title alone.
// - STEAM_7T_11ms, 7T_MEGA_TE80ms: (2E16.6); basis_siemens_special*, sim_se_csi_te16 and other MakeBasis files: (6E13.5).
// - ISHIFT from −1171 to 22: the gamma_press files, press_30ms_3T, 7T_MEGA_TE80ms, both 3t_IU_MP, both basis_siemens_special,
//   STEAM_TE45_TM60, sLASER_DW_TE125ms, STEAM_7T_11ms, sim_se_csi_te16. CONC other than 1 (0.0022 to 100): the gamma_ files,
//   press_30ms_3T, 3t_IU_MP (with VOLUME = 8), basis_siemens_special, STEAM_7T_11ms.
// - ECHOT = −1, so no echo time: 7T_sim_31P, 7T_MEGA_TE80ms, STEAM_TE45_TM60, sLASER_DW_TE125ms, PRESS_3T_30ms, STEAM_7T_11ms.
import { readdirSync, statSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FileBasisSet } from '../../src/core/basis/files/index.ts';
import { readBasisFiles } from '../../src/core/basis/files/index.ts';
import { writeBasisFiles } from '../../src/core/basis/files/write/index.ts';
import { latin1Text, namelistNumber, nextNamelist, readFortranReals } from '../../src/core/math/fortranText.ts';
import { DATA_FOLDER, dataAvailable, realFile } from '../fixtures/realData.ts';

function basisPaths(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return basisPaths(path);
    return /\.basis$/i.test(entry.name) && statSync(path).isFile() ? [relative(DATA_FOLDER, path)] : [];
  });
}

/** Largest |a − b| of any signal, over the largest value of that signal. */
function worstDeviation(a: FileBasisSet, b: FileBasisSet): number {
  return Math.max(
    ...a.signals.map((signal, s) => {
      const other = b.signals[s]?.fid;
      let largest = 0;
      let difference = 0;
      signal.fid.re.forEach((re, t) => {
        const im = signal.fid.im[t] as number;
        largest = Math.max(largest, Math.hypot(re, im));
        difference = Math.max(difference, Math.hypot(re - (other?.re[t] ?? NaN), im - (other?.im[t] ?? NaN)));
      });
      return difference / largest;
    }),
  );
}

interface Printed {
  scrambled: boolean;
  /** As printed, for unit concentration and without ISHIFT: what the file says the spectrum is. */
  spectra: readonly (readonly number[])[];
}

function printed(bytes: Uint8Array): Printed {
  const text = latin1Text(bytes);
  const spectra: (readonly number[])[] = [];
  let scrambled = false;
  for (let group = nextNamelist(text, 0); group !== null; group = nextNamelist(text, group.end)) {
    if (group.name === 'BASIS1') scrambled = (namelistNumber(group, 'BADELT') ?? 0) < 0;
    if (group.name !== 'BASIS') continue;
    const key = (name: string, otherwise: number): number => namelistNumber(group, name) ?? otherwise;
    const scale = key('TRAMP', 1) / (key('VOLUME', 1) * key('CONC', 1));
    const values = readFortranReals(text, group.end, 13, Infinity).values;
    const from = 2 * key('ISHIFT', 0) + 2 * values.length;
    spectra.push(values.map((_, i) => scale * (values[(i + from) % values.length] as number)));
  }
  return { scrambled, spectra };
}

/** Largest difference of the written numbers from the original's, over the half unit of a seven-digit number's last digit. */
function worstAgainstPrinted(original: Printed, written: Printed): number {
  let worst = 0;
  original.spectra.forEach((values, s) => {
    const largest = values.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
    expect(written.spectra[s]?.length).toBe(values.length);
    values.forEach((value, i) => {
      // Values near zero carry the rounding of a DFT and its inverse: 1e-13 of the largest.
      const halfUnit = 0.5e-6 * Math.abs(value) + 1e-13 * largest;
      worst = Math.max(worst, Math.abs((written.spectra[s]?.[i] ?? NaN) - value) / halfUnit);
    });
  });
  return worst;
}

/** Nine significant digits are written: 5e-9 of each number, which the DFT averages. */
const ROUND_TRIP = 2e-8;

describe.skipIf(!dataAvailable)('real .BASIS files', () => {
  const rows: string[] = [];
  const paths = dataAvailable ? basisPaths(DATA_FOLDER).sort() : [];

  it('are all there', () => {
    expect(paths.length).toBeGreaterThanOrEqual(24);
  });

  it.each(paths)('%s is read, written and read again', (path) => {
    const file = realFile(path);
    const first = readBasisFiles([file]);
    const [out] = writeBasisFiles(first, 'lcmodel');
    if (out === undefined) throw new Error('nothing was written');
    const second = readBasisFiles([out]);
    const worst = worstDeviation(first, second);
    expect(worst).toBeLessThan(ROUND_TRIP);
    expect(second.warnings).toEqual([]);
    expect(second.signals.map((s) => s.name)).toEqual(first.signals.map((s) => s.name));
    const { nucleus, points, dwellTimeS, spectrometerFrequencyMHz, echoTimeS, sequence, editing, title, referencePpm } =
      first;
    const kept = { nucleus, points, dwellTimeS, spectrometerFrequencyMHz, echoTimeS, sequence, editing, referencePpm };
    expect(second).toMatchObject(kept);
    expect(second.title).toBe(title.trim());
    expect(second.linewidthHz ?? -1).toBeCloseTo(first.linewidthHz ?? -1, 10);

    const before = printed(file.bytes);
    const same = !before.scrambled && first.warnings.length === 0;
    const againstPrinted = same ? worstAgainstPrinted(before, printed(out.bytes)) : null;
    if (againstPrinted !== null) expect(againstPrinted).toBeLessThan(1);
    const corrected = first.warnings.map((w) => w.code.replace('basis-', '')).join(', ');
    rows.push(
      [
        basename(path).slice(0, 48).padEnd(48),
        first.nucleus.padEnd(3),
        first.spectrometerFrequencyMHz.toFixed(1).padStart(6),
        String(first.signals.length).padStart(7),
        String(points).padStart(6),
        worst.toExponential(1).padStart(10),
        (againstPrinted === null ? '–' : againstPrinted.toExponential(1)).padStart(10),
        corrected === '' ? 'nothing' : corrected,
      ].join(' '),
    );
  });

  it('print their table', () => {
    const head = `${'file'.padEnd(48)} nuc    MHz signals points round trip  printed corrected by the reader`;
    process.stdout.write(`${[head, ...rows].join('\n')}\n`);
    expect(rows.length).toBe(paths.length);
  });
});

describe.skipIf(!dataAvailable)('other real basis files', () => {
  const RAW = 'basis/fida_wilson/lib/FID-A-master/simulationTools/WilsonBasis';

  it('a folder of FID-A .RAW files is the set its .BASIS was made of', () => {
    const names = ['Cr', 'GABA', 'Gln', 'Glu', 'H2O', 'NAA', 'Scyllo'];
    const basis = readBasisFiles([realFile(`${RAW}/Basis/Test.basis`)]);
    const raw = readBasisFiles(
      names.map((name) => realFile(`${RAW}/${name}.RAW`)),
      { spectrometerFrequencyMHz: 297.1908, dwellTimeS: 0.00016667 },
    );
    expect(raw.signals.map((s) => s.name)).toEqual(basis.signals.map((s) => s.name));
    expect(raw.warnings.map((w) => w.code)).toEqual(basis.warnings.map((w) => w.code));
    // FID-A wrote plain DFTs where LCModel's are unitary, so its .BASIS is √N too large; E13.5 has five digits.
    const scale = 1 / Math.sqrt(basis.points);
    const scaled = basis.signals.map((s) => ({
      ...s,
      fid: { re: s.fid.re.map((v) => v * scale), im: s.fid.im.map((v) => v * scale) },
    }));
    expect(worstDeviation({ ...basis, signals: scaled }, raw)).toBeLessThan(1e-5);
  });

  it('the FSL-MRS fMRS demo is read as it is', () => {
    const folder = 'fsl_mrs_fmrs_demo/basis';
    const files = readdirSync(join(DATA_FOLDER, folder)).map((name) => realFile(`${folder}/${name}`));
    const basis = readBasisFiles(files);
    expect(basis).toMatchObject({ nucleus: '1H', points: 8192, linewidthHz: 1, echoTimeS: null, sequence: null });
    expect(basis.warnings).toEqual([]);
    expect(worstDeviation(basis, readBasisFiles(writeBasisFiles(basis, 'fsl-json')))).toBe(0);
  });
});
