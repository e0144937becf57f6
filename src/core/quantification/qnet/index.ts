// QNet: Chen D, Lin M, Liu H, et al. Magnetic resonance spectroscopy quantification aided by deep estimations of imperfection
// factors and macromolecular signal. IEEE Trans Biomed Eng 2024;71:1841, doi:10.1109/TBME.2024.3354123. A network tells phase,
// widths, shifts and the macromolecules' signal; amounts are solved for by least squares. Its twin gives the amounts itself.
// Trained by training/quantification/qnet.
import { checkNoOptions } from '../shared/networks/noOptions.ts';
import { networkMethodOf } from '../shared/networks/runNetwork.ts';

const VERSION = '1.0.0';

export const quantifyWithQnet = networkMethodOf({
  method: 'qnet',
  version: VERSION,
  checkOptions: checkNoOptions('qnet'),
});

export const quantifyWithQnetEndToEnd = networkMethodOf({
  method: 'qnet-end-to-end',
  version: VERSION,
  checkOptions: checkNoOptions('qnet-end-to-end'),
});
