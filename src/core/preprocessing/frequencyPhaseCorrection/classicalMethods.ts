// The methods that need no network, in the order in which they are offered.
import type { ClassicalMethod } from './classicalMethod.ts';
import { CORRELATION, LIMITED_CORRELATION } from './correlation.ts';
import { CREATINE_FIT } from './creatineFit.ts';
import { RATS } from './rats.ts';
import { ROBUST_REGISTRATION } from './robustRegistration.ts';
import { LIMITED_SPECTRAL_REGISTRATION, SPECTRAL_REGISTRATION } from './spectralRegistrationMethods.ts';
import { WATER_PEAK } from './waterPeak.ts';

export const CLASSICAL_METHODS: readonly ClassicalMethod[] = [
  ROBUST_REGISTRATION,
  RATS,
  SPECTRAL_REGISTRATION,
  LIMITED_SPECTRAL_REGISTRATION,
  CREATINE_FIT,
  CORRELATION,
  LIMITED_CORRELATION,
  WATER_PEAK,
];
