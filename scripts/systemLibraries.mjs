// The shared libraries that Electron needs on Linux, and the virtual screen for machines without a display:
// installed on Debian and Ubuntu as root, elsewhere named with the exact command to type.
import { readFile, rm, writeFile } from 'node:fs/promises';
import { runCommand, SetUpError } from './commands.mjs';

/** Debian packages, each with the names it has had: since the 64-bit time_t change some end in t64. */
const DEBIAN_LIBRARIES = [
  ['libgtk-3-0', 'libgtk-3-0t64'],
  ['libnss3'],
  ['libasound2', 'libasound2t64'],
  ['libgbm1'],
  ['libatk-bridge2.0-0', 'libatk-bridge2.0-0t64'],
  ['libcups2', 'libcups2t64'],
  ['libxss1'],
  ['fonts-dejavu-core', 'fonts-liberation', 'fonts-liberation2'],
];
/** With pdftotext and pdfinfo, by which the tests read what was printed; dciodvfy and dcmdump, which check DICOM files. */
const DEBIAN_VIRTUAL_DISPLAY = [['xvfb'], ['xauth'], ['poppler-utils'], ['dicom3tools'], ['dcmtk']];

/** Peers of the DICOM node's tests, which are skipped in words without them: an archive, and what makes certificates. */
const DEBIAN_DICOM_PEERS = [['orthanc'], ['orthanc-dicomweb'], ['openssl']];
/** Asked by Debian's packages whether they may start their service; 101: they may not. */
const POLICY = '/usr/sbin/policy-rc.d';

/** For other distributions: the installing command, its packages, and the package of the virtual screen. */
const OTHER_DISTRIBUTIONS = [
  {
    ids: ['fedora', 'rhel', 'centos'],
    command: 'sudo dnf install',
    libraries: 'gtk3 nss alsa-lib mesa-libgbm at-spi2-atk cups-libs libXScrnSaver dejavu-sans-fonts',
    virtualDisplay: 'xorg-x11-server-Xvfb poppler-utils',
  },
  {
    ids: ['arch'],
    command: 'sudo pacman -S',
    libraries: 'gtk3 nss alsa-lib mesa at-spi2-core libcups libxss ttf-dejavu',
    virtualDisplay: 'xorg-server-xvfb xorg-xauth poppler',
  },
  {
    ids: ['suse', 'opensuse'],
    command: 'sudo zypper install',
    libraries: 'gtk3 mozilla-nss libasound2 libgbm1 at-spi2-core libcups2 libXss1 dejavu-fonts',
    virtualDisplay: 'xorg-x11-server-Xvfb xauth poppler-tools',
  },
];

/**
 * Makes sure that Electron's libraries are there; does nothing on macOS and Windows, which bring them.
 * @param {object} options
 * @param {boolean} options.virtualDisplay whether a virtual screen (xvfb-run) is needed too
 * @param {string} options.executable the Electron program, checked for libraries that it does not find
 * @param {(line: string) => void} options.onMessage receiver of the progress lines
 * @throws {SetUpError} naming what is missing and the command to type
 */
export async function ensureSystemLibraries({ virtualDisplay, executable, onMessage }) {
  if (process.platform !== 'linux') return;
  const ids = await distributionIds();
  if (ids.includes('debian') || ids.includes('ubuntu')) {
    await ensureDebianPackages(virtualDisplay, onMessage);
    if (virtualDisplay) await offerDicomPeers(onMessage);
  }
  const missing = await missingLibraries(executable);
  const noScreen = virtualDisplay && (await runCommand('xvfb-run', ['--help'], { capture: true })).code === 127;
  if (missing.length === 0 && !noScreen) return;
  const what = [...missing, ...(noScreen ? ['xvfb-run (a virtual screen)'] : [])].join(', ');
  throw new SetUpError(`Electron needs ${what}; ${adviceFor(ids, virtualDisplay)}`);
}

async function distributionIds() {
  const text = await readFile('/etc/os-release', 'utf8').catch(() => '');
  const values = [...text.matchAll(/^ID(?:_LIKE)?=(.*)$/gm)].map((match) => match[1].replaceAll('"', ''));
  return values.flatMap((value) => value.split(/\s+/));
}

function adviceFor(ids, virtualDisplay) {
  const distribution = OTHER_DISTRIBUTIONS.find((candidate) => candidate.ids.some((id) => ids.includes(id)));
  if (!distribution) return 'install the packages of your distribution that hold them, then try again.';
  const packages = distribution.libraries + (virtualDisplay ? ` ${distribution.virtualDisplay}` : '');
  return `type: ${distribution.command} ${packages}`;
}

async function missingLibraries(executable) {
  const { code, output } = await runCommand('ldd', [executable], { capture: true });
  if (code !== 0) return [];
  return [...output.matchAll(/^\s*(\S+) => not found/gm)].map((match) => match[1]);
}

async function ensureDebianPackages(virtualDisplay, onMessage) {
  const wanted = virtualDisplay ? [...DEBIAN_LIBRARIES, ...DEBIAN_VIRTUAL_DISPLAY] : DEBIAN_LIBRARIES;
  const installed = await installedDebianPackages(wanted.flat());
  const missing = wanted.filter((names) => !names.some((name) => installed.has(name)));
  if (missing.length === 0) return;
  const root = process.getuid?.() === 0;
  if (root) {
    onMessage(`Installing Debian packages that Electron needs: ${missing.map((names) => names[0]).join(' ')} …`);
    await aptGet(['update', '-q']);
  }
  const packages = await Promise.all(missing.map(availableName));
  const install = ['install', '-y', '--no-install-recommends', ...packages];
  if (!root) {
    throw new SetUpError(`Electron needs system libraries that are missing; type: sudo apt-get ${install.join(' ')}`);
  }
  await aptGet(['-q', ...install]);
}

/** The tests' DICOM peers: installed as root, else named with the command to type; nothing fails without them. */
async function offerDicomPeers(onMessage) {
  const installed = await installedDebianPackages(DEBIAN_DICOM_PEERS.flat());
  const missing = DEBIAN_DICOM_PEERS.flat().filter((name) => !installed.has(name));
  if (missing.length === 0) return;
  const install = ['install', '-y', '--no-install-recommends', ...missing];
  const skipped = 'the tests of the DICOM node that talk with them are skipped';
  if (process.getuid?.() !== 0) {
    onMessage(`Not installed: ${missing.join(', ')}; ${skipped}. To have them run: sudo apt-get ${install.join(' ')}`);
    return;
  }
  onMessage(`Installing Debian packages that the DICOM node is tested with: ${missing.join(' ')} …`);
  try {
    await aptGet(['update', '-q']);
    await withoutServices(() => aptGet(['-q', ...install]));
  } catch (error) {
    onMessage(`${error.message} So ${skipped}.`);
  }
}

/** Installs without any service being started: an archive that the tests' machine offers to its network is not wanted. */
async function withoutServices(install) {
  let isOurs = true;
  await writeFile(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755, flag: 'wx' }).catch((error) => {
    // The machine has a policy of its own (as images for containers do): that stays.
    if (error.code !== 'EEXIST') throw error;
    isOurs = false;
  });
  try {
    await install();
  } finally {
    if (isOurs) await rm(POLICY, { force: true });
  }
}

async function installedDebianPackages(names) {
  // dpkg-query's own exit code is 1 where any name is unknown, which is no error here.
  const { output } = await runCommand('dpkg-query', ['-W', '-f', '${Package} ${db:Status-Abbrev}\n', ...names], {
    capture: true,
  });
  return new Set([...output.matchAll(/^(\S+) ii/gm)].map((match) => match[1]));
}

async function availableName(names) {
  for (const name of names) {
    const { code } = await runCommand('apt-cache', ['show', '--no-all-versions', name], { capture: true });
    if (code === 0) return name;
  }
  return names[0];
}

async function aptGet(args) {
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const { code, output } = await runCommand('apt-get', args, { capture: true, env });
  if (code === 0) return;
  const cause = output.split('\n').find((line) => /^[EW]: /.test(line)) ?? output.trim().split('\n').at(-1);
  throw new SetUpError(`apt-get ${args.join(' ')} failed (${cause}).`);
}
