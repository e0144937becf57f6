// Which files make one scan or image together, told by content; and that packed groups read as the files did.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { strToU8 } from 'fflate';
import { describe, expect, it } from 'vitest';
import type { FileGroup } from '../../src/core/formats/fileGroup.ts';
import { groupFiles } from '../../src/core/formats/groupFiles.ts';
import { readMrs } from '../../src/core/formats/index.ts';
import { packZip } from '../../src/core/formats/zipArchive.ts';
import type { Dcm } from '../fixtures/dicomBytes.ts';
import { dicomBytes, fidSamples, siemensCsaElements } from '../fixtures/dicomBytes.ts';
import { sliceElements, sliceFile } from '../fixtures/dicomSlices.ts';
import { niftiBytes } from '../fixtures/niftiBytes.ts';
import { DATA_FOLDER, dataAvailable, realFile } from '../fixtures/realData.ts';

interface Given {
  readonly name: string;
  readonly path: string;
  readonly bytes: Uint8Array;
}

const file = (path: string, content: string | Uint8Array): Given => ({
  name: path.replace(/^.*\//, ''),
  path,
  bytes: typeof content === 'string' ? strToU8(content) : content,
});

const shown = (groups: readonly FileGroup[]): unknown[] =>
  groups.map(({ kind, format, files, companions }) => [
    kind,
    format,
    ...files.map((f) => f.path),
    ...companions.map((f) => `+${f.path}`),
  ]);

const SPAR = 'samples : 2\nrows : 1\nsynthesizer_frequency : 127760000\nsample_frequency : 2000\n';
const NMID = ' $NMID ID=1 $END\n1 2\n3 4\n';
const control = (filraw: string): string => ` $LCMODL\n filraw='${filraw}'\n hzpppm=123.2\n deltat=2.5e-4\n $END\n`;

describe('scans with a header beside them', () => {
  it('SDAT goes with the SPAR of its stem, in its folder first', () => {
    const files = [
      file('a/scan.SPAR', SPAR),
      file('b/scan.spar', SPAR),
      file('b/scan.sdat', new Uint8Array(16)),
      file('a/scan.SDAT', new Uint8Array(16)),
      file('a/other.SDAT', new Uint8Array(16)),
    ];
    expect(shown(groupFiles(files))).toEqual([
      ['scan', 'philips-sdat', 'b/scan.sdat', '+b/scan.spar'],
      ['scan', 'philips-sdat', 'a/scan.SDAT', '+a/scan.SPAR'],
      ['scan', 'philips-sdat', 'a/other.SDAT'],
    ]);
  });

  it('RAW goes with the control that names it, else the only one; one without data says what is missing', () => {
    const named = [
      file('x/one.control', control('/data/MET.RAW')),
      file('x/two.control', control('other.raw')),
      file('x/met.RAW', NMID),
    ];
    const groups = groupFiles(named);
    expect(shown(groups)).toEqual([
      ['refused', 'lcmodel-control', 'x/two.control'],
      ['scan', 'lcmodel-raw', 'x/met.RAW', '+x/one.control'],
    ]);
    expect(groups[0]?.error?.message).toMatch(/^two.control is only the header or control file/);
    const only = [file('x/control', control('elsewhere.raw')), file('y/met.RAW', NMID)];
    expect(shown(groupFiles(only))).toEqual([['scan', 'lcmodel-raw', 'y/met.RAW', '+x/control']]);
  });

  it('data go with the list of their stem, and a SPAR completes them', () => {
    const list = '# === DATA DESCRIPTION FILE ===\n';
    const files = [file('raw_1.list', list), file('raw_1.data', new Uint8Array(64)), file('raw_1.SPAR', SPAR)];
    expect(shown(groupFiles(files))).toEqual([['scan', 'philips-data', 'raw_1.data', 'raw_1.list', 'raw_1.SPAR']]);
    expect(shown(groupFiles(files.slice(0, 1)))).toEqual([['refused', 'philips-list', 'raw_1.list']]);
  });
});

describe('scans that are folders', () => {
  const jcamp = (text: string): string => `##TITLE=Parameter List, ParaVision 6.0\n##JCAMPDX=4.24\n${text}\n`;

  it('Bruker: one scan for each folder, with its parameters; its other files say nothing of their own', () => {
    const files = [
      file('study/subject', jcamp('##$SUBJECT_name=1')),
      file('study/5/acqp', jcamp('##$SW_h=4000')),
      file('study/5/method', jcamp('##$PVM_SpecSWH=4000')),
      file('study/5/fid', new Uint8Array(64)),
      file('study/5/fid.refscan', new Uint8Array(64)),
      file('study/5/pulseprogram', 'lines of a program'),
      file('study/5/pdata/1/2dseq', new Uint8Array(64)),
      file('study/5/pdata/1/visu_pars', jcamp('##$VisuCoreSize=1')),
      file('study/7/acqp', jcamp('##$SW_h=4000')),
      file('study/7/rawdata.job0', new Uint8Array(64)),
    ];
    const groups = groupFiles(files).filter((g) => g.kind !== 'ignored');
    expect(shown(groups)).toEqual([
      ['scan', 'bruker', 'study/5/fid', 'study/5/acqp', 'study/5/method', 'study/subject'],
      ['scan', 'bruker', 'study/5/fid.refscan', 'study/5/acqp', 'study/5/method', 'study/subject'],
      ['scan', 'bruker', 'study/7/rawdata.job0', 'study/7/acqp', 'study/subject'],
    ]);
    expect(groups[0]?.warnings[0]?.message).toContain('2dseq of the same scan');
  });

  it('Varian: the fid is told by its content, and named for its folder', () => {
    const fid = new Uint8Array(32 + 28 + 64);
    const view = new DataView(fid.buffer);
    // nblocks, ntraces, np, ebytes, tbytes, bbytes; version and status (data, 32-bit integers); nbheaders.
    [1, 1, 16, 4, 64, 92].forEach((v, i) => view.setInt32(4 * i, v));
    view.setInt16(26, 0x1 | 0x4);
    view.setInt32(28, 1);
    const procpar = 'sw 1 1 1e9 1 0 2 1 0 1 64\n1 4000\n0\n';
    const files = [file('press.fid/fid', fid), file('press.fid/procpar', procpar), file('press.fid/log', 'text')];
    const groups = groupFiles(files);
    expect(shown(groups).slice(0, 2)).toEqual([
      ['scan', 'varian', 'press.fid/fid', 'press.fid/procpar'],
      ['ignored', 'unknown', 'press.fid/log'],
    ]);
    expect(groups[0]?.name).toBe('press.fid');
  });
});

const shot = (instance: number, more: Dcm[] = []): Given => {
  const elements = siemensCsaElements({ samples: fidSamples(1, 8), instance, more });
  return file(`mrs/shot${instance}.IMA`, dicomBytes(elements));
};

describe('DICOM', () => {
  it('single shots of one series are one scan, in their order; a copy counts once', () => {
    const uid = (n: number): Dcm[] => [[0x20, 0x0e, 'UI', '1.9'], [8, 0x18, 'UI', `1.9.${n}`], [0x20, 0x13, 'IS', String(n)]]; // prettier-ignore
    const shots = [3, 1, 2].map((n) => shot(n, uid(n)));
    const copy = { ...(shots[0] as Given), path: 'copy/x.IMA', name: 'x.IMA' };
    const other = shot(9, [[0x20, 0x0e, 'UI', '1.8'], [8, 0x18, 'UI', '1.8.1']]); // prettier-ignore
    const groups = groupFiles([...shots, copy, other]);
    expect(groups.map((g) => [g.kind, g.files.map((f) => f.name)])).toEqual([
      ['scan', ['shot1.IMA', 'shot2.IMA', 'shot3.IMA']],
      ['scan', ['shot9.IMA']],
    ]);
    expect(groups[0]?.warnings.map((w) => w.code)).toEqual(['duplicate-files']);
  });

  it('slices are one image for each orientation and echo of a series, whatever their names and order', () => {
    const axial = [1, 0, 0, 0, 1, 0];
    const groups = groupFiles([
      sliceFile({ slice: 1 }),
      sliceFile({ slice: 0, orientation: axial, instance: 5 }),
      sliceFile({ slice: 0 }),
      sliceFile({ slice: 0, series: '1.7', echoMs: 4.9 }),
      sliceFile({ slice: 0, series: '1.7', echoMs: 2.4, instance: 2 }),
    ]);
    expect(groups.map((g) => [g.kind, g.format, g.files.length, g.warnings.map((w) => w.code)])).toEqual([
      ['image', 'dicom-image', 1, ['image-orientations']],
      ['image', 'dicom-image', 2, ['image-orientations']],
      ['image', 'dicom-image', 1, []],
      ['image', 'dicom-image', 1, []],
    ]);
    expect(groups.slice(0, 2).map((g) => g.name)).toEqual(['IM0005', 't1_mprage']);
    expect(groups[1]?.identity).toMatchObject({
      studyInstanceUid: '1.2.3',
      frameOfReferenceUid: '1.2.3.9',
      patient: { id: 'T-1' },
    });
  });

  it('what is neither is refused by its kind, once a series; a DICOMDIR beside others is passed over', () => {
    const ofClass = (uid: string, instance: number): Given => {
      const elements = sliceElements({ slice: 0, series: '1.5', instance, more: [[8, 0x16, 'UI', uid]] });
      return file(`sc/${instance}.dcm`, dicomBytes(elements));
    };
    const screens = [1, 2, 3].map((n) => ofClass('1.2.840.10008.5.1.4.1.1.7', n));
    const directory = file('DICOMDIR', dicomBytes([[8, 0x16, 'UI', '1.2.840.10008.1.3.10']]));
    const groups = groupFiles([directory, ...screens, sliceFile({ slice: 0 })]);
    expect(groups.map((g) => [g.kind, g.files.length])).toEqual([['ignored', 1], ['refused', 3], ['image', 1]]); // prettier-ignore
    expect(groups[1]?.error?.message).toBe(
      '1.dcm (and 2 more of its series) is a DICOM screenshot (Secondary Capture), not measured data.',
    );
    expect(groupFiles([directory])[0]?.error?.message).toMatch(/table of contents of a medium/);
  });
});

describe('other files', () => {
  const mrs = niftiBytes({ dims: [1, 1, 1, 2], values: [1, 2, 3, 4], json: { SpectrometerFrequency: [123.2], ResonantNucleus: ['1H'] } }); // prettier-ignore

  it.each([
    ['basis.basis', ' $SEQPAR $END\n $BASIS1 $END', /is an LCModel basis set, not a scan/],
    ['met.table', '$$CONC 27 lines in following concentration table', /is a result of LCModel, not a scan/],
    ['met.csv', 'Row, Col, Ala, Ala %SD, Ala/Cr', /is a result of LCModel/],
    ['met.ps', '%!PS-Adobe-2.0\n%%Creator: LCModel\n', /is a result of LCModel/],
    ['notes.json', '{"a": 1}', /JSON file that holds no scan/],
    ['x.mat', 'MATLAB 5.0 MAT-file', /"MATLAB", which is recognised but not read/],
    ['x.bin', '\x01\x02', /in no format this program knows/],
    ['x.nii.json', '', /is empty/],
  ])('%s is refused by what it is', (name, content, words) => {
    const [group] = groupFiles([file(name, content)]);
    expect(group?.kind).toBe('refused');
    expect(group?.error?.message).toMatch(words);
  });

  it('truth is told by its schema, and a sidecar belongs to its NIfTI', () => {
    const truth = file('simulated.json', '{"schema":"lineshape.demo-truth/1"}');
    const groups = groupFiles([truth, file('m/sub-01_svs.nii', mrs), file('m/sub-01_svs.json', '{"EchoTime": 0.03}')]);
    expect(groups.map((g) => [g.kind, g.format])).toEqual([
      ['truth', 'truth-json'],
      ['scan', 'nifti-mrs'],
      ['ignored', 'json'],
    ]);
  });
});

describe('a packed group', () => {
  it('reads as its files did', () => {
    const shots = [1, 2].map((n) => shot(n, [[0x20, 0x0e, 'UI', '1.9'], [8, 0x18, 'UI', `1.9.${n}`]])); // prettier-ignore
    const direct = readMrs(shots);
    const packed = readMrs([{ name: 'series.zip', bytes: packZip([...shots].reverse()) }]);
    expect(packed).toEqual(direct);
    expect(direct.data.shape).toEqual([1, 1, 1, 2, 8]);
  });

  it.skipIf(!dataAvailable)('of 16 real single shots too (needs ../shared/data)', () => {
    const folder = 'osprey_in_pregame/ima/sub-01/mrs/sub-01_mega-press-68-ref';
    const files = realFolder(folder);
    expect(files).toHaveLength(16);
    const groups = groupFiles(files);
    expect(groups.map((g) => [g.kind, g.files.length])).toEqual([['scan', 16]]);
    expect(readMrs([{ name: 'x.zip', bytes: packZip(files) }]).data).toEqual(readMrs(files).data);
  });
});

function realFolder(folder: string): { name: string; bytes: Uint8Array }[] {
  return readdirSync(join(DATA_FOLDER, folder)).map((name) => realFile(`${folder}/${name}`));
}
