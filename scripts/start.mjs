// npm start: sets the checkout up, builds it, and opens the app on the demo study; on a machine without a display
// the same study goes through the same pipeline on the command line, and its report is written to out/.
import path from 'node:path';
import { build } from './build.mjs';
import { hasDisplay, REPO_ROOT, runCommand, runMain, SetUpError } from './commands.mjs';
import { setUp } from './setup.mjs';

const OUT = 'out';
const say = (line) => console.error(line);

/** Why no window can be opened here, or null. */
function reasonForNoWindow() {
  if (!hasDisplay()) return 'There is no display here, so the demo study is analysed on the command line.';
  if (process.getuid?.() === 0 && process.env.LINESHAPE_NO_SANDBOX !== '1') {
    return (
      'Electron does not open windows for root because its sandbox cannot work then; start Lineshape as an ordinary user, ' +
      'or in a throw-away container set LINESHAPE_NO_SANDBOX=1. Until then the demo study is analysed on the command line.'
    );
  }
  return null;
}

async function openApp(passedOn) {
  const runtime = await setUp({ electron: true, display: false, onMessage: say });
  await build({ only: 'all', onMessage: say });
  const sandbox = process.env.LINESHAPE_NO_SANDBOX === '1' ? ['--no-sandbox'] : [];
  const { code } = await runCommand(runtime.executable, [...sandbox, REPO_ROOT, '--open-demo', ...passedOn]);
  return code;
}

async function analyseDemo(passedOn) {
  await setUp({ electron: false, display: false, onMessage: say });
  const executable = await electronForPrinting();
  await build({ only: 'all', onMessage: say });
  const command = [
    path.join(REPO_ROOT, 'bin', 'lineshape.mjs'),
    'demo',
    '--out',
    path.join(REPO_ROOT, OUT),
    ...passedOn,
  ];
  const env = executable ? { LINESHAPE_ELECTRON: executable } : {};
  const { code } = await runCommand(process.execPath, command, { env });
  return code;
}

/** Electron prints the PDF and the picture; without it the numbers, the page and the table are still to be had. */
async function electronForPrinting() {
  try {
    return (await setUp({ electron: true, display: true, onMessage: say })).executable;
  } catch (error) {
    if (!(error instanceof SetUpError)) throw error;
    say(`report.pdf and fit.png can't be made here: ${error.message}`);
    return null;
  }
}

await runMain(async () => {
  const passedOn = process.argv.slice(2);
  const reason = reasonForNoWindow();
  if (reason === null) return openApp(passedOn);
  say(reason);
  return analyseDemo(passedOn);
});
