// The library of networks with the real runtime: what it opens, and every refusal in one sentence.
import { rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../src/core/domain/errors.ts';
import type { ErrorCode } from '../../../src/core/domain/errors.ts';
import type { ModelCard } from '../../../src/core/domain/modelCard.ts';
import type { InferenceEngine, Tensor } from '../../../src/core/ports/inferenceEngine.ts';
import { modelIds } from '../../../src/node/files/modelCards.ts';
import { createInferenceEngine } from '../../../src/node/inference/engine.ts';
import { createModelLibrary } from '../../../src/node/inference/modelLibrary.ts';
import type { FolderLibrary } from '../../../src/node/inference/modelLibrary.ts';
import { verifyModels } from '../../../src/node/inference/verifyModels.ts';
import { bundleWorker } from '../../fixtures/bundleWorker.ts';
import {
  LOGARITHM_ONNX,
  POINTS,
  sha256Of,
  SMALL_ONNX,
  smallAnswer,
  smallCard,
  smallSelfTest,
  smallSignal,
  writeNetwork,
} from '../../fixtures/networks.ts';
import { makeTempFolder } from '../../fixtures/tempFolder.ts';

let engine: InferenceEngine;
let folder: string;
let library: FolderLibrary;
const folders: string[] = [];

beforeAll(async () => {
  engine = createInferenceEngine({ workerUrl: await bundleWorker('src/node/workers/inference.worker.ts'), threads: 1 });
});
afterAll(async () => {
  await engine.close();
  for (const made of folders) rmSync(made, { recursive: true, force: true });
});
beforeEach(() => {
  folder = makeTempFolder();
  folders.push(folder);
  library = createModelLibrary({ folder, engine });
});

async function expectRefusal(work: Promise<unknown>, code: ErrorCode, words: RegExp): Promise<void> {
  const error: unknown = await work.then(
    () => null,
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(AppError);
  const { code: found, message } = error as AppError;
  expect([found, message]).toEqual([code, expect.stringMatching(words)]);
  expect(message).toMatch(/^[^\n]+\.$/);
}

const signalOf = (rows: number): Tensor => ({ data: smallSignal(rows), shape: [rows, 2, POINTS] });

describe('an open network', () => {
  it('answers by the names of its card and says what runs it', async () => {
    writeNetwork(folder, 'small@3t-press-30');
    const model = await library.open('small@3t-press-30');
    const { offsets } = await model.run({ signal: signalOf(2) });
    expect([...(offsets?.data ?? [])]).toEqual(smallAnswer(smallSignal(2)));
    expect(model.card.title).toBe('Weighted sum');
    expect(await engine.providers()).toContain(model.executionProvider);
  });

  it('runs on the processor where another provider fails the self-test, and says so', async () => {
    const outputs = { offsets: { shape: [2, 2], data: [0, 0, 0, 0] } };
    writeNetwork(folder, 'small', { selfTest: smallSelfTest({ outputs }) });
    const model = await library.open('small');
    expect(model.executionProvider).toBe('cpu');
    const better = (await engine.providers()).filter((provider) => provider !== 'cpu');
    expect(model.fallbacks.map(({ provider }) => provider)).toEqual(better);
  });

  const refusedInputs: readonly (readonly [string, Record<string, Tensor>, RegExp])[] = [
    ['another length', { signal: { data: new Float32Array(6), shape: [1, 2, 3] } }, /shape any × 2 × 4, not 1 × 2 × 3/],
    ['another rank', { signal: { data: new Float32Array(8), shape: [2, 4] } }, /shape any × 2 × 4, not 2 × 4/],
    ['too few values', { signal: { data: new Float32Array(7), shape: [1, 2, 4] } }, /8 numbers for its shape, not 7/],
    ['NaN', { signal: { data: new Float32Array(8).fill(NaN, 7), shape: [1, 2, 4] } }, /not finite/],
    ['infinity', { signal: { data: new Float32Array(8).fill(Infinity, 0, 1), shape: [1, 2, 4] } }, /not finite/],
    [
      'another name',
      { spectrum: { data: new Float32Array(8), shape: [1, 2, 4] } },
      /"signal" expected, "spectrum" found/,
    ],
    ['nothing', {}, /"signal" expected, nothing found/],
  ];
  it.each(refusedInputs)('refuses an input: %s', async (_what, inputs, words) => {
    writeNetwork(folder, 'small');
    const model = await library.open('small');
    await expectRefusal(model.run(inputs), 'MODEL_MISMATCH', words);
  });

  it('fails where it answers with what is no number', async () => {
    const outputs = [{ ...(smallCard('log').outputs[0] as ModelCard['outputs'][0]), shape: [null, 2, POINTS] }];
    writeNetwork(folder, 'log', {
      bytes: LOGARITHM_ONNX,
      card: smallCard('log', { sha256: sha256Of(LOGARITHM_ONNX), outputs }),
    });
    const model = await createModelLibrary({ folder, engine, providers: ['cpu'] }).open('log');
    await expectRefusal(
      model.run({ signal: signalOf(1) }),
      'PROCESSING_FAILED',
      /"offsets" holds values that are not finite/,
    );
  });
});

describe('what is refused', () => {
  it('an id that is not there, or leads out of the folder', async () => {
    await expectRefusal(library.open('none'), 'MODEL_MISSING', /no network none; no networks come with this program/);
    writeNetwork(folder, 'small');
    await expectRefusal(library.open('none'), 'MODEL_MISSING', /no network none; there are small/);
    await expectRefusal(library.open('../small'), 'MODEL_MISSING', /no network small/);
  });

  it('a card without its file, and a file without its card', async () => {
    writeNetwork(folder, 'small');
    unlinkSync(join(folder, 'small.onnx'));
    await expectRefusal(library.open('small'), 'MODEL_MISSING', /file small\.onnx of the network small is missing/);
    writeNetwork(folder, 'orphan', { card: null, selfTest: null });
    await expectRefusal(library.open('orphan'), 'MODEL_MISSING', /network orphan has no card/);
  });

  it('a file of which one byte was changed; and opens it once it is mended', async () => {
    writeNetwork(folder, 'small');
    const bytes = SMALL_ONNX.slice();
    bytes[120] = (bytes[120] as number) ^ 0x10;
    writeFileSync(join(folder, 'small.onnx'), bytes);
    await expectRefusal(library.open('small'), 'MODEL_INVALID', /small\.onnx is not the one its card describes/);
    writeFileSync(join(folder, 'small.onnx'), SMALL_ONNX);
    expect((await library.open('small')).card.id).toBe('small');
  });

  const input = smallCard('small').inputs[0] as ModelCard['inputs'][0];
  const output = smallCard('small').outputs[0] as ModelCard['outputs'][0];
  const disagreeing: readonly (readonly [string, Partial<ModelCard>, RegExp])[] = [
    [
      'an input of another name',
      { inputs: [{ ...input, name: 'fid' }] },
      /inputs named "fid" expected, "signal" found/,
    ],
    [
      'an input of another length',
      { inputs: [{ ...input, shape: [null, 2, 8] }] },
      /"signal" of shape any × 2 × 4, not any × 2 × 8/,
    ],
    [
      'an input of fixed batch',
      { inputs: [{ ...input, shape: [320, 2, 4] }] },
      /"signal" of shape any × 2 × 4, not 320 × 2 × 4/,
    ],
    [
      'an output of another length',
      { outputs: [{ ...output, shape: [null, 3] }] },
      /"offsets" of shape any × 2, not any × 3/,
    ],
    ['an output more', { outputs: [output, { ...output, name: 'more' }] }, /outputs named "offsets", "more" expected/],
  ];
  it.each(disagreeing)('a card and a file that disagree: %s', async (_what, changes, words) => {
    writeNetwork(folder, 'small', { card: smallCard('small', changes) });
    await expectRefusal(library.open('small'), 'MODEL_INVALID', words);
  });

  const card = smallCard('small');
  const invalidCards: readonly (readonly [string, unknown, RegExp])[] = [
    ['no object', [], /small\.json is not valid: it is refused/],
    ['a field too few', { ...card, licence: undefined }, /"licence" is refused/],
    ['a field too many', { ...card, note: 'x' }, /it is refused \(.*note/],
    ['a hash in capitals', { ...card, sha256: card.sha256.toUpperCase() }, /"sha256" is refused/],
    ['another type of numbers', { ...card, inputs: [{ ...input, dtype: 'float64' }] }, /"inputs\.0\.dtype" is refused/],
    [
      'a length of no points',
      { ...card, inputs: [{ ...input, shape: [null, 0] }] },
      /"inputs\.0\.shape\.1" is refused/,
    ],
    [
      'a range upside down',
      { ...card, protocol: { ...card.protocol, fieldT: [9, 1] } },
      /"protocol\.fieldT" is refused/,
    ],
    ['the card of another', smallCard('other'), /is for another network: it names the id "other"/],
    ['a file elsewhere', { ...card, file: '../small.onnx' }, /is for another network/],
  ];
  it.each(invalidCards)('a card with %s', async (_what, document, words) => {
    writeNetwork(folder, 'small', { card: document });
    await expectRefusal(library.open('small'), 'MODEL_INVALID', words);
  });

  it('a card that is no JSON', async () => {
    writeNetwork(folder, 'small');
    writeFileSync(join(folder, 'small.json'), '{');
    await expectRefusal(library.open('small'), 'MODEL_INVALID', /card small\.json is not JSON/);
  });
});

describe('verifying', () => {
  it('has a verdict on everything that lies there', async () => {
    writeNetwork(folder, 'a-good');
    writeNetwork(folder, 'b-orphan', { card: null, selfTest: null });
    writeNetwork(folder, 'c-untested', { selfTest: null });
    writeNetwork(folder, 'd-other', {
      selfTest: smallSelfTest({ outputs: { offsets: { shape: [2, 2], data: [1, 2, 3, 4] } } }),
    });
    writeNetwork(folder, 'e-changed', { card: smallCard('e-changed', { sha256: '0'.repeat(64) }) });
    writeNetwork(folder, 'f-gone');
    unlinkSync(join(folder, 'f-gone.onnx'));
    const told: string[] = [];
    const verdicts = await verifyModels(folder, engine, (id) => told.push(id));
    expect(verdicts.map(({ id, version, ok }) => [id, version, ok])).toEqual([
      ['a-good', 1, true],
      ['b-orphan', null, false],
      ['c-untested', 1, false],
      ['d-other', 1, false],
      ['e-changed', 1, false],
      ['f-gone', 1, false],
    ]);
    expect(verdicts[0]).toEqual({
      id: 'a-good',
      version: 1,
      file: 'a-good.onnx',
      sha256: sha256Of(SMALL_ONNX),
      ok: true,
      reason: null,
    });
    const words = [
      /no card/,
      /self-test c-untested\.selftest\.json .* missing/,
      /fails its self-test: "offsets" differs/,
    ];
    words.forEach((pattern, i) => expect(verdicts[i + 1]?.reason).toMatch(pattern));
    expect([verdicts[5]?.sha256, verdicts[4]?.sha256]).toEqual([null, sha256Of(SMALL_ONNX)]);
    expect(told).toEqual(await modelIds(folder));
  });

  it('finds a self-test that tests nothing or the wrong tensors', async () => {
    writeNetwork(folder, 'a', { selfTest: smallSelfTest({ outputs: {} }) });
    writeNetwork(folder, 'b', { selfTest: smallSelfTest({ outputs: { other: { shape: [1], data: [1] } } }) });
    writeNetwork(folder, 'c', { selfTest: smallSelfTest({ outputs: { offsets: { shape: [3], data: [1] } } }) });
    const reasons = (await verifyModels(folder, engine)).map(({ reason }) => reason);
    expect(reasons[0]).toMatch(/stores no output "offsets"/);
    expect(reasons[1]).toMatch(/stores no output "offsets"/);
    expect(reasons[2]).toMatch(/c\.selftest\.json is not valid: "outputs\.offsets" is refused \(should hold as many/);
  });

  it('finds nothing where there is no folder', async () => {
    expect(await verifyModels(join(folder, 'none'), engine)).toEqual([]);
  });
});
