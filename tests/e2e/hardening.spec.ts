// What the page and other pages may not do in the real app: strings as code, files, other origins, navigation, windows,
// permissions, downloads, and requests to the main process from where none may come.
import path from 'node:path';
import type { ElectronApplication, Page } from '@playwright/test';
import { CHANNEL_NAMES } from '../../src/ipc/channelNames.ts';
import { requestLimitBytes } from '../../src/ipc/requestLimits.ts';
import { expect, REPO_ROOT, test } from './launch.ts';

type Call = Record<string, (request: unknown) => Promise<unknown>>;
type PageWindow = Window & { lineshape: { call: Call } };

const REFUSALS = [/Content Security Policy/, /ERR_[A-Z_]+/, /Failed to load/, /page error/, /Not allowed/, /Refused/];
const SECRET = 'SMITH^JOHN';

/** Lines that the main process logs about refused requests. */
function refusalLines(electron: ElectronApplication): () => Record<string, unknown>[] {
  let text = '';
  electron.process().stderr?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return () => {
    expect(text.includes(SECRET)).toBe(false);
    const lines = text.split('\n').filter((line) => line.startsWith('{') && line.includes('"ipc-'));
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  };
}

test('runs no string as code, has nothing of Node, and no webview', async ({ launchApp }) => {
  const { window: page, electron } = await launchApp({ expectedProblems: REFUSALS });
  const found = await page.evaluate(async () => {
    const marks = window as unknown as Record<string, unknown>;
    // The first turn of an evaluation is exempt from the policy by the developer tools' protocol.
    await new Promise((resolve) => setTimeout(resolve, 0));
    const throws = (act: () => unknown): boolean => {
      try {
        act();
        return false;
      } catch {
        return true;
      }
    };
    const add = (html: string): void => void document.body.insertAdjacentHTML('beforeend', html);
    const script = document.createElement('script');
    script.textContent = 'window.inline = 1';
    document.body.append(script);
    add('<img src="app://lineshape/none.png" onerror="window.attribute = 1">');
    add('<a id="js-link" href="javascript:window.link = 1">x</a><svg><script>window.svg = 1</script></svg>');
    (document.querySelector('#js-link') as HTMLElement).click();
    const blob = document.createElement('script');
    blob.src = URL.createObjectURL(new Blob(['window.blob = 1'], { type: 'text/javascript' }));
    const data = document.createElement('script');
    data.src = 'data:text/javascript,window.data=1';
    document.body.append(blob, data);
    const timer = throws(() => setTimeout('window.timer = 1' as unknown as () => void, 0));
    const webview = document.createElement('webview');
    webview.setAttribute('src', 'app://lineshape/index.html');
    document.body.append(webview);
    const frame = document.createElement('iframe');
    frame.srcdoc = '<p>frame</p>';
    document.body.append(frame);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const ran = ['inline', 'attribute', 'link', 'svg', 'blob', 'data', 'timer'].filter((name) => name in marks);
    return {
      ran,
      timer: timer || !('timer' in marks),
      eval: throws(() => (0, eval)('1')),
      function: throws(() => new Function('return 1')()),
      node: ['require', 'process', 'module', 'Buffer', 'global', '__dirname', 'electron'].filter((n) => n in window),
      webview: [webview instanceof HTMLUnknownElement || webview.constructor === HTMLElement, 'getURL' in webview],
      inFrame: 'lineshape' in (frame.contentWindow as Window),
      isolated: throws(() =>
        (marks['lineshape'] as { call: { constructor: typeof Function } }).call.constructor('x')(),
      ),
    };
  });
  expect(found).toMatchObject({ ran: [], timer: true, eval: true, function: true, node: [], inFrame: false });
  expect(found.webview).toEqual([true, false]);
  expect(await electron.evaluate(({ webContents }) => webContents.getAllWebContents().length)).toBe(1);
  // Even where a window were made that has them, none is attached.
  const attached = await electron.evaluate(async ({ BrowserWindow, webContents }) => {
    const window = new BrowserWindow({ show: false, webPreferences: { sandbox: true, webviewTag: true } });
    let asked = 0;
    window.webContents.on('will-attach-webview', () => asked++);
    await window.loadURL('data:text/html,<webview src="data:text/html,inner"></webview>');
    await new Promise((resolve) => setTimeout(resolve, 500));
    const webviews = webContents.getAllWebContents().filter((contents) => contents.getType() === 'webview').length;
    window.destroy();
    return { asked, webviews };
  });
  expect(attached).toEqual({ asked: 1, webviews: 0 });
});

/** Paths that are not the interface's, as a page may write them. */
const OUTSIDE_PATHS = [
  'app://lineshape/../package.json',
  'app://lineshape/%2e%2e/%2e%2e/package.json',
  'app://lineshape/%2e%2e%2f%2e%2e%2fpackage.json',
  'app://lineshape/%252e%252e%252fpackage.json',
  'app://lineshape/..%5c..%5cpackage.json',
  'app://lineshape/..\\..\\package.json',
  'app://lineshape//etc/passwd',
  'app://lineshape/%2fetc%2fpasswd',
  'app://lineshape/index.html%00.js',
  'app://lineshape/assets/',
  'app://lineshape/package.json?x=/../index.html',
];

test('serves its own folder and nothing else, and no file', async ({ launchApp }) => {
  const { window: page } = await launchApp({ expectedProblems: REFUSALS });
  const found = await page.evaluate(async (urls) => {
    await new Promise((resolve) => setTimeout(resolve, 0));
    const status = (url: string, init?: RequestInit): Promise<number | 'refused'> =>
      fetch(url, init).then(
        (answer) => answer.status,
        () => 'refused' as const,
      );
    const image = (src: string): Promise<boolean> =>
      new Promise((resolve) => {
        const made = new Image();
        made.onload = () => resolve(true);
        made.onerror = () => resolve(false);
        made.src = src;
      });
    const statuses: Record<string, number | 'refused'> = {};
    for (const url of urls) statuses[url] = await status(url);
    return {
      statuses,
      own: [await status('app://lineshape/index.html'), await status('app://lineshape/?query=1')],
      posted: await status('app://lineshape/index.html', { method: 'POST', body: 'x' }),
      others: [await status('app://report/index.html'), await status('app://elsewhere/index.html')],
      files: [await status('file:///etc/passwd'), await status('file:///')],
      fileImage: await image('file:///usr/share/pixmaps/debian-logo.png'),
    };
  }, OUTSIDE_PATHS);
  expect(Object.entries(found.statuses).filter(([, status]) => status !== 404)).toEqual([]);
  expect(found.own).toEqual([200, 200]);
  expect(found.posted).toBe(404);
  expect(found.others).toEqual(['refused', 'refused']);
  expect(found.files).toEqual(['refused', 'refused']);
  expect(found.fileImage).toBe(false);
});

/** What a page may ask for, each told as "given" or as the error that came. */
async function askedPermissions(): Promise<Record<string, string>> {
  const answers: Record<string, string> = {};
  const ask = async (name: string, act: () => unknown): Promise<void> => {
    const late = new Promise((_, reject) => setTimeout(() => reject(new Error('no answer')), 3000));
    try {
      const given = await Promise.race([act(), late]);
      answers[name] = Array.isArray(given) && given.length === 0 ? 'nothing' : `given ${String(given)}`;
    } catch (error) {
      answers[name] = (error as Error).name ?? 'refused';
    }
  };
  /** What this system or version does not have can't be given. */
  const device = (api: string, method: string, options: unknown): unknown => {
    const found = (navigator as unknown as Record<string, Record<string, (options: unknown) => unknown>>)[api];
    if (found === undefined) throw new DOMException('', 'NotSupportedError');
    return found[method]?.(options);
  };
  await ask('geolocation', () => new Promise((give, refuse) => navigator.geolocation.getCurrentPosition(give, refuse)));
  await ask('camera', () => navigator.mediaDevices.getUserMedia({ video: true }));
  await ask('microphone', () => navigator.mediaDevices.getUserMedia({ audio: true }));
  await ask('screen', () => navigator.mediaDevices.getDisplayMedia({ video: true }));
  await ask('clipboard-read', () => navigator.clipboard.readText());
  await ask('midi', () => navigator.requestMIDIAccess({ sysex: true }));
  await ask('bluetooth', () => device('bluetooth', 'requestDevice', { acceptAllDevices: true }));
  await ask('usb', () => device('usb', 'requestDevice', { filters: [] }));
  await ask('hid', () => device('hid', 'requestDevice', { filters: [] }));
  await ask('serial', () => device('serial', 'requestPort', {}));
  await ask('notifications', async () => {
    if ((await Notification.requestPermission()) !== 'granted') throw new DOMException('', 'NotAllowedError');
  });
  await ask('wake lock', () => navigator.wakeLock.request('screen'));
  await ask('full screen', () => document.documentElement.requestFullscreen());
  await ask('pointer lock', () => document.documentElement.requestPointerLock());
  await ask('file picker', () => (window as unknown as Record<string, () => unknown>)['showDirectoryPicker']?.());
  const queried = [
    'geolocation',
    'camera',
    'microphone',
    'notifications',
    'clipboard-read',
    'midi',
    'persistent-storage',
  ];
  for (const name of queried) {
    const { state } = await navigator.permissions.query({ name: name as PermissionName });
    answers[`query ${name}`] = state;
  }
  return answers;
}

test('gives no permission, no device and no download, and stays where it is', async ({ launchApp }, info) => {
  const { window: page, electron } = await launchApp({ expectedProblems: REFUSALS });
  const answers = await page.evaluate(askedPermissions);
  await info.attach('answers', { body: JSON.stringify(answers, null, 1), contentType: 'application/json' });
  const asked = Object.entries(answers).filter(([name]) => !name.startsWith('query '));
  expect(asked.length).toBe(15);
  expect(asked.filter(([, answer]) => answer.startsWith('given'))).toEqual([]);
  const queried = Object.entries(answers).filter(([name]) => name.startsWith('query '));
  expect(queried.filter(([, state]) => state !== 'denied')).toEqual([]);

  await electron.evaluate(({ session }) => {
    const store = globalThis as unknown as { downloads: boolean[] };
    store.downloads = [];
    session.defaultSession.on('will-download', (event) => store.downloads.push(event.defaultPrevented));
  });
  const before = page.url();
  const opened = await page.evaluate(async () => {
    await new Promise((resolve) => setTimeout(resolve, 0));
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob(['x']));
    link.download = 'x.txt';
    document.body.append(link);
    link.click();
    const urls = ['', 'about:blank', 'app://lineshape/index.html', 'data:text/html,x', 'file:///etc/passwd', link.href];
    const windows = urls.map((url) => window.open(url) !== null);
    for (const url of [
      'file:///etc/passwd',
      'data:text/html,x',
      'app://report/x',
      'app://lineshape/other.html',
      link.href,
    ]) {
      window.location.assign(url);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return windows;
  });
  expect(opened).toEqual([false, false, false, false, false, false]);
  expect(page.url()).toBe(before);
  const state = await electron.evaluate(({ BrowserWindow }) => ({
    windows: BrowserWindow.getAllWindows().length,
    downloads: (globalThis as unknown as { downloads: boolean[] }).downloads,
  }));
  expect(state).toEqual({ windows: 1, downloads: [true] });
});

/** Asks a channel in a window of the test's own that has the app's preload. */
function askFromOwnWindow(electron: ElectronApplication, url: string): Promise<unknown> {
  const preload = path.join(REPO_ROOT, 'dist', 'preload', 'preload.cjs');
  return electron.evaluate(
    async ({ BrowserWindow }, { target, script }) => {
      const window = new BrowserWindow({ show: false, webPreferences: { preload: script, sandbox: true } });
      await window.loadURL(target);
      const answer: unknown = await window.webContents.executeJavaScript("lineshape.call['study:list']({})");
      window.destroy();
      return answer;
    },
    { target: url, script: preload },
  );
}

const ask = (page: Page, channel: string, request: unknown): Promise<unknown> =>
  page.evaluate(({ name, payload }) => (window as unknown as PageWindow).lineshape.call[name]?.(payload), {
    name: channel,
    payload: request,
  });

test('answers the main window only, and no request that is not of the contract', async ({ app }) => {
  const { window: page, electron } = app;
  const logged = refusalLines(electron);
  const refused = { ok: false, error: { code: 'USAGE', message: expect.stringContaining('not from Lineshape') } };
  for (const url of ['app://lineshape/index.html', 'data:text/html,x'])
    expect(await askFromOwnWindow(electron, url)).toMatchObject(refused);
  await expect.poll(() => logged().filter(({ event }) => event === 'ipc-refused').length).toBeGreaterThanOrEqual(2);
  expect(await ask(page, 'study:list', {})).toMatchObject({ ok: true });

  const channels = CHANNEL_NAMES.filter((name) => name !== 'import:inspect-paths');
  const before = logged().length;
  for (const channel of channels) {
    const answers = await page.evaluate(
      async ({ name, secret }) => {
        const call = (window as unknown as PageWindow).lineshape.call[name] as (request: unknown) => Promise<unknown>;
        const ring: Record<string, unknown> = { secret };
        ring['self'] = ring;
        return [
          await call(null),
          await call(secret),
          await call({ x: new Map([[secret, secret]]) }),
          await call({ ring }),
        ];
      },
      { name: channel, secret: SECRET },
    );
    for (const answer of answers) {
      expect(answer, channel).toMatchObject({ ok: false, error: { code: 'USAGE' } });
      expect(JSON.stringify(answer).includes(SECRET)).toBe(false);
    }
  }
  const heavy = { key: 'theme', value: SECRET, more: 'x'.repeat(requestLimitBytes('settings:set')) };
  expect(await ask(page, 'settings:set', heavy)).toMatchObject({
    ok: false,
    error: { details: { fault: 'too-large' } },
  });
  await expect.poll(() => logged().length - before).toBe(4 * channels.length + 1);
});
