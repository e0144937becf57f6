// The simulation form of the basis page: what it offers, form ⇄ request, and its problems in words.
import { describe, expect, it } from 'vitest';
import { SHIPPED_BASES } from '../../src/core/basis/shippedBases.ts';
import { BRAIN_METABOLITES, SPIN_SYSTEM_VARIANTS, SPIN_SYSTEMS } from '../../src/core/basis/spinSystems/index.ts';
import { checkBasisRequest } from '../../src/core/basis/buildBasisSet.ts';
import { designPulse } from '../../src/core/basis/pulses/designPulse.ts';
import { LIPID_SETS, MACROMOLECULE_SETS, PULSE_SHAPES, SEQUENCE_FAMILIES } from '../../src/core/domain/basisRequest.ts';
import { USUAL_SPATIAL } from '../../src/core/domain/usualProtocol.ts';
import { basisRequestSchema } from '../../src/ipc/basisContract.ts';
import { formProblems } from '../../src/renderer/features/basis/formProblems.ts';
import {
  DEFAULT_METABOLITES,
  FAMILIES,
  LIPIDS,
  MACROMOLECULES,
  METABOLITE_GROUPS,
  PRESETS,
  PULSE_DEFAULTS,
  SHAPES,
  shapesFor,
} from '../../src/renderer/features/basis/presets.ts';
import {
  applyPreset,
  automaticTitle,
  DEFAULT_FORM,
  formFromCard,
  formFromRequest,
  formTitle,
  pulseRequest,
  requestFromForm,
  sameMetabolite,
  type SimulationForm,
  withIdealPulses,
  withUsualPulses,
} from '../../src/renderer/features/basis/simulation.ts';
import { card } from '../fixtures/basisCardViews.ts';

describe('what the form offers', () => {
  it('has every sequence, shape and set that can be asked for', () => {
    expect([...FAMILIES].sort()).toEqual([...SEQUENCE_FAMILIES].sort());
    expect([...SHAPES].sort()).toEqual([...PULSE_SHAPES].sort());
    expect([...MACROMOLECULES].sort()).toEqual([...MACROMOLECULE_SETS].sort());
    expect([...LIPIDS].sort()).toEqual([...LIPID_SETS].sort());
  });

  it('has every metabolite with a spin system, once, and the brain set first', () => {
    const offered = METABOLITE_GROUPS.flatMap((g) => g.names);
    expect([...offered].sort()).toEqual([...SPIN_SYSTEMS.keys(), ...SPIN_SYSTEM_VARIANTS.keys()].sort());
    expect([...DEFAULT_METABOLITES].sort()).toEqual([...BRAIN_METABOLITES].sort());
  });

  it('has presets that are whole requests', () => {
    expect(new Set(PRESETS.map((p) => p.id)).size).toBe(PRESETS.length);
    for (const preset of PRESETS) {
      const form = applyPreset(DEFAULT_FORM, preset);
      expect(formProblems(form), preset.text).toEqual({});
      const request = requestFromForm(form);
      expect(basisRequestSchema.parse(request)).toEqual(request);
      expect(() => checkBasisRequest(request), preset.text).not.toThrow();
    }
  });

  it('starts a shipped protocol as it is shipped, but for the name', () => {
    for (const preset of PRESETS) {
      const request = requestFromForm(applyPreset(DEFAULT_FORM, preset));
      const shipped = SHIPPED_BASES.find(
        ({ request: { sequence, spectrometerFrequencyMHz } }) =>
          sequence.family === preset.family &&
          Math.abs(sequence.echoTimeS * 1000 - preset.teMs) < 1e-9 &&
          spectrometerFrequencyMHz === preset.frequencyMHz,
      )!.request;
      expect([...request.metabolites].sort()).toEqual([...shipped.metabolites].sort());
      // 1/6000 s as microseconds with four digits.
      expect(request.dwellTimeS).toBeCloseTo(shipped.dwellTimeS, 9);
      // Positions across slices say nothing where every pulse is ideal.
      const ideal = request.sequence.refocusing.shape === 'ideal';
      const spatial = ideal ? shipped.sequence.spatial : request.sequence.spatial;
      const { title, metabolites, dwellTimeS } = shipped;
      expect({ ...request, title, metabolites, dwellTimeS, sequence: { ...request.sequence, spatial } }).toEqual(
        shipped,
      );
    }
  });

  it('has a metabolite once, whichever of its published values', () => {
    expect(sameMetabolite('GABA@kaiser2010', 'GABA')).toBe(true);
    expect(sameMetabolite('GABA', 'Glu')).toBe(false);
  });

  it('makes all pulses ideal again', () => {
    const usual = withUsualPulses({ ...DEFAULT_FORM, family: 'SLASER' });
    expect(usual.refocusing.shape).toBe('goia');
    expect(withIdealPulses(usual)).toEqual({ ...DEFAULT_FORM, family: 'SLASER' });
  });

  it.each(['excitation', 'refocusing', 'editing'] as const)('starts each %s pulse from one that exists', (role) => {
    for (const shape of shapesFor(role)) {
      if (shape === 'ideal' || shape === 'waveform') continue;
      const { durationMs, bandwidthHz } = PULSE_DEFAULTS[shape][role]!;
      const pulse = designPulse({ shape, durationS: durationMs / 1000, bandwidthHz }, role);
      // A solved bandwidth, or the published relation of a shape that has no other.
      expect(Math.abs(pulse!.bandwidthHz / bandwidthHz - 1), `${shape} ${role}`).toBeLessThan(0.05);
    }
  });
});

const shaped: SimulationForm = {
  ...DEFAULT_FORM,
  family: 'MEGA-PRESS',
  teMs: 68,
  te1Ms: 15,
  excitation: { shape: 'slr', durationMs: 2.6, bandwidthHz: 2400, flipDeg: 90, waveform: null },
  refocusing: { shape: 'sinc-gauss', durationMs: 5.2, bandwidthHz: 1200, flipDeg: 137, waveform: null },
  editing: { shape: 'gaussian', durationMs: 14, bandwidthHz: 85, flipDeg: 180, waveform: null },
};

describe('form and request', () => {
  it('turns units over and leaves out what the sequence doesn’t have', () => {
    const request = requestFromForm(DEFAULT_FORM);
    expect(request).toMatchObject({
      spectrometerFrequencyMHz: 123.25,
      dwellTimeS: 0.00025,
      points: 2048,
      linewidthHz: 1,
    });
    expect(request.sequence).toEqual({
      family: 'PRESS',
      echoTimeS: 0.03,
      te1S: 0.0108,
      excitation: { shape: 'ideal' },
      refocusing: { shape: 'ideal' },
      carrierPpm: 3,
      spatial: { points: 1, extent: 1 },
    });
    const steam = requestFromForm({ ...DEFAULT_FORM, family: 'STEAM' }).sequence;
    expect(steam).toMatchObject({ mixingTimeS: 0.01 });
    expect(steam).not.toHaveProperty('te1S');
    expect(requestFromForm({ ...DEFAULT_FORM, family: 'PULSE-ACQUIRE' }).sequence.echoTimeS).toBe(0);
    expect(requestFromForm({ ...DEFAULT_FORM, te1Ms: null }).sequence).not.toHaveProperty('te1S');
  });

  it('gives shaped pulses with their positions, and a flip angle only where it is unusual', () => {
    const { sequence } = requestFromForm(shaped);
    expect(sequence.excitation).toEqual({ shape: 'slr', durationS: 0.0026, bandwidthHz: 2400 });
    expect(sequence.refocusing.flipDeg).toBe(137);
    expect(sequence.editing).toMatchObject({ onPpm: 1.9, offPpm: 7.5, pulse: { shape: 'gaussian', durationS: 0.014 } });
    expect(sequence.spatial).toEqual(USUAL_SPATIAL);
    const waveform = { name: 'mao.pta', amplitude: [0, 1, 0], phaseRad: [0, 0, 0], gradient: null };
    const fromFile = { ...shaped.excitation, shape: 'waveform' as const, waveform };
    expect(pulseRequest(fromFile, 'excitation')).toEqual({ shape: 'waveform', durationS: 0.0026, waveform });
    expect(pulseRequest({ ...fromFile, shape: 'goia', flipDeg: 170 }, 'refocusing')).not.toHaveProperty('flipDeg');
    // An ideal editing pulse is nothing without its band.
    expect(pulseRequest(DEFAULT_FORM.editing, 'editing')).toEqual({ shape: 'ideal', bandwidthHz: 88 });
  });

  it.each([
    ['the default', DEFAULT_FORM],
    ['shaped MEGA-PRESS', shaped],
    ['a named one', { ...DEFAULT_FORM, title: 'Mine' }],
  ])('comes back from %s as it was', (_, form) => {
    const request = requestFromForm(form);
    expect(requestFromForm(formFromRequest(request))).toEqual(request);
    expect(formFromRequest(request).title).toBe(form.title);
  });

  it('takes a card without a request by what the card says', () => {
    const steam = card({ sequence: 'STEAM', echoTimeS: 0.011, fieldT: 6.98, spectrometerFrequencyMHz: 297.2 });
    const form = formFromCard(steam);
    expect(form).toMatchObject({ family: 'STEAM', teMs: 11, frequencyMHz: 297.2, metabolites: ['NAA', 'Cr', 'GABA'] });
    expect(formFromCard(card({ sequence: null, echoTimeS: null, macromolecules: [] }))).toMatchObject({
      family: 'PRESS',
      macromolecules: 'none',
    });
    const named = card({ request: requestFromForm({ ...shaped, title: 'Taken' }) });
    expect(formFromCard(named)).toMatchObject({ family: 'MEGA-PRESS', title: null });
  });

  it('names a set after what it is until a name is typed', () => {
    expect(automaticTitle(DEFAULT_FORM)).toBe('3 T PRESS TE 30 ms, TE1 10.8 ms, 123.25 MHz');
    expect(formTitle({ ...DEFAULT_FORM, title: '  ' })).toBe(automaticTitle(DEFAULT_FORM));
    expect(formTitle({ ...DEFAULT_FORM, title: ' Mine ' })).toBe('Mine');
    expect(automaticTitle(shaped)).toBe(
      '3 T MEGA-PRESS TE 68 ms, TE1 15 ms, edited at 1.9 ppm, shaped pulses, 123.25 MHz',
    );
    expect(automaticTitle({ ...DEFAULT_FORM, family: 'STEAM', frequencyMHz: 297.2 })).toBe(
      '7 T STEAM TE 30 ms, TM 10 ms, 297.2 MHz',
    );
  });
});

describe('formProblems', () => {
  const problem = (part: Partial<SimulationForm>, field: keyof ReturnType<typeof formProblems>): string | undefined =>
    formProblems({ ...DEFAULT_FORM, ...part })[field];

  it('finds nothing wrong with a sound form', () => {
    expect(formProblems(DEFAULT_FORM)).toEqual({});
    expect(formProblems(shaped)).toEqual({});
  });

  it('says in words what is missing or out of bounds, at the field', () => {
    expect(problem({ teMs: null }, 'teMs')).toBe('Give a number, 0 to 2000 ms.');
    expect(problem({ teMs: -1 }, 'teMs')).toBe('This must be 0 to 2000 ms.');
    expect(problem({ te1Ms: 30 }, 'te1Ms')).toContain('between 0 and TE (30 ms)');
    expect(problem({ metabolites: [] }, 'metabolites')).toBe('Choose at least one metabolite.');
    expect(problem({ points: 1000.5 }, 'points')).toContain('whole number');
    expect(problem({ frequencyMHz: 3 }, 'frequencyMHz')).toContain('MHz');
    expect(problem({ ...shaped, offPpm: 1.9 }, 'offPpm')).toContain('different');
    expect(problem({ ...shaped, onPpm: 99 }, 'onPpm')).toBe('This must be −10 to 20 ppm.');
    const noFile = { ...shaped.excitation, shape: 'waveform' as const };
    expect(problem({ excitation: noFile }, 'excitation.waveform')).toContain('file');
    expect(problem({ excitation: { ...shaped.excitation, durationMs: 0 } }, 'excitation.durationMs')).toContain('ms');
    expect(problem({ excitation: { ...shaped.excitation, flipDeg: 0 } }, 'excitation.flipDeg')).toBe(
      'This must be 1 to 360°.',
    );
  });

  it('asks only for what the sequence uses', () => {
    const broken = { ...DEFAULT_FORM.editing, bandwidthHz: null };
    expect(formProblems({ ...DEFAULT_FORM, editing: broken, onPpm: null, tmMs: null, spatialPoints: null })).toEqual(
      {},
    );
    expect(problem({ family: 'MEGA-PRESS', editing: broken }, 'editing.bandwidthHz')).toContain('Hz');
    expect(
      formProblems({ ...DEFAULT_FORM, family: 'PULSE-ACQUIRE', teMs: null, refocusing: shaped.refocusing }),
    ).toEqual({});
  });
});
