// npm run audit: known weaknesses in the packages of package-lock.json, as the registry knows them. High and critical ones
// fail it; so does a registry that can't be asked, with another exit code, so that silence is never taken for health.
import { pathToFileURL } from 'node:url';
import { runMain, runNpm } from './commands.mjs';

const EXIT = { clean: 0, found: 1, unanswered: 2 };
const SEVERE = ['high', 'critical'];

/** What npm's document says of one package, in a line. */
const lineOf = ({ name, severity, via, fixAvailable }) => {
  const titles = via.filter((one) => typeof one === 'object').map(({ title, url }) => `${title} (${url})`);
  const reason = titles.length > 0 ? titles.join('; ') : `by ${via.join(', ')}`;
  return `  ${severity}: ${name}: ${reason}${fixAvailable ? '; an update is there' : ''}`;
};

/**
 * Reads what `npm audit --json` printed.
 * @param {string} output
 * @returns {{ exitCode: number, lines: string[] }} what to say, and how to end
 */
export function verdictOf(output) {
  let told = null;
  try {
    told = JSON.parse(output.slice(output.indexOf('{'), output.lastIndexOf('}') + 1));
  } catch {
    // Told below.
  }
  if (told?.vulnerabilities === undefined) {
    const reason = told?.message ?? told?.error?.summary ?? 'it gave no answer';
    const sentence = `The registry could not be asked for known weaknesses (${reason}); ask it from a network where it answers.`;
    return { exitCode: EXIT.unanswered, lines: [sentence] };
  }
  const severe = Object.values(told.vulnerabilities).filter(({ severity }) => SEVERE.includes(severity));
  const counts = Object.entries(told.metadata.vulnerabilities)
    .filter(([name, count]) => name !== 'total' && count > 0)
    .map(([name, count]) => `${count} ${name}`);
  const sum = `${told.metadata.dependencies.total} packages, known weaknesses: ${counts.join(', ') || 'none'}.`;
  return { exitCode: severe.length > 0 ? EXIT.found : EXIT.clean, lines: [sum, ...severe.map(lineOf)] };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await runMain(async () => {
    const { output } = await runNpm(['audit', '--json', '--loglevel=error'], { capture: true });
    const { exitCode, lines } = verdictOf(output);
    for (const line of lines) console.log(line);
    return exitCode;
  });
}
