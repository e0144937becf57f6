// Which basis fits a scan, what is said about one that doesn't quite, and what would be simulated for it.
import { describe, expect, it } from 'vitest';
import { checkBasisRequest } from '../../src/core/basis/buildBasisSet.ts';
import { bestBasis, checkBasisMatch, isCloseEnough } from '../../src/core/basis/matching.ts';
import { sequenceFamily } from '../../src/core/domain/sequenceFamily.ts';
import type { BasisDescription } from '../../src/core/basis/matching.ts';
import { suggestBasisRequest } from '../../src/core/basis/suggestRequest.ts';
import { ModelError } from '../../src/core/domain/errors.ts';
import { usualTe1S } from '../../src/core/domain/usualProtocol.ts';

const press30: BasisDescription = {
  id: 'press30',
  title: 'PRESS 30',
  nucleus: '1H',
  spectrometerFrequencyMHz: 123.25,
  echoTimeS: 0.03,
  sequence: 'PRESS',
  editing: null,
};
const target = { nucleus: '1H', spectrometerFrequencyMHz: 123.2, echoTimeS: 0.03, sequence: 'svs_se_30' };
const codes = (over: object, basis = press30) => checkBasisMatch(basis, { ...target, ...over }).map((w) => w.code);

describe('checkBasisMatch', () => {
  it('is silent where basis and scan agree', () => {
    expect(codes({})).toEqual([]);
    expect(codes({ echoTimeS: 0.0319 })).toEqual([]);
  });

  it('warns of a field off by 3.5 %, another TE, an unknown TE, another sequence', () => {
    expect(codes({ spectrometerFrequencyMHz: 127.73 })).toEqual(['basis-field-mismatch']);
    expect(codes({ echoTimeS: 0.035 })).toEqual(['basis-echo-time-mismatch']);
    expect(codes({ echoTimeS: null })).toEqual(['basis-echo-time-unknown']);
    expect(codes({ sequence: 'sLASER' })).toEqual(['basis-sequence-mismatch']);
    expect(codes({ sequence: 'unknown protocol' })).toEqual([]);
  });

  it('refuses another nucleus only, and warns strongly of another class of magnet', () => {
    expect(() => codes({ nucleus: '31P' })).toThrow(/is for 1H, but the data are 31P/);
    expect(() => codes({ nucleus: '31P' })).toThrow(ModelError);
    const [warning, ...others] = checkBasisMatch(press30, { ...target, spectrometerFrequencyMHz: 297.2 });
    expect(others).toEqual([]);
    expect(warning!.code).toBe('basis-field-mismatch');
    expect(warning!.message).toMatch(/2\.89 T.*6\.98 T.*must not be relied on/);
    const [slight] = checkBasisMatch(press30, { ...target, spectrometerFrequencyMHz: 127.73 });
    expect(slight!.message).not.toMatch(/relied/);
  });

  it('warns of an edited basis for an unedited scan, of the reverse, and of the other sub-spectrum', () => {
    const mega = { ...press30, sequence: 'MEGA-PRESS', editing: 'difference' } as const;
    expect(codes({}, mega)).toEqual(['basis-sequence-mismatch']);
    expect(codes({ sequence: 'mega_press' })).toEqual(['basis-sequence-mismatch']);
    expect(codes({ sequence: 'mega_press' }, mega)).toEqual([]);
    expect(codes({ sequence: null }, mega)).toEqual(['basis-sequence-mismatch']);
    expect(codes({ sequence: 'mega_press' }, { ...press30, sequence: null })).toEqual(['basis-sequence-mismatch']);
    expect(codes({ sequence: 'mega_press', editing: 'off' }, mega)).toEqual(['basis-editing-mismatch']);
  });
});

describe('sequenceFamily', () => {
  it.each([
    ['svs_se_30', 'PRESS'],
    ['PRESS_35', 'PRESS'],
    ['eja_svs_slaser', 'SLASER'],
    ['semi-LASER', 'SLASER'],
    ['svs_st', 'STEAM'],
    ['MEGA-PRESS', 'MEGA-PRESS'],
    ['mega-slaser', 'MEGA-SLASER'],
    ['csi_se', 'PRESS'],
    ['localizer', null],
  ])('knows %s as %s', (name, family) => expect(sequenceFamily(name)).toBe(family));
});

describe('bestBasis', () => {
  const at = (id: string, over: Partial<BasisDescription>): BasisDescription => ({ ...press30, id, ...over });
  const best = (bases: BasisDescription[], over: object = {}) => {
    const found = bestBasis(bases, { ...target, ...over });
    return found === null ? null : [found.basis.id, found.closeEnough];
  };
  const te35 = at('te35', { echoTimeS: 0.035 });
  const philips = at('philips', { spectrometerFrequencyMHz: 127.75 });
  const at7T = at('7t', { spectrometerFrequencyMHz: 297.2 });

  it('chooses the nearest', () => {
    expect(best([te35, philips, press30])).toEqual(['press30', true]);
    expect(best([press30, philips], { spectrometerFrequencyMHz: 127.8 })).toEqual(['philips', true]);
    expect(best([press30, te35], { echoTimeS: 0.036 })).toEqual(['te35', true]);
    expect(best([press30], { nucleus: '31P' })).toBeNull();
  });

  it('prefers a set that says its TE and sequence to one that does not', () => {
    const silent = at('silent', { echoTimeS: null, sequence: null });
    expect(best([silent, press30])).toEqual(['press30', true]);
    expect(best([silent, at('te144', { echoTimeS: 0.144 })])).toEqual(['silent', true]);
  });

  it('says that none is close enough: another field, TE, sequence at long TE, or editing', () => {
    expect(best([press30], { spectrometerFrequencyMHz: 297.2 })).toEqual(['press30', false]);
    expect(best([press30, at7T], { spectrometerFrequencyMHz: 300 })).toEqual(['7t', true]);
    expect(best([press30], { echoTimeS: 0.036 })).toEqual(['press30', false]);
    const te144 = at('te144', { echoTimeS: 0.144 });
    expect(best([te144], { echoTimeS: 0.135 })).toEqual(['te144', false]);
    expect(best([te144], { echoTimeS: 0.144, sequence: 'slaser' })).toEqual(['te144', false]);
    expect(best([press30], { sequence: 'slaser' })).toEqual(['press30', true]);
    expect(best([press30], { sequence: 'mega_press' })).toEqual(['press30', false]);
  });

  it('puts one that is close enough before one that is not, whatever else is nearer', () => {
    // equal TE but the wrong sub-spectrum, against 4 ms and the right one
    const off = at('off', { sequence: 'MEGA-PRESS', editing: 'off', echoTimeS: 0.068 });
    const difference = at('difference', { sequence: 'MEGA-PRESS', editing: 'difference', echoTimeS: 0.07 });
    const edited = { sequence: 'mega_press', echoTimeS: 0.068, editing: 'difference' };
    expect(best([off, difference], edited)).toEqual(['difference', true]);
    expect(best([off, difference], { ...edited, editing: 'off' })).toEqual(['off', true]);
  });

  it('never puts an edited set first for an unedited scan, however near its TE', () => {
    const difference = at('difference', { sequence: 'MEGA-PRESS', editing: 'difference', echoTimeS: 0.068 });
    expect(best([difference, te35], { echoTimeS: 0.08 })).toEqual(['te35', false]);
    expect(best([difference, te35], { echoTimeS: 0.08, sequence: null })).toEqual(['te35', false]);
    expect(best([difference, te35], { echoTimeS: 0.08, sequence: 'mega_press' })).toEqual(['difference', false]);
  });

  it('allows 5 ms at short and 3 ms at long TE', () => {
    const close = (basisMs: number, scanMs: number) =>
      isCloseEnough(at('x', { echoTimeS: basisMs / 1000 }), { ...target, echoTimeS: scanMs / 1000 });
    expect([close(30, 35), close(30, 35.1), close(68, 71), close(68, 71.5)]).toEqual([true, false, true, false]);
  });
});

describe('suggestBasisRequest', () => {
  const scan = { ...target, dwellTimeS: 0.0005, points: 1024 };
  const suggested = (over: object) => suggestBasisRequest({ ...scan, ...over });

  it('takes field, sequence, TE and sampling from the scan and states what it assumes', () => {
    const { request, assumptions } = suggested({})!;
    expect(request).toMatchObject({
      spectrometerFrequencyMHz: 123.2,
      dwellTimeS: 0.0005,
      points: 1024,
      linewidthHz: 1,
      macromolecules: 'chen-17-combined',
      sequence: { family: 'PRESS', echoTimeS: 0.03, refocusing: { shape: 'slr', durationS: 0.0044 } },
    });
    expect(request.metabolites).toContain('NAA');
    expect(assumptions.join(' ')).toMatch(/first of the two echo times.*usual ones of Siemens: 4.4 ms/);
    expect(assumptions.every((a) => /^[A-Z].*\.$/.test(a))).toBe(true);
  });

  it("takes the vendor's first echo time, told from header or frequency", () => {
    const te1 = (over: object) => suggested({ echoTimeS: 0.035, ...over })!.request.sequence.te1S;
    expect(te1({})).toBe(usualTe1S('PRESS', 0.035, 'siemens'));
    expect(te1({ spectrometerFrequencyMHz: 127.75 })).toBe(usualTe1S('PRESS', 0.035, 'philips'));
    expect(te1({ manufacturer: 'GE MEDICAL SYSTEMS' })).toBe(usualTe1S('PRESS', 0.035, 'ge'));
    expect(te1({ echoTimeS: 0.016 })).toBe(0.008);
  });

  it('falls back to ideal pulses where TE leaves no room for shaped ones', () => {
    const short = suggested({ echoTimeS: 0.008 })!;
    expect(short.request.sequence.refocusing).toEqual({ shape: 'ideal' });
    expect(short.assumptions.join(' ')).toMatch(/taken as ideal/);
    const edited = suggested({ echoTimeS: 0.02, sequence: 'mega_press' })!;
    expect(edited.request.sequence.editing!.pulse).toEqual({ shape: 'ideal', bandwidthHz: 88 });
    expect(() => checkBasisRequest(edited.request)).not.toThrow();
  });

  it('leaves macromolecules out where they have decayed', () => {
    const { request, assumptions } = suggested({ echoTimeS: 0.144 })!;
    expect(request.macromolecules).toBe('none');
    expect(assumptions.join(' ')).toMatch(/TE 144 ms/);
  });

  it('takes the mixing time of STEAM from the scan, or 10 ms', () => {
    expect(suggested({ sequence: 'svs_st' })!.request.sequence).toMatchObject({ family: 'STEAM', mixingTimeS: 0.01 });
    const known = suggested({ sequence: 'svs_st', mixingTimeS: 0.03 })!;
    expect(known.request.sequence.mixingTimeS).toBe(0.03);
    expect(known.assumptions.join(' ')).not.toMatch(/mixing/);
  });

  it('edits GABA for MEGA sequences', () => {
    const { request, assumptions } = suggested({ sequence: 'MEGA-PRESS', echoTimeS: 0.068 })!;
    expect(request.sequence).toMatchObject({ family: 'MEGA-PRESS', editing: { onPpm: 1.9, offPpm: 7.5 } });
    expect(assumptions.join(' ')).toMatch(/GABA.*difference set has no macromolecules/);
  });

  it('says so where it guesses the sequence, or simulates SPECIAL as a spin echo', () => {
    expect(suggested({ sequence: null })!.assumptions[0]).toMatch(/PRESS.*assumed/);
    const special = suggested({ sequence: 'special', echoTimeS: 0.0085 })!;
    expect(special.request.sequence.family).toBe('SPIN-ECHO');
    expect(special.assumptions[0]).toMatch(/SPECIAL/);
  });

  it.each(['PRESS', 'svs_st', 'special', 'slaser', 'laser', 'mega_press', 'mega_slaser', 'fid', 'spin echo'])(
    'asks for what can be simulated: %s',
    (sequence) => {
      const { request } = suggested({ sequence, echoTimeS: 0.068 })!;
      expect(() => checkBasisRequest(request)).not.toThrow();
    },
  );

  it('keeps no points beyond one second', () => {
    expect(suggested({ points: 8192 })!.request.points).toBe(2000);
  });

  it('has nothing to suggest for other nuclei and an unknown TE, but for pulse-acquire', () => {
    expect(suggested({ nucleus: '31P' })).toBeNull();
    expect(suggested({ echoTimeS: null })).toBeNull();
    expect(suggested({ echoTimeS: null, sequence: 'fid' })!.request.sequence).toMatchObject({
      family: 'PULSE-ACQUIRE',
      echoTimeS: 0,
    });
  });
});
