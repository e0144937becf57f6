// Nothing leaves the app: a server on this computer counts what reaches it, and so does Chromium's own network log.
import { createSocket } from 'node:dgram';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { PAGE_CSP, REPORT_CSP } from '../../src/main/protocolPaths.ts';
import { fitByKey, openDemo } from './demo.ts';
import { expect, test } from './launch.ts';
import { tryToReach, watchPages, watchRequests } from './probes.ts';

/** A TCP and a UDP server that count; `close` ends them. */
async function countingServers() {
  let connections = 0;
  let datagrams = 0;
  const server = createServer((socket) => {
    connections++;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const socket = createSocket('udp4');
  socket.on('message', () => datagrams++);
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const tcp = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const udp = `127.0.0.1:${socket.address().port}`;
  const reachThem = async (): Promise<void> => {
    await fetch(`http://${tcp}/`).catch(() => undefined);
    const sender = createSocket('udp4');
    await new Promise((resolve) => sender.send('x', socket.address().port, '127.0.0.1', resolve));
    sender.close();
  };
  return {
    outside: { tcp, udp },
    counts: () => ({ connections, datagrams }),
    reachThem,
    close: () => {
      server.close();
      socket.close();
    },
  };
}

const REFUSALS = [
  /Content Security Policy/,
  /ERR_[A-Z_]+/,
  /Failed to load/,
  /page error/,
  /Not allowed/,
  /Refused/,
  /WebSocket connection/,
];

test('no way out of a page reaches a server, with its policy and without', async ({ launchApp }) => {
  const servers = await countingServers();
  try {
    const { window: page, electron } = await launchApp({ expectedProblems: REFUSALS });
    const before = page.url();
    const tried = await page.evaluate(tryToReach, servers.outside);
    expect(tried.length).toBe(65);
    expect(page.url()).toBe(before);
    expect(servers.counts()).toEqual({ connections: 0, datagrams: 0 });
    // A page of no origin and without a policy: what the session itself lets through.
    const triedWithout = await electron.evaluate(
      async ({ BrowserWindow }, { source, outside }) => {
        const window = new BrowserWindow({ show: false, webPreferences: { sandbox: true } });
        await window.loadURL('data:text/html,<body>bare</body>');
        const names = (await window.webContents.executeJavaScript(
          `(${source})(${JSON.stringify(outside)})`,
          true,
        )) as string[];
        const url = window.webContents.getURL();
        window.destroy();
        return { names, url };
      },
      { source: tryToReach.toString(), outside: servers.outside },
    );
    expect(triedWithout.names).toEqual(tried);
    expect(triedWithout.url).toBe('data:text/html,<body>bare</body>');
    expect(servers.counts()).toEqual({ connections: 0, datagrams: 0 });
    // That the servers would have counted.
    await servers.reachThem();
    await expect.poll(servers.counts).toEqual({ connections: 1, datagrams: 1 });
  } finally {
    servers.close();
  }
});

interface NetLog {
  readonly constants: { readonly logEventTypes: Record<string, number> };
  readonly events: readonly { readonly type: number; readonly params?: Record<string, unknown> }[];
}

/** What a network log holds of requests, names that were looked up, and connections to elsewhere. */
function reached({ constants, events }: NetLog): { urls: string[]; lookups: string[]; connections: string[] } {
  const names = new Map(Object.entries(constants.logEventTypes).map(([name, type]) => [type, name]));
  const of = (pattern: RegExp, field: string): string[] => {
    // A name that this Chromium does not know would find nothing, whatever happened.
    if (![...names.values()].some((name) => pattern.test(name)))
      throw new Error(`No event is called ${pattern.source}.`);
    return events
      .filter(({ type }) => pattern.test(names.get(type) ?? ''))
      .flatMap(({ params }) => (typeof params?.[field] === 'string' ? [params[field] as string] : []));
  };
  return {
    urls: of(/^URL_REQUEST_START_JOB$/, 'url'),
    lookups: of(/^HOST_RESOLVER_MANAGER_(REQUEST|JOB)$/, 'host'),
    connections: [...of(/^TCP_CONNECT(_ATTEMPT)?$/, 'address'), ...of(/^UDP_CONNECT$/, 'address')],
  };
}

test('a walk through the app asks for its own pages only; every window is locked down', async ({ launchApp }, info) => {
  const log = info.outputPath('net-log.json');
  const app = await launchApp({ args: [`--log-net-log=${log}`] });
  const { window: page, electron } = app;
  const pages = await watchPages(electron);
  const requests = await watchRequests(electron);
  await page.reload();
  await openDemo(page);
  await fitByKey(page);
  for (const format of ['pdf', 'dicom-sc'] as const) {
    const target = info.outputPath(`report.${format === 'pdf' ? 'pdf' : 'dcm'}`);
    await electron.evaluate(({ dialog }, filePath) => {
      dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
    }, target);
    const saved: unknown = await page.evaluate(async (wanted) => {
      type Call = Record<string, (request: unknown) => Promise<{ value: unknown }>>;
      const { call } = (window as unknown as { lineshape: { call: Call } }).lineshape;
      const value = async (channel: string, request: unknown): Promise<unknown> =>
        (await call[channel]?.(request))?.value;
      const [study] = (await value('study:list', {})) as { id: string }[];
      const { analyses } = (await value('study:open', { studyId: study?.id })) as { analyses: { id: string }[] };
      return value('report:export', { analysisId: analyses[0]?.id, voxel: 0, format: wanted });
    }, format);
    expect(saved).toMatchObject({ saved: true });
  }

  const { answered, refused } = await requests();
  expect(answered.length).toBeGreaterThan(5);
  const own = /^(app:\/\/(lineshape|report)\/|blob:app:\/\/lineshape\/|data:|devtools:)/;
  expect([...answered.map(({ url }) => url), ...refused].filter((url) => !own.test(url))).toEqual([]);
  const documents = answered.filter(({ kind }) => kind === 'mainFrame');
  const policies = documents.map(({ url, csp }) => [new URL(url).host, csp]);
  expect(policies).toEqual([
    ['lineshape', PAGE_CSP],
    ['report', REPORT_CSP],
    ['report', REPORT_CSP],
  ]);

  const seen = await pages();
  expect(seen.map(({ url }) => url.replace(/[\w-]{36}$/, 'ID'))).toEqual([
    'app://lineshape/index.html',
    'app://report/ID',
    'app://report/ID',
  ]);
  for (const { url, preferences } of seen) {
    expect(preferences, url).toMatchObject({
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInSubFrames: false,
      webviewTag: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
    });
    // Electron tells this one only where it is on.
    expect(preferences['nodeIntegrationInWorker'] ?? false, url).toBe(false);
    // Only the user interface runs scripts.
    expect(preferences['javascript'] ?? true, url).toBe(url.startsWith('app://lineshape/'));
  }

  await app.close();
  const { urls, lookups, connections } = reached(JSON.parse(await readFile(log, 'utf8')) as NetLog);
  expect(urls.filter((url) => !own.test(url))).toEqual([]);
  expect({ lookups, connections }).toEqual({ lookups: [], connections: [] });
});
