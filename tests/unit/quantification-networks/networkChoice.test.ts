// Which network serves a scan, and in what words none does.
import { describe, expect, it } from 'vitest';
import { ModelError } from '../../../src/core/domain/errors.ts';
import type { ModelCard } from '../../../src/core/domain/modelCard.ts';
import type { ProtocolScan } from '../../../src/core/domain/modelProtocol.ts';
import { chooseNetwork } from '../../../src/core/domain/networkChoice.ts';
import { methodForScan } from '../../../src/core/pipeline/autoMethod.ts';
import { networkForScan } from '../../../src/core/pipeline/networkForScan.ts';
import { NO_BASIS } from '../../../src/core/quantification/index.ts';
import { ANALYTIC_BASIS, networkCard } from '../../fixtures/quantificationNetworks.ts';

function protocolCard(id: string, protocol: Partial<ModelCard['protocol']>): ModelCard {
  const card = networkCard(id);
  return { ...card, protocol: { ...card.protocol, ...protocol } };
}

const CARDS = [
  protocolCard('qnet@3t-press-30', {}),
  protocolCard('qnet@3t-press-35', { echoTimeMs: [32.5, 37] }),
  protocolCard('qnet@3t-slaser-28', { sequences: ['SLASER'], echoTimeMs: [26, 36] }),
  protocolCard('dq-nmm@3t-press-30', {}),
];

function scanOf(sequence: string | null, echoTimeS: number | null, spectrometerFrequencyMHz = 123.2): ProtocolScan {
  return {
    data: { re: new Float64Array(), im: new Float64Array(), shape: [1, 1, 1, 2048] },
    dwellTimeS: 2.5e-4,
    spectrometerFrequencyMHz,
    nucleus: '1H',
    acquisition: { sequence, echoTimeS } as ProtocolScan['acquisition'],
  };
}

const chosen = (method: string, scan: ProtocolScan): string => chooseNetwork(method, CARDS, scan).modelId;

function failureOf(run: () => unknown): ModelError {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(ModelError);
    return error as ModelError;
  }
  throw new Error('nothing was thrown');
}

describe('chooseNetwork', () => {
  it('goes by the scan’s header', () => {
    expect(chosen('qnet', scanOf('svs_se_30', 0.03))).toBe('qnet@3t-press-30');
    expect(chosen('qnet', scanOf('PRESS', 0.035))).toBe('qnet@3t-press-35');
    expect(chosen('qnet', scanOf('sLASER', 0.028))).toBe('qnet@3t-slaser-28');
  });

  it('tells what the header leaves open', () => {
    const choice = chooseNetwork('qnet', CARDS, scanOf(null, 0.035));
    expect(choice.modelId).toBe('qnet@3t-press-35');
    expect(choice.unanswered.map(({ code }) => code)).toEqual(['model-protocol-unknown']);
  });

  it('refuses a scan that none was trained for, naming what they are for', () => {
    const error = failureOf(() => chooseNetwork('qnet', CARDS, scanOf('PRESS', 0.144)));
    expect(error.code).toBe('MODEL_MISMATCH');
    expect(error.message).toMatch(
      /^No network of the method qnet was trained for a scan with echo time 144 ms, sequence PRESS: /,
    );
    for (const id of ['qnet@3t-press-30', 'qnet@3t-press-35', 'qnet@3t-slaser-28']) expect(error.message).toContain(id);
    expect(error.message).not.toMatch(/\. /);
  });

  it('runs the network that is named, and says how the scan differs', () => {
    const choice = chooseNetwork('qnet@3t-press-35', CARDS, scanOf('PRESS', 0.03));
    expect(choice.modelId).toBe('qnet@3t-press-35');
    expect(choice.mismatch).toMatch(/trained for echo time 32\.5–37 ms, but this scan has echo time 30 ms/);
  });

  it('refuses a method or network that is not here, and another nucleus', () => {
    expect(failureOf(() => chosen('dq-pmm', scanOf('PRESS', 0.03))).code).toBe('MODEL_MISSING');
    expect(failureOf(() => chosen('qnet@7t', scanOf('PRESS', 0.03))).message).toMatch(
      /there is qnet@3t-press-30, qnet@3t/,
    );
    const phosphorus = { ...scanOf('PRESS', 0.03), nucleus: '31P' };
    expect(failureOf(() => chosen('qnet@3t-press-30', phosphorus)).message).toMatch(
      /for 1H spectra, and this scan is of 31P/,
    );
  });
});

describe('method auto', () => {
  const universal = protocolCard('lineshape-universal', { sequences: null, echoTimeMs: [8, 290], fieldT: [1.4, 7.2] });
  const shelf = { cards: () => Promise.resolve([...CARDS, universal]), basis: () => Promise.resolve(ANALYTIC_BASIS) };
  const press = scanOf('PRESS', 0.144);

  it('is the hybrid where the universal network knows such scans, else the fit', async () => {
    expect(await methodForScan('auto', press, 'nlls', shelf)).toBe('hybrid');
    expect(await methodForScan('auto', scanOf('PRESS', 0.5), 'nlls', shelf)).toBe('nlls');
    expect(await methodForScan('auto', press, 'nlls', undefined)).toBe('nlls');
  });

  it('is the usual method of another nucleus, and leaves methods that are named', async () => {
    expect(await methodForScan('auto', { ...press, nucleus: '31P' }, 'amares', shelf)).toBe('amares');
    expect(await methodForScan('quest', press, 'nlls', shelf)).toBe('quest');
  });
});

describe('networkForScan', () => {
  const shelf = { cards: () => Promise.resolve(CARDS), basis: () => Promise.resolve(ANALYTIC_BASIS) };

  it('brings the basis set of the card', async () => {
    const network = await networkForScan('qnet', scanOf('PRESS', 0.03), NO_BASIS, shelf);
    expect(network?.basis).toBe(ANALYTIC_BASIS);
    expect(await networkForScan('nlls', scanOf('PRESS', 0.03), NO_BASIS, shelf)).toBeNull();
  });

  it('takes the user’s basis set where it is the very one', async () => {
    const own = { ...ANALYTIC_BASIS, id: 'mine' };
    expect((await networkForScan('qnet', scanOf('PRESS', 0.03), own, shelf))?.basis).toBe(own);
  });

  it('refuses another version of the basis set, and a program without networks', async () => {
    const other = { ...shelf, basis: () => Promise.resolve({ ...ANALYTIC_BASIS, sha256: 'c'.repeat(64) }) };
    await expect(networkForScan('qnet', scanOf('PRESS', 0.03), NO_BASIS, other)).rejects.toThrow(
      /another version of the basis set analytic/,
    );
    await expect(networkForScan('qnet', scanOf('PRESS', 0.03), NO_BASIS, undefined)).rejects.toThrow(
      /needs its network/,
    );
  });
});
