// The methods of frequency and phase correction and of denoising by id, and what a recipe can be told to correct and denoise
// with. The methods themselves, with titles and papers, stand in preprocessing/.

export const FPC_METHOD_IDS = [
  'sr', 'srf', 'crr', 'corr', 'corrf', 'water-peak', 'rats', 'robust-sr', 'dcrr', 'dcrrf', 'dsr', 'dsrf', 'tapper', 'ma',
] as const; // prettier-ignore
export type FpcMethodId = (typeof FPC_METHOD_IDS)[number];

export const DENOISING_METHOD_IDS = ['low-rank-hankel', 'mp-pca', 'tikhonov', 'relstm', 'lstm'] as const;
export type DenoisingMethodId = (typeof DENOISING_METHOD_IDS)[number];

/** "auto": several methods, and the best is taken; "none": transients stay as they are. */
export const CORRECTION_CHOICES = ['auto', ...FPC_METHOD_IDS, 'none'] as const;
export type CorrectionChoice = (typeof CORRECTION_CHOICES)[number];

export const DENOISING_CHOICES = ['none', ...DENOISING_METHOD_IDS] as const;
export type DenoisingChoice = (typeof DENOISING_CHOICES)[number];

/**
 * Said where a user switches denoising on, and wherever a denoised result is read. Rizzo R et al., Quantification of MR
 * spectra by deep learning in an idealized setting, Magn Reson Med 2022, doi:10.1002/mrm.29561.
 */
export const DENOISING_NOTICE =
  'Denoising creates no information: bounds are computed with the noise of the original data ' +
  '(Rizzo et al., Magn Reson Med 2022, doi:10.1002/mrm.29561).';
