// Whether a scan is one that a network was trained for.
import { describe, expect, it } from 'vitest';
import { GYROMAGNETIC_RATIO_MHZ_PER_T } from '../../../src/core/domain/axes.ts';
import { ModelError } from '../../../src/core/domain/errors.ts';
import type { ModelProtocol } from '../../../src/core/domain/modelCard.ts';
import { protocolMismatch, protocolWarnings, requireProtocol } from '../../../src/core/domain/modelProtocol.ts';
import type { ProtocolScan } from '../../../src/core/domain/modelProtocol.ts';
import { UNKNOWN_ACQUISITION } from '../../../src/core/domain/mrsDataset.ts';
import { smallCard } from '../../fixtures/networks.ts';

interface ScanChanges {
  readonly nucleus?: string;
  readonly fieldT?: number;
  readonly dwellTimeS?: number;
  readonly points?: number;
  readonly echoTimeS?: number | null;
  readonly sequence?: string | null;
}

function scan(changes: ScanChanges = {}): ProtocolScan {
  const { nucleus = '1H', fieldT = 3, dwellTimeS = 5e-4, points = 2048 } = changes;
  const { echoTimeS = 0.03, sequence = 'svs_se_30' } = changes;
  return {
    nucleus,
    spectrometerFrequencyMHz: fieldT * (GYROMAGNETIC_RATIO_MHZ_PER_T[nucleus] ?? 1),
    dwellTimeS,
    data: { re: new Float64Array(points), im: new Float64Array(points), shape: [1, 1, 1, points] },
    acquisition: { ...UNKNOWN_ACQUISITION, echoTimeS, sequence },
  };
}

const cardWith = (changes: Partial<ModelProtocol>): ReturnType<typeof smallCard> =>
  smallCard('small', { protocol: { ...smallCard('small').protocol, ...changes } });
const card = smallCard('small');

describe('protocolMismatch', () => {
  it('takes a scan within every range, ends included', () => {
    const fitting: ScanChanges[] = [
      {},
      { fieldT: 1.4 },
      { fieldT: 9.4 },
      { echoTimeS: 0.02 },
      { echoTimeS: 0.04 },
      { dwellTimeS: 1 / 5000 },
      { sequence: 'STEAM' },
    ];
    for (const changes of fitting) expect(protocolMismatch(card, scan(changes))).toBeNull();
  });

  const outside: readonly (readonly [string, ScanChanges, string])[] = [
    ['nucleus', { nucleus: '31P' }, 'nucleus 1H, but this scan has nucleus 31P'],
    ['field', { fieldT: 11.7 }, 'field 1.4–9.4 T, but this scan has field 11.7 T'],
    ['echo time', { echoTimeS: 0.144 }, 'echo time 20–40 ms, but this scan has echo time 144 ms'],
    ['sequence', { sequence: 'semi-LASER' }, 'sequence PRESS or STEAM, but this scan has sequence SLASER'],
    ['bandwidth', { dwellTimeS: 1e-4 }, 'bandwidth 1000–5000 Hz, but this scan has bandwidth 10000 Hz'],
    [
      'two at once',
      { sequence: 'mega-press', echoTimeS: 0.068 },
      'sequence PRESS or STEAM, echo time 20–40 ms, but this scan has sequence MEGA-PRESS, echo time 68 ms',
    ],
  ];
  it.each(outside)('names what the network was trained for and what the scan is: %s', (_what, changes, words) => {
    expect(protocolMismatch(card, scan(changes))).toBe(`The network "Weighted sum" was trained for ${words}.`);
  });

  it('checks every limit that a header answers, and leaves the others to the method', () => {
    const limited = (limits: ModelProtocol['limits']): string | null => protocolMismatch(cardWith({ limits }), scan());
    expect(limited({ points: [512, 1024] })).toMatch(
      /number of points 512–1024, but this scan has number of points 2048/,
    );
    expect(limited({ durationS: [0.1, 0.5] })).toMatch(/duration 0\.1–0\.5 s, but this scan has duration 1\.024 s/);
    expect(limited({ dwellTimeS: [1e-4, 4e-4] })).toMatch(/dwell time/);
    expect(limited({ bandwidthPpm: [5, 10] })).toMatch(/bandwidth 5–10 ppm, but this scan has bandwidth 15\.66 ppm/);
    expect(limited({ snr: [100, 200], shiftHz: [0, 1] })).toBeNull();
  });

  it('takes any value where the card sets none', () => {
    const free = cardWith({ fieldT: null, sequences: null, echoTimeMs: null, limits: {} });
    expect(protocolMismatch(free, scan({ fieldT: 21, echoTimeS: 0.5, sequence: 'LASER' }))).toBeNull();
  });

  it("does not hold against a scan what its header doesn't say, but warns", () => {
    const silent = scan({ echoTimeS: null, sequence: 'my_own' });
    expect(protocolMismatch(card, silent)).toBeNull();
    expect(protocolWarnings(card, silent)).toEqual([
      {
        code: 'model-protocol-unknown',
        message:
          'The network "Weighted sum" was trained for sequence PRESS or STEAM, echo time 20–40 ms; the scan doesn\'t ' +
          'say its sequence and echo time, so this was not checked.',
      },
    ]);
    expect(protocolWarnings(card, scan())).toEqual([]);
  });
});

describe('requireProtocol', () => {
  it('throws the sentence', () => {
    expect(() => requireProtocol(card, scan())).not.toThrow();
    expect(() => requireProtocol(card, scan({ nucleus: '31P' }))).toThrow(ModelError);
  });
});
