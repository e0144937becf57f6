// DQ-nMM, DQ-pMM, DQ-rpMM: Shamaei A, Starcukova J, Starcuk Z. Physics-informed deep learning approach to quantification of human
// brain metabolites from magnetic resonance spectroscopy data. Comput Biol Med 2023;158:106837,
// doi:10.1016/j.compbiomed.2023.106837. Autoencoders whose decoder is the signal model: the estimate comes with all that the
// model needs, and with the model's Cramér–Rao bounds. Trained by training/quantification/dq.
import type { BatchMethod } from '../shared/networks/batchMethod.ts';
import { checkNoOptions } from '../shared/networks/noOptions.ts';
import { networkMethodOf } from '../shared/networks/runNetwork.ts';

/** @param method one of "dq-nmm", "dq-pmm", "dq-rpmm" */
export const dqMethod = (method: string): BatchMethod =>
  networkMethodOf({ method, version: '1.0.0', checkOptions: checkNoOptions(method) });
