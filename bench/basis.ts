// bench basis: simulation time of a whole basis set (20 metabolites, 2048 points, 3 T) in worker threads: ideal pulses,
// shaped pulses with 8 × 8 positions, a sLASER set, and one molecule of eight coupled spins. Prints one JSON document.
import { cpus } from 'node:os';
import { simulateMetabolite } from '../src/core/basis/simulateMetabolite.ts';
import { spinEcho } from '../src/core/basis/sequences/spinEcho.ts';
import { BRAIN_METABOLITES, spinSystem } from '../src/core/basis/spinSystems/index.ts';
import type { SpinSystem } from '../src/core/basis/spinSystems/spinSystem.ts';
import type { BasisRequest, SequenceRequest } from '../src/core/domain/basisRequest.ts';
import type { JsonObject } from '../src/core/domain/json.ts';
import { usualRefocusing, usualTe1S } from '../src/core/domain/usualProtocol.ts';
import { simulateBasis } from '../src/node/basis/simulateBasis.ts';
import type { WorkerTask } from '../src/node/workers/messages.ts';
import { createWorkerPool } from '../src/node/workers/workerPool.ts';

const THREADS = 2;
const METABOLITES = BRAIN_METABOLITES.slice(0, 20);
const never = { isCancelled: () => false, throwIfCancelled: () => undefined };

const PRESS: SequenceRequest = {
  family: 'PRESS',
  echoTimeS: 0.03,
  te1S: usualTe1S('PRESS', 0.03, 'siemens'),
  excitation: { shape: 'ideal' },
  refocusing: { shape: 'ideal' },
  carrierPpm: 3,
  spatial: { points: 8, extent: 1.5 },
};

const SEQUENCES: Readonly<Record<string, SequenceRequest>> = {
  pressIdeal: PRESS,
  pressShaped8x8: { ...PRESS, refocusing: usualRefocusing('PRESS', 'siemens') },
  pressShaped32x32: {
    ...PRESS,
    refocusing: usualRefocusing('PRESS', 'siemens'),
    spatial: { points: 32, extent: 1.5 },
  },
  semiLaserShaped8x8: {
    ...PRESS,
    family: 'SLASER',
    echoTimeS: 0.028,
    refocusing: usualRefocusing('SLASER', 'siemens'),
  },
};

/** A chain of eight protons, each coupled to its two neighbours: 256 states, nothing to fold. */
function chain(): SpinSystem {
  const source = 'govindaraju2000';
  const shifts = [1.2, 1.35, 1.6, 1.72, 2.1, 2.14, 2.5, 3.1];
  const couplings = shifts.slice(1).map((_, i) => ({ between: [`s${i}`, `s${i + 1}`] as const, jHz: 7, source }));
  const groups = shifts.map((shiftPpm, i) => ({ label: `s${i}`, shiftPpm, protons: 1, source }));
  const moiety = { name: 'chain', population: 1, groups, couplings, heteronuclei: [] };
  return { ...spinSystem('Ace'), name: 'Chain', moieties: [moiety] };
}

/** The benchmark; `lineshape bench basis` calls it from dist/bench. */
export async function run(): Promise<JsonObject> {
  const pool = createWorkerPool<WorkerTask>({
    threads: THREADS,
    workerUrl: new URL('../workers/task.worker.js', import.meta.url),
  });
  const seconds: Record<string, number> = {};
  try {
    for (const [name, sequence] of Object.entries(SEQUENCES)) {
      const request: BasisRequest = {
        title: name,
        spectrometerFrequencyMHz: 123.25,
        dwellTimeS: 0.00025,
        points: 2048,
        linewidthHz: 1,
        sequence,
        metabolites: METABOLITES,
        macromolecules: 'none',
        lipids: 'none',
      };
      const start = performance.now();
      await simulateBasis(pool, request, never, () => undefined);
      seconds[name] = Math.round(performance.now() - start) / 1000;
    }
  } finally {
    await pool.close();
  }
  const start = performance.now();
  simulateMetabolite(chain(), spinEcho(0.03), 123.25);
  seconds['eightCoupledSpins'] = Math.round(performance.now() - start) / 1000;
  return {
    bench: 'basis',
    seconds,
    conditions: { threads: THREADS, metabolites: METABOLITES.length, points: 2048, cpu: cpus()[0]?.model ?? '' },
  };
}
