// Wavelet scattering with one hidden layer: Shamaei A, Starcukova J, Starcuk Z Jr. A wavelet scattering convolutional network for
// magnetic resonance spectroscopy signal quantitation. BIOSIGNALS 2021:268, doi:10.5220/0010318502680275. Trained by
// training/quantification/wavelet_scattering.
import type { Tensors } from '../../ports/inferenceEngine.ts';
import { featureTensors } from '../shared/networks/featureTensor.ts';
import { checkNoOptions } from '../shared/networks/noOptions.ts';
import { networkMethodOf } from '../shared/networks/runNetwork.ts';
import { waveletScattering } from '../shared/timeFrequency/waveletScattering.ts';

const METHOD = 'wavelet-scattering';

const scatteringTensor = featureTensors(waveletScattering);

export const quantifyByScattering = networkMethodOf({
  method: METHOD,
  version: '1.0.0',
  checkOptions: checkNoOptions(METHOD),
  tensors: (batch): Tensors => ({ scattering: scatteringTensor(batch) }),
});
