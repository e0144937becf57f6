// Settings for LCModel: from a recipe to entries of namelist LCMODL, and the control file that holds them.
import { strFromU8 } from 'fflate';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/core/domain/json.ts';
import type { MrsDataset } from '../../src/core/domain/mrsDataset.ts';
import { UNKNOWN_ACQUISITION, UNKNOWN_PATIENT } from '../../src/core/domain/mrsDataset.ts';
import { lcmodelFiles } from '../../src/core/formats/index.ts';
import { nextNamelist } from '../../src/core/math/fortranText.ts';
import { lcmodelControlEntries, parseLcmodelSettings } from '../../src/core/quantification/lcmodel/index.ts';
import { NAMELIST_KEYS, RESERVED_KEYS } from '../../src/core/quantification/lcmodel/namelistKeys.ts';

const signal = (): Float64Array => Float64Array.from({ length: 64 }, (_, i) => Math.exp(-i / 9));
const SCAN: MrsDataset = {
  data: { re: signal(), im: signal(), shape: [1, 1, 1, 64] },
  dimensions: [],
  dwellTimeS: 5e-4,
  spectrometerFrequencyMHz: 127.75,
  nucleus: '1H',
  acquisition: { ...UNKNOWN_ACQUISITION, echoTimeS: 0.03 },
  patient: { ...UNKNOWN_PATIENT, name: 'Doe^Jane', id: '4711' },
  affine: null,
  format: 'test',
  header: {},
  provenance: [],
  warnings: [],
};

const entries = (json: JsonObject, hasWater = true): Record<string, string> =>
  Object.fromEntries(lcmodelControlEntries(parseLcmodelSettings(json), hasWater).map((e) => [e.key, e.constant]));

describe('settings', () => {
  it('are none but every curve and no eddy-current correction where nothing is asked', () => {
    expect(entries({})).toEqual({ dows: 'T', doecc: 'F', neach: '101' });
    expect(entries({}, false)).toEqual({ neach: '101' });
  });

  it('become LCModel’s keys', () => {
    const found = entries({
      ppmRange: [0.5, 4.2],
      waterConcentrationMM: 55556,
      waterAttenuation: 0.8,
      metaboliteAttenuation: 0.9,
      eddyCurrentCorrection: true,
      ratioPriors: ['Asp/Big3 = .05 +- .05', 'GABA/Big3 = .04 +- .04 +WT= Lac'],
      simulatedSignals: 'none',
      omit: ['Gly', 'Ser'],
      namelist: { dkntmn: [0.15], 'DOREFS(1)': false, namrel: "it's", 'ppmgap(2,1)': 1.5, sddegp: 0 },
    });
    expect(found).toEqual({
      ppmst: '4.2', ppmend: '0.5', dows: 'T', doecc: 'T', wconc: '55556', atth2o: '0.8', attmet: '0.9',
      nratio: '2', 'chrato(1)': "'Asp/Big3 = .05 +- .05'", 'chrato(2)': "'GABA/Big3 = .04 +- .04 +WT= Lac'",
      nsimul: '0', nomit: '2', 'chomit(1)': "'Gly'", 'chomit(2)': "'Ser'", neach: '101',
      'dkntmn(1)': '0.15', 'dorefs(1)': 'F', namrel: "'it''s'", 'ppmgap(2,1)': '1.5', sddegp: '0',
    }); // prettier-ignore
  });

  it('turn soft priors off by their number', () => {
    expect(entries({ ratioPriors: 'none' })).toMatchObject({ nratio: '0' });
  });

  it('give way to the user’s own key', () => {
    expect(entries({ ppmRange: [0.2, 4], namelist: { ppmst: 3.9, neach: 50 } })).toMatchObject({
      ppmst: '3.9',
      ppmend: '0.2',
      neach: '50',
    });
  });

  it.each<[JsonObject, RegExp]>([
    [{ ppm: [1, 2] }, /no setting "ppm" here; put its own keys under "namelist"/],
    [{ ppmRange: [1, 1] }, /"ppmRange" for LCModel must be two different ppm values/],
    [{ waterConcentrationMM: -1 }, /positive number/],
    [{ omit: 'Gly' }, /list of names/],
    [{ omit: ['LongerThanSix'] }, /CHOMIT takes plain text of up to 6 characters/],
    [{ namelist: { nonsense: 1 } }, /LCModel 6\.3 has no control parameter "nonsense"/],
    [{ namelist: { 'x=1\n$END': 1 } }, /no control parameter/],
    [{ namelist: { filraw: 'x' } }, /FILRAW is set from the scan/],
    [{ namelist: { nsimul: 1.5 } }, /NSIMUL takes a whole number, not 1\.5/],
    [{ namelist: { nsimul: 'T' } }, /NSIMUL takes a whole number/],
    [{ namelist: { vitro: 1 } }, /VITRO takes true or false/],
    [{ namelist: { sddegp: '20' } }, /SDDEGP takes a number/],
    [{ namelist: { sptype: 'a\nb' } }, /SPTYPE takes plain text/],
    [{ namelist: { dkntmn: 1 } }, /DKNTMN is an array/],
    [{ namelist: { 'dkntmn(3)': 1 } }, /DKNTMN has subscripts up to \(2\)/],
    [{ namelist: { 'sddegp(1)': 1 } }, /SDDEGP has no subscript/],
    [{ namelist: { ppmgap: [1, 2] } }, /PPMGAP does not take a list of 2 values/],
    [{ namelist: { shifmn: [1, 2, 3] } }, /SHIFMN does not take a list of 3 values/],
  ])('%j are refused in one sentence', (json, message) => {
    expect(() => parseLcmodelSettings(json)).toThrow(message);
  });

  it('that need water are refused without it', () => {
    for (const json of [{ waterAttenuation: 1 }, { eddyCurrentCorrection: true }]) {
      expect(() => lcmodelControlEntries(parseLcmodelSettings(json), false)).toThrow(/needs a water reference/);
    }
  });

  it('know all of namelist LCMODL, and reserve only keys of it', () => {
    expect(NAMELIST_KEYS.size).toBe(312);
    for (const key of RESERVED_KEYS) expect(NAMELIST_KEYS.has(key), key).toBe(true);
  });
});

describe('the control file', () => {
  const settings = lcmodelControlEntries(
    parseLcmodelSettings({ waterScaling: false, omit: ['Gly'], namelist: { chcomb: ["A'+B"] } }),
    true,
  );
  const files = lcmodelFiles({
    scan: SCAN,
    water: SCAN,
    stem: 's',
    basisFile: '../b.BASIS',
    title: 'Lineshape',
    settings,
  });
  const text = strFromU8(files.find((f) => f.path === 's.CONTROL')!.bytes);

  it('holds the settings, each key once, and reads back as one closed group', () => {
    const group = nextNamelist(text, 0)!;
    expect(group).toMatchObject({ name: 'LCMODL', closed: true, end: text.length });
    expect(group.values.get('DOWS')).toEqual(['F']);
    expect(group.values.get('CHOMIT(1)')).toEqual(['Gly']);
    expect(group.values.get('CHCOMB(1)')).toEqual(["A'+B"]);
    expect(group.values.get('FILH2O')).toEqual(['s.H2O']);
    const keys = text.match(/^ [a-z_0-9(),]+(?==)/gm)!;
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('and the data files name nobody', () => {
    for (const { bytes } of files) expect(strFromU8(bytes)).not.toMatch(/Doe|Jane|4711/);
  });
});
