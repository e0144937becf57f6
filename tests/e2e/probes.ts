// Ways out of a page, tried from inside it: each probe tells what came of it, and none waits for ever.
import type { ElectronApplication } from '@playwright/test';

/** Where requests are sent to: servers of the test's own on this computer. */
export interface Outside {
  /** "127.0.0.1:PORT", TCP. */
  readonly tcp: string;
  /** "127.0.0.1:PORT", UDP. */
  readonly udp: string;
}

/**
 * Runs in a page: tries to reach the servers in every way that a page has.
 * @returns the ways that were tried
 */
export async function tryToReach({ tcp, udp }: Outside): Promise<string[]> {
  // The first turn of an evaluation is exempt from the policy by the developer tools' protocol.
  await new Promise((resolve) => setTimeout(resolve, 0));
  const tried: string[] = [];
  const attempt = (name: string, act: () => unknown): void => {
    tried.push(name);
    try {
      Promise.resolve(act()).catch(() => undefined);
    } catch {
      // Refused at once.
    }
  };
  const element = (tag: string, attributes: Record<string, string>): void => {
    attempt(`<${tag} ${Object.keys(attributes).join(' ')} ${attributes['rel'] ?? ''}>`, () => {
      const made = document.createElement(tag);
      for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
      document.body.append(made);
    });
  };
  for (const scheme of ['http', 'https']) {
    const url = `${scheme}://${tcp}/`;
    attempt(`fetch ${scheme}`, () => fetch(url));
    attempt(`fetch no-cors keepalive ${scheme}`, () =>
      fetch(url, { mode: 'no-cors', keepalive: true, method: 'POST' }),
    );
    attempt(`XMLHttpRequest ${scheme}`, () => {
      const request = new XMLHttpRequest();
      request.open('GET', url);
      request.send();
    });
    attempt(`sendBeacon ${scheme}`, () => navigator.sendBeacon(url, 'x'));
    attempt(`EventSource ${scheme}`, () => new EventSource(url));
    attempt(`import ${scheme}`, () => import(/* @vite-ignore */ url));
    attempt(`Worker ${scheme}`, () => new Worker(url));
    attempt(`window.open ${scheme}`, () => window.open(url));
    attempt(`navigation ${scheme}`, () => window.location.assign(url));
    for (const rel of [
      'prefetch',
      'preload',
      'modulepreload',
      'preconnect',
      'dns-prefetch',
      'stylesheet',
      'icon',
      'manifest',
    ])
      element('link', { rel, href: url, as: 'script' });
    for (const tag of ['img', 'script', 'iframe', 'video', 'audio', 'embed', 'track', 'source'])
      element(tag, { src: url });
    element('object', { data: url });
    element('div', { style: `background: url(${url}); width: 9px; height: 9px` });
    attempt(`ping ${scheme}`, () => {
      const link = document.createElement('a');
      link.href = url;
      link.ping = url;
      document.body.append(link);
      link.click();
    });
    attempt(`form ${scheme}`, () => {
      const form = document.createElement('form');
      form.action = url;
      document.body.append(form);
      form.submit();
    });
    attempt(`@font-face ${scheme}`, () => new FontFace('probe', `url(${url})`).load());
  }
  for (const scheme of ['ws', 'wss']) attempt(`WebSocket ${scheme}`, () => new WebSocket(`${scheme}://${tcp}/`));
  attempt(
    'WebTransport',
    () => new (window as unknown as { WebTransport: typeof WebSocket }).WebTransport(`https://${udp}/`),
  );
  attempt('WebRTC', async () => {
    const turn = { urls: `turn:${tcp}?transport=tcp`, username: 'u', credential: 'c' };
    const peer = new RTCPeerConnection({ iceServers: [{ urls: `stun:${udp}` }, turn] });
    peer.createDataChannel('probe');
    await peer.setLocalDescription(await peer.createOffer());
  });
  attempt('data navigation', () => window.location.assign('data:text/html,<script src="http://x/"></script>'));
  await new Promise((resolve) => setTimeout(resolve, 2000));
  return tried;
}

/** Window options as text of what may differ between windows. */
export interface Preferences {
  readonly url: string;
  readonly preferences: Record<string, unknown>;
}

/** Notes the preferences of every page that is made from now on, and of those that are there. */
export async function watchPages(electron: ElectronApplication): Promise<() => Promise<Preferences[]>> {
  await electron.evaluate(({ app, webContents }) => {
    const store = globalThis as unknown as { pages: { url: string; preferences: unknown }[] };
    store.pages = [];
    const note = (contents: Electron.WebContents): void => {
      // Electron's types leave it out.
      const known = contents as Electron.WebContents & { getLastWebPreferences: () => unknown };
      const preferences = JSON.parse(JSON.stringify(known.getLastWebPreferences())) as unknown;
      store.pages.push({ url: contents.getURL(), preferences });
    };
    webContents.getAllWebContents().forEach(note);
    app.on('web-contents-created', (_event, contents) => contents.once('dom-ready', () => note(contents)));
  });
  return () => electron.evaluate(() => (globalThis as unknown as { pages: Preferences[] }).pages);
}

/** What a page was answered with. */
export interface PageAnswer {
  readonly url: string;
  readonly kind: string;
  readonly csp: string | null;
}

/** Every request of the windows' session: answered ones with their policy, and those that were refused. */
export async function watchRequests(
  electron: ElectronApplication,
): Promise<() => Promise<{ answered: PageAnswer[]; refused: string[] }>> {
  await electron.evaluate(({ session }) => {
    const store = globalThis as unknown as { answered: PageAnswer[]; refused: string[] };
    [store.answered, store.refused] = [[], []];
    const { webRequest } = session.defaultSession;
    // The app itself listens to onBeforeRequest, which takes one listener only.
    webRequest.onCompleted(({ url, resourceType, responseHeaders }) => {
      const csp = Object.entries(responseHeaders ?? {}).find(([name]) => /^content-security-policy$/i.test(name));
      store.answered.push({ url, kind: resourceType, csp: csp?.[1]?.join('; ') ?? null });
    });
    webRequest.onErrorOccurred(({ url }) => void store.refused.push(url));
  });
  return () =>
    electron.evaluate(() => {
      const { answered, refused } = globalThis as unknown as { answered: PageAnswer[]; refused: string[] };
      return { answered, refused };
    });
}
