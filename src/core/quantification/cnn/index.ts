// Convolutional networks that give the amounts themselves. Hatami N, Sdika M, Ratiney H. Magnetic resonance spectroscopy
// quantification using deep learning. MICCAI 2018, LNCS 11070:467, doi:10.1007/978-3-030-00928-1_53: on the complex spectrum.
// Shamaei A, Starcukova J, Starcuk Z (thesis of A Shamaei, Brno 2023, ch. 4): on the Morse scalogram. Trained by
// training/quantification/cnn and scalogram_cnn.
import type { Tensors } from '../../ports/inferenceEngine.ts';
import { featureTensors } from '../shared/networks/featureTensor.ts';
import { checkNoOptions } from '../shared/networks/noOptions.ts';
import { networkMethodOf } from '../shared/networks/runNetwork.ts';
import { morseScalogram } from '../shared/timeFrequency/morseScalogram.ts';

const scalogramTensor = featureTensors(morseScalogram);

export const quantifyWithHatamiCnn = networkMethodOf({
  method: 'hatami-cnn',
  version: '1.0.0',
  checkOptions: checkNoOptions('hatami-cnn'),
});

export const quantifyWithScalogramCnn = networkMethodOf({
  method: 'scalogram-cnn',
  version: '1.0.0',
  checkOptions: checkNoOptions('scalogram-cnn'),
  tensors: (batch): Tensors => ({ scalogram: scalogramTensor(batch) }),
});
