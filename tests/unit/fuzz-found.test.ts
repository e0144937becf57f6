// Every fault that the fuzzer found (tests/fuzz), made small and rebuilt from our own generators, so that none comes back.
import { strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { readBasisFiles } from '../../src/core/basis/files/index.ts';
import { readWaveformFile } from '../../src/core/basis/pulses/waveformFiles.ts';
import { AppError, ModelError, ReaderError, UnsupportedDataError, UsageError } from '../../src/core/domain/errors.ts';
import { carrierPpm, fieldStrengthT } from '../../src/core/domain/axes.ts';
import { foundWord } from '../../src/core/domain/foundWord.ts';
import type { MrsDataset } from '../../src/core/domain/mrsDataset.ts';
import { readScan } from '../../src/core/formats/index.ts';
import { checkPlausibility } from '../../src/core/formats/plausibility.ts';
import { packZip, readZip } from '../../src/core/formats/zipArchive.ts';
import { parseRecipe, voxelsInMask } from '../../src/core/pipeline/index.ts';
import { isMethod } from '../../src/core/quantification/index.ts';
import { checkMethodOptions } from '../../src/core/quantification/methodOptions.ts';
import { acqp, counting, method, visu, wordBytes } from '../fixtures/brukerFiles.ts';
import { dicomBytes, enhancedElements, fidSamples } from '../fixtures/dicomBytes.ts';
import { indexValues, niftiBytes } from '../fixtures/niftiBytes.ts';
import { unsoundness } from '../fixtures/unsoundness.ts';
import { procpar, varianFid } from '../fixtures/varianFiles.ts';
import { sdatBytes, sparText } from './philipsFiles.ts';

/** What a damaged file may hold where a word belongs. */
const GARBAGE = 'Doe^Jane\u0001\u0002 19800102';

function refusal(run: () => unknown): AppError {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    return error as AppError;
  }
  throw new Error('It was not refused.');
}

/** The dataset, which must be sound, and whose warnings repeat nothing of the garbage. */
function soundly(files: Parameters<typeof readScan>[0]): MrsDataset {
  const { dataset, water } = readScan(files);
  expect(unsoundness(dataset)).toBeNull();
  for (const { message } of [...dataset.warnings, ...checkPlausibility(dataset, water)]) {
    expect(message).not.toMatch(/Doe|\p{Cc}/u);
    expect(message.length).toBeLessThan(1000);
  }
  return dataset;
}

describe('messages repeat of a file only what looks like a word of its format', () => {
  it.each([
    ['domain', [0x28, 0x9003, 'CS', GARBAGE], UnsupportedDataError],
    ['representation', [0x28, 0x9108, 'CS', GARBAGE], ReaderError],
  ] as const)('DICOM’s %s', (_, element, kind) => {
    const elements = enhancedElements({ points: 8, samples: fidSamples(1, 8) });
    const spoiled = elements.map((held) => (held[0] === element[0] && held[1] === element[1] ? element : held));
    const error = refusal(() => readScan([{ name: 'a.dcm', bytes: dicomBytes(spoiled) }]));
    expect(error).toBeInstanceOf(kind);
    expect(error.message).toMatch(/^a\.dcm holds .*something unreadable.*\.$/);
  });

  it.each([
    ['word type', { GO_raw_data_format: 'GO_32BIT\u0001' }, 'name the word type something unreadable'],
    ['dimensions', { ACQ_dim_desc: `( 99 )\n${'Doe^Jane '.repeat(99)}` }, 'is raw something unreadable × something'],
  ])('Bruker’s %s', (_, values, words) => {
    const fid = { name: 'fid', bytes: wordBytes(counting(96), 'int32') };
    const error = refusal(() => readScan([fid, acqp(values), method()]));
    expect(error.message).toContain(words);
    expect(error.message.length).toBeLessThan(200);
  });

  it('the position in a SPAR and in Bruker’s parameters', () => {
    const spar = { name: 'a.SPAR', bytes: strToU8(sparText({ patient_position: GARBAGE })) };
    const { warnings } = soundly([{ name: 'a.SDAT', bytes: sdatBytes(1, 4) }, spar]);
    expect(warnings.map(({ message }) => message).join()).toContain('the file says "something unreadable"');
    soundly([
      { name: 'fid', bytes: wordBytes(counting(96), 'int32') },
      acqp({ ACQ_patient_pos: GARBAGE }),
      method({ PVM_VoxArrSize: '( 1, 3 )\n2 2 2' }),
    ]);
  });

  it('tags and records of a NIfTI header', () => {
    const json = {
      SpectrometerFrequency: [123.2],
      ResonantNucleus: ['1H'],
      dim_5: GARBAGE,
      ProcessingApplied: Array.from({ length: 300 }, (_, i) => ({
        Time: '',
        Program: 'p',
        Method: `Doe^Jane ${i}\u0001`,
      })),
    };
    const bytes = niftiBytes({ dims: [1, 1, 1, 16, 2], values: indexValues(32), json });
    soundly([{ name: 'a.nii', bytes }]);
  });

  it('any error: one line of text', () => {
    const { message } = new UsageError(`The step "${GARBAGE}\n\ud800" is not known.`);
    expect(message).toBe('The step "Doe^Jane\ufffd\ufffd 19800102\ufffd\ufffd" is not known.');
    const step = { step: 'x\u0000y' };
    const recipe = { schema: 'lineshape.recipe/1', id: 'r', preprocessing: [step] };
    expect(refusal(() => parseRecipe(recipe)).message).toContain('"x\ufffdy" is not known');
  });

  it('words are what they are', () => {
    expect(foundWord('GO_32BIT_SGN_INT')).toBe('GO_32BIT_SGN_INT');
    expect(foundWord('head_first supine')).toBe('head_first supine');
    expect([GARBAGE, '', 'x'.repeat(61), 'a\nb'].map(foundWord)).toEqual(Array(4).fill('something unreadable'));
  });

  it('a list of many scans', () => {
    const scans = Array.from({ length: 40 }, (_, i) => ({ name: `scan${i}.rda`, bytes: strToU8(`1 2\n3 ${i}\n`) }));
    expect(refusal(() => readScan(scans)).message).toBe(
      'One scan at a time is read; scan0.rda, scan1.rda, scan2.rda, scan3.rda, scan4.rda and 35 more were given.',
    );
  });
});

describe('places and counts that can’t be', () => {
  it('half a receiver in Bruker’s parameters is none', () => {
    // With 3.5 receivers the scan had its 56 words, and reading went past their end.
    const acquired = acqp({ ACQ_size: 16, NR: 1 });
    const scan = [
      { name: 'fid', bytes: wordBytes(counting(56), 'int32') },
      acquired,
      method({ PVM_EncNReceivers: 3.5 }),
    ];
    expect(refusal(() => readScan(scan)).code).toBe('FILE_TRUNCATED');
  });

  it.each([
    ['Bruker', [{ name: '2dseq', bytes: wordBytes(counting(96), 'int32') }, visu({ VisuCoreOrientation: '( 1, 9 )\n1e308 0 0 0 1e308 0 0 0 1e308' }), method()]], // prettier-ignore
    ['Varian', [{ name: 'fid', bytes: varianFid() }, { name: 'procpar', bytes: procpar({ vox1: 2, vox2: 2, vox3: 2, pos1: 0, pos2: 0, pos3: 0, vpsi: 1e308 }) }]], // prettier-ignore
  ])('a voxel of %s beyond every number has no place', (_, files) => {
    const { affine, warnings } = soundly(files);
    expect(affine).toBeNull();
    expect(warnings.map(({ code }) => code)).toContain('geometry-missing');
  });

  it('a mask whose voxels are a million times the scan’s is laid over it', () => {
    const sform = [1e6, 0, 0, -1e6, 0, 1e6, 0, -1e6, 0, 0, 1e6, -1e6];
    const bytes = niftiBytes({ dims: [4, 3, 5], datatype: 4, values: Array<number>(60).fill(1), sform });
    const zeros = new Float64Array(8);
    const scan = { data: { re: zeros, im: zeros, shape: [2, 2, 2, 1] }, affine: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1] }; // prettier-ignore
    expect(voxelsInMask(scan, { name: 'm.nii', bytes })).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });
});

describe('archives', () => {
  it.each(['a\u0000b.dat', 'x\ny', `${'n'.repeat(256)}`, `f/${'n'.repeat(300)}/a.dat`])('with the name %j', (name) => {
    const error = refusal(() => readZip(zipSync({ [name]: strToU8('1') }), 'z.zip'));
    expect(error).toBeInstanceOf(ReaderError);
    expect(error.message).toBe(
      'z.zip holds a name that no file has, too long or with control characters; it is not unpacked.',
    );
  });
});

describe('basis sets and pulses', () => {
  const fsl = (changes: object): Uint8Array =>
    strToU8(JSON.stringify({ basis: { basis_re: [1, 1], basis_im: [0, 0], basis_dwell: 5e-4, basis_centre: 123.2, ...changes } })); // prettier-ignore

  it.each([{ basis_centre: 1e-320 }, { basis_dwell: 1e-320 }])('%j is no timing', (changes) => {
    const error = refusal(() => readBasisFiles([{ name: 'NAA.json', bytes: fsl(changes) }]));
    expect(error).toBeInstanceOf(ModelError);
    expect(error.message).toBe("The FSL-MRS basis folder gives a spectrometer frequency or dwell time that can't be.");
  });

  it('the name of a damaged signal is not repeated', () => {
    const bytes = strToU8(new TextDecoder().decode(fsl({ basis_name: GARBAGE })).replace('[1,1]', '[1e999,1]'));
    const { message } = refusal(() => readBasisFiles([{ name: 'NAA.json', bytes }]));
    expect(message).toBe('The FSL-MRS basis folder: something unreadable holds values that are not finite numbers.');
  });

  const read = (text: string) => readWaveformFile('p.txt', strToU8(text));

  it.each(['8 1e308\n8 0\n', '1e308 0\n1e308 0\n'.replaceAll('308', '-320')])('the columns %j are no pulse', (text) => {
    expect(refusal(() => read(text)).message).toMatch(/too large or too small to compute with\.$/);
  });

  it('an infinite flip angle is none', () => {
    expect(read('PULSENAME:\tx\nFLIPANGLE:\tInfinity\n1\t0\n2\t0\n').flipDeg).toBeNull();
  });
});

describe('names that every object has', () => {
  const INHERITED = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];

  it.each(INHERITED)('%s is no method, nucleus or word of a format', (name) => {
    expect(refusal(() => checkMethodOptions(name, {})).message).toMatch(/^There is no method "/);
    expect(isMethod(name)).toBe(false);
    expect([carrierPpm(name), fieldStrengthT(123.2, name)]).toEqual([0, null]);
    const fid = { name: 'fid', bytes: wordBytes(counting(96), 'int32') };
    const error = refusal(() => readScan([fid, acqp({ GO_raw_data_format: name }), method()]));
    expect(error.message).toMatch(/name the word type .*, which is not known\.$/);
  });

  it('a file of such a name is packed like any other', () => {
    const files = INHERITED.map((name, i) => ({ name, path: `scan/${name}`, bytes: Uint8Array.of(i) }));
    const packed = readZip(packZip(files), 'z.zip');
    expect(packed.map(({ name, bytes }) => [name, ...bytes]).sort()).toEqual(
      INHERITED.map((name, i) => [name, i]).sort(),
    );
  });
});
