// RF waveform files: every format, told by its content, and every way of being broken.
import { describe, expect, it } from 'vitest';
import { designPulse } from '../../src/core/basis/pulses/designPulse.ts';
import { readWaveformFile } from '../../src/core/basis/pulses/waveformFiles.ts';
import { ReaderError } from '../../src/core/domain/errors.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const read = (text: string, name = 'pulse.txt') => readWaveformFile(name, bytes(text));

/** The message of the ReaderError, which has to be one sentence. */
function refusal(text: string | Uint8Array, name = 'pulse.txt'): string {
  try {
    readWaveformFile(name, typeof text === 'string' ? bytes(text) : text);
  } catch (error) {
    expect(error).toBeInstanceOf(ReaderError);
    const { message } = error as ReaderError;
    expect(message).toMatch(new RegExp(`^${name.replace('.', '\\.')}.*\\.$`));
    return message;
  }
  throw new Error('The file was read.');
}

const PTA_HEADER = 'PULSENAME:\tMyFamily.half_sine\nCOMMENT:\ta: b\nREFGRAD:\t1.5\nMINSLICE:\t1\nMAXSLICE:\t200\n';
const ptaStep = (amplitude: number, phase: number, i: number) =>
  `${amplitude.toFixed(9)}\t${phase.toFixed(9)}\t; (${i})\n`;

describe('Siemens .pta', () => {
  const steps = Array.from({ length: 64 }, (_, i) => Math.sin((Math.PI * (i + 0.5)) / 64));
  const absolute = steps.reduce((sum, v) => sum + v, 0);
  const power = steps.reduce((sum, v) => sum + v * v, 0);
  const header = `${PTA_HEADER}AMPINT:\t${absolute}\nPOWERINT:\t${power}\nABSINT:\t${absolute}\nFLIPANGLE:\t137\n\t\n`;

  it('gives amplitude, phase in radians, name and flip angle, whatever the file is called', () => {
    const text = header + steps.map((a, i) => ptaStep(a / 2, i / 10, i)).join('');
    // Half the amplitudes would look cut short to the integrals, so the header's are halved alike.
    const halved = text
      .replace(/POWERINT:\t\S+/, `POWERINT:\t${power / 4}`)
      .replace(/ABSINT:\t\S+/, `ABSINT:\t${absolute / 2}`);
    const file = read(halved.replaceAll('\n', '\r\n'), 'renamed.RF');
    expect(file.waveform.name).toBe('MyFamily.half_sine');
    expect(file.flipDeg).toBe(137);
    expect(file.durationS).toBeNull();
    expect(file.waveform.gradient).toBeNull();
    expect(file.waveform.amplitude).toHaveLength(64);
    const peak = Math.max(...steps);
    file.waveform.amplitude.forEach((a, i) => expect(a).toBeCloseTo((steps[i] as number) / peak, 7));
    file.waveform.phaseRad.forEach((p, i) => expect(p).toBeCloseTo(i / 10, 8));
  });

  it('counts steps from 0 or from 1', () => {
    const from1 = PTA_HEADER + steps.map((a, i) => ptaStep(a, 0, i + 1)).join('');
    expect(read(from1).waveform.amplitude).toHaveLength(64);
  });

  it('notices missing steps', () => {
    const whole = header + steps.map((a, i) => ptaStep(a, 0, i)).join('');
    expect(refusal(whole.slice(0, whole.lastIndexOf('\t0.0')))).toMatch(/cut short in line \d+/);
    expect(
      refusal(
        header +
          steps
            .slice(0, 40)
            .map((a, i) => ptaStep(a, 0, i))
            .join(''),
      ),
    ).toMatch(/cut short: its 40 steps/);
    expect(refusal(PTA_HEADER + ptaStep(1, 0, 0) + ptaStep(1, 0, 5))).toMatch(/step 5 follows 1 steps/);
    expect(refusal(PTA_HEADER)).toMatch(/fewer than two steps/);
    expect(refusal(`${PTA_HEADER}0.5 0 0 ; (0)\n0.5 0 0 ; (1)\n`)).toMatch(/an amplitude and a phase/);
    expect(refusal(`${PTA_HEADER}0.5 abc ; (0)\n0.5 0 ; (1)\n`)).toMatch(/line 6: "abc" is not a number/);
  });
});

describe('Varian .RF', () => {
  it('repeats steps by their duration weight and reads degrees and the scale of 1023', () => {
    const text =
      '# TYPE selective\n# MODULATION amplitude\n# EXCITEWIDTH 1.5\n# INTEGRAL 0.3\n0 511.5 1.0\n180.0 1023.0 2.0\n90.0 0.0 1.0\n';
    const { waveform, flipDeg, durationS } = read(text);
    expect(waveform.amplitude).toEqual([0.5, 1, 1, 0]);
    expect(waveform.phaseRad).toEqual([0, Math.PI, Math.PI, Math.PI / 2]);
    expect([flipDeg, durationS]).toEqual([null, null]);
  });

  it('is told without keywords by its scale and whole weights', () => {
    const { waveform } = read('0.0 100 1\n180.0 1023 1\n0.0 100 1\n');
    expect(waveform.gradient).toBeNull();
    expect(waveform.amplitude[0]).toBeCloseTo(100 / 1023, 12);
    expect(waveform.phaseRad[1]).toBe(Math.PI);
  });

  it('switches gated steps off and fills in columns left out', () => {
    const gated = read('# MODULATION phase\n0 1023 1 1\n0 1023 1 0\n');
    expect(gated.waveform.amplitude).toEqual([1, 0]);
    expect(read('# MODULATION phase\n0\n90\n').waveform).toMatchObject({
      amplitude: [1, 1],
      phaseRad: [0, Math.PI / 2],
    });
  });

  it('refuses what it cannot hold', () => {
    expect(refusal('# MODULATION x\n0 1023 2\n0 1023 3\n')).toMatch(
      /line 3: the duration 3 of the step is not a multiple/,
    );
    expect(refusal('# MODULATION x\n0 1023 1\n0 1023 200000\n')).toMatch(/more than the 100000 steps/);
    expect(refusal('# MODULATION x\n0 1023 1\n0 1023\n')).toMatch(/cut short in line 3/);
    expect(refusal('# MODULATION x\n0 1023 1 1 1\n')).toMatch(/1 to 4 numbers/);
  });
});

describe('Bruker shapes', () => {
  const shape = (points: number, rows: string[], extra = '') =>
    `##TITLE= /opt/topspin/exp/stan/nmr/lists/wave/x\n##JCAMP-DX= 5.00 Bruker JCAMP library\n##DATA TYPE= Shape Data\n` +
    `##$SHAPE_EXMODE= Refocusing\n##$SHAPE_TOTROT= 1.800000e+02\n${extra}##NPOINTS= ${points}\n` +
    `##XYPOINTS= (XY..XY)\n${rows.join('\n')}\n##END=\n`;
  const rows = ['5.000000e+01, 0.000000e+00', '1.000000E02, 9.000000E01 $$ note', '2.500000e+01, 1.800000e+02'];

  it('gives amplitude in per cent, phase in degrees and the total rotation', () => {
    const { waveform, flipDeg, durationS } = read(shape(3, rows), 'x.rfc');
    expect(waveform).toEqual({
      name: 'x.rfc',
      amplitude: [0.5, 1, 0.25],
      phaseRad: [0, Math.PI / 2, Math.PI],
      gradient: null,
    });
    expect([flipDeg, durationS]).toEqual([180, null]);
    expect(read(shape(3, rows, '##DURATION= 3.5e+00 ms\n')).durationS).toBeCloseTo(0.0035, 12);
    expect(read(shape(3, rows).replace('1.800000e+02\n', '0\n')).flipDeg).toBeNull();
  });

  it('notices missing points and files without a pulse', () => {
    expect(refusal(shape(5, rows))).toMatch(/cut short: 3 of its 5 points/);
    expect(refusal(shape(3, ['50, 0', '100, 90', '25']))).toMatch(/cut short in line/);
    expect(refusal('##TITLE= x\n##JCAMP-DX= 5\n##XYDATA= (X++(Y..Y))\n1 2 3\n##END=\n')).toMatch(/has no ##XYPOINTS/);
    expect(refusal(shape(2, ['50, 0', 'a, b']))).toMatch(/"a" is not a number/);
  });
});

describe('plain columns', () => {
  it('reads two columns, comments, and amplitudes of any scale and sign', () => {
    const { waveform, durationS, flipDeg } = read(
      '# B1 phase\n# durationS: 0.005\n# flipDeg = 180\n-4, 0\n8, 90 # middle\n\n-4, 0\n',
    );
    expect(waveform.amplitude).toEqual([0.5, 1, 0.5]);
    expect(waveform.phaseRad).toEqual([Math.PI, Math.PI / 2, Math.PI]);
    expect(waveform.gradient).toBeNull();
    expect([durationS, flipDeg]).toEqual([0.005, 180]);
  });

  it('reads the gradient of a third column relative to its largest', () => {
    expect(read('0.1\t0\t20\n1\t45\t2\n0.1\t0\t20\n').waveform.gradient).toEqual([1, 0.1, 1]);
  });

  it('keeps its word on a whole pulse: a designed GOIA written and read back acts alike', () => {
    const goia = designPulse({ shape: 'goia', durationS: 0.0035, bandwidthHz: 20000 }, 'refocusing')!;
    const text = Array.from(
      goia.amplitudeHz,
      (a, i) => `${a} ${(goia.phaseRad[i]! * 180) / Math.PI} ${goia.gradient![i]}`,
    ).join('\n');
    const { waveform } = read(text);
    const again = designPulse({ shape: 'waveform', durationS: 0.0035, waveform }, 'refocusing')!;
    // Read back it gets the least B1 that inverts 99 % instead of 1.2 times that, and the gradient's largest sample is 1.
    expect(again.bandwidthHz / goia.bandwidthHz).toBeGreaterThan(0.95);
    expect(again.bandwidthHz / goia.bandwidthHz).toBeLessThan(1.02);
    expect(Math.max(...goia.amplitudeHz) / Math.max(...again.amplitudeHz)).toBeCloseTo(1.2, 3);
  });

  it('refuses everything that is no pulse, each in one sentence', () => {
    expect(refusal('')).toMatch(/is empty/);
    expect(refusal(' \n\n')).toMatch(/is empty/);
    expect(refusal('# nothing but a comment\n')).toMatch(/not an RF pulse/);
    expect(refusal('Dear reader,\nthis is a letter.\n')).toMatch(/is not an RF pulse: neither Siemens/);
    expect(refusal('1\n2\n3\n')).toMatch(/2 to 3 numbers/);
    expect(refusal('1 0\n2 0 1\n3 0\n')).toMatch(/line 2/);
    expect(refusal('1 0\n0.5\n3 0\n')).toMatch(/line 2/);
    expect(refusal('1 0\n2 0\n3')).toMatch(/cut short in line 3/);
    expect(refusal('1 0\nx 0\n')).toMatch(/line 2: "x" is not a number/);
    expect(refusal('1 0\nNaN 0\n')).toMatch(/"NaN" is not a finite number/);
    expect(refusal('1 0\n1e999 0\n')).toMatch(/"1e999" is not a finite number/);
    expect(refusal('-inf 0\n1 0\n')).toMatch(/"-inf" is not a finite number/);
    expect(refusal('0 0\n0 90\n')).toMatch(/amplitude is zero throughout/);
    expect(refusal('1 0 0\n1 90 0\n')).toMatch(/gradient is zero throughout/);
    expect(refusal('1 0\n')).toMatch(/fewer than two steps/);
    expect(refusal('1 0\n'.repeat(100_001))).toMatch(/100001 steps/);
    expect(refusal('0x10 0\n1 0\n')).toMatch(/"0x10" is not a number/);
  });

  it('refuses binary data in words', () => {
    expect(refusal(new Uint8Array([0x50, 0x4b, 3, 4, 0, 0, 8, 0]), 'pulse.pta')).toMatch(/binary data/);
    expect(refusal(new Uint8Array(1000).map((_, i) => (i * 37) % 256))).toMatch(/binary data/);
    // UTF-16, as some Windows programs save text
    expect(refusal(new Uint8Array([0xff, 0xfe, 0x31, 0, 0x20, 0, 0x30, 0]))).toMatch(/binary data/);
    expect(refusal(new Uint8Array(16 * 1024 * 1024 + 1).fill(0x20))).toMatch(/too large/);
  });

  it('passes over a byte-order mark', () => {
    expect(read('\ufeff1 0\n1 0\n').waveform.amplitude).toEqual([1, 1]);
  });
});
