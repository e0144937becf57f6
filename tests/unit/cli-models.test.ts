// lineshape models, as its users meet it: listed, described, verified, with and without networks.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CliBundle, CliRun } from '../fixtures/bundleCli.ts';
import { bundleCli } from '../fixtures/bundleCli.ts';
import { sha256Of, SMALL_ONNX, smallCard, writeNetwork } from '../fixtures/networks.ts';

let cli: CliBundle;
/** The bundle's own resources: found before the checkout's. */
let resources: string;
let folder: string;

beforeAll(async () => {
  cli = await bundleCli();
  resources = join(dirname(dirname(cli.program)), 'resources');
  folder = join(resources, 'models');
}, 120_000);
afterAll(() => cli.remove());
beforeEach(() => void mkdirSync(join(resources, 'basis'), { recursive: true }));
afterEach(() => rmSync(resources, { recursive: true, force: true }));

const models = (...args: string[]): Promise<CliRun> => cli.run(['models', ...args]);

interface Verdicts {
  readonly models: readonly {
    readonly id: string;
    readonly version: number | null;
    readonly file: string;
    readonly sha256: string | null;
    readonly ok: boolean;
    readonly reason: string | null;
  }[];
}

describe('models verify', () => {
  it('runs every self-test, and ends with 0 where all is in order', async () => {
    writeNetwork(folder, 'first');
    writeNetwork(folder, 'second');
    const run = await models('verify', '--json');
    expect(run.code).toBe(0);
    const { models: verdicts } = JSON.parse(run.stdout) as Verdicts;
    const expected = { version: 1, sha256: sha256Of(SMALL_ONNX), ok: true, reason: null };
    expect(verdicts).toEqual(['first', 'second'].map((id) => ({ id, file: `${id}.onnx`, ...expected })));
    expect(run.stderr.replaceAll(/Checking the network \w+\n/g, '')).toBe('');
  });

  it('ends with 5 and one document where a file was changed, and says which', async () => {
    writeNetwork(folder, 'first');
    writeNetwork(folder, 'second');
    const bytes = SMALL_ONNX.slice();
    bytes[60] = (bytes[60] as number) ^ 4;
    writeFileSync(join(folder, 'second.onnx'), bytes);
    const run = await models('verify', '--json');
    const { models: verdicts } = JSON.parse(run.stdout) as Verdicts;
    expect(verdicts.map(({ ok, sha256 }) => [ok, sha256])).toEqual([
      [true, sha256Of(SMALL_ONNX)],
      [false, sha256Of(bytes)],
    ]);
    expect(verdicts[1]?.reason).toMatch(/^The network file second\.onnx is not the one its card describes: .*\.$/);
    expect(run.stderr).toMatch(/lineshape: 1 of 2 networks is not in order\.\n$/);
    expect(run.code).toBe(5);

    const inWords = await models('verify', '--threads', '1');
    expect(inWords.stdout).toMatch(/^first: in order\nsecond: The network file second\.onnx is not the one/);
    expect(inWords.code).toBe(5);
  });

  it.each([true, false])('says that there are no networks where there are none (folder there: %s)', async (there) => {
    if (there) mkdirSync(folder);
    const [inWords, document] = await Promise.all([models('verify'), models('verify', '--json')]);
    expect([inWords.code, inWords.stdout]).toEqual([0, 'No networks come with this program.\n']);
    expect([document.code, JSON.parse(document.stdout)]).toEqual([0, { models: [] }]);
  });

  it('refuses an absurd number of threads', async () => {
    const run = await models('verify', '--threads', '0');
    expect([run.code, run.stdout]).toEqual([2, '']);
  });
});

describe('models list and info', () => {
  it('lists the networks with what they are for', async () => {
    writeNetwork(folder, 'first');
    const [inWords, document] = await Promise.all([models('list'), models('list', '--json')]);
    expect(inWords.stdout).toMatch(/first +1 +fpc +Weighted sum +1H, 1\.4–9\.4 T, PRESS or STEAM, TE 20–40 ms/);
    expect(JSON.parse(document.stdout)).toEqual({ models: [smallCard('first')] });
  });

  it('describes one in words and as its card', async () => {
    writeNetwork(folder, 'first');
    const [inWords, document] = await Promise.all([models('info', 'first'), models('info', 'first', '--json')]);
    const lines = inWords.stdout.split('\n');
    expect(lines[0]).toBe('first: Weighted sum, version 1 (fpc)');
    expect(lines).toContain('Input   signal [any × 2 × 4]: batch × (re, im) × points');
    expect(lines).toContain('  shiftHz.precision: 0.5');
    expect(lines).toContain('Limit   A weighted sum, for tests.');
    expect(JSON.parse(document.stdout)).toEqual(smallCard('first'));
  });

  it('refuses one that is not there, and a card that is not valid', async () => {
    const absent = await models('info', 'none', '--json');
    expect(JSON.parse(absent.stdout)).toMatchObject({ error: { code: 'MODEL_MISSING' } });
    expect(absent.code).toBe(5);
    writeNetwork(folder, 'first', { card: { ...smallCard('first'), version: 0 } });
    const invalid = await models('list');
    expect(invalid.stderr).toMatch(
      /^lineshape: The card first\.json is not valid: "version" is refused \([^\n]*\)\.\n$/,
    );
    expect(invalid.code).toBe(5);
  });
});
