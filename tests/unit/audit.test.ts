// What `npm run audit` makes of npm's answers: in the words and with the fields of npm 11.
import { describe, expect, it } from 'vitest';
import { verdictOf } from '../../scripts/audit.mjs';

const answer = (vulnerabilities: object, counts: object): string =>
  `npm warn something\n${JSON.stringify({
    auditReportVersion: 2,
    vulnerabilities,
    metadata: { vulnerabilities: { info: 0, low: 0, total: 1, ...counts }, dependencies: { prod: 40, total: 812 } },
  })}\nnpm warn more`;

const weakness = (severity: string): object => ({
  name: 'some-package',
  severity,
  via: [{ title: 'Prototype pollution', url: 'https://github.com/advisories/GHSA-0', severity }],
  fixAvailable: true,
});

describe('npm run audit', () => {
  it('is content where nothing high is known', () => {
    expect(verdictOf(answer({}, {}))).toEqual({ exitCode: 0, lines: ['812 packages, known weaknesses: none.'] });
    const moderate = verdictOf(answer({ 'some-package': weakness('moderate') }, { moderate: 1 }));
    expect(moderate).toEqual({ exitCode: 0, lines: ['812 packages, known weaknesses: 1 moderate.'] });
  });

  it.each(['high', 'critical'])('fails on a %s one, and names it', (severity) => {
    const { exitCode, lines } = verdictOf(answer({ 'some-package': weakness(severity) }, { [severity]: 1 }));
    expect(exitCode).toBe(1);
    expect(lines[1]).toBe(
      `  ${severity}: some-package: Prototype pollution (https://github.com/advisories/GHSA-0); an update is there`,
    );
  });

  it('names what a package has it from', () => {
    const inherited = { ...weakness('high'), via: ['other-package'], fixAvailable: false };
    expect(verdictOf(answer({ x: inherited }, { high: 1 })).lines[1]).toBe('  high: some-package: by other-package');
  });

  it.each(['', 'npm error audit endpoint returned an error', JSON.stringify({ message: '405 Method Not Allowed' })])(
    'never takes silence for health: %s',
    (output) => {
      const { exitCode, lines } = verdictOf(output);
      expect(exitCode).toBe(2);
      expect(lines[0]).toMatch(/^The registry could not be asked for known weaknesses \(.+\); ask it from a network /);
    },
  );
});
