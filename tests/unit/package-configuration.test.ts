// What electron-builder is told, for the systems too that no package can be made for here: checked by its own rules.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';

const require = createRequire(import.meta.url);
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

interface Association {
  readonly ext: string;
  readonly rank?: string;
}
type Section = Readonly<Record<string, unknown>> & {
  readonly target?: unknown;
  readonly fileAssociations?: readonly Association[];
};
type Configuration = Readonly<Record<'linux' | 'win' | 'mac' | 'nsis' | 'deb', Section>> & Record<string, unknown>;

const { getConfig, validateConfiguration } = require('app-builder-lib/out/util/config/config.js') as {
  getConfig: (root: string, file: string, extra: object) => Promise<Configuration>;
  validateConfiguration: (configuration: object, log: object) => Promise<void>;
};
const { DebugLogger } = require('builder-util') as { DebugLogger: new (enabled: boolean) => object };
const configuration = await getConfig(ROOT, 'electron-builder.yml', {});
const check = (changed: object): Promise<void> => validateConfiguration(changed, new DebugLogger(false));
const icon = (name: string): Buffer => readFileSync(`${ROOT}resources/icons/${name}`);

describe('electron-builder.yml', () => {
  it('fits electron-builder’s own schema, which refuses what it does not know', async () => {
    await check(configuration);
    for (const section of ['linux', 'win', 'mac', 'nsis', 'deb', 'dmg'])
      await expect(check({ ...configuration, [section]: { noSuchOption: 1 } }), section).rejects.toThrow(
        /^Invalid configuration object/,
      );
  });

  it('makes each system’s installers', () => {
    expect([configuration.linux.target, configuration.win.target, configuration.mac.target]).toEqual([
      ['AppImage', 'deb'],
      ['nsis'],
      ['dmg'],
    ]);
  });

  it('publishes nothing, signs with what the site gives, and keeps studies when the program goes', () => {
    expect(configuration['publish']).toBeNull();
    expect(JSON.stringify(configuration)).not.toMatch(/cscLink|certificate|identity|azureSign/i);
    expect(configuration.nsis).toMatchObject({ deleteAppDataOnUninstall: false, packElevateHelper: false });
  });

  it('takes no files away from other programs', () => {
    expect(configuration.win.fileAssociations).toBeUndefined();
    expect(configuration['fileAssociations']).toBeUndefined();
    expect(configuration.mac.fileAssociations?.map(({ rank }) => rank)).toEqual(['Alternate', 'Alternate']);
  });
});

describe('icons', () => {
  it('of Linux have the size in their names', () => {
    for (const size of [16, 32, 48, 64, 128, 256, 512]) {
      const png = icon(`${size}x${size}.png`);
      expect(png.subarray(1, 4).toString()).toBe('PNG');
      expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([size, size]);
    }
  });

  it('of Windows come in seven sizes up to 256', () => {
    const ico = icon('icon.ico');
    const sizes = Array.from({ length: ico.readUInt16LE(4) }, (_, i) => ico.readUInt8(6 + 16 * i) || 256);
    expect(sizes).toEqual([16, 24, 32, 48, 64, 128, 256]);
  });

  it('of macOS come up to 1024', () => {
    const icns = icon('icon.icns');
    expect([icns.toString('latin1', 0, 4), icns.readUInt32BE(4)]).toEqual(['icns', icns.length]);
    const kinds: string[] = [];
    for (let at = 8; at < icns.length; at += icns.readUInt32BE(at + 4)) kinds.push(icns.toString('latin1', at, at + 4));
    expect(kinds).toEqual(expect.arrayContaining(['ic07', 'ic08', 'ic09', 'ic10', 'ic13', 'ic14']));
  });
});
