// A recipe told to correct and denoise otherwise: which steps it has then, in which order, and what is left alone.
import { describe, expect, it } from 'vitest';
import { CORRECTION_CHOICES, DENOISING_CHOICES } from '../../src/core/domain/correctionMethods.ts';
import type { Recipe, RecipeStep } from '../../src/core/domain/recipe.ts';
import {
  correctionOf,
  denoisingOf,
  parseRecipe,
  recipeById,
  recipeWithCorrections,
} from '../../src/core/pipeline/index.ts';
import { PREPROCESSING_STEPS } from '../../src/core/preprocessing/registry.ts';

const RAW = recipeById('svs-default');
const EDITED = recipeById('mega-difference');
const BARE = recipeById('fit-only');

const names = ({ preprocessing }: Recipe): string[] => preprocessing.map(({ step }) => step);
const stepOf = ({ preprocessing }: Recipe, name: RecipeStep['step']) => preprocessing.find((s) => s.step === name);

describe('correction', () => {
  it.each(CORRECTION_CHOICES.filter((c) => c !== 'none'))('by %s stands where the recipe corrects', (correction) => {
    const told = recipeWithCorrections(RAW, { correction });
    expect(names(told)).toEqual(names(RAW));
    expect(correctionOf(told)).toBe(correction);
    const { options } = stepOf(told, 'frequencyPhaseCorrection') as RecipeStep;
    expect(() => PREPROCESSING_STEPS.frequencyPhaseCorrection.checkOptions(options)).not.toThrow();
    expect(parseRecipe(JSON.parse(JSON.stringify(told)))).toEqual(told);
  });

  it('keeps the range that the recipe looks at', () => {
    const told = recipeWithCorrections(EDITED, { correction: 'rats' });
    expect(stepOf(told, 'frequencyPhaseCorrection')?.options).toEqual({
      method: 'rats',
      ppmRange: [1.8, 3.4],
      maximumShiftHz: 20,
    });
    expect(names(told)).not.toContain('alignment');
    expect(names(told).at(-1)).toBe('editing');
  });

  it('by nothing leaves the step out', () => {
    expect(names(recipeWithCorrections(RAW, { correction: 'none' }))).toEqual(
      names(RAW).filter((name) => name !== 'frequencyPhaseCorrection' && name !== 'alignment'),
    );
  });

  it('comes before transients are averaged in a recipe that has none', () => {
    const told = names(recipeWithCorrections(recipeById('mrsi-default'), { correction: 'sr' }));
    expect(told.indexOf('frequencyPhaseCorrection')).toBe(told.indexOf('averaging') - 1);
  });

  it('is refused by a recipe that averages nothing', () => {
    expect(correctionOf(BARE)).toBeNull();
    expect(() => recipeWithCorrections(BARE, { correction: 'sr' })).toThrow(/averages no transients/);
    expect(recipeWithCorrections(BARE, { correction: 'none' })).toBe(BARE);
  });
});

describe('denoising', () => {
  it.each(DENOISING_CHOICES.filter((c) => c !== 'none' && c !== 'mp-pca'))('by %s is the last step', (denoising) => {
    const told = recipeWithCorrections(RAW, { denoising });
    expect(names(told)).toEqual([...names(RAW), 'denoising']);
    expect(denoisingOf(told)).toBe(denoising);
    expect(() => PREPROCESSING_STEPS.denoising.checkOptions(told.preprocessing.at(-1)!.options)).not.toThrow();
    expect(parseRecipe(JSON.parse(JSON.stringify(told)))).toEqual(told);
  });

  it('leaves the difference of an edited scan to be made last', () => {
    const told = recipeWithCorrections(EDITED, { denoising: 'tikhonov' });
    expect(names(told).slice(-2)).toEqual(['denoising', 'editing']);
    expect(() => parseRecipe(JSON.parse(JSON.stringify(told)))).not.toThrow();
  });

  it('by MP-PCA sees the transients', () => {
    const told = names(recipeWithCorrections(RAW, { denoising: 'mp-pca' }));
    expect(told.indexOf('denoising')).toBe(told.indexOf('averaging') - 1);
  });

  it('is off, and can be switched off again', () => {
    expect(denoisingOf(RAW)).toBe('none');
    const told = recipeWithCorrections(RAW, { denoising: 'mp-pca' });
    expect(recipeWithCorrections(told, { denoising: 'none' })).toEqual(RAW);
    expect(() => recipeWithCorrections(BARE, { denoising: 'relstm' })).toThrow(/prepares no spectra/);
  });
});

it('a recipe that is told nothing, or what it does, stays the recipe it is', () => {
  expect(recipeWithCorrections(RAW, {})).toBe(RAW);
  expect(recipeWithCorrections(RAW, { correction: 'auto', denoising: 'none' })).toBe(RAW);
});
