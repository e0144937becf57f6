// How quantification methods are called where people read them; everywhere else they go by their ids.
import { wordTable } from './wordTable.ts';

const TITLES: Readonly<Record<string, string>> = wordTable({
  auto: 'Auto',
  nlls: 'NLLS',
  quest: 'QUEST',
  amares: 'AMARES',
  'edited-gaussian': 'Edited Gaussian',
  lcmodel: 'LCModel',
  hybrid: 'Hybrid',
  qnet: 'QNet',
  'qnet-end-to-end': 'QNet end-to-end',
  'dq-nmm': 'DQ-nMM',
  'dq-pmm': 'DQ-pMM',
  'dq-rpmm': 'DQ-rpMM',
  'hatami-cnn': 'Hatami CNN',
  'scalogram-cnn': 'Scalogram CNN',
  'wavelet-scattering': 'Wavelet scattering',
  'shallownet-2d2c': 'ShallowNet-2D2c',
  'resnet-1d': 'ResNet-1D',
  unet: 'U-Net',
  'hybrid-ensemble': 'Hybrid ensemble',
  'lineshape-universal': 'Lineshape universal',
});

/**
 * @param method id, as in QuantificationResult.method, perhaps with a network's protocol
 * @returns "LCModel" of "lcmodel", "QNet (3t-press-30)" of "qnet@3t-press-30"; one without a title in capitals
 */
export function methodLabel(method: string): string {
  const [base = method, protocol] = method.split('@');
  const title = TITLES[base] ?? base.toUpperCase();
  return protocol === undefined ? title : `${title} (${protocol})`;
}
